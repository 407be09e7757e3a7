package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.DropReason;
import io.heliograph.realtime.packet.PacketCodec;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one socket on their way in: one after the other, each packet only when the one before is done with. The loop's
 * own.
 *
 * <p>A step that takes time {@linkplain #hold holds} what follows until it is {@linkplain #release released}. Meanwhile messages
 * wait undecoded, and the packets of the batch under way decoded; if too many do, the client is not read from.
 */
final class ConnectionInbound implements PacketCodec.Sink {

    private final DefaultRealtimeSocket socket;
    private final ConnectionPackets packets;

    // What waits: the rest of a batch before the messages after it. Made when the first has to.
    private @Nullable ArrayDeque<Rest> rest;
    private @Nullable ArrayDeque<Frame> messages;
    private long waitingBytes;
    private boolean throttled;

    private Frame message = Frame.empty();
    private int packetsOfMessage;
    private int holds;
    private boolean running;
    private boolean stopped;
    private volatile int waiting;

    /** A packet of a batch that waits for the one before. */
    private sealed interface Rest {
        record Event(String event, @Nullable String cid, Payload data) implements Rest {}

        record Response(String rid, Payload data, Payload error) implements Rest {}

        record Raw(Frame message) implements Rest {}
    }

    ConnectionInbound(DefaultRealtimeSocket socket) {
        this.socket = socket;
        this.packets = new ConnectionPackets(socket);
    }

    /** Messages received and not begun. Any thread. */
    int waiting() {
        return waiting;
    }

    /** So many messages more wait; one that raw middleware looks at does. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop only
    void count(int more) {
        if (!stopped) {
            waiting += more;
        }
    }

    /** A message has come. */
    void add(Frame frame) {
        if (holds > 0 || running || waitingMessages() > 0 || socket.isBacklogged()) {
            ArrayDeque<Frame> behind = messages;
            if (behind == null) {
                behind = new ArrayDeque<>(4);
                messages = behind;
            }
            behind.add(frame);
            count(1);
            waitingBytes += frame.length();
            throttle();
            return;
        }
        running = true;
        process(frame);
        running = false;
        if (waitingMessages() > 0) {
            drain();
        }
    }

    private int waitingMessages() {
        ArrayDeque<Frame> behind = messages;
        return behind == null ? 0 : behind.size();
    }

    private void throttle() {
        int messages = waitingMessages();
        boolean much = messages >= socket.config.limits().maxPendingMessages()
                || waitingBytes >= 2L * socket.server.webSocket.maxMessageBytes();
        boolean little = messages <= socket.config.limits().maxPendingMessages() / 2
                && waitingBytes <= socket.server.webSocket.maxMessageBytes();
        if (!throttled && much) {
            throttled = true;
            socket.pauseReading(ReadThrottle.Reason.QUEUE);
        } else if (throttled && little) {
            throttled = false;
            socket.resumeReading(ReadThrottle.Reason.QUEUE);
        }
    }

    // ---- one after the other

    /** Keeps what follows from being processed. */
    void hold() {
        holds++;
    }

    /** Goes on with what follows. */
    void release() {
        if (--holds == 0) {
            drain();
        }
    }

    /** Drops what waits, and what comes. */
    void stop() {
        stopped = true;
        rest = null;
        messages = null;
        waitingBytes = 0;
        waiting = 0;
    }

    /** Processes what waits, until something holds it. */
    void drain() {
        if (running) {
            return;
        }
        running = true;
        while (holds == 0 && !socket.isBacklogged()) {
            Rest packet = poll(rest);
            if (packet != null) {
                process(packet);
                continue;
            }
            Frame next = poll(messages);
            if (next == null) {
                break;
            }
            waitingBytes -= next.length();
            count(-1);
            process(next);
        }
        running = false;
        throttle();
    }

    private static <T> @Nullable T poll(@Nullable ArrayDeque<T> items) {
        return items == null ? null : items.poll();
    }

    private void process(Frame frame) {
        packetsOfMessage = 0;
        if (socket.door.isPong(frame)) {
            packets.pong();
            return;
        }
        message = frame;
        try {
            socket.home.reader.read(frame, this);
        } catch (RuntimeException undecodable) {
            packets.undecodable(undecodable);
        } finally {
            message = Frame.empty(); // a socket at rest holds on to nothing
        }
    }

    private void process(Rest packet) {
        try {
            switch (packet) {
                case Rest.Event event -> packets.event(event.event, event.cid, event.data);
                case Rest.Response response -> packets.response(response.rid, response.data, response.error);
                case Rest.Raw raw -> packets.raw(raw.message);
            }
        } catch (RuntimeException unreadable) {
            packets.undecodable(unreadable);
        }
    }

    // ---- packets as they are decoded

    @Override
    public boolean event(String event, @Nullable String cid, Payload data) {
        if (!admit()) {
            return false;
        }
        if (holds > 0) {
            keep(new Rest.Event(event, cid, data));
        } else {
            packets.event(event, cid, data);
        }
        return !stopped;
    }

    @Override
    public boolean response(String rid, Payload data, Payload error) {
        if (!admit()) {
            return false;
        }
        if (holds > 0) {
            keep(new Rest.Response(rid, data, error));
        } else {
            packets.response(rid, data, error);
        }
        return !stopped;
    }

    @Override
    public boolean raw() {
        if (!admit()) {
            return false;
        }
        if (holds > 0) {
            keep(new Rest.Raw(message));
        } else {
            packets.raw(message);
        }
        return !stopped;
    }

    private void keep(Rest packet) {
        ArrayDeque<Rest> behind = rest;
        if (behind == null) {
            behind = new ArrayDeque<>();
            rest = behind;
        }
        behind.add(packet);
    }

    /** Counts the packets of a message against the limits. */
    private boolean admit() {
        if (stopped) {
            return false;
        }
        if (++packetsOfMessage == 1) {
            return true;
        }
        if (packetsOfMessage > socket.config.limits().maxBatchLength()) {
            socket.end.violated(
                    DropReason.BATCH_TOO_LONG,
                    "More than " + socket.config.limits().maxBatchLength() + " packets in a batch");
            return false;
        }
        return socket.door.admitPacket();
    }
}
