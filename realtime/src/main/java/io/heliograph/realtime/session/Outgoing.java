package io.heliograph.realtime.session;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import org.jspecify.annotations.Nullable;

/** An event or a call on its way out: from {@code transmit} or {@code invoke} to the connection. */
public final class Outgoing {

    public final String event;

    /** The future of an {@code invoke}; null for a {@code transmit}. */
    public final @Nullable Call<?> call;

    /** When its caller gave it, by the clock of the loop. */
    public final long since;

    private final PacketCodec codec;
    private final PeerSession conversation;
    private @Nullable Object data;
    private @Nullable Frame frame;
    private long id;

    Outgoing(
            String event,
            @Nullable Object data,
            @Nullable Call<?> call,
            long since,
            PacketCodec codec,
            PeerSession conversation) {
        this.event = event;
        this.data = data;
        this.call = call;
        this.since = since;
        this.codec = codec;
        this.conversation = conversation;
    }

    public boolean isInvoke() {
        return call != null;
    }

    /** Whether nobody waits for it any more: a call that was cancelled or has timed out. */
    public boolean isDone() {
        return call != null && call.isDone();
    }

    /** The data as it was given, or a payload if it was held: any value, a payload, or {@link PacketCodec#ABSENT}. */
    @Nullable
    public Object data() {
        return data;
    }

    /**
     * Encodes the data now, for a packet that is made later: the caller may change it meanwhile, and the packet gets its number
     * only when it leaves. On one thread at a time.
     *
     * @throws InvalidMessageException if it cannot be encoded
     */
    public Outgoing hold() {
        if (frame == null) {
            Payload held = codec.payload(data);
            data = held;
        }
        return this;
    }

    /**
     * The packet; a call gets its number by the first question. On one thread at a time.
     *
     * @throws InvalidMessageException if it cannot be encoded
     */
    public Frame frame() {
        if (frame == null) {
            if (call == null) {
                frame = codec.event(event, null, data);
            } else {
                id = conversation.calls().nextId();
                frame = codec.event(event, Long.toString(id), data);
            }
            data = null;
        }
        return frame;
    }

    /**
     * Lets a call wait for its response, with its time running from now on; on the loop, before the packet is sent.
     *
     * @return false if it was not accepted: it has been failed then, and is not to be sent
     */
    public boolean await() {
        return call == null || conversation.calls().register(call, id);
    }

    /** Lets a call wait for its response, with its time running since its caller gave it. */
    public boolean awaitSinceGiven() {
        return call == null || conversation.calls().register(call, id, since);
    }

    /** Fails a call; without effect for an event. */
    public void fail(Throwable cause) {
        if (call != null) {
            call.fail(cause);
        }
    }
}
