package io.heliograph.realtime;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.packet.BuiltInCodec;
import org.jspecify.annotations.Nullable;

/**
 * Encoding of packets as messages; both peers must use the same. {@link #json()} is the default, {@link #minBin()} the original's
 * {@code sc-codec-min-bin}; an application may implement another.
 *
 * <p>An application's codec sees every packet as a {@code Map<String, Object>} and a batch as a {@code List} of packets. The members
 * of a packet are {@code event}, {@code data}, {@code cid}, {@code rid} and {@code error}; absent members are not in the map. Pings
 * and pongs bypass the codec. Implementations must be thread-safe.
 */
public interface RealtimeCodec {

    /**
     * Encodes a packet or batch as a text or binary message.
     *
     * @throws RuntimeException if the packet cannot be encoded; it is not sent, and the failure is reported
     */
    Frame encode(Object packet);

    /**
     * Decodes a message to a packet or batch; any other value is a {@code Raw} event.
     *
     * @throws RuntimeException if the message cannot be decoded; it is dropped, and the failure is reported
     */
    @Nullable
    Object decode(Frame message);

    /** Returns the codec for JSON in text messages. */
    static RealtimeCodec json() {
        return BuiltInCodec.JSON;
    }

    /** Returns the codec for abbreviated packets in MessagePack and binary messages, as in {@code sc-codec-min-bin} 3. */
    static RealtimeCodec minBin() {
        return BuiltInCodec.MIN_BIN;
    }
}
