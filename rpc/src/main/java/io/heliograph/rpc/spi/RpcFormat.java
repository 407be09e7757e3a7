package io.heliograph.rpc.spi;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of messages in JSON or MessagePack: one object of each per server. Any number of connections may share a frame. Thread-safe.
 *
 * <pre>
 * {"notification":"news","params":["it is up"],"position":"1x:7"}
 * {"gap":"news","position":"1x:9","reason":"queue-full"}
 * </pre>
 */
public interface RpcFormat {

    Codec codec();

    /**
     * Builds an event.
     *
     * @param data the only parameter, copied verbatim if it has the format of {@link #codec}; absent for none
     * @param position null for a client that does not ask for positions
     * @throws io.heliograph.codec.CodecException if the data cannot be converted
     */
    Frame event(String event, Payload data, @Nullable String position);

    /** Builds the report of a gap before the next event. */
    Frame gap(String event, String position, String reason);

    /**
     * Builds another message.
     *
     * @param members values that the codec can encode
     */
    Frame message(Map<String, ? extends @Nullable Object> members);
}
