package io.heliograph.endpoint;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counter of the work that an endpoint has accepted and not yet answered, for {@link EndpointLifecycle.Role#drain}. Thread-safe.
 */
public final class InFlight {

    // Added to the count once the work is being drained, so that one addition counts and checks.
    private static final long DRAINING = Long.MIN_VALUE;

    private final AtomicLong count = new AtomicLong();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /**
     * Counts a piece of work.
     *
     * @return false if the work is being drained: it must be rejected, and {@link #end} must not follow
     */
    public boolean begin() {
        if (count.incrementAndGet() > 0) {
            return true;
        }
        end();
        return false;
    }

    /** Ends a piece of work. Must be called after its answer has been accepted for sending. */
    public void end() {
        if (count.decrementAndGet() == DRAINING) {
            drained.complete(null);
        }
    }

    /**
     * Rejects further work.
     *
     * @return completes when all accepted work has ended, on the thread that ends the last piece
     */
    public CompletableFuture<Void> drain() {
        long before = count.getAndUpdate(now -> now < 0 ? now : now + DRAINING);
        if (before == 0) {
            drained.complete(null);
        }
        return drained.copy();
    }

    /** Returns the number of pieces of work that have not ended. */
    public long size() {
        long now = count.get();
        return now < 0 ? now - DRAINING : now;
    }
}
