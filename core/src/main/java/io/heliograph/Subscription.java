package io.heliograph;

import java.util.concurrent.CompletableFuture;

/** Registration of a listener. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /**
     * Removes the listener. Idempotent and thread-safe.
     *
     * <p>A call of the listener that has begun completes. If {@code close()} runs on the thread that calls the listeners, no
     * further call begins after it returns.
     */
    @Override
    void close();

    /**
     * Returns the future that completes when the peer has accepted the subscription. It fails with the refusal of the peer, or if
     * the subscription is closed before the peer has answered.
     *
     * <p>Default: completed, for a listener that involves no peer.
     */
    default CompletableFuture<Void> subscribed() {
        return CompletableFuture.completedFuture(null);
    }
}
