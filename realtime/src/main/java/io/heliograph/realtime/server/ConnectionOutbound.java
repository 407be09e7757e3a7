package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.SlowConsumer;
import java.util.ArrayDeque;
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

    // Encoded packets and publications; allocated at first use.
    private @Nullable ArrayDeque<Object> queue;
    private long queuedBytes;
    private boolean flushing;
    private boolean deciding;
    private boolean stopped;
    private @Nullable PendingPublications publications;

    private volatile int pending;

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
        return item instanceof Frame packet
                ? packet.length()
                : ((Publication) item).data().size();
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
            if (next instanceof Frame packet) {
                socket.sendOrCollect(packet);
            } else if (next instanceof Publication publication) {
                begin(publication);
            }
        }
    }

    // ---- publications

    void publication(Publication publication) {
        if (stopped) {
            return;
        }
        if (isIdle() && !deciding) {
            begin(publication);
        } else {
            admit();
            add(publication);
        }
    }

    private void begin(Publication publication) {
        if (!socket.server.middlewares.has(ActionKind.PUBLISH_OUT)) {
            send(publication.channel(), publication.encoded(socket.server.encoding));
            return;
        }
        deciding = true;
        admit();
        Payload data = socket.server.payload(publication);
        socket.steps.decide(
                ActionKind.PUBLISH_OUT,
                new Action.PublishOut(socket, publication.channel(), data),
                decision -> {
                    Frame frame = frame(publication, decision);
                    if (frame != null && !stopped) {
                        send(publication.channel(), frame);
                    }
                    decided();
                },
                error -> decided());
    }

    private @Nullable Frame frame(Publication publication, Decision.Allow decision) {
        if (!decision.replaced()) {
            return publication.encoded(socket.server.encoding);
        }
        try {
            return socket.packets.publication(publication.channel(), socket.packets.payload(decision.data()));
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

    private void send(String channel, Frame frame) {
        if (socket.config.limits().slowConsumer() == SlowConsumer.CLOSE || socket.isCollecting()) {
            socket.sendOrCollect(frame);
            return;
        }
        PendingPublications queued = publications;
        if ((queued == null || queued.isEmpty()) && hasRoom(frame)) {
            socket.sendOrCollect(frame);
            return;
        }
        if (queued == null) {
            queued = new PendingPublications(
                    socket.config.endpoint().maxQueuedBytes(),
                    socket.config.limits().slowConsumer() == SlowConsumer.CONFLATE_PER_CHANNEL);
            publications = queued;
        }
        int dropped = queued.add(channel, frame);
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
            boolean left = item instanceof Publication publication
                    && publication.channel().equals(channel);
            if (left) {
                PENDING.decrementAndGet(this);
                queuedBytes -= size(item);
            }
            return left;
        });
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
