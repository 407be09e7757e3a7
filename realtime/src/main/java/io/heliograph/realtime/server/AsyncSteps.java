package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.DropReason;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.SocketState;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The steps of processing what one client sent that may take time, and hold back what it sent afterwards: the broker, tokens,
 * middleware. The loop's own.
 */
final class AsyncSteps {

    private final DefaultRealtimeSocket socket;

    AsyncSteps(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Goes on with what {@code future} brings, holding back what follows. */
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

    /** Takes a step and goes on with what follows, which a step that fails must not hold back for good. */
    private void releasing(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failure) {
            socket.report(failure);
        } finally {
            socket.inbound.release();
        }
    }

    /** Goes on, on the loop, with what {@code future} brings. */
    <T> void onLoop(CompletableFuture<T> future, Consumer<? super T> then, Consumer<? super Throwable> otherwise) {
        future.whenComplete((value, failure) -> socket.onLoop(() -> proceed(future, then, otherwise)));
    }

    private static <T> void proceed(
            CompletableFuture<T> future, Consumer<? super T> then, Consumer<? super Throwable> otherwise) {
        T value;
        try {
            value = future.join();
        } catch (RuntimeException failure) {
            otherwise.accept(Middlewares.cause(failure));
            return;
        }
        then.accept(value);
    }

    /**
     * Asks middleware about what the client sent, holding back what follows.
     *
     * @param data of the action
     * @param allowed given the data, or what replaces it
     * @param blocked given what the client is told
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

    /** Gives on the data of an action, or what middleware has put in its place. */
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
     * Asks middleware, without holding back anything.
     *
     * @param blocked given what the other side is told; it is reported already
     */
    void decide(ActionKind kind, Action action, Consumer<Decision.Allow> allowed, Consumer<Throwable> blocked) {
        socket.server.middlewares.ask(kind, action, socket.loop, new Middlewares.Outcome() {
            @Override
            public void allowed(Decision.Allow decision) {
                allowed.accept(decision);
            }

            @Override
            public void blocked(@Nullable Throwable error, boolean silent) {
                blocked.accept(Middlewares.told(
                        kind,
                        action,
                        error,
                        silent,
                        socket.config.protocol().emitMiddlewareFailures() ? socket::report : ignored -> {}));
            }

            @Override
            public void undecided() {
                socket.events.dropped(DropReason.MIDDLEWARE_TIMEOUT, 1);
            }
        });
    }
}
