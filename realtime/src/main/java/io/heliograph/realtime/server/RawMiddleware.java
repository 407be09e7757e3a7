package io.heliograph.realtime.server;

import io.heliograph.endpoint.ReadThrottle.Reason;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import java.util.ArrayDeque;

/** Messages of one connection before raw middleware, which decides about one at a time. Event loop only. */
final class RawMiddleware {

    private final DefaultRealtimeSocket socket;
    private final InboundPipeline pipeline;
    private final ArrayDeque<Frame> undecided = new ArrayDeque<>(4);
    private long bytes;
    private boolean deciding;
    private boolean asking;

    RawMiddleware(DefaultRealtimeSocket socket, InboundPipeline pipeline) {
        this.socket = socket;
        this.pipeline = pipeline;
    }

    boolean isDeciding() {
        return deciding;
    }

    /** Enqueues a message, and asks middleware about it after the messages before it. */
    void add(Frame frame) {
        if (!socket.pending.queue(frame)) {
            return;
        }
        pipeline.count(1);
        undecided.add(frame);
        bytes += frame.length();
        if (undecided.size() >= socket.config.endpoint().maxPendingMessages()
                || bytes >= 2L * socket.pending.maxMessageBytes()) {
            socket.pending.pauseReading(Reason.MIDDLEWARE);
        }
        decideNext();
    }

    /** Drops the undecided messages. */
    void stop() {
        undecided.clear();
        bytes = 0;
    }

    private void decideNext() {
        asking = true;
        while (!deciding && !undecided.isEmpty()) {
            Frame frame = undecided.remove();
            bytes -= frame.length();
            if (undecided.size() <= socket.config.endpoint().maxPendingMessages() / 2
                    && bytes <= socket.pending.maxMessageBytes()) {
                socket.pending.resumeReading(Reason.MIDDLEWARE);
            }
            deciding = true;
            socket.steps.decide(
                    ActionKind.MESSAGE,
                    new Action.Message(socket, frame),
                    decision -> decided(frame, () -> pipeline.decided(decision, frame)),
                    error -> decided(frame, () -> {}));
        }
        asking = false;
        pipeline.checkDrained();
    }

    private void decided(Frame frame, Runnable outcome) {
        pipeline.count(-1);
        socket.pending.dequeue(frame);
        outcome.run();
        deciding = false;
        if (!asking) {
            decideNext();
        }
    }
}
