package io.heliograph.realtime.session;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import org.jspecify.annotations.Nullable;

/** Outgoing event or call, from {@code transmit} or {@code invoke} to the connection. */
public final class Outgoing {

    public final String event;

    /** The future of an {@code invoke}; null for a {@code transmit}. */
    public final @Nullable Call<?> call;

    /** Time of the caller's request, by the clock of the event loop. */
    public final long since;

    private final PacketCodec codec;
    private final PeerSession session;
    private final @Nullable Packet packet;
    private @Nullable Object data;
    private @Nullable Frame frame;
    private long id;
    private boolean sent; // event loop only
    private int length; // event loop only

    /** Packet of a call that is encoded when it is sent, and again when it is sent again. */
    public interface Packet {

        /**
         * Encodes the packet. Event loop only.
         *
         * @param cid id of the call on this connection
         */
        Frame encode(String cid);
    }

    Outgoing(
            String event,
            @Nullable Object data,
            @Nullable Call<?> call,
            @Nullable Packet packet,
            long since,
            PacketCodec codec,
            PeerSession session) {
        this.event = event;
        this.data = data;
        this.call = call;
        this.packet = packet;
        this.since = since;
        this.codec = codec;
        this.session = session;
    }

    /**
     * Rejects a type in place of data, as in {@code invoke("sum", Integer.class)}.
     *
     * @return the data
     * @throws IllegalArgumentException if the data is a {@code Class} or a {@link TypeRef}
     */
    public static @Nullable Object checkData(@Nullable Object data) {
        checkArgument(
                !(data instanceof Class<?> || data instanceof TypeRef<?>),
                "data: %s (expected: a value; the type of a response follows the data)",
                data);
        return data;
    }

    public boolean isInvoke() {
        return call != null;
    }

    /** Whether this is a call that has been cancelled or has timed out. */
    public boolean isDone() {
        return call != null && call.isDone();
    }

    /** Whether the packet is encoded when it is sent; its data is a payload. */
    public boolean isDeferred() {
        return packet != null;
    }

    /** Whether the packet has been sent, on this connection or on an earlier one. Event loop only. */
    public boolean isSent() {
        return sent;
    }

    /**
     * Prepares a sent packet for another connection. Event loop only.
     *
     * @return length of the packet
     */
    public int renew() {
        frame = null;
        return length;
    }

    /** The data: a value, a payload (always after {@link #hold}), or {@link PacketCodec#ABSENT}. */
    @Nullable
    public Object data() {
        return data;
    }

    /**
     * Encodes the data now, because the caller may change it before the packet is encoded. The id of a call is assigned when the packet is
     * encoded. Not thread-safe.
     *
     * @throws InvalidMessageException if the data cannot be encoded
     */
    public Outgoing hold() {
        if (frame == null) {
            Payload held = codec.payload(data);
            data = held;
        }
        return this;
    }

    /**
     * Returns the encoded packet; the first call assigns the id of a call. Not thread-safe.
     *
     * @throws InvalidMessageException if the data cannot be encoded
     */
    public Frame frame() {
        if (frame == null) {
            if (packet != null) {
                id = session.calls().nextId();
                Frame encoded = packet.encode(Long.toString(id));
                frame = encoded;
                length = encoded.length();
                return encoded;
            }
            if (call == null) {
                frame = codec.event(event, null, data);
            } else {
                id = session.calls().nextId();
                frame = codec.event(event, Long.toString(id), data);
            }
            data = null;
        }
        return frame;
    }

    /**
     * Registers a call with a time limit that starts now. Event loop only, before the packet is sent.
     *
     * @return false if the call was not accepted: it has failed and must not be sent
     */
    public boolean await() {
        return call == null || session.calls().register(call, id);
    }

    /** Registers a call with a time limit that started at the caller's request. */
    public boolean awaitSinceRequest() {
        boolean accepted = call == null || session.calls().register(call, id, since);
        sent |= accepted;
        return accepted;
    }

    /** Fails a call. Has no effect on an event. */
    public void fail(Throwable cause) {
        if (call != null) {
            call.fail(cause);
        }
    }
}
