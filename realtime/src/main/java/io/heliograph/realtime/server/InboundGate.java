package io.heliograph.realtime.server;

import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.DropReason;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.session.CloseCodes;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What one client sends, as it arrives: signs of life, limits, raw middleware. The loop's own. */
final class InboundGate implements ConnectionTimers.Due {

    private final DefaultRealtimeSocket socket;
    private final ServerConfig config;
    private final ConnectionTimers times;

    // When the buckets of the limits will be full.
    private long messagesFull;
    private long bytesFull;

    // Messages that raw middleware has not decided about; made with the first.
    private @Nullable ArrayDeque<Frame> undecided;
    private boolean deciding;
    private boolean asking;
    private boolean throttled;
    private boolean stopped;

    InboundGate(DefaultRealtimeSocket socket) {
        this.socket = socket;
        this.config = socket.config;
        this.times = new ConnectionTimers(socket.home, this, socket.server.patience);
        this.messagesFull = Long.MIN_VALUE;
        this.bytesFull = Long.MIN_VALUE;
    }

    void start() {
        times.start();
    }

    void stop() {
        stopped = true;
        undecided = null;
        times.stop();
    }

    void handshakeCame() {
        times.handshakeCame();
    }

    void tokenChanged() {
        times.tokenChanged();
    }

    // ---- messages

    void message(Frame frame) {
        if (isPong(frame)) {
            times.pong();
        } else {
            times.message(socket.loop.nanoTime());
        }
        if (!admit(frame.length())) {
            return;
        }
        if (!deciding && !socket.server.middlewares.has(ActionKind.MESSAGE)) {
            arrived(frame);
            return;
        }
        socket.inbound.count(1);
        ArrayDeque<Frame> waiting = undecided;
        if (waiting == null) {
            waiting = new ArrayDeque<>(4);
            undecided = waiting;
        }
        waiting.add(frame);
        if (waiting.size() == config.limits().maxPendingMessages()) {
            throttled = true;
            socket.pauseReading(ReadThrottle.Reason.MIDDLEWARE);
        }
        decideNext();
    }

    /** Asks raw middleware about what waits for it, one message after the other. */
    private void decideNext() {
        asking = true;
        ArrayDeque<Frame> waiting;
        while (!deciding && (waiting = undecided) != null && !waiting.isEmpty()) {
            Frame frame = waiting.remove();
            if (throttled && waiting.size() <= config.limits().maxPendingMessages() / 2) {
                throttled = false;
                socket.resumeReading(ReadThrottle.Reason.MIDDLEWARE);
            }
            deciding = true;
            socket.steps.decide(
                    ActionKind.MESSAGE,
                    new Action.Message(socket, frame),
                    decision -> {
                        socket.inbound.count(-1);
                        if (socket.state() != SocketState.CLOSED) {
                            arrived(replaced(decision, frame));
                        }
                        decided();
                    },
                    error -> {
                        socket.inbound.count(-1);
                        decided();
                    });
        }
        asking = false;
    }

    private void decided() {
        deciding = false;
        if (!stopped && !asking) {
            decideNext();
        }
    }

    private static Frame replaced(Decision.Allow decision, Frame frame) {
        return decision.replaced() && decision.data() instanceof Frame other ? other : frame;
    }

    /** Tells of the message before anything comes of it. */
    private void arrived(Frame frame) {
        socket.events.emitIfHeard(SocketEvent.Message.class, frame, SocketEvent.Message::new);
        socket.inbound.add(frame);
    }

    boolean isPong(Frame frame) {
        return frame.isText() && frame.equals(socket.server.pong);
    }

    /** Charges a message to the client; false if that was one too many, which ends it. */
    private boolean admit(int length) {
        if (!admitPacket()) {
            return false;
        }
        long full = config.limits().bytes().take(bytesFull, socket.loop.nanoTime(), length);
        if (full == RateLimit.EXCEEDED) {
            socket.end.violated(DropReason.BYTE_RATE, "Too many bytes");
            return false;
        }
        bytesFull = full;
        return true;
    }

    /** Charges a further packet of a batch to the client. */
    boolean admitPacket() {
        long full = config.limits().messages().take(messagesFull, socket.loop.nanoTime(), 1);
        if (full == RateLimit.EXCEEDED) {
            socket.end.violated(DropReason.MESSAGE_RATE, "Too many messages");
            return false;
        }
        messagesFull = full;
        return true;
    }

    // ---- times

    @Override
    public void sendPing() {
        socket.sendPacket(socket.server.ping);
    }

    @Override
    public boolean silent() {
        if (socket.isReadingPaused()) {
            return false; // it was not listened to
        }
        socket.end.closeWith(CloseCodes.CLIENT_PONG_TIMED_OUT);
        return true;
    }

    @Override
    public void handshakeOverdue() {
        socket.end.closeWith(CloseCodes.NO_HANDSHAKE);
    }

    @Override
    public long tokenMillisLeft() {
        if (!config.auth().expireOnTime()) {
            return -1;
        }
        socket.auth.checkExpiry();
        return socket.auth.millisLeft();
    }
}
