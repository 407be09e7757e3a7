package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * An action that waits for its decision, as {@link RealtimeServer#actions} gives it. Decided once, from any thread.
 *
 * @param <A> the kind of action
 */
public interface PendingAction<A extends Action> {

    A action();

    /** Whether it was decided, here or by the end of the server's {@code middlewareTimeout}. */
    boolean isDecided();

    /**
     * Decides.
     *
     * @throws InvalidActionException if it was decided before
     */
    void decide(Decision decision);

    /** Goes on, unchanged; see {@link Decision#allow()}. */
    default void allow() {
        decide(Decision.allow());
    }

    /** Goes on with other data; see {@link Decision#allow(Object)}. */
    default void allow(@Nullable Object data) {
        decide(Decision.allow(data));
    }

    /** Refused without a reason; see {@link Decision#block()}. */
    default void block() {
        decide(Decision.block());
    }

    /** Refused; see {@link Decision#block(String, String)}. */
    default void block(String name, String message) {
        decide(Decision.block(name, message));
    }

    /** Refused; see {@link Decision#block(Throwable)}. */
    default void block(Throwable error) {
        decide(Decision.block(error));
    }
}
