package io.heliograph.exchange;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Limits the reads of logs that are in progress at the broker to 64; further ones wait in order. Thread-safe. */
final class Reads {

    static final int MAX_ACTIVE = 64;

    // Guarded by this.
    private final Deque<Supplier<CompletableFuture<?>>> waiting = new ArrayDeque<>();
    private int active;

    /**
     * Starts a read when there is room: on this thread, which must not hold a lock, or later on another.
     *
     * @param read starts the read and returns a future that completes when the read has been processed
     */
    void submit(Supplier<CompletableFuture<?>> read) {
        synchronized (this) {
            if (active == MAX_ACTIVE) {
                waiting.add(read);
                return;
            }
            active++;
        }
        start(read);
    }

    private void start(Supplier<CompletableFuture<?>> read) {
        CompletableFuture<?> done;
        try {
            done = read.get();
        } catch (Throwable failure) {
            done = CompletableFuture.failedFuture(failure);
        }
        done.whenComplete((result, failure) -> next());
    }

    private void next() {
        Supplier<CompletableFuture<?>> read;
        synchronized (this) {
            read = waiting.poll();
            if (read == null) {
                active--;
                return;
            }
        }
        Events.runLater(() -> start(read));
    }
}
