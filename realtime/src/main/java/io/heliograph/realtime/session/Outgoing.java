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
    private @Nullable Object data;
    private @Nullable Frame frame;
    private long id;

    Outgoing(
            String event,
            @Nullable Object data,
            @Nullable Call<?> call,
            long since,
            PacketCodec codec,
            PeerSession session) {
        this.event = event;
        this.data = data;
        this.call = call;
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
        return call == null || session.calls().register(call, id, since);
    }

    /** Fails a call. Has no effect on an event. */
    public void fail(Throwable cause) {
        if (call != null) {
            call.fail(cause);
        }
    }
}
