package io.heliograph.server;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.ListenerUrls;
import io.heliograph.server.management.ManagementBinding;
import io.heliograph.server.management.ManagementOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Listener for operators, at {@code http://127.0.0.1:PORT}, apart from the ports of clients: statistics as JSON, {@code /metrics} for Prometheus, health
 * with details, commands, and the dashboard at {@code /_helio/}. Rules and echo have no effect.
 *
 * <p>Without a token everyone who can connect has access. An address other than loopback needs {@code https} and a token.
 */
public final class ManagementProtocol extends Protocol<ManagementProtocol> {

    private static final int MIN_TOKEN = 16;

    private @Nullable String token;
    private List<String> hosts = List.of();
    private boolean dashboard = true;

    ManagementProtocol() {
        super("management", false, "http", "https");
    }

    /**
     * Sets the secret of requests, in {@code Authorization: Bearer}, or by a login at the dashboard. Default: none. Must have at least 16
     * characters.
     */
    public ManagementProtocol token(String token) {
        checkArgument(
                token.length() >= MIN_TOKEN, "token: %s characters (expected: at least %s)", token.length(), MIN_TOKEN);
        this.token = token;
        return this;
    }

    /** Selects further names that a request over a loopback address may have in {@code Host}. Default: none. */
    public ManagementProtocol hosts(String... names) {
        this.hosts = List.of(names);
        return this;
    }

    /** Selects whether the dashboard is served. Default: true. */
    public ManagementProtocol dashboard(boolean dashboard) {
        this.dashboard = dashboard;
        return this;
    }

    @Override
    void check(String url) {
        checkArgument(
                ListenerUrls.isLoopback(url) || (url.startsWith("https:") && token != null),
                "url: '%s' is reachable from other machines (expected: https and a token, or a loopback address)",
                url);
    }

    @Override
    Binding.Factory factory() {
        ManagementOptions options = new ManagementOptions(token, hosts, dashboard);
        return (hub, listener) -> new ManagementBinding(hub, listener, options);
    }
}
