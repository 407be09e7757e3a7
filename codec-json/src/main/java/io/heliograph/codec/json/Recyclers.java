package io.heliograph.codec.json;

import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.RecyclerPool;

/**
 * Pool of Jackson's buffers. Jackson's own pools are worse: a pool per thread allocates for every virtual thread, and a
 * queue allocates for every use and grows with the number of threads.
 */
final class Recyclers implements RecyclerPool<BufferRecycler> {

    private static final long serialVersionUID = 1L;

    private final transient StripedPool<BufferRecycler> pool = new StripedPool<>();

    @Override
    public BufferRecycler acquirePooled() {
        BufferRecycler pooled = pool.take();
        return pooled != null ? pooled : new BufferRecycler();
    }

    @Override
    public void releasePooled(BufferRecycler recycler) {
        pool.put(recycler);
    }
}
