package io.heliograph.cli;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Holds back the reading of standard input while what was read before still waits to be written, so that a long input neither
 * fills memory nor runs into a queue's limit.
 *
 * <p>It waits only as long as something moves: a peer that has stalled for longer than the pacer's patience is left to the
 * endpoint's own limit, until its queue has emptied.
 */
final class Pacer {

    private static final long STEP = 500_000;

    private final LongSupplier queuedBytes;
    private final long limit;
    private final long patience;
    private boolean stalled;

    /**
     * @param queuedBytes how much waits now
     * @param limit how much may wait
     * @param patience how long nothing may move
     */
    Pacer(LongSupplier queuedBytes, long limit, Duration patience) {
        this.queuedBytes = queuedBytes;
        this.limit = limit;
        this.patience = patience.toNanos();
    }

    /** Returns when there is room for {@code bytes} more, or no use in waiting. */
    void await(long bytes) throws InterruptedException {
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
            stalled = System.nanoTime() - movedAt > patience;
        }
    }

    private boolean fits(long queued, long bytes) {
        return queued == 0 || queued + bytes <= limit;
    }
}
