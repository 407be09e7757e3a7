package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.SocketState;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous steps of the inbound pipeline: broker operations, token verification and middleware. Event loop only.
 */
final class AsyncSteps {

    private final DefaultRealtimeSocket socket;

    AsyncSteps(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Holds the pipeline until a future completes, and continues with its result. */
    <T> void await(CompletableFuture<T> future, Consumer<? super T> then, Consumer<? super Throwable> otherwise) {
        if (future.isDone()) {
            proceed(future, then, otherwise);
            return;
        }
        socket.inbound.hold();
        onLoop(
                future,
                value -> releasing(() -> then.accept(value)),
                failure -> releasing(() -> otherwise.accept(failure)));
    }

    /** Runs a step and releases the pipeline, even if the step fails. */
    private void releasing(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failure) {
            socket.report(failure);
        } finally {
            socket.inbound.release();
        }
    }

    /** Continues on the event loop with the result of a future. */
    <T> void onLoop(CompletableFuture<T> future, Consumer<? super T> then, Consumer<? super Throwable> otherwise) {
        future.whenComplete((value, failure) -> socket.onLoop(() -> proceed(future, then, otherwise)));
    }

    private static <T> void proceed(
            CompletableFuture<T> future, Consumer<? super T> then, Consumer<? super Throwable> otherwise) {
        T value;
        try {
            value = future.join();
        } catch (RuntimeException failure) {
            otherwise.accept(Failures.unwrap(failure));
            return;
        }
        then.accept(value);
    }

    /**
     * Holds the pipeline until middleware decides.
     *
     * @param data the data of the action
     * @param allowed receives the data or its replacement
     * @param blocked receives the error for the client
     */
    void ask(ActionKind kind, Action action, Payload data, Consumer<Payload> allowed, Consumer<Throwable> blocked) {
        socket.inbound.hold();
        decide(
                kind,
                action,
                decision -> releasing(() -> {
                    if (socket.state() != SocketState.CLOSED) {
                        replaced(decision, data, allowed, blocked);
                    }
                }),
                error -> releasing(() -> {
                    if (socket.state() != SocketState.CLOSED) {
                        blocked.accept(error);
                    }
                }));
    }

    /** Passes on the data of an action or its replacement. */
    void replaced(Decision.Allow decision, Payload data, Consumer<Payload> allowed, Consumer<Throwable> blocked) {
        Payload replaced = data;
        if (decision.replaced()) {
            try {
                replaced = socket.packets.payload(decision.data());
            } catch (InvalidMessageException e) {
                socket.report(e);
                blocked.accept(e);
                return;
            }
        }
        allowed.accept(replaced);
    }

    /**
     * Asks middleware without holding the pipeline.
     *
     * @param blocked receives the error for the peer, which is already reported locally
     */
    void decide(ActionKind kind, Action action, Consumer<Decision.Allow> allowed, Consumer<Throwable> blocked) {
        socket.server.middlewares.ask(kind, action, socket.loop, new Middlewares.Outcome() {
            @Override
            public void allowed(Decision.Allow decision) {
                allowed.accept(decision);
            }

            @Override
            public void blocked(@Nullable Throwable error, boolean silent) {
                blocked.accept(Middlewares.rejection(
                        kind,
                        action,
                        error,
                        silent,
                        socket.config.protocol().emitMiddlewareFailures() ? socket::report : ignored -> {}));
            }

            @Override
            public void timedOut() {
                socket.events.dropped(DropReason.MIDDLEWARE_TIMEOUT, 1);
            }
        });
    }
}
