package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/** What middleware says of an {@link Action}. */
public sealed interface Decision {

    /** Goes on, unchanged. */
    static Decision allow() {
        return Allow.UNCHANGED;
    }

    /**
     * Goes on with other data; without effect for handshakes and {@code authenticate}. For {@link Action.Message} a {@link
     * io.heliograph.frame.Frame}.
     */
    static Decision allow(@Nullable Object data) {
        return new Allow(data, true);
    }

    /** Refused without a reason: the other side is told {@code SilentMiddlewareBlockedError}. */
    static Decision block() {
        return new Block(null, false);
    }

    /** Refused; the other side is told the name and message. */
    static Decision block(String name, String message) {
        return new Block(RealtimeException.of(name, message), false);
    }

    /**
     * Refused; the other side is told the error as {@link Request#fail(Throwable)} tells it. Its field {@code statusCode} is the
     * close code where a handshake is refused.
     */
    static Decision block(Throwable error) {
        return new Block(error, false);
    }

    /** Refused for a reason that is reported here, while the other side is told {@code SilentMiddlewareBlockedError}. */
    static Decision blockSilently(Throwable error) {
        return new Block(error, true);
    }

    /**
     * Goes on.
     *
     * @param data replaces the action's if {@code replaced}
     */
    record Allow(@Nullable Object data, boolean replaced) implements Decision {
        private static final Allow UNCHANGED = new Allow(null, false);
    }

    /**
     * Refused.
     *
     * @param error why, or null
     * @param silent whether only this side is told why
     */
    record Block(@Nullable Throwable error, boolean silent) implements Decision {}
}
