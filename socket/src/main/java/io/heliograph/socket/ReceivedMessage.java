package io.heliograph.socket;

import io.heliograph.HeliographException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import org.jspecify.annotations.Nullable;

/** One message on its way to the listeners. */
final class Delivery extends SerialExecutor.Task {

    private final SocketConnection from;
    private final Frame bytes;
    private final @Nullable String text;
    private final double @Nullable [] doubles;

    // The executor's own.
    private boolean failed;
    private boolean last;

    Delivery(SocketConnection from, Frame bytes, @Nullable String text) {
        this.from = from;
        this.bytes = bytes;
        this.text = text;
        this.doubles = null;
    }

    /** One of doubles that are in an array already, and not in {@link #bytes}. */
    Delivery(SocketConnection from, double[] doubles) {
        this.from = from;
        this.bytes = Frame.empty();
        this.text = null;
        this.doubles = doubles;
    }

    @Override
    protected void run() {
        from.events().emit(this);
    }

    Frame bytes() {
        return bytes;
    }

    /** The doubles, if they are in an array already; to be read only. */
    double @Nullable [] doubles() {
        return doubles;
    }

    /** Says that a listener is told of it now, and whether it is the last one. */
    void next(boolean last) {
        this.last = last;
    }

    /** An array that was in {@link #doubles}, for the listener that is told now: it may do with it what it likes. */
    double[] own(double[] values) {
        return last ? values : values.clone();
    }

    String text() {
        return text == null ? bytes.utf8() : text;
    }

    /** It holds no value, as is told once, to whatever number of listeners wanted it. */
    void failed(HeliographException problem) {
        if (!failed) {
            failed = true;
            from.undecodable(problem);
        }
    }
}
