package io.heliograph.cli.console;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Pauses standard input while the send queue is full, so that a long input neither fills memory nor exceeds the queue limit.
 *
 * <p>The pause ends when the queue has not drained for the stall time-out. From then on the slow-consumer policy of the
 * endpoint applies, until the queue is empty again.
 */
public final class InputThrottle {

    private static final long STEP = 500_000;

    private final LongSupplier queuedBytes;
    private final long limit;
    private final long stallNanos;
    private boolean stalled;

    /**
     * @param queuedBytes number of bytes in the send queue
     * @param limit maximum number of queued bytes
     * @param stallTimeout maximum time without progress
     */
    public InputThrottle(LongSupplier queuedBytes, long limit, Duration stallTimeout) {
        this.queuedBytes = queuedBytes;
        this.limit = limit;
        this.stallNanos = stallTimeout.toNanos();
    }

    /** Blocks until the queue has space for {@code bytes} more, or has stalled. */
    public void await(long bytes) throws InterruptedException {
        long queued = queuedBytes.getAsLong();
        if (fits(queued, bytes)) {
            stalled = false;
            return;
        }
        long lowest = queued;
        long movedAt = System.nanoTime();
        while (!stalled) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(STEP);
            queued = queuedBytes.getAsLong();
            if (fits(queued, bytes)) {
                return;
            }
            if (queued < lowest) {
                lowest = queued;
                movedAt = System.nanoTime();
            }
            stalled = System.nanoTime() - movedAt > stallNanos;
        }
    }

    private boolean fits(long queued, long bytes) {
        return queued == 0 || queued + bytes <= limit;
    }
}
