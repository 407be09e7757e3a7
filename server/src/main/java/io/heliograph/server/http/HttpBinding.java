package io.heliograph.server.http;

import io.heliograph.EndpointStats;
import io.heliograph.Subscription;
import io.heliograph.endpoint.Counters;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Listener of the HTTP API: its paths on a web server, which it may share with listeners for WebSocket. */
public final class HttpBinding implements Binding {

    private final HubCore hub;
    private final HubListener listener;
    private final String path;
    private final Counters counters = new Counters();
    private final EventStreams streams = new EventStreams();
    private final HttpApi api;
    private @Nullable WebServer web;
    private @Nullable Subscription route;

    public HttpBinding(HubCore hub, HubListener listener, ApiOptions options) {
        this.hub = hub;
        this.listener = listener;
        this.path = listener.path().equals("/") ? "" : listener.path().replaceAll("/+$", "");
        this.api = new HttpApi(hub, listener, options, path, counters, streams);
    }

    @Override
    public CompletableFuture<Void> listen() {
        WebServer shared = hub.web(listener);
        web = shared;
        route = shared.serveAsync(path + "/*", api);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public String url() {
        if (web == null) {
            return listener.configuredUrl();
        }
        return listener.urlWithPort(web.port());
    }

    /** Ends the streams; the web server answers the other requests before it closes. */
    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        if (route != null) {
            route.close();
        }
        streams.end("the server is closing");
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public EndpointStats stats() {
        EndpointStats counted = counters.read(streams.queuedBytes());
        return new EndpointStats(
                streams.size(),
                counted.connectionsOpened(),
                counted.messagesReceived(),
                counted.messagesSent(),
                counted.bytesReceived(),
                counted.bytesSent(),
                counted.queuedBytes(),
                counted.drops());
    }
}
