package io.heliograph.channel.spi;

import io.heliograph.channel.RequestFailedException;
import org.jspecify.annotations.Nullable;

/** Answers one request of a member. The first answer counts. Thread-safe. */
public interface MemberReply {

    /**
     * Answers the request.
     *
     * @param answer any value that the JSON codec encodes, or a {@link io.heliograph.codec.Payload}
     */
    void succeed(@Nullable Object answer);

    /** Fails the request. The member receives name, message, code and data of the failure. */
    void fail(RequestFailedException failure);
}
