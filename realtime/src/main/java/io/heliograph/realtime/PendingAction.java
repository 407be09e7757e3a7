package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * An action of {@link RealtimeServer#actions} with a pending decision. Can be decided once. Thread-safe.
 *
 * @param <A> the type of action
 */
public interface PendingAction<A extends Action> {

    A action();

    /** Returns true after the decision or after the server's {@code middlewareTimeout}. */
    boolean isDecided();

    /**
     * Decides about the action.
     *
     * @throws InvalidActionException if the action is already decided
     */
    void decide(Decision decision);

    /** Allows the action unchanged; see {@link Decision#allow()}. */
    default void allow() {
        decide(Decision.allow());
    }

    /** Allows the action with other data; see {@link Decision#allow(Object)}. */
    default void allow(@Nullable Object data) {
        decide(Decision.allow(data));
    }

    /** Blocks the action without a reason; see {@link Decision#block()}. */
    default void block() {
        decide(Decision.block());
    }

    /** Blocks the action; see {@link Decision#block(String, String)}. */
    default void block(String name, String message) {
        decide(Decision.block(name, message));
    }

    /** Blocks the action; see {@link Decision#block(Throwable)}. */
    default void block(Throwable error) {
        decide(Decision.block(error));
    }
}
