package io.heliograph.cli.realtime;

import io.heliograph.server.HubBuilder;
import io.heliograph.server.config.HubConfig;
import java.net.URI;
import java.util.Optional;

/** Listener for operators of a server whose configuration selects none: the port of clients + 100, on this machine. */
final class DefaultManagement {

    private static final int DISTANCE = 100;
    private static final int MAX_PORT = 65_535;

    private DefaultManagement() {}

    /** Adds the listener. If its port is in use, the server starts without it. */
    static void addTo(HubBuilder builder, HubConfig config, int port) {
        if (!config.has("management.url")) {
            int management = managementPort(publicPort(config).orElse(port));
            builder.listen("http://127.0.0.1:" + management, config.management().optional(true));
        }
    }

    private static int managementPort(int port) {
        return port == 0 || port + DISTANCE > MAX_PORT ? 0 : port + DISTANCE;
    }

    /** The port of the first listener of the configuration that has one. */
    private static Optional<Integer> publicPort(HubConfig config) {
        for (int i = 0; config.has("listen[" + i + "].url"); i++) {
            String url = config.text("listen[" + i + "].url").orElse("");
            if (url.contains("://")) {
                return Optional.of(Math.max(0, URI.create(url).getPort()));
            }
        }
        return config.has("listen") ? Optional.of(0) : Optional.empty();
    }
}
