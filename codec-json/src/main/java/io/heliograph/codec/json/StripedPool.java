package io.heliograph.codec.json;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Lock-free pool of a fixed number of objects.
 *
 * <p>The id of a thread selects its slot, which other threads may share. An event loop normally finds the object that
 * it has stored; a short-lived virtual thread finds the object of an earlier thread, where a pool per thread would
 * allocate one.
 *
 * <p>Thread-safe.
 *
 * @param <T> type of the pooled objects
 */
final class StripedPool<T> {

    /** Distance of two slots, so that they do not share a cache line. */
    private static final int STRIDE = 16;

    private final int count = Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 8 - 1);
    private final AtomicReferenceArray<@Nullable T> slots = new AtomicReferenceArray<>(count * STRIDE);

    /** Removes the object in this thread's slot; null if the slot is empty. */
    @Nullable
    T take() {
        return slots.getAndSet(slot(), null);
    }

    /** Stores an object in this thread's slot, replacing another. */
    void put(T object) {
        slots.setRelease(slot(), object);
    }

    private int slot() {
        return ((int) Thread.currentThread().threadId() & (count - 1)) * STRIDE;
    }
}
