package io.heliograph.server.hub;

import java.time.Duration;

/**
 * Time at which the client of a drained connection should connect again, as far as its protocol can carry it.
 *
 * @param delay delay until the client should connect; zero if another server accepts connections at the same address now
 */
public record ReconnectHint(Duration delay) {

    /** Whether the client should connect again at once. */
    public boolean isImmediate() {
        return delay.isZero();
    }
}
