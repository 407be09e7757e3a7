package io.heliograph.server;

import java.util.concurrent.CompletionStage;

/** Decision of an {@link Authority}. */
public sealed interface Permission {

    /** Permission for the action. */
    record Allowed() implements Permission {

        private static final Allowed INSTANCE = new Allowed();
    }

    /**
     * Rejection of the action.
     *
     * @param reason reason for the peer, such as {@code log in first}
     */
    record Denied(String reason) implements Permission {

        private static final Denied INSTANCE = new Denied("");
    }

    /**
     * Decision that is made later. The next messages of the connection wait for it.
     *
     * @param decision the decision. A failure denies the action and is reported to {@link Hub#onError}, and so does a decision that takes longer
     *     than the {@code authorityTimeout} of the hub
     */
    record Deferred(CompletionStage<? extends Permission> decision) implements Permission {}

    static Permission allow() {
        return Allowed.INSTANCE;
    }

    static Permission deny() {
        return Denied.INSTANCE;
    }

    /**
     * Denies the action.
     *
     * @param reason reason for the peer, such as {@code log in first}
     */
    static Permission deny(String reason) {
        return new Denied(reason);
    }

    static Permission defer(CompletionStage<? extends Permission> decision) {
        return new Deferred(decision);
    }
}
