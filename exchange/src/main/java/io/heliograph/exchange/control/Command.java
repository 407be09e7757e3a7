package io.heliograph.exchange.control;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Command to all nodes that share an engine. */
public sealed interface Command {

    Target target();

    /**
     * Ends the subscriptions of the target to a channel.
     *
     * @param message message for the client; null for none
     */
    record KickOut(String channel, Target target, @Nullable String message) implements Command {}

    /** Closes the connections of the target. */
    record Disconnect(Target target, int code, String reason) implements Command {}

    /**
     * Rejects the tokens of the target.
     *
     * @param issuedBefore rejects tokens that were issued before this time
     * @param until time after which all these tokens have expired; the revocation is kept until then
     */
    record Revoke(Target target, Instant issuedBefore, Instant until) implements Command {}

    /** Connections to which a command applies. */
    sealed interface Target {

        /** All connections of a user. */
        record User(String name) implements Target {}

        /** A connection. */
        record Connection(String id) implements Target {}

        /** All connections with a token. */
        record Token(String id) implements Target {}
    }
}
