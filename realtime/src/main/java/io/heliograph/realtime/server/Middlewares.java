package io.heliograph.realtime.server;

import io.heliograph.Dispatch;
import io.heliograph.EventStream;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.PendingAction;
import io.heliograph.realtime.SilentMiddlewareBlockedException;
import io.heliograph.realtime.TimeoutException;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The middleware of a server, at most one for each kind of action, and the asking of it. */
final class Middlewares {

    /** Each socket waits for its action, so that no more wait than there are sockets. */
    private static final Pausable UNTHROTTLED = new Pausable() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}
    };

    private final AtomicReferenceArray<@Nullable Middleware<?>> set =
            new AtomicReferenceArray<>(ActionKind.values().length);
    private final @Nullable Executor executor;
    private final Duration timeout;

    /**
     * @param timeout how long a decision may take; zero for any time
     */
    Middlewares(Dispatch dispatch, Duration timeout) {
        this.executor = dispatch.executor();
        this.timeout = timeout;
    }

    /** What becomes of an action; called on its loop, one of the two, once. */
    interface Outcome {

        void allowed(Decision.Allow decision);

        /**
         * It does not go on.
         *
         * @param error why, or null
         * @param silent whether only this side is to be told
         */
        void blocked(@Nullable Throwable error, boolean silent);

        /** It was not decided in time; {@link #blocked} follows. */
        void undecided();
    }

    /**
     * What the other side is told of an action that was blocked.
     *
     * @param report told the true reason
     */
    static Throwable told(
            ActionKind kind,
            Action action,
            @Nullable Throwable error,
            boolean silent,
            Consumer<? super Throwable> report) {
        SilentMiddlewareBlockedException quiet = new SilentMiddlewareBlockedException(
                "The " + action.type() + " AGAction was blocked by " + kind.middleware() + " middleware",
                kind.middleware());
        report.accept(error == null ? quiet : error);
        return error == null || silent ? quiet : error;
    }

    /** The failure that a future wraps. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    boolean has(ActionKind kind) {
        return set.get(place(kind)) != null;
    }

    @SuppressWarnings("EnumOrdinal") // a place in an array of all
    private static int place(ActionKind kind) {
        return kind.ordinal();
    }

    /**
     * Has {@code middleware} decide.
     *
     * @throws InvalidActionException if there is one
     */
    <A extends Action> void add(Class<A> type, Middleware<A> middleware) {
        ActionKind kind = ActionKind.of(type);
        if (!set.compareAndSet(place(kind), null, middleware)) {
            throw new InvalidActionException("Middleware " + kind.middleware() + " type has already been set");
        }
    }

    void remove(ActionKind kind) {
        set.set(place(kind), null);
    }

    /** The actions of a kind as a stream, which is their middleware until it is closed. */
    <A extends Action> EventStream<PendingAction<A>> stream(Class<A> type) {
        StreamMiddleware<A> middleware = new StreamMiddleware<>(type);
        add(type, middleware);
        return middleware.source.stream();
    }

    private final class StreamMiddleware<A extends Action> implements Middleware<A> {

        private final ActionKind kind;
        private final StreamSource<PendingAction<A>> source;

        StreamMiddleware(Class<A> type) {
            this.kind = ActionKind.of(type);
            this.source = new StreamSource<>("actions " + type.getSimpleName(), 1, UNTHROTTLED, this::closed);
        }

        private void closed() {
            set.compareAndSet(place(kind), this, null);
        }

        @Override
        public CompletionStage<Decision> decide(A action) {
            Asked<A> asked = new Asked<>(action);
            source.emit(asked);
            return asked.decision;
        }
    }

    private record Asked<A extends Action>(A action, CompletableFuture<Decision> decision) implements PendingAction<A> {

        Asked(A action) {
            this(action, new CompletableFuture<>());
        }

        @Override
        public boolean isDecided() {
            return decision.isDone();
        }

        @Override
        public void decide(Decision wanted) {
            boolean allow = wanted instanceof Decision.Allow;
            if (!decision.complete(wanted)) {
                boolean allowed =
                        !decision.isCompletedExceptionally() && decision.getNow(wanted) instanceof Decision.Allow;
                throw new InvalidActionException("AGAction "
                        + action.type()
                        + " has already been "
                        + (allowed ? "allowed" : "blocked")
                        + "; cannot "
                        + (allow ? "allow" : "block"));
            }
        }
    }

    /** Asks the middleware of a kind about an action; without one it is allowed. On {@code loop}. */
    <A extends Action> void ask(ActionKind kind, A action, EventLoop loop, Outcome outcome) {
        @SuppressWarnings("unchecked") // as it was added
        Middleware<A> middleware = (Middleware<A>) set.get(place(kind));
        if (middleware == null) {
            outcome.allowed((Decision.Allow) Decision.allow());
            return;
        }
        Asking<A> asking = new Asking<>(middleware, action, loop, outcome);
        if (executor == null) {
            asking.run();
        } else {
            executor.execute(asking);
        }
        asking.limit(timeout);
    }

    /** One question. */
    private static final class Asking<A extends Action> implements Runnable {

        private final Middleware<A> middleware;
        private final A action;
        private final EventLoop loop;
        private final Outcome outcome;

        // The loop's own.
        private EventLoop.@Nullable Timer timer;
        private boolean over;

        Asking(Middleware<A> middleware, A action, EventLoop loop, Outcome outcome) {
            this.middleware = middleware;
            this.action = action;
            this.loop = loop;
            this.outcome = outcome;
        }

        void limit(Duration timeout) {
            if (!over && !timeout.isZero()) {
                timer = loop.schedule(timeout, () -> timedOut(timeout));
            }
        }

        @Override
        public void run() {
            CompletionStage<Decision> stage;
            try {
                stage = middleware.decide(action);
            } catch (Throwable failure) {
                decided(null, failure);
                return;
            }
            stage.whenComplete(this::decided);
        }

        private void decided(@Nullable Decision decision, @Nullable Throwable failure) {
            if (loop.inLoop()) {
                finish(decision, failure);
            } else {
                loop.execute(() -> finish(decision, failure));
            }
        }

        private void timedOut(Duration timeout) {
            if (over) {
                return;
            }
            outcome.undecided();
            finish(
                    null,
                    new TimeoutException("Middleware has not decided about the "
                            + action.type()
                            + " action within "
                            + timeout.toMillis()
                            + " ms"));
        }

        private void finish(@Nullable Decision decision, @Nullable Throwable failure) {
            if (over) {
                return;
            }
            over = true;
            if (timer != null) {
                timer.cancel();
            }
            switch (decision) {
                case Decision.Allow allow -> outcome.allowed(allow);
                case Decision.Block block -> outcome.blocked(block.error(), block.silent());
                case null -> outcome.blocked(failure == null ? null : cause(failure), false);
            }
        }
    }
}
