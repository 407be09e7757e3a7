package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ReadThrottle.Reason;
import io.heliograph.frame.Frame;
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

    // Allocated with the first message for raw middleware.
    private @Nullable RawMiddleware raw;

    // Remaining packets of a batch, and the messages behind them; allocated at first use.
    private @Nullable ArrayDeque<BatchedPacket> batch;
    private @Nullable ArrayDeque<Frame> messages;
    private long queuedBytes;

    private Frame message = Frame.empty();
    private int packetsOfMessage;
    private int holds;
    private boolean running;
    private boolean stopped;
    private boolean draining;
    private @Nullable Runnable drained;
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

    /** Ignores further events and requests, and runs a task when the received ones are processed. */
    void drainAndThen(Runnable task) {
        draining = true;
        whenProcessed(task);
    }

    /** Runs a task when the packets that have been received are processed. Further packets are processed as before. */
    void whenProcessed(Runnable task) {
        drained = task;
        checkDrained();
    }

    void checkDrained() {
        Runnable task = drained;
        if (task != null && pending == 0 && holds == 0 && !running && (batch == null || batch.isEmpty())) {
            drained = null;
            task.run();
        }
    }

    /** Stops the keep-alive and raw middleware. Queued messages are still processed. */
    void stopReceiving() {
        if (raw != null) {
            raw.stop();
        }
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

    /** Continues after a reason not to read has ended. */
    void reasonEnded() {
        if (!socket.pending.isReadingPaused()) {
            timers.heard();
        }
        drain();
    }

    /** Returns the number of received messages whose processing is pending. Thread-safe. */
    int pending() {
        return pending;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the event loop only
    void count(int messages) {
        if (!stopped) {
            pending += messages;
        }
    }

    // ---- rate limits and raw middleware

    void frame(Frame received) {
        Frame frame = withoutCopyOfPong(received);
        long now = socket.loop.nanoTime();
        if (frame == socket.server.pong) {
            timers.heard();
        } else {
            timers.message();
        }
        if (!admit(frame.length(), now)) {
            return;
        }
        if (draining) {
            readResponses(frame);
            return;
        }
        if ((raw == null || !raw.isDeciding()) && !socket.server.middlewares.has(ActionKind.MESSAGE)) {
            accept(frame);
            return;
        }
        RawMiddleware present = raw;
        if (present == null) {
            present = new RawMiddleware(socket, this);
            raw = present;
        }
        present.add(frame);
    }

    /** Reads the responses of a message that arrives after the close has begun. */
    private void readResponses(Frame frame) {
        if (frame == socket.server.pong) {
            return;
        }
        packetsOfMessage = 0;
        try {
            socket.context.reader.read(frame, new PacketCodec.Sink() {
                @Override
                public boolean event(String event, @Nullable String cid, Payload data) {
                    return admitPacketOfMessage();
                }

                @Override
                public boolean response(String rid, Payload data, Payload error) {
                    packets.response(rid, data, error);
                    return admitPacketOfMessage();
                }

                @Override
                public boolean raw() {
                    return admitPacketOfMessage();
                }
            });
        } catch (RuntimeException e) {
            packets.undecodable(e);
        }
    }

    /** Replaces a pong by the server's constant, which is then compared by identity. */
    private Frame withoutCopyOfPong(Frame frame) {
        Frame pong = socket.server.pong;
        return frame.isText() && frame.equals(pong) ? pong : frame;
    }

    /** Continues with a message that raw middleware allows. */
    void decided(Decision.Allow decision, Frame frame) {
        if (socket.state() != SocketState.CLOSED) {
            accept(replacement(decision, frame));
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
        if (holds > 0 || running || queuedMessages() > 0 || socket.pending.isFull()) {
            if (!socket.pending.queue(frame)) {
                return;
            }
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
        int maxBytes = socket.pending.maxMessageBytes();
        if (queued >= maxMessages || queuedBytes >= 2L * maxBytes) {
            socket.pending.pauseReading(Reason.QUEUE);
        } else if (queued <= maxMessages / 2 && queuedBytes <= maxBytes) {
            socket.pending.resumeReading(Reason.QUEUE);
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

    /** Processes the queue until a step holds the pipeline or too much work is pending. */
    void drain() {
        if (running) {
            return;
        }
        running = true;
        while (holds == 0 && !socket.pending.isFull()) {
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
            socket.pending.dequeue(next);
            process(next);
        }
        running = false;
        adjustReading();
        checkDrained();
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
        if (socket.pending.isReadingPaused()) {
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
