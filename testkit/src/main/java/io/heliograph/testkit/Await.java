package io.heliograph.testkit;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for futures in tests, at most 30 seconds, and fails the test if a future does not complete. */
public final class Await {

    /** Time limit of each wait. */
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    private Await() {}

    /**
     * Returns the value of a future.
     *
     * @throws AssertionError if the future fails, with its failure as the cause, or does not complete in time
     */
    public static <T extends @Nullable Object> T value(CompletionStage<T> future) {
        try {
            return future.toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("the future failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the future did not complete within " + TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a future", e);
        }
    }

    /**
     * Returns the failure of a future.
     *
     * @throws AssertionError if the future has a value, or does not complete in time
     */
    public static Throwable failure(CompletionStage<?> future) {
        try {
            Object value = future.toCompletableFuture().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("the future completed with " + value + " (expected: a failure)");
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("the future did not complete within " + TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a future", e);
        }
    }

    /**
     * Waits for a latch.
     *
     * @throws AssertionError if the latch does not open in time
     */
    public static void until(CountDownLatch latch) {
        try {
            if (!latch.await(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the latch did not open within " + TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for a latch", e);
        }
    }
}
