package io.heliograph.testkit;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/**
 * Detects locks that a thread holds while user code runs. A test calls {@link #check} in its listeners and in the callbacks of
 * futures, on platform threads, and {@link #assertNone} at its end. Thread-safe.
 */
public final class LockDetector {

    private static final String LIBRARY = "io.heliograph.";

    private final List<String> held = new CopyOnWriteArrayList<>();
    private final AtomicInteger checks = new AtomicInteger();

    /** Records the locks that the calling thread holds: monitors that the library has entered, and reentrant locks. */
    public void check() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            throw new IllegalStateException("virtual thread (expected: a platform thread, whose locks are known)");
        }
        checks.incrementAndGet();
        ThreadInfo info =
                ManagementFactory.getThreadMXBean().getThreadInfo(new long[] {thread.threadId()}, true, true)[0];
        for (MonitorInfo monitor : info.getLockedMonitors()) {
            StackTraceElement frame = monitor.getLockedStackFrame();
            if (frame.getClassName().startsWith(LIBRARY)) {
                held.add("monitor " + monitor.getClassName() + " entered at " + frame);
            }
        }
        List<String> locks = Stream.of(info.getLockedSynchronizers())
                .map(LockInfo::getClassName)
                .filter(name -> name.contains("ReentrantLock") || name.contains("ReadWriteLock"))
                .toList();
        if (locks.size() > (isEventLoop(info) ? 1 : 0)) {
            held.add("locks " + locks + " held at " + List.of(info.getStackTrace()));
        }
    }

    /** Returns whether the thread is an event loop of Netty, which holds one lock of its own all the time. */
    private static boolean isEventLoop(ThreadInfo info) {
        return Stream.of(info.getStackTrace())
                .anyMatch(
                        frame -> frame.getClassName().startsWith("io.netty.util.concurrent.SingleThreadEventExecutor"));
    }

    /** Fails if a lock was held at a check, or if there were fewer checks than expected. */
    public void assertNone(int leastChecks) {
        Assertions.assertThat(held)
                .as("locks that are held while user code runs")
                .isEmpty();
        Assertions.assertThat(checks.get()).as("checks in user code").isGreaterThanOrEqualTo(leastChecks);
    }
}
