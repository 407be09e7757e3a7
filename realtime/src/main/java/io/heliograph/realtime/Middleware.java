package io.heliograph.realtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decision about actions.
 *
 * <p>The server calls middleware for one action of a connection at a time, on its {@code Dispatch}; repeated decisions about
 * subscriptions, when rights end, are concurrent. On virtual threads, middleware may block, or return a future and decide later.
 *
 * <p>Each decision on a virtual thread costs two changes of threads, and publications that arrive together are delivered one by one.
 * {@linkplain #nonBlocking Non-blocking} middleware avoids both.
 */
@FunctionalInterface
public interface Middleware<A extends Action> {

    /** Decides about an action. An exception or a failed future blocks the action. */
    CompletionStage<Decision> decide(A action) throws Exception;

    /**
     * Returns whether {@link #decide} may block. False selects the event loop that has read the action, under every
     * {@code Dispatch}; {@code decide} then delays all connections of this event loop while it runs. Must always return the same
     * value. Default: true.
     */
    default boolean mayBlock() {
        return true;
    }

    /** Middleware that decides before it returns. */
    @FunctionalInterface
    interface Simple<A extends Action> {
        Decision decide(A action) throws Exception;
    }

    /** Returns middleware that decides before it returns. */
    static <A extends Action> Middleware<A> of(Simple<A> simple) {
        return action -> CompletableFuture.completedFuture(simple.decide(action));
    }

    /**
     * Returns middleware that decides before it returns, on the event loop that has read the action. For decisions from memory,
     * such as a look-up in a map.
     *
     * @param simple must not block
     */
    static <A extends Action> Middleware<A> nonBlocking(Simple<A> simple) {
        return new Middleware<>() {
            @Override
            public CompletionStage<Decision> decide(A action) throws Exception {
                return CompletableFuture.completedFuture(simple.decide(action));
            }

            @Override
            public boolean mayBlock() {
                return false;
            }
        };
    }
}
