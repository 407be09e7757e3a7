package io.heliograph.codec.json;

import tools.jackson.core.util.BufferRecycler;
import tools.jackson.core.util.RecyclerPool;

/**
 * Keeps the buffers of Jackson between two uses. Jackson's own pools are one for each thread, which virtual threads would fill
 * anew each time, or a queue that allocates for each use and grows with the number of threads.
 */
final class Recyclers implements RecyclerPool<BufferRecycler> {

    private static final long serialVersionUID = 1L;

    private final transient Places<BufferRecycler> places = new Places<>();

    @Override
    public BufferRecycler acquirePooled() {
        BufferRecycler found = places.take();
        return found != null ? found : new BufferRecycler();
    }

    @Override
    public void releasePooled(BufferRecycler recycler) {
        places.put(recycler);
    }
}
