package io.heliograph.codec.json;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps things between two uses: a few of them, whatever the number of threads.
 *
 * <p>A thread has one place, by its number, and shares it with others. An event loop finds its own thing there each time,
 * without a lock; a virtual thread, which lives for a few messages, finds that of another. To keep one for each thread would
 * mean to make one for each virtual thread.
 *
 * @param <T> what is kept
 */
final class Places<T> {

    /** References from one place to the next, so that two do not share a cache line. */
    private static final int STRIDE = 16;

    private final int count = Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 8 - 1);
    private final AtomicReferenceArray<@Nullable T> kept = new AtomicReferenceArray<>(count * STRIDE);

    /** Takes what is at this thread's place, so that nobody else has it. */
    @Nullable
    T take() {
        return kept.getAndSet(place(), null);
    }

    /** Leaves something for the next use, in place of what is there. */
    void put(T thing) {
        kept.setRelease(place(), thing);
    }

    private int place() {
        return ((int) Thread.currentThread().threadId() & (count - 1)) * STRIDE;
    }
}
