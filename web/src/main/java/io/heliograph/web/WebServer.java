package io.heliograph.web;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Endpoint;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.EndpointLifecycle.Restart;
import io.heliograph.endpoint.Refusals;
import io.heliograph.http.AllowedHosts;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpResponse;
import io.heliograph.internal.Failures;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler.Upgrade;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A port that answers HTTP requests and opens WebSockets, selected by path.
 *
 * <pre>
 * var server = WebServer.builder().port(8000).build();
 * server.serve("/*", Pages.resources(App.class, "/pages"));
 * server.serve("/time", request -> HttpResponse.text(200, Instant.now().toString()));
 * server.listen().join();
 * </pre>
 *
 * <p>Paths are compared as sent, without the query. A prefix ends with {@code /*}: {@code /a/*} matches {@code /a/} and every
 * path below it. An exact path takes precedence over a prefix, and a longer prefix over a shorter one.
 *
 * <p><b>Life cycle.</b> Paths may be added and removed at any time. {@link #close()} closes the connections too: a request under
 * way is answered, a WebSocket is closed with 1001.
 *
 * <p>Thread-safe; no method blocks. Each request runs on a virtual thread of its own, unless its handler is {@linkplain #serveAsync
 * asynchronous}.
 */
public final class WebServer implements Endpoint {

    private static final String LOOPBACK = "127.0.0.1";
    private static final String EVERYWHERE = "::";
    private static final String EVERYWHERE_IPV4 = "0.0.0.0";

    private record Options(
            String host,
            int port,
            HttpOptions http,
            @Nullable Transport transport,
            boolean daemon,
            boolean closeOnShutdown) {}

    private final Options options;
    private final Routes<AsyncHandler> handlers = new Routes<>();
    private final Routes<Consumer<Upgrade>> endpoints = new Routes<>();
    private final Counters counters = new Counters();
    private final EndpointLifecycle lifecycle;
    private final WebRequests requests;
    private volatile HttpResponse fallback = HttpResponse.text(404, "Not Found");
    private volatile @Nullable Acceptor acceptor;
    private volatile @Nullable Duration refusing;

    private WebServer(Options options) {
        this.options = options;
        this.lifecycle = new EndpointLifecycle(
                new Role(), Restart.NEVER, WebServer.class.getName(), Builder.shared(options), counters);
        Refusals refusals = new Refusals(lifecycle.errors().failures(), counters);
        this.requests = new WebRequests(this, counters, refusals, handlers, endpoints);
    }

    public static Builder builder() {
        return new Builder();
    }

    // ---- paths

    /**
     * Answers requests to a path, or to all paths below a prefix. HEAD is answered like GET, without the body.
     *
     * @param path a path such as {@code /time}, or a prefix such as {@code /pages/*}
     * @return removes the path
     * @throws IllegalStateException if the path already has a handler
     */
    public Subscription serve(String path, HttpHandler handler) {
        return handlers.add(path, requests.onVirtualThread(handler));
    }

    /**
     * Answers requests to a path, or to all paths below a prefix, without a thread for each request; otherwise as {@link #serve}.
     *
     * @return removes the path
     * @throws IllegalStateException if the path already has a handler
     */
    public Subscription serveAsync(String path, AsyncHandler handler) {
        return handlers.add(path, handler);
    }

    /** Sets the response to requests without a handler. Default: 404. */
    public WebServer fallback(HttpResponse response) {
        fallback = response;
        return this;
    }

    HttpResponse fallback() {
        return fallback;
    }

    /**
     * Passes requests for a WebSocket at a path, or at all paths below a prefix, to a protocol. Requests at other paths are
     * answered with 400.
     *
     * @param endpoint decides on each request; called on an event loop, must not block
     * @return removes the path; open WebSockets stay open
     * @throws IllegalStateException if the path already has an endpoint
     */
    public Subscription attach(String path, Consumer<Upgrade> endpoint) {
        return endpoints.add(path, endpoint);
    }

    /** Reports each failure to accept a connection and each failure of a handler. */
    public Subscription onError(Consumer<? super Throwable> listener) {
        return lifecycle.errors().on(listener);
    }

    void report(Throwable failure) {
        lifecycle.errors().report(failure);
    }

    // ---- life cycle

    /**
     * Starts to listen, once.
     *
     * @return fails with a {@link HeliographException}: a {@link TransportException} with the error code of the
     *     operating system if the port is not available, a {@link ClosedException} after {@link #close()}
     */
    public CompletableFuture<Void> listen() {
        return lifecycle.listen();
    }

    private final class Role implements EndpointLifecycle.Role {

        // Event loop only.
        private @Nullable CompletableFuture<Acceptor> opening;

        @Override
        public void begin(Transport transport, EventLoop loop) {
            CompletableFuture<Acceptor> opened = open(transport, options.host)
                    .exceptionallyCompose(failure -> options.host.equals(EVERYWHERE) && !isInUse(failure)
                            ? open(transport, EVERYWHERE_IPV4)
                            : CompletableFuture.failedFuture(failure));
            opening = opened;
            opened.whenComplete((listening, failure) -> {
                if (failure == null) {
                    acceptor = listening;
                    lifecycle.executor().execute(lifecycle::started);
                } else {
                    lifecycle.failStart(Failures.unwrap(failure));
                }
            });
        }

        private CompletableFuture<Acceptor> open(Transport transport, String host) {
            return transport.listen(new Address.Tcp(host, options.port), null, options.http, requests);
        }

        private static boolean isInUse(Throwable failure) {
            return Failures.unwrap(failure) instanceof TransportException system
                    && (system.code().equals("EADDRINUSE") || system.code().equals("EACCES"));
        }

        @Override
        public void shutdown(Duration timeout) {
            CompletableFuture<Acceptor> opened = opening;
            if (opened == null) {
                lifecycle.finish(new CloseReason.Local());
                return;
            }
            opened.thenCompose(listening -> end(listening, timeout))
                    .whenComplete((done, failure) -> lifecycle.finish(new CloseReason.Local()));
        }

        private static CompletableFuture<Void> end(Acceptor listening, Duration timeout) {
            try {
                return listening.end(timeout);
            } catch (RejectedExecutionException ended) {
                return CompletableFuture.completedFuture(null);
            }
        }

        @Override
        public void ended() {}
    }

    /**
     * The address, with the actual port.
     *
     * @throws IllegalStateException before {@link #listen()} has succeeded
     */
    public Address address() {
        Acceptor listening = acceptor;
        if (listening == null) {
            throw new IllegalStateException("the server does not listen (expected: after listen() has completed)");
        }
        return listening.address();
    }

    /**
     * The actual port.
     *
     * @throws IllegalStateException before {@link #listen()} has succeeded
     */
    public int port() {
        return address() instanceof Address.Tcp tcp ? tcp.port() : options.port;
    }

    boolean isClosing() {
        return lifecycle.isClosing();
    }

    /**
     * Stops listening. Connections that the operating system has accepted for the server are served, as the open ones are. Repeated calls have
     * no effect.
     *
     * @return completes when the port is released, at once before {@link #listen()} has succeeded
     */
    public CompletableFuture<Void> stopListening() {
        Acceptor listening = acceptor;
        return listening == null ? CompletableFuture.completedFuture(null) : listening.close();
    }

    /**
     * Refuses requests for a WebSocket from now on with 503 and a {@code Retry-After} that differs from client to client. Requests without an
     * upgrade are answered.
     *
     * @param window the largest {@code Retry-After}; rounded up to whole seconds. Must not be negative
     */
    public void refuseUpgrades(Duration window) {
        refusing = notNegative("window", window);
    }

    /** Returns the window of {@link #refuseUpgrades}; null while upgrades are accepted. */
    @Nullable
    Duration refusing() {
        return refusing;
    }

    /** {@inheritDoc} The time-out is 5 s. */
    @Override
    public void close() {
        closeGracefully(Duration.ofSeconds(5));
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return lifecycle.closeGracefully(timeout);
    }

    @Override
    public CompletableFuture<Void> closed() {
        return lifecycle.closed();
    }

    /**
     * {@inheritDoc} Messages are requests and responses, and bytes are the bytes of their whole bodies; the protocols count
     * messages over WebSocket. Connections include WebSockets.
     */
    @Override
    public EndpointStats stats() {
        Acceptor listening = acceptor;
        EndpointStats counted = counters.read(0);
        return new EndpointStats(
                listening == null ? 0 : listening.openConnections(),
                listening == null ? 0 : listening.acceptedConnections(),
                counted.messagesReceived(),
                counted.messagesSent(),
                counted.bytesReceived(),
                counted.bytesSent(),
                0,
                counted.drops());
    }

    /** Builder of {@link WebServer}. Not thread-safe. */
    public static final class Builder {

        private String host = LOOPBACK;
        private int port = 8000;
        private HttpOptions http = HttpOptions.defaults();
        private @Nullable Transport transport;
        private boolean daemon;
        private boolean closeOnShutdown;

        private Builder() {}

        private static EndpointOptions shared(Options options) {
            return EndpointOptions.DEFAULTS
                    .withTransport(options.transport, null)
                    .withJvmEnd(options.daemon, options.closeOnShutdown);
        }

        /**
         * Selects the host name or address to listen on; {@code ::} is all addresses of the machine, {@code 0.0.0.0} those of
         * IPv4. Default: {@code 127.0.0.1}. Must not be empty.
         */
        public Builder host(String host) {
            checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
            this.host = host;
            return this;
        }

        /** Selects the port to listen on; 0 selects a free one. Default: 8000. Must be 0 to 65535. */
        public Builder port(int port) {
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
            this.port = port;
            return this;
        }

        /** Selects TLS for all connections. Default: none. */
        public Builder tls(Tls tls) {
            http = http.withTls(tls);
            return this;
        }

        /**
         * Selects whether several processes of one user may listen on the port at once, if each has this option; the system distributes new
         * connections over them. So a new process can take over the port from one that drains. Linux only; elsewhere {@link WebServer#listen} fails.
         * Default: false.
         */
        public Builder reusePort(boolean reusePort) {
            http = http.withReusePort(reusePort);
            return this;
        }

        /** Limits the time to receive a request; see {@link HttpOptions}. Default: 10 s. Must be positive. */
        public Builder requestTimeout(Duration timeout) {
            http = http.withRequestTimeout(timeout);
            return this;
        }

        /**
         * Limits the time to receive a whole WebSocket message, from its first bytes, without the time in which reading is paused.
         * Then the WebSocket is closed with 1008. Zero disables the limit. Default: 60 s. Must not be negative.
         */
        public Builder messageTimeout(Duration timeout) {
            http = http.withMessageTimeout(timeout);
            return this;
        }

        /** Limits the size of the head of a request, in bytes. Default: 16 KiB. Must be positive. */
        public Builder maxHeaderBytes(int bytes) {
            http = http.withMaxHeaderBytes(bytes);
            return this;
        }

        /** Limits the size of the body of a request, in bytes. Default: 1 MiB. Must be positive. */
        public Builder maxBodyBytes(int bytes) {
            http = http.withMaxBodyBytes(bytes);
            return this;
        }

        /**
         * Limits the total size of unfinished requests and WebSocket messages of all connections. A request that exceeds it is
         * answered with 503, a WebSocket closed with 1013. The limit is at least twice {@code maxBodyBytes}, and for a WebSocket
         * twice its {@code maxMessageBytes}. Default: 64 MiB, or an eighth of the heap if that is less. Must be
         * positive.
         */
        public Builder maxUnfinishedBytes(long bytes) {
            http = http.withMaxUnfinishedBytes(bytes);
            return this;
        }

        /**
         * Limits the open connections, WebSockets included; further ones are closed. Default: 100,000. Must be
         * positive.
         */
        public Builder maxConnections(int connections) {
            http = http.withMaxConnections(connections);
            return this;
        }

        /**
         * Selects names, beside loopback names and {@link #host}, that a request over a loopback address may have in
         * {@code Host}; {@code *} allows any. A request with another name is answered with 403. A reverse proxy on the
         * same machine that passes on its {@code Host} needs its names here. Default: none. Must be names or IP
         * addresses without a port.
         */
        public Builder allowedHosts(String... names) {
            return allowedHosts(AllowedHosts.of(names));
        }

        /** As {@link #allowedHosts(String...)}, with names that may change. */
        public Builder allowedHosts(AllowedHosts hosts) {
            http = http.withAllowedHosts(hosts);
            return this;
        }

        /** Selects the transport, which the server does not close. Default: the shared transport of the process. */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Selects whether the JVM may end while the server is open. Default: false; the server keeps the JVM alive from
         * {@link WebServer#listen} until it is closed.
         */
        public Builder daemon(boolean daemon) {
            this.daemon = daemon;
            return this;
        }

        /**
         * Selects whether the end of the JVM, by a signal or {@code System.exit}, closes the server gracefully, within
         * 5 s. Default: false.
         */
        public Builder closeOnShutdown(boolean closeOnShutdown) {
            this.closeOnShutdown = closeOnShutdown;
            return this;
        }

        public WebServer build() {
            return new WebServer(new Options(host, port, http, transport, daemon, closeOnShutdown));
        }
    }
}
