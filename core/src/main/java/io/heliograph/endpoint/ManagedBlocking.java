package io.heliograph.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * Who runs on a thread and has others behind it, so that they can go on when the thread begins to wait for a stream or a {@link
 * BlockableFuture}. What that waits for may be behind it too: a listener that loops over a stream would else wait for itself.
 */
@SuppressWarnings("ReferenceEquality") // a line is itself
public final class ManagedBlocking {

    /** Has others behind it. */
    public interface Line {

        /** The thread that calls this is about to wait: another one is to go on with those behind. */
        void handOver();
    }

    private static final ThreadLocal<@Nullable Line> line = new ThreadLocal<>();

    private ManagedBlocking() {}

    /** Puts a line in the calling thread's charge, and returns the one it had. */
    public static @Nullable Line enter(Line entered) {
        Line before = line.get();
        line.set(entered);
        return before;
    }

    /** Whether the line is in the calling thread's charge still: it is not once it was handed over. */
    public static boolean isIn(Line entered) {
        return line.get() == entered;
    }

    /** Gives back the line that {@link #enter} returned. */
    public static void leave(@Nullable Line before) {
        if (before == null) {
            line.remove();
        } else {
            line.set(before);
        }
    }

    /** The calling thread is about to wait. */
    static void begin() {
        Line held = line.get();
        if (held != null) {
            line.remove();
            held.handOver();
        }
    }
}
