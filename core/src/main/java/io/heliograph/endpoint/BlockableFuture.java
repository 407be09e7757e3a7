package io.heliograph.endpoint;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Future that a listener may block on (managed blocking): while the listener waits, its serial executor continues on another
 * thread, because a later task may be the one that completes the future. Futures derived from it, as by {@code thenApply}, behave
 * alike.
 *
 * <p>Under {@link io.heliograph.Dispatch#direct()} there is no other thread, and a listener must not block.
 */
public class BlockableFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new BlockableFuture<>();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        beforeBlocking();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        beforeBlocking();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        beforeBlocking();
        return super.join();
    }

    private void beforeBlocking() {
        if (!isDone()) {
            ManagedBlocking.begin();
        }
    }
}
