package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ReadThrottle.Reason;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.CloseCodes;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Inbound pipeline of one connection: keep-alive, rate limits, raw middleware, and the packets in order. Event loop only.
 *
 * <pre>
 * frame ──► rate limits ──► raw middleware ──► messages ──► packets of a batch ──► ConnectionPackets
 *                           pauses MIDDLEWARE   pauses QUEUE
 * </pre>
 *
 * <p>An asynchronous step {@linkplain #hold holds} the pipeline until it {@linkplain #release releases} it. Meanwhile messages are
 * queued undecoded, and the remaining packets of the current batch decoded.
 */
@SuppressWarnings("ReferenceEquality") // a queued pong is the server's constant
final class InboundPipeline implements PacketCodec.Sink, ConnectionTimers.Listener {

    private final DefaultRealtimeSocket socket;
    private final ServerConfig config;
    private final ConnectionPackets packets;
    private final ConnectionTimers timers;

    // Times at which the buckets of the rate limits are full.
    private long messagesFull = Long.MIN_VALUE;
    private long bytesFull = Long.MIN_VALUE;

    // Messages before raw middleware; allocated at first use.
    private @Nullable ArrayDeque<Frame> undecided;
    private boolean deciding;
    private boolean asking;

    // Remaining packets of a batch, and the messages behind them; allocated at first use.
    private @Nullable ArrayDeque<BatchedPacket> batch;
    private @Nullable ArrayDeque<Frame> messages;
    private long queuedBytes;

    private Frame message = Frame.empty();
    private int packetsOfMessage;
    private int holds;
    private boolean running;
    private boolean stopped;
    private volatile int pending;

    /** A packet of a batch behind an asynchronous step. */
    private sealed interface BatchedPacket {
        record Event(String event, @Nullable String cid, Payload data) implements BatchedPacket {}

        record Response(String rid, Payload data, Payload error) implements BatchedPacket {}

        record Raw(Frame message) implements BatchedPacket {}
    }

    InboundPipeline(DefaultRealtimeSocket socket) {
        this.socket = socket;
        this.config = socket.config;
        this.packets = new ConnectionPackets(socket);
        this.timers = new ConnectionTimers(socket.context, this, socket.server.timeouts);
    }

    void start() {
        timers.start();
    }

    /** Stops the keep-alive and raw middleware. Queued messages are still processed. */
    void stopReceiving() {
        undecided = null;
        timers.stop();
    }

    /** Drops queued and further messages. */
    void stop() {
        stopped = true;
        batch = null;
        messages = null;
        queuedBytes = 0;
        pending = 0;
    }

    void handshakeReceived() {
        timers.handshakeReceived();
    }

    void tokenChanged() {
        timers.tokenChanged();
    }

    /** Returns the number of received messages whose processing is pending. Thread-safe. */
    int pending() {
        return pending;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the event loop only
    private void count(int messages) {
        if (!stopped) {
            pending += messages;
        }
    }

    // ---- rate limits and raw middleware

    void frame(Frame received) {
        Frame frame = withoutCopyOfPong(received);
        long now = socket.loop.nanoTime();
        if (frame == socket.server.pong) {
            timers.pong();
        } else {
            timers.message(now);
        }
        if (!admit(frame.length(), now)) {
            return;
        }
        if (!deciding && !socket.server.middlewares.has(ActionKind.MESSAGE)) {
            accept(frame);
            return;
        }
        count(1);
        ArrayDeque<Frame> queue = undecided;
        if (queue == null) {
            queue = new ArrayDeque<>(4);
            undecided = queue;
        }
        queue.add(frame);
        if (queue.size() == config.endpoint().maxPendingMessages()) {
            socket.pauseReading(Reason.MIDDLEWARE);
        }
        decideNext();
    }

    /** Replaces a pong by the server's constant, which is then compared by identity. */
    private Frame withoutCopyOfPong(Frame frame) {
        Frame pong = socket.server.pong;
        return frame.isText() && frame.equals(pong) ? pong : frame;
    }

    /** Asks raw middleware about the queued messages, one at a time. */
    private void decideNext() {
        asking = true;
        ArrayDeque<Frame> queue;
        while (!deciding && (queue = undecided) != null && !queue.isEmpty()) {
            Frame frame = queue.remove();
            if (queue.size() <= config.endpoint().maxPendingMessages() / 2) {
                socket.resumeReading(Reason.MIDDLEWARE);
            }
            deciding = true;
            socket.steps.decide(
                    ActionKind.MESSAGE,
                    new Action.Message(socket, frame),
                    decision -> {
                        count(-1);
                        if (socket.state() != SocketState.CLOSED) {
                            accept(replacement(decision, frame));
                        }
                        decided();
                    },
                    error -> {
                        count(-1);
                        decided();
                    });
        }
        asking = false;
    }

    private void decided() {
        deciding = false;
        if (!asking) {
            decideNext();
        }
    }

    private Frame replacement(Decision.Allow decision, Frame frame) {
        return decision.replaced() && decision.data() instanceof Frame other ? withoutCopyOfPong(other) : frame;
    }

    /** Charges a message to the rate limits. Returns false if a limit is exceeded, which closes the connection. */
    private boolean admit(int length, long now) {
        if (!admitPacket(now)) {
            return false;
        }
        long full = config.limits().bytes().take(bytesFull, now, length);
        if (full == RateLimit.EXCEEDED) {
            socket.closer.limitExceeded(DropReason.BYTE_RATE, "Too many bytes");
            return false;
        }
        bytesFull = full;
        return true;
    }

    private boolean admitPacket(long now) {
        long full = config.limits().messages().take(messagesFull, now, 1);
        if (full == RateLimit.EXCEEDED) {
            socket.closer.limitExceeded(DropReason.MESSAGE_RATE, "Too many messages");
            return false;
        }
        messagesFull = full;
        return true;
    }

    // ---- messages and packets in order

    /** Reports a message, and processes or queues it. */
    private void accept(Frame frame) {
        socket.events.emitIfObserved(SocketEvent.Message.class, frame, SocketEvent.Message::new);
        if (holds > 0 || running || queuedMessages() > 0 || socket.isListenerQueueFull()) {
            ArrayDeque<Frame> queue = messages;
            if (queue == null) {
                queue = new ArrayDeque<>(4);
                messages = queue;
            }
            queue.add(frame);
            count(1);
            queuedBytes += frame.length();
            adjustReading();
            return;
        }
        running = true;
        process(frame);
        running = false;
        if (queuedMessages() > 0) {
            drain();
        }
    }

    private int queuedMessages() {
        ArrayDeque<Frame> queue = messages;
        return queue == null ? 0 : queue.size();
    }

    private void adjustReading() {
        int queued = queuedMessages();
        int maxMessages = config.endpoint().maxPendingMessages();
        int maxBytes = socket.server.webSocket.maxMessageBytes();
        if (queued >= maxMessages || queuedBytes >= 2L * maxBytes) {
            socket.pauseReading(Reason.QUEUE);
        } else if (queued <= maxMessages / 2 && queuedBytes <= maxBytes) {
            socket.resumeReading(Reason.QUEUE);
        }
    }

    /** Holds the pipeline for an asynchronous step. */
    void hold() {
        holds++;
    }

    /** Releases the pipeline after an asynchronous step. */
    void release() {
        if (--holds == 0) {
            drain();
        }
    }

    /** Processes the queue until a step holds the pipeline or the listener queue is full. */
    void drain() {
        if (running) {
            return;
        }
        running = true;
        while (holds == 0 && !socket.isListenerQueueFull()) {
            BatchedPacket packet = poll(batch);
            if (packet != null) {
                process(packet);
                continue;
            }
            Frame next = poll(messages);
            if (next == null) {
                break;
            }
            queuedBytes -= next.length();
            count(-1);
            process(next);
        }
        running = false;
        adjustReading();
    }

    private static <T> @Nullable T poll(@Nullable ArrayDeque<T> queue) {
        return queue == null ? null : queue.poll();
    }

    private void process(Frame frame) {
        packetsOfMessage = 0;
        if (frame == socket.server.pong) {
            packets.pong();
            return;
        }
        message = frame;
        try {
            socket.context.reader.read(frame, this);
        } catch (RuntimeException e) {
            packets.undecodable(e);
        } finally {
            message = Frame.empty(); // an idle connection retains no message
        }
    }

    private void process(BatchedPacket packet) {
        try {
            switch (packet) {
                case BatchedPacket.Event event -> packets.event(event.event, event.cid, event.data);
                case BatchedPacket.Response response -> packets.response(response.rid, response.data, response.error);
                case BatchedPacket.Raw raw -> packets.raw(raw.message);
            }
        } catch (RuntimeException e) {
            packets.undecodable(e);
        }
    }

    @Override
    public boolean event(String event, @Nullable String cid, Payload data) {
        if (!admitPacketOfMessage()) {
            return false;
        }
        if (holds > 0) {
            enqueue(new BatchedPacket.Event(event, cid, data));
        } else {
            packets.event(event, cid, data);
        }
        return !stopped;
    }

    @Override
    public boolean response(String rid, Payload data, Payload error) {
        if (!admitPacketOfMessage()) {
            return false;
        }
        if (holds > 0) {
            enqueue(new BatchedPacket.Response(rid, data, error));
        } else {
            packets.response(rid, data, error);
        }
        return !stopped;
    }

    @Override
    public boolean raw() {
        if (!admitPacketOfMessage()) {
            return false;
        }
        if (holds > 0) {
            enqueue(new BatchedPacket.Raw(message));
        } else {
            packets.raw(message);
        }
        return !stopped;
    }

    private void enqueue(BatchedPacket packet) {
        ArrayDeque<BatchedPacket> queue = batch;
        if (queue == null) {
            queue = new ArrayDeque<>();
            batch = queue;
        }
        queue.add(packet);
    }

    /** Charges the second and further packets of a message to the limits. */
    private boolean admitPacketOfMessage() {
        if (stopped) {
            return false;
        }
        if (++packetsOfMessage == 1) {
            return true;
        }
        int maxPackets = config.limits().maxBatchLength();
        if (packetsOfMessage > maxPackets) {
            socket.closer.limitExceeded(DropReason.BATCH_TOO_LONG, "More than " + maxPackets + " packets in a batch");
            return false;
        }
        return admitPacket(socket.loop.nanoTime());
    }

    // ---- timers

    @Override
    public void pingDue() {
        socket.sendPacket(socket.server.ping);
    }

    @Override
    public boolean pingTimedOut() {
        if (socket.isReadingPaused()) {
            return false; // this side does not read the client's pongs
        }
        socket.closer.closeWith(CloseCodes.CLIENT_PONG_TIMED_OUT);
        return true;
    }

    @Override
    public void handshakeTimedOut() {
        socket.closer.closeWith(CloseCodes.NO_HANDSHAKE);
    }

    @Override
    public long remainingTokenMillis() {
        if (!config.auth().expireOnTime()) {
            return -1;
        }
        socket.auth.checkExpiry();
        return socket.auth.remainingMillis();
    }
}
