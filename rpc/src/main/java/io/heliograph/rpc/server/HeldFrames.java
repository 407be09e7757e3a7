package io.heliograph.rpc.server;

import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.ReadThrottle.Reason;
import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Messages of one socket that arrived before the connection listeners have run, or while the backend decides about an earlier one.
 * Reading pauses meanwhile. Event loop only.
 */
final class HeldFrames {

    private record HeldFrame(Frame frame, boolean closing) {}

    private final ServerSession session;
    private final ReadThrottle throttle;
    private final Deque<HeldFrame> frames = new ArrayDeque<>(0);
    private boolean listenersPending;
    private int undecided;

    HeldFrames(ServerSession session, ReadThrottle throttle) {
        this.session = session;
        this.throttle = throttle;
    }

    /** Returns whether messages must be {@linkplain #add held}. */
    boolean isHolding() {
        return listenersPending || undecided > 0;
    }

    /** Holds a message; false if it does not fit in the budget. */
    boolean add(Frame frame, boolean closing) {
        if (!session.work().hold(frame.length())) {
            return false;
        }
        frames.add(new HeldFrame(frame, closing));
        return true;
    }

    void awaitListeners() {
        listenersPending = true;
        throttle.pause(Reason.CONNECTION);
    }

    void listenersDone() {
        listenersPending = false;
        read();
        throttle.resume(Reason.CONNECTION);
    }

    /** Begins to hold messages; {@link #decided} follows. */
    void awaitDecision() {
        undecided++;
        throttle.pause(Reason.MIDDLEWARE);
    }

    void decided() {
        undecided--;
        read();
        if (undecided == 0) {
            throttle.resume(Reason.MIDDLEWARE);
        }
    }

    private void read() {
        while (!isHolding() && !frames.isEmpty() && session.isOpen()) {
            HeldFrame held = frames.remove();
            session.work().unhold(held.frame.length());
            session.read(held.frame, held.closing);
        }
        if (!session.isOpen()) {
            release();
        }
    }

    void release() {
        frames.forEach(held -> session.work().unhold(held.frame.length()));
        frames.clear();
    }
}
