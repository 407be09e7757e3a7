package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/** Decision of middleware about an {@link Action}. */
public sealed interface Decision {

    /** Allows the action unchanged. */
    static Decision allow() {
        return Allow.UNCHANGED;
    }

    /**
     * Allows the action with other data, for {@link Action.Message} a {@link io.heliograph.frame.Frame}. Has no effect for
     * handshakes and {@code authenticate}.
     */
    static Decision allow(@Nullable Object data) {
        return new Allow(data, true);
    }

    /** Blocks the action. The peer receives {@code SilentMiddlewareBlockedError}. */
    static Decision block() {
        return new Block(null, false);
    }

    /** Blocks the action. The peer receives the name and message. */
    static Decision block(String name, String message) {
        return new Block(RealtimeException.of(name, message), false);
    }

    /**
     * Blocks the action. The peer receives the error in the form of {@link Request#fail(Throwable)}. The field {@code statusCode}
     * of the error is the close code of a rejected handshake.
     */
    static Decision block(Throwable error) {
        return new Block(error, false);
    }

    /** Blocks the action and reports the error locally. The peer receives {@code SilentMiddlewareBlockedError}. */
    static Decision blockSilently(Throwable error) {
        return new Block(error, true);
    }

    /**
     * Allows the action.
     *
     * @param data new data of the action, if {@code replaced}
     */
    record Allow(@Nullable Object data, boolean replaced) implements Decision {
        private static final Allow UNCHANGED = new Allow(null, false);
    }

    /**
     * Blocks the action.
     *
     * @param error the reason, or null
     * @param silent whether the reason is reported locally only
     */
    record Block(@Nullable Throwable error, boolean silent) implements Decision {}
}
