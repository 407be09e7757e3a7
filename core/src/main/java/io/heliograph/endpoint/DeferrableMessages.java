package io.heliograph.endpoint;

import io.heliograph.internal.Failures;
import io.heliograph.transport.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Order of the messages of one connection whose handling may be deferred. While a message is deferred, later messages are held and reading
 * pauses for {@link ReadThrottle.Reason#MIDDLEWARE}, so that at most the messages of one read are held. Event loop only.
 */
public final class DeferrableMessages {

    /** Result of the handling of a message that is not deferred. */
    public static final CompletionStage<Void> HANDLED = CompletableFuture.completedStage(null);

    private final EventLoop loop;
    private final ReadThrottle throttle;
    private final Consumer<? super Throwable> onFailure;
    private final ArrayDeque<Supplier<CompletionStage<Void>>> held = new ArrayDeque<>(0);
    private boolean deferred;
    private @Nullable Runnable end;

    /** @param onFailure receives the failure of a deferred message, on the event loop */
    public DeferrableMessages(EventLoop loop, ReadThrottle throttle, Consumer<? super Throwable> onFailure) {
        this.loop = loop;
        this.throttle = throttle;
        this.onFailure = onFailure;
    }

    /** Returns whether a message is deferred: the next message must be {@linkplain #hold held}. */
    public boolean isDeferred() {
        return deferred;
    }

    /** Holds a message until all messages before it have been handled. */
    public void hold(Supplier<CompletionStage<Void>> handling) {
        held.add(handling);
    }

    /** Accepts the result of the handling of a message. A result that is not complete defers the later messages. */
    public void handled(CompletionStage<Void> result) {
        if (!isComplete(result)) {
            deferred = true;
            throttle.pause(ReadThrottle.Reason.MIDDLEWARE);
            result.whenComplete((done, failure) -> loop.executeOrRun(() -> next(failure)));
        }
    }

    @SuppressWarnings("ReferenceEquality") // a shared constant
    private static boolean isComplete(CompletionStage<Void> result) {
        return result == HANDLED
                || (result instanceof CompletableFuture<Void> future
                        && future.isDone()
                        && !future.isCompletedExceptionally());
    }

    private void next(@Nullable Throwable failure) {
        if (failure != null) {
            onFailure.accept(Failures.unwrap(failure));
        }
        deferred = false;
        while (!deferred && !held.isEmpty()) {
            handled(held.remove().get());
        }
        if (!deferred) {
            throttle.resume(ReadThrottle.Reason.MIDDLEWARE);
            runEnd();
        }
    }

    /** Runs a task when all messages have been handled. Called once. */
    public void end(Runnable task) {
        end = task;
        if (!deferred) {
            runEnd();
        }
    }

    private void runEnd() {
        Runnable task = end;
        end = null;
        if (task != null) {
            task.run();
        }
    }

    /** Discards the held messages, because the connection has closed. */
    public void clear() {
        held.clear();
        end = null;
    }
}
