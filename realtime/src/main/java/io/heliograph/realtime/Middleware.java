package io.heliograph.realtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decision about actions.
 *
 * <p>The server calls middleware for one action of a connection at a time, on its {@code Dispatch}; repeated decisions about
 * subscriptions, when rights end, are concurrent. On virtual threads, middleware
 * may block, or return a future and decide later.
 */
@FunctionalInterface
public interface Middleware<A extends Action> {

    /** Decides about an action. An exception or a failed future blocks the action. */
    CompletionStage<Decision> decide(A action) throws Exception;

    /** Middleware that decides before it returns. */
    @FunctionalInterface
    interface Simple<A extends Action> {
        Decision decide(A action) throws Exception;
    }

    /** Returns middleware that decides before it returns. */
    static <A extends Action> Middleware<A> of(Simple<A> simple) {
        return action -> CompletableFuture.completedFuture(simple.decide(action));
    }
}
