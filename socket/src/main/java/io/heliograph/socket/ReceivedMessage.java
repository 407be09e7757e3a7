package io.heliograph.socket;

import io.heliograph.HeliographException;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import org.jspecify.annotations.Nullable;

/** A received message, as a task of the serial executor that calls the listeners. */
final class ReceivedMessage extends SerialExecutor.Task {

    private final SocketConnection from;
    private final Frame bytes;
    private final @Nullable String string;
    private final double @Nullable [] doubles;

    // Serial executor only.
    private boolean failed;
    private boolean last;

    ReceivedMessage(SocketConnection from, Frame bytes, @Nullable String string) {
        this.from = from;
        this.bytes = bytes;
        this.string = string;
        this.doubles = null;
    }

    /** Creates a message of doubles that are already decoded; {@link #bytes} is empty. */
    ReceivedMessage(SocketConnection from, double[] doubles) {
        this.from = from;
        this.bytes = Frame.empty();
        this.string = null;
        this.doubles = doubles;
    }

    @Override
    protected boolean isDroppable() {
        return true;
    }

    @Override
    protected void run() {
        from.events().emit(this);
    }

    Frame bytes() {
        return bytes;
    }

    /** The decoded doubles, or null if the message is in {@link #bytes}. Read-only. */
    double @Nullable [] doubles() {
        return doubles;
    }

    /** Announces the next listener, and whether it is the last one. */
    void next(boolean last) {
        this.last = last;
    }

    /** Returns {@code values}, from {@link #doubles}, as an array that the current listener owns. */
    double[] owned(double[] values) {
        return last ? values : values.clone();
    }

    String string() {
        return string == null ? bytes.utf8() : string;
    }

    /** Reports undecodable content, once for all listeners. */
    void failed(HeliographException problem) {
        if (!failed) {
            failed = true;
            from.undecodable(problem);
        }
    }
}
