package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.endpoint.PendingPublications.Gap;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.packet.UnsentException;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.realtime.session.Outgoing;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Outbound queue of one connection for events, requests and publications, in order. Event loop only.
 *
 * <p>Packets are sent at the end of the loop iteration in which they were submitted, so that the response of a handler overtakes its
 * earlier packets, as in the original. A publication is sent at once if the queue is empty.
 */
final class ConnectionOutbound {

    private static final AtomicIntegerFieldUpdater<ConnectionOutbound> PENDING =
            AtomicIntegerFieldUpdater.newUpdater(ConnectionOutbound.class, "pending");

    private final DefaultRealtimeSocket socket;

    // Encoded packets, publications without and with position, and gaps; allocated at first use.
    private @Nullable ArrayDeque<Object> queue;
    private long queuedBytes;
    private boolean flushing;
    private boolean deciding;
    private boolean stopped;
    private @Nullable PendingPublications publications;

    private volatile int pending;

    /** Publication for a subscription with positions. */
    private record Positioned(Publication publication) {}

    ConnectionOutbound(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Returns the number of accepted packets and publications that are not yet sent. Thread-safe. */
    int pending() {
        return pending;
    }

    /** Counts an accepted packet; {@link #packet} or {@link #withdraw} follows. Thread-safe. */
    void admit() {
        PENDING.incrementAndGet(this);
    }

    /** Discards an accepted packet. Thread-safe. */
    void withdraw() {
        PENDING.decrementAndGet(this);
    }

    /** Sends an event or call of an open connection; fails and reports another. Thread-safe. Returns whether it was accepted. */
    boolean submit(Outgoing outgoing) {
        if (socket.state() == SocketState.OPEN) {
            submitAnyway(outgoing);
            return true;
        }
        UnsentException bad = badConnection(
                "Socket "
                        + (outgoing.isInvoke() ? "invoke " : "transmit ")
                        + outgoing.event
                        + " event was aborted due to a bad connection",
                "connectAbort");
        socket.server.counters.drop(DropReason.NOT_CONNECTED, 1);
        socket.report(bad);
        outgoing.fail(bad);
        return false;
    }

    static UnsentException badConnection(String message, String type) {
        int code = CloseCodes.DISCONNECTED;
        return new UnsentException(message, type, code, CloseCodes.badConnectionReason(code, null), null);
    }

    /** Sends an event or call in any state but closed. Thread-safe. */
    void submitAnyway(Outgoing outgoing) {
        Frame packet = outgoing.frame();
        admit();
        socket.onLoop(() -> {
            if (socket.state() == SocketState.CLOSED) {
                withdraw();
                outgoing.fail(badConnection(
                        "Event " + outgoing.event + " was aborted due to a bad connection", "disconnect"));
            } else if (!outgoing.await()) {
                withdraw();
                socket.events.dropped(DropReason.TOO_MANY_CALLS, 1);
            } else {
                packet(packet);
            }
        });
    }

    void packet(Frame packet) {
        if (stopped) {
            PENDING.decrementAndGet(this);
            return;
        }
        add(packet);
        if (!flushing) {
            flushing = true;
            socket.loop.execute(this::scheduledFlush);
        }
    }

    private void add(Object item) {
        ArrayDeque<Object> items = queue;
        if (items == null) {
            items = new ArrayDeque<>(4);
            queue = items;
        }
        items.add(item);
        queuedBytes += size(item);
        if (deciding && queuedBytes > socket.config.endpoint().maxQueuedBytes()) {
            socket.closer.slowConsumer(); // middleware does not decide
        }
    }

    private static int size(Object item) {
        return switch (item) {
            case Frame packet -> packet.length();
            case Publication publication -> publication.data().size();
            case Positioned(Publication publication) -> publication.data().size();
            default -> 0;
        };
    }

    private @Nullable Object poll() {
        ArrayDeque<Object> items = queue;
        Object item = items == null ? null : items.poll();
        if (item != null) {
            queuedBytes -= size(item);
        }
        return item;
    }

    private boolean isIdle() {
        ArrayDeque<Object> items = queue;
        return items == null || items.isEmpty();
    }

    private void scheduledFlush() {
        flushing = false;
        flush();
    }

    /** Sends the queue, up to a publication with a pending decision of middleware. */
    void flush() {
        while (!deciding) {
            Object next = poll();
            if (next == null) {
                return;
            }
            PENDING.decrementAndGet(this);
            switch (next) {
                case Frame packet -> socket.sendOrCollect(packet);
                case Publication publication -> begin(publication, false);
                case Positioned(Publication publication) -> begin(publication, true);
                default -> send((Gap) next);
            }
        }
    }

    // ---- publications

    void publication(Publication publication) {
        if (stopped) {
            return;
        }
        if (isIdle() && !deciding) {
            begin(publication, false);
        } else {
            admit();
            add(publication);
        }
    }

    /** Sends a publication to a subscription with positions. */
    void positioned(Publication publication) {
        if (stopped) {
            return;
        }
        if (isIdle() && !deciding) {
            begin(publication, true);
        } else {
            admit();
            add(new Positioned(publication));
        }
    }

    /** Reports a gap to a subscription with positions. */
    void gap(Gap gap) {
        if (stopped) {
            return;
        }
        if (isIdle() && !deciding) {
            send(gap);
        } else {
            admit();
            add(gap);
        }
    }

    private void begin(Publication publication, boolean positioned) {
        Encoding encoding = positioned ? socket.server.positioned : socket.server.encoding;
        if (!socket.server.middlewares.has(ActionKind.PUBLISH_OUT)) {
            send(publication, positioned, publication.encoded(encoding));
            return;
        }
        deciding = true;
        admit();
        Payload data = socket.server.payload(publication);
        socket.steps.decide(
                ActionKind.PUBLISH_OUT,
                new Action.PublishOut(socket, socket.server.nameOf(publication.channel()), data),
                decision -> {
                    Frame frame = decision.replaced()
                            ? replaced(publication, positioned, decision)
                            : publication.encoded(encoding);
                    if (frame != null && !stopped) {
                        send(publication, positioned, frame);
                    }
                    decided();
                },
                error -> decided());
    }

    private @Nullable Frame replaced(Publication publication, boolean positioned, Decision.Allow decision) {
        try {
            Payload data = socket.packets.payload(decision.data());
            String name = socket.server.nameOf(publication.channel());
            return positioned
                    ? socket.packets.publication(
                            name, data, publication.position().toString())
                    : socket.packets.publication(name, data);
        } catch (InvalidMessageException e) {
            socket.report(e);
            return null;
        }
    }

    private void decided() {
        PENDING.decrementAndGet(this);
        deciding = false;
        flush();
    }

    private void send(Publication publication, boolean positioned, Frame frame) {
        if (isUnqueued(frame)) {
            socket.sendOrCollect(frame);
            return;
        }
        int dropped = publications()
                .add(publication.channel(), positioned ? publication.position().toString() : null, frame);
        if (dropped < 0) {
            socket.closer.slowConsumer();
            return;
        }
        if (dropped > 0) {
            socket.events.dropped(
                    socket.config.limits().slowConsumer() == SlowConsumer.CONFLATE_PER_CHANNEL
                            ? DropReason.CONFLATED
                            : DropReason.DROPPED_OLDEST,
                    dropped);
        }
    }

    private void send(Gap gap) {
        Frame frame = frame(gap);
        if (isUnqueued(frame)) {
            socket.sendOrCollect(frame);
        } else {
            publications().add(gap);
        }
    }

    private Frame frame(Gap gap) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("channel", socket.server.nameOf(gap.channel()));
        data.put("position", gap.position());
        data.put("reason", gap.reason());
        return socket.packets.event("#gap", null, data);
    }

