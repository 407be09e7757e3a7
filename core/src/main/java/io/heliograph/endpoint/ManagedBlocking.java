package io.heliograph.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * Managed blocking: lets a serial executor continue on another thread while its current task blocks, on a stream or on a
 * {@link BlockableFuture}. What the task waits for may be queued behind it.
 */
@SuppressWarnings("ReferenceEquality") // a blocker is compared by identity
public final class ManagedBlocking {

    /** Executor whose current task may block. */
    public interface Blocker {

        /** Continues with the queued tasks on another thread, because the calling thread is about to block. */
        void handOver();
    }

    private static final ThreadLocal<@Nullable Blocker> current = new ThreadLocal<>();

    private ManagedBlocking() {}

    /** Registers an executor as running on the calling thread, and returns the one that was registered before. */
    public static @Nullable Blocker enter(Blocker entered) {
        Blocker before = current.get();
        current.set(entered);
        return before;
    }

    /** Returns whether the executor still runs on the calling thread, and has not been handed over. */
    public static boolean isIn(Blocker entered) {
        return current.get() == entered;
    }

    /** Restores the executor that {@link #enter} returned. */
    public static void leave(@Nullable Blocker before) {
        if (before == null) {
            current.remove();
        } else {
            current.set(before);
        }
    }

    /** Hands the executor of the calling thread over, because the thread is about to block. */
    static void begin() {
        Blocker blocking = current.get();
        if (blocking != null) {
            current.remove();
            blocking.handOver();
        }
    }
}
