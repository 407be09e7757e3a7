package io.heliograph.server.hub;

import io.heliograph.server.Principal;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Principal of a connection, until its token expires. Event loop only, except for {@link #principal} and {@link #change}. */
final class Identity {

    /** Longest time of one timer; a token may be valid for longer. */
    private static final Duration LONGEST_TIMER = Duration.ofDays(1);

    private final HubConnection connection;
    private final Principal initial;
    private volatile Principal principal;
    private EventLoop.@Nullable Timer expiry;

    Identity(HubConnection connection, Principal initial) {
        this.connection = connection;
        this.initial = initial;
        this.principal = initial;
    }

    Principal principal() {
        return principal;
    }

    /** The principal at the start of the connection. */
    Principal initial() {
        return initial;
    }

    /**
     * Sets the principal. Whether a connection is local does not depend on its login.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    Principal change(Principal next) {
        if (next.isAuthenticated() && next.name().isEmpty()) {
            throw new IllegalArgumentException("principal: '' (expected: a name)");
        }
        Principal changed = new Principal(next.name(), next.source(), initial.local(), next.roles(), next.claims());
        principal = changed;
        return changed;
    }

    /** Whether no other principal has been set since. */
    @SuppressWarnings("ReferenceEquality") // the same change
    boolean isCurrent(Principal changed) {
        return principal == changed;
    }

    /** Starts the timer of a principal that has been set. */
    void changed(Principal next) {
        stop();
        next.expires().ifPresent(end -> await(next, end));
    }

    private void await(Principal next, Instant end) {
        Duration left = Duration.between(connection.core().now(), end);
        Duration delay = left.isNegative() ? Duration.ZERO : left.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : left;
        expiry = connection.loop().schedule(delay, () -> expired(next, end));
    }

    @SuppressWarnings("ReferenceEquality") // the same token
    private void expired(Principal token, Instant end) {
        expiry = null;
        if (principal != token) {
            return;
        }
        if (connection.core().now().isBefore(end)) {
            await(token, end);
        } else {
            connection.deauthenticate();
        }
    }

    void stop() {
        if (expiry != null) {
            expiry.cancel();
            expiry = null;
        }
    }
}
