package io.heliograph.socket;

import io.heliograph.HeliographException;
import io.heliograph.connection.Lane;
import io.heliograph.frame.Frame;
import org.jspecify.annotations.Nullable;

/** One message on its way to the listeners. */
final class Delivery extends Lane.Task {

    private final SocketConnection from;
    private final Frame bytes;
    private final @Nullable String text;

    // The lane's own.
    private boolean failed;

    Delivery(SocketConnection from, Frame bytes, @Nullable String text) {
        this.from = from;
        this.bytes = bytes;
        this.text = text;
    }

    @Override
    protected void run() {
        from.events().emit(this);
    }

    Frame bytes() {
        return bytes;
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
