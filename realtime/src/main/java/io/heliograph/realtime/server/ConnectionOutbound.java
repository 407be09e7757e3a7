package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.DropReason;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.SlowConsumer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What one socket sends but for responses and pings: transmits, invokes and publications, in order. The loop's own.
 *
 * <p>Packets leave at the end of the turn of the loop in which they came, so that the response that a handler gives overtakes what
 * it sent before, as in the original. A publication leaves at once if nothing waits.
 */
final class ConnectionOutbound {

    /** How often it is looked whether a slow client has read something. */
    private static final Duration CATCH_UP = Duration.ofMillis(5);

    private static final AtomicIntegerFieldUpdater<ConnectionOutbound> PREPARED =
            AtomicIntegerFieldUpdater.newUpdater(ConnectionOutbound.class, "prepared");

    private final DefaultRealtimeSocket socket;

    // Frames of packets, and publications; made when the first has to wait.
    private @Nullable ArrayDeque<Object> queue;
    private boolean flushing;
    private boolean deciding;
    private boolean stopped;
    private @Nullable PublicationQueue waiting;
    private boolean catchingUp;

    // Accepted and not taken yet.
    private volatile int prepared;

    ConnectionOutbound(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Any thread. */
    int prepared() {
        return prepared;
    }

    /** A packet was accepted, which {@link #packet} follows. Any thread. */
    void prepare() {
        PREPARED.incrementAndGet(this);
    }

    /** The packet was none in the end. */
    void unprepare() {
        PREPARED.decrementAndGet(this);
    }

    void packet(Frame packet) {
        if (stopped) {
            PREPARED.decrementAndGet(this);
            return;
        }
        add(packet);
        if (!flushing) {
            flushing = true;
            socket.loop.execute(this::flushLater);
        }
    }

    private void add(Object item) {
        ArrayDeque<Object> items = queue;
        if (items == null) {
            items = new ArrayDeque<>(4);
            queue = items;
        }
        items.add(item);
    }

    private @Nullable Object poll() {
        ArrayDeque<Object> items = queue;
        return items == null ? null : items.poll();
    }

    private boolean isIdle() {
        ArrayDeque<Object> items = queue;
        return items == null || items.isEmpty();
    }

    private void flushLater() {
        flushing = false;
        flush();
    }

    /** Sends what waits; up to a publication that middleware decides about. */
    void flush() {
        while (!deciding) {
            Object next = poll();
            if (next == null) {
                return;
            }
            PREPARED.decrementAndGet(this);
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
            prepare();
            add(publication);
        }
    }

    private void begin(Publication publication) {
        if (!socket.server.middlewares.has(ActionKind.PUBLISH_OUT)) {
            send(publication.channel(), publication.encoded(socket.server.encoding));
            return;
        }
        deciding = true;
        prepare();
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
        PREPARED.decrementAndGet(this);
        deciding = false;
        flush();
    }

    private void send(String channel, Frame frame) {
        if (socket.config.limits().slowConsumer() == SlowConsumer.CLOSE || socket.isCollecting()) {
            socket.sendOrCollect(frame);
            return;
        }
        PublicationQueue behind = waiting;
        if ((behind == null || behind.isEmpty()) && hasRoom(frame)) {
            socket.sendOrCollect(frame);
            return;
        }
        if (behind == null) {
            behind = new PublicationQueue(
                    socket.config.limits().maxQueuedBytes() / 2,
                    socket.config.limits().slowConsumer() == SlowConsumer.CONFLATE_PER_CHANNEL);
            waiting = behind;
        }
        int dropped = behind.add(channel, frame);
        if (dropped < 0) {
            socket.end.tooSlow();
            return;
        }
        if (dropped > 0) {
            socket.events.dropped(
                    socket.config.limits().slowConsumer() == SlowConsumer.CONFLATE_PER_CHANNEL
                            ? DropReason.CONFLATED
                            : DropReason.DROPPED_OLDEST,
                    dropped);
        }
        if (!catchingUp) {
            catchingUp = true;
            socket.loop.schedule(CATCH_UP, this::catchUp);
        }
    }

    /** Half the limit is for what is written in order, half for what may be dropped. */
    private boolean hasRoom(Frame frame) {
        long queued = socket.queuedBytes();
        return queued == 0 || queued + frame.length() <= socket.config.limits().maxQueuedBytes() / 2;
    }

    private void catchUp() {
        catchingUp = false;
        PublicationQueue behind = waiting;
        if (stopped || behind == null) {
            return;
        }
        Frame next = behind.peek();
        while (next != null && hasRoom(next)) {
            behind.poll();
            socket.sendOrCollect(next);
            next = behind.peek();
        }
        if (next == null) {
            waiting = null;
        } else {
            catchingUp = true;
            socket.loop.schedule(CATCH_UP, this::catchUp);
        }
    }

    /** Bytes that wait here. */
    long waitingBytes() {
        PublicationQueue behind = waiting;
        return behind == null ? 0 : behind.bytes();
    }

    /** Forgets what waits of a channel that the socket has left. */
    void forget(String channel) {
        PublicationQueue behind = waiting;
        if (behind != null) {
            behind.forget(channel);
        }
        ArrayDeque<Object> items = queue;
        if (items == null) {
            return;
        }
        items.removeIf(item -> {
            boolean left = item instanceof Publication publication
                    && publication.channel().equals(channel);
            if (left) {
                PREPARED.decrementAndGet(this);
            }
            return left;
        });
    }

    /** Drops all, and what comes. */
    void stop() {
        stopped = true;
        queue = null;
        prepared = 0;
        waiting = null;
    }
}
