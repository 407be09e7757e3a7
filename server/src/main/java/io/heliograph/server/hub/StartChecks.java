package io.heliograph.server.hub;

import java.util.List;

/** Checks that the options of a hub are safe and consistent. */
final class StartChecks {

    private StartChecks() {}

    /**
     * @throws IllegalStateException if a listener is reachable from other machines, and nothing decides who may do what; or if a listener for
     *     {@code wss} or {@code https} has no certificate
     */
    static void check(HubOptions options, List<HubListener> listeners) {
        for (HubListener each : listeners) {
            if (!each.isLoopback()
                    && !each.isManagement() // needs a token
                    && options.authority() == null
                    && options.authKeys().isEmpty()
                    && !options.allowAnonymous()) {
                throw new IllegalStateException("listen: '" + each.configuredUrl()
                        + "' is reachable from other machines (expected: the option authority, authKey, or"
                        + " allowAnonymous(true))");
            }
            if (each.isSecure() && options.tls() == null) {
                throw new IllegalStateException(
                        "listen: '" + each.configuredUrl() + "' has no certificate (expected: the option tls)");
            }
        }
    }
}
