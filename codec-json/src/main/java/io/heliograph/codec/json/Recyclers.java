package io.heliograph.codec.json;

import java.util.concurrent.atomic.AtomicReferenceArray;
import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.RecyclerPool;

/**
 * Keeps the buffers of Jackson between two uses: a few of them, whatever the number of threads.
 *
 * <p>A thread has one place, by its number, and shares it with others. An event loop finds its own buffers there each time,
 * without a lock; a virtual thread, which lives for a few messages, finds those of another. Jackson's own pools are one for
 * each thread, which virtual threads would fill anew each time, or a queue that allocates for each use and grows with the
 * number of threads.
 */
final class Recyclers implements RecyclerPool<BufferRecycler> {

    private static final long serialVersionUID = 1L;

    /** References from one place to the next, so that two do not share a cache line. */
    private static final int STRIDE = 16;

    private final int places =
            Integer.highestOneBit(Runtime.getRuntime().availableProcessors() * 8 - 1);
    private final AtomicReferenceArray<BufferRecycler> kept =
            new AtomicReferenceArray<>(places * STRIDE);

    @Override
    public BufferRecycler acquirePooled() {
        BufferRecycler found = kept.getAndSet(place(), null);
        return found != null ? found : new BufferRecycler();
    }

    @Override
    public void releasePooled(BufferRecycler recycler) {
        kept.setRelease(place(), recycler);
    }

    private int place() {
        return ((int) Thread.currentThread().threadId() & (places - 1)) * STRIDE;
    }
}
