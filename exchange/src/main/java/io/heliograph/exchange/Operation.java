package io.heliograph.exchange;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Pending future of an exchange with a deadline.
 *
 * @param <T> type of the result
 */
final class Operation<T> extends CompletableFuture<T> {

    final String channel;
    final long since = System.nanoTime();

    /** Called at the deadline, on its own thread. */
    final Runnable expired;

    /** Whether the operation waits for a publication that the broker has confirmed and not delivered. */
    final boolean confirmed;

    /** Whether the missing delivery has been reported. Used by one thread at a time. */
    boolean late;

    Operation(String channel, boolean confirmed, Consumer<Operation<T>> expired) {
        this.channel = channel;
        this.confirmed = confirmed;
        this.expired = () -> expired.accept(this);
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
