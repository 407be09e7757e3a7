package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.count;
import static io.heliograph.server.config.ValueType.duration;
import static io.heliograph.server.config.ValueType.largeSize;
import static io.heliograph.server.config.ValueType.positiveDuration;
import static io.heliograph.server.config.ValueType.size;

import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.List;

/** Options of the web servers of a hub. */
final class WebOptions {

    static final List<ListenerOption<WebServer.Builder, ?>> ALL = new ListenerOptions<WebServer.Builder>("web")
            .limit(
                    "max-connections",
                    count(1),
                    "100000",
                    "connections of a port, WebSockets included; further ones are closed",
                    WebServer.Builder::maxConnections)
            .limit(
                    "max-header-bytes",
                    size(1),
                    "16KiB",
                    "size of the head of a request",
                    WebServer.Builder::maxHeaderBytes)
            .limit("max-body-bytes", size(1), "1MiB", "size of the body of a request", WebServer.Builder::maxBodyBytes)
            .limit(
                    "max-unfinished-bytes",
                    largeSize(1),
                    "64MiB or an eighth of the heap",
                    "bytes of unfinished requests and messages of all connections",
                    WebServer.Builder::maxUnfinishedBytes)
            .limit(
                    "request-timeout",
                    positiveDuration(),
                    "10s",
                    "time to receive a request",
                    WebServer.Builder::requestTimeout)
            .limit(
                    "message-timeout",
                    duration(Duration.ZERO),
                    "60s",
                    "time to receive a whole WebSocket message; 0s for no limit",
                    WebServer.Builder::messageTimeout)
            .list();

    private WebOptions() {}
}
