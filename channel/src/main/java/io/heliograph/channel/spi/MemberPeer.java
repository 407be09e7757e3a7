package io.heliograph.channel.spi;

import io.heliograph.channel.Member;
import io.heliograph.codec.Payload;

/** Another member of a channel. Its user is the owner of the channel's directory. Thread-safe. */
public interface MemberPeer {

    Member member();

    /**
     * Sends a message to this member.
     *
     * @return as of {@link MemberGroup#send}; false also if the member has left
     */
    boolean send(String topic, Payload message);
}
