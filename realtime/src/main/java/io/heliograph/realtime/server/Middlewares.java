package io.heliograph.realtime.server;

import io.heliograph.Dispatch;
import io.heliograph.EventStream;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.PendingAction;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.SilentMiddlewareBlockedException;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Middleware of a server, at most one per type of action. Thread-safe. */
final class Middlewares {

    /** No backpressure: each connection has at most one pending action. */
    private static final Pausable UNTHROTTLED = new Pausable() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}
    };

    private final AtomicReferenceArray<@Nullable Registered> set =
            new AtomicReferenceArray<>(ActionKind.values().length);
    private final @Nullable Executor executor;
    private final Duration timeout;
    private final FailureLog failures;

    /**
     * @param timeout time limit of a decision; zero for no limit
     */
    Middlewares(Dispatch dispatch, Duration timeout, FailureLog failures) {
        this.executor = dispatch.executor();
        this.timeout = timeout;
        this.failures = failures;
    }

    /** Middleware, and whether it may block. */
    private record Registered(Middleware<?> middleware, boolean mayBlock) {}

    /** Receiver of a decision: one call of {@link #allowed} or {@link #blocked}. Event loop only. */
    interface Outcome {

        void allowed(Decision.Allow decision);

        /**
         * The action is blocked.
         *
         * @param error the reason, or null
         * @param silent whether the reason is reported locally only
         */
        void blocked(@Nullable Throwable error, boolean silent);

        /** The decision timed out; {@link #blocked} follows. */
        void timedOut();
    }

    /**
     * Returns the error for the peer of a blocked action.
     *
     * @param report receives the actual reason
     */
    static Throwable rejection(
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

    boolean has(ActionKind kind) {
        return set.get(index(kind)) != null;
    }

    @SuppressWarnings("EnumOrdinal") // index of an array of all kinds
    private static int index(ActionKind kind) {
        return kind.ordinal();
    }

    /**
     * Adds middleware.
     *
     * @throws InvalidActionException if the type already has middleware
     */
    <A extends Action> void add(Class<A> type, Middleware<A> middleware) {
        ActionKind kind = ActionKind.of(type);
        if (!set.compareAndSet(index(kind), null, new Registered(middleware, middleware.mayBlock()))) {
            throw new InvalidActionException("Middleware " + kind.middleware() + " type has already been set");
        }
    }

    void remove(ActionKind kind) {
        set.set(index(kind), null);
    }

    /** Returns the actions of a type as a stream, which is their middleware until it is closed. */
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

        @SuppressWarnings("ReferenceEquality") // the same stream
        private void closed() {
            Registered present = set.get(index(kind));
            if (present != null && present.middleware == this) {
                set.compareAndSet(index(kind), present, null);
            }
        }

        @Override
        public CompletionStage<Decision> decide(A action) {
            PendingDecision<A> pending = new PendingDecision<>(action);
            source.emit(pending);
            return pending.decision;
        }
    }

    private record PendingDecision<A extends Action>(A action, CompletableFuture<Decision> decision)
            implements PendingAction<A> {

        PendingDecision(A action) {
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

    /** Asks the middleware of a type about an action; without middleware the action is allowed. Runs on {@code loop}. */
    <A extends Action> void ask(ActionKind kind, A action, EventLoop loop, Outcome outcome) {
        Registered registered = set.get(index(kind));
        if (registered == null) {
            outcome.allowed((Decision.Allow) Decision.allow());
            return;
        }
        @SuppressWarnings("unchecked") // added with this type
        Middleware<A> middleware = (Middleware<A>) registered.middleware;
        Question<A> question = new Question<>(middleware, action, loop, outcome);
        if (executor == null || !registered.mayBlock) {
            question.run();
        } else {
            try {
                executor.execute(question);
            } catch (RejectedExecutionException rejected) {
                question.decided(null, rejected);
            }
        }
        question.limit(timeout);
    }

    /** Returns the receiver, procedure or channel for logs, or an empty string. */
    private static String subject(Action action) {
        return switch (action) {
            case Action.Transmit transmit -> " receiver=" + transmit.receiver();
            case Action.Invoke invoke -> " procedure=" + invoke.procedure();
            case Action.Subscribe subscribe -> " channel=" + subscribe.channel();
            case Action.PublishIn publish -> " channel=" + publish.channel();
            case Action.PublishOut publish -> " channel=" + publish.channel();
            default -> "";
        };
    }

    /** A pending call of middleware. */
    private final class Question<A extends Action> implements Runnable {

        private final Middleware<A> middleware;
        private final A action;
        private final EventLoop loop;
        private final Outcome outcome;

        // Event loop only.
        private EventLoop.@Nullable Timer timer;
        private boolean over;

        Question(Middleware<A> middleware, A action, EventLoop loop, Outcome outcome) {
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
            try {
                middleware.decide(action).whenComplete(this::decided);
            } catch (Throwable failure) {
                decided(null, failure);
            }
        }

        private void decided(@Nullable Decision decision, @Nullable Throwable failure) {
            if (failure != null) {
                logged(Failures.unwrap(failure));
            }
            if (loop.inLoop()) {
                finish(decision, failure);
            } else {
                loop.executeOrRun(() -> finish(decision, failure));
            }
        }

        /** Logs an exception other than a {@link RealtimeException}, which is for the peer. */
        private void logged(Throwable failure) {
            if (!(failure instanceof RealtimeException)) {
                RealtimeSocket socket = action.socket();
                failures.userCode(
                        "middleware=" + action.type() + subject(action), socket == null ? null : socket.id(), failure);
            }
        }

        private void timedOut(Duration timeout) {
            if (over) {
                return;
            }
            outcome.timedOut();
            finish(
                    null,
                    RealtimeException.of(
                            "TimeoutError",
                            "Middleware has not decided about the "
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
                case null -> outcome.blocked(failure == null ? null : Failures.unwrap(failure), false);
            }
        }
    }
}
