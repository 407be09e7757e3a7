package io.heliograph.realtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides about actions.
 *
 * <p>It is called for one action of a socket at a time and runs where the {@code Dispatch} of the server says: under {@code
 * Dispatch.virtual()} it may block, or return at once and decide later.
 */
@FunctionalInterface
public interface Middleware<A extends Action> {

    /** Decides, now or later. What it throws, or fails with, blocks the action. */
    CompletionStage<Decision> decide(A action) throws Exception;

    /** Decides at once. */
    @FunctionalInterface
    interface Simple<A extends Action> {
        Decision decide(A action) throws Exception;
    }

    /** Middleware that decides at once. */
    static <A extends Action> Middleware<A> of(Simple<A> simple) {
        return action -> CompletableFuture.completedFuture(simple.decide(action));
    }
}
