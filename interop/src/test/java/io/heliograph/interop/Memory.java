package io.heliograph.interop;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;

/** Memory use of this process. */
final class Memory {

    static final long MIB = 1 << 20;

    private Memory() {}

    /**
     * Returns the bytes of the heap at the end of a collection, and of direct buffers. Garbage that other threads have created since
     * the collection does not count, such as that of an endpoint of the previous test that is still closing.
     */
    static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return heap + direct;
    }
}
