package io.heliograph.realtime;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.packet.BuiltInCodec;
import org.jspecify.annotations.Nullable;

/**
 * How packets become messages and back; both ends must use the same. {@link #json()} is the default, and {@link #minBin()} the
 * original's {@code sc-codec-min-bin}; an application may bring its own.
 *
 * <p>One of an application's sees every packet as a {@code Map<String, Object>}, and a batch as a {@code List} of them; the
 * members of a packet are {@code event}, {@code data}, {@code cid}, {@code rid} and {@code error}. A member that is absent is
 * not in the map. It is not used for pings and pongs. Called from several threads at once.
 */
public interface RealtimeCodec {

    /**
     * The message of a packet or batch; text if {@link Frame#isText()}.
     *
     * @throws RuntimeException if it cannot be encoded: the packet is not sent, and the failure reported
     */
    Frame encode(Object packet);

    /**
     * The packet or batch of a message; anything else is a {@code Raw} event.
     *
     * @throws RuntimeException if it cannot be decoded: the message is dropped, and the failure reported
     */
    @Nullable
    Object decode(Frame message);

    /** JSON in text messages. */
    static RealtimeCodec json() {
        return BuiltInCodec.JSON;
    }

    /** MessagePack with shortened packets, in binary messages, as {@code sc-codec-min-bin} 3 has it. */
    static RealtimeCodec minBin() {
        return BuiltInCodec.MIN_BIN;
    }
}
