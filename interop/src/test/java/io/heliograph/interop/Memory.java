package io.heliograph.interop;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** Memory use of this process. */
final class Memory {

    static final long MIB = 1 << 20;

    private Memory() {}

    /** Returns the reachable bytes of the heap, after a collection, and of direct buffers. */
    static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return heap + direct;
    }
}
