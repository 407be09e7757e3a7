package io.heliograph.server;

import io.heliograph.codec.Payload;
import java.time.Duration;

/** Call of a {@link Procedure}. Thread-safe. */
public interface Call {

    /** The name of the procedure. */
    String procedure();

    /** The argument as the caller has sent it, {@linkplain Payload#isPresent absent} without one. */
    Payload payload();

    /** The principal of the connection at the start of the call. */
    Principal principal();

    Connection connection();

    /** Whether the caller receives no result. */
    boolean isOneWay();

    /** The time until the deadline, at which the caller receives a {@code TimeoutError}; zero after it. */
    Duration remaining();

    /** Whether the result is of no use: the deadline has passed, or the connection has closed. */
    boolean isCancelled();

    /**
     * Changes the principal of the connection. The caller has the new rights when it receives the result. All subscriptions of the connection
     * are decided again.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    void authenticate(Principal principal);

    /** Makes the connection anonymous. Subscriptions that an anonymous connection may not have end. */
    void deauthenticate();
}
