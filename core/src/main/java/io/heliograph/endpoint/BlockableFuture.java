package io.heliograph.endpoint;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A future that a listener may wait for. While it does, another thread goes on with what is behind the listener, for that may be
 * the very thing that completes the future. So may what is made of it, as by {@code thenApply}.
 *
 * <p>Under {@link io.heliograph.Dispatch#direct()} there is no other thread, and a listener must not wait.
 */
public class BlockableFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new BlockableFuture<>();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        beforeWaiting();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        beforeWaiting();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        beforeWaiting();
        return super.join();
    }

    private void beforeWaiting() {
        if (!isDone()) {
            ManagedBlocking.begin();
        }
    }
}
