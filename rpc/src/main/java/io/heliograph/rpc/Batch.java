package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several requests in one message: one after another, each when the one before is done, and their answers together. */
final class Batch {

    private final ServerSession session;
    private final Dialect dialect;
    private final List<Frame> elements;
    private final List<Frame> answers = new ArrayList<>();

    // The loop's own.
    private int next;
    private boolean running;
    private boolean answered;

    Batch(ServerSession session, Dialect dialect, List<Frame> elements) {
        this.session = session;
        this.dialect = dialect;
        this.elements = elements;
    }

    /** Goes on with the next element; on the loop. */
    void run() {
        running = true;
        while (next < elements.size()) {
            if (!session.isOpen()) {
                return;
            }
            answered = false;
            session.element(dialect, elements.get(next++), this);
            if (!answered) {
                running = false;
                return;
            }
        }
        if (!answers.isEmpty()) {
            session.send(together());
        }
    }

    private Frame together() {
        try {
            return dialect.array(answers);
        } catch (CodecException e) {
            session.unencodable(e);
            return session.error(dialect, dialect.wantsVersion(), ErrorCode.INTERNAL_ERROR, null, null);
        }
    }

    /** The element under way has its answer, or none to give; any thread. */
    void answered(@Nullable Frame answer) {
        session.onLoop(() -> {
            if (answer != null) {
                answers.add(answer);
            }
            answered = true;
            if (!running) {
                run();
            }
        });
    }
}