    /** Returns true if the link accepts a frame at once, before which no publication is queued. */
    private boolean isUnqueued(Frame frame) {
        PendingPublications queued = publications;
        return socket.config.limits().slowConsumer() == SlowConsumer.CLOSE
                || socket.isCollecting()
                || ((queued == null || queued.isEmpty()) && hasRoom(frame));
    }

    private PendingPublications publications() {
        PendingPublications queued = publications;
        if (queued == null) {
            queued = new PendingPublications(
                    socket.config.endpoint().maxQueuedBytes(),
                    socket.config.limits().slowConsumer() == SlowConsumer.CONFLATE_PER_CHANNEL,
                    this::frame);
            publications = queued;
        }
        return queued;
    }

    /** Returns true if the link has room: half of the limit is for the link, half for droppable publications. */
    private boolean hasRoom(Frame frame) {
        return PendingPublications.hasRoom(
                socket.queuedBytes(), frame, socket.config.endpoint().maxQueuedBytes());
    }

    /** Sends queued publications after the link has written. */
    void written() {
        PendingPublications queued = publications;
        if (stopped || queued == null) {
            return;
        }
        Frame next = queued.peek();
        while (next != null && hasRoom(next)) {
            queued.poll();
            socket.sendOrCollect(next);
            next = queued.peek();
        }
        if (next == null) {
            publications = null;
        }
    }

    /** Returns the bytes of queued publications. */
    long queuedBytes() {
        PendingPublications queued = publications;
        return queued == null ? 0 : queued.bytes();
    }

    /** Drops queued publications of a channel after its unsubscription. */
    void forget(String channel) {
        PendingPublications queued = publications;
        if (queued != null) {
            queued.forget(channel);
        }
        ArrayDeque<Object> items = queue;
        if (items == null) {
            return;
        }
        items.removeIf(item -> {
            boolean left = channel.equals(channel(item));
            if (left) {
                PENDING.decrementAndGet(this);
                queuedBytes -= size(item);
            }
            return left;
        });
    }

    private static @Nullable String channel(Object item) {
        return switch (item) {
            case Publication publication -> publication.channel();
            case Positioned(Publication publication) -> publication.channel();
            case Gap gap -> gap.channel();
            default -> null;
        };
    }

    /** Drops queued and further packets. */
    void stop() {
        stopped = true;
        queue = null;
        queuedBytes = 0;
        pending = 0;
        publications = null;
    }
}
