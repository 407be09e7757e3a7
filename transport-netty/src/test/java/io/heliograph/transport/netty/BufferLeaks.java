package io.heliograph.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Leaked buffers according to the leak detector of Netty, which tracks every buffer. */
final class BufferLeaks {

    private static final Queue<String> found = new ConcurrentLinkedQueue<>();

    private BufferLeaks() {}

    /** Must come before the first buffer: a class of buffers gets its detector once. */
    static void watch() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // abstract, so one has to
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int samplingInterval, long maxActive) {
                return new Recording<>(resource, samplingInterval);
            }

            @Override
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
                return new Recording<>(resource, samplingInterval);
            }
        });
    }

    /** Returns the leaks since the last call. */
    static List<String> take() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            collectGarbage();
            // The detector looks for what was collected when it begins to watch another buffer.
            for (ByteBufAllocator allocator : List.of(ByteBufAllocator.DEFAULT, UnpooledByteBufAllocator.DEFAULT)) {
                ByteBuf direct = allocator.directBuffer(16);
                ByteBuf heap = allocator.heapBuffer(16);
                direct.release();
                heap.release();
            }
        }
        List<String> leaks = new ArrayList<>();
        for (String leak = found.poll(); leak != null; leak = found.poll()) {
            leaks.add(leak);
        }
        return leaks;
    }

    /** Returns when something that was unreachable before has been found to be. */
    private static void collectGarbage() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> sentinel = new PhantomReference<>(new Object(), queue);
        long end = System.nanoTime() + 10_000_000_000L;
        try {
            do {
                System.gc();
            } while (queue.remove(100) == null && System.nanoTime() < end);
        } finally {
            Reference.reachabilityFence(sentinel);
        }
    }

    private static final class Recording<T> extends ResourceLeakDetector<T> {

        @SuppressWarnings("deprecation") // the factory's way to make one
        Recording(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resource, String records) {
            found.add(resource + records);
        }

        @Override
        protected void reportUntracedLeak(String resource) {
            found.add(resource);
        }
    }
}
