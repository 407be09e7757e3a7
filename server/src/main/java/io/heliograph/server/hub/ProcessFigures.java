package io.heliograph.server.hub;

import com.sun.management.UnixOperatingSystemMXBean;
import io.heliograph.server.stats.JvmStats;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;

/** Figures of this process. Thread-safe. */
final class ProcessFigures {

    private ProcessFigures() {}

    static JvmStats read() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        long gcMillis = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
        long cpuNanos = 0;
        long openFiles = -1;
        long maxFiles = -1;
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            cpuNanos = unix.getProcessCpuTime();
            openFiles = unix.getOpenFileDescriptorCount();
            maxFiles = unix.getMaxFileDescriptorCount();
        }
        return new JvmStats(
                heap.getUsed(),
                heap.getMax(),
                direct,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                Duration.ofNanos(Math.max(0, cpuNanos)),
                Duration.ofMillis(gcMillis),
                openFiles,
                maxFiles);
    }
}
