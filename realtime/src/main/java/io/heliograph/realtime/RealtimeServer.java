package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.Endpoint;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.http.Origins;
import io.heliograph.realtime.server.DefaultRealtimeServer;
import io.heliograph.realtime.server.ServerConfig;
import io.heliograph.realtime.spi.RealtimeBackend;
import io.heliograph.tls.ServerTls;
import io.heliograph.web.WebServer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Server for SocketCluster clients over WebSocket: channels, procedures, one-way events and authentication tokens. It implements
 * both versions of the protocol of {@code socketcluster-server} 20.
 *
 * <p><b>Life cycle.</b> Building a server does no I/O; it accepts listeners and middleware. {@link #listen()} starts it, {@link
 * #close()} closes it for good.
 *
 * <p><b>Sockets.</b> {@link #onConnection} reports each {@link RealtimeSocket} before any of its packets is processed, so that
 * listeners added there miss nothing.
 *
 * <p><b>Listeners</b> run on the {@link io.heliograph.Dispatch} of the options, by default on virtual threads, where they may block.
 * Listeners for one socket, of the socket and of the server, run one at a time and in order; listeners for different sockets may run
 * concurrently. An exception of a listener is reported to {@link #onError}.
 *
 * <p><b>Limits.</b> Whenever a limit of the options drops or rejects something, the server emits a {@code Dropped} event, counts it in
 * {@link #stats()} under the same reason, and logs it, at most once per socket and once in 10 s per reason.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks.
 */
public interface RealtimeServer extends Endpoint, EventSource<ServerEvent> {

    static Builder builder() {
        return new Builder();
    }

    /**
     * Starts the server, once.
     *
     * @return completes when clients can connect; fails with a {@link io.heliograph.TransportException} if the port is not available,
     *     an {@link IllegalStateException} on the second call, or a {@link io.heliograph.ClosedException} after {@link #close()}
     */
    CompletableFuture<Void> listen();

    /** Returns true while clients can connect. */
    boolean isReady();

    /**
     * Returns the bound address, with the actual port.
     *
     * @throws IllegalStateException if the server is not listening
     */
    Address address();

    /**
     * Returns the actual port.
     *
     * @throws IllegalStateException if the server is not listening on a port
     */
    default int port() {
        if (address() instanceof Address.Tcp tcp) {
            return tcp.port();
        }
        throw new IllegalStateException("port: " + address() + " (expected: a TCP address)");
    }

    String path();

    int protocolVersion();

    /** Returns the exchange of the channels. Publications and subscriptions on it bypass middleware. */
    Exchange exchange();

    // ---- connections

    /** Returns a copy of the open connections. */
    Collection<RealtimeSocket> connections();

    /** Returns the open connection with an id. */
    Optional<RealtimeSocket> connection(String id);

    int connectionCount();

    /** Returns a copy of the connections with a pending handshake. */
    Collection<RealtimeSocket> pendingConnections();

    int pendingConnectionCount();

    // ---- middleware

    /**
     * Adds middleware for all further actions of a type, including those of existing connections.
     *
     * @throws InvalidActionException if the type already has middleware
     * @throws InvalidArgumentsException if the type is not a type of action
     */
    <A extends Action> void middleware(Class<A> type, Middleware<A> middleware);

    /**
     * Returns all further actions of a type as a stream whose reader decides about each. Closing the stream allows later actions.
     *
     * @throws InvalidActionException if the type already has middleware
     * @throws InvalidArgumentsException if the type is not a type of action
     */
    <A extends Action> EventStream<PendingAction<A>> actions(Class<A> type);

    /** Removes the middleware of a type, if it has any. */
    void removeMiddleware(Class<? extends Action> type);

    boolean hasMiddleware(Class<? extends Action> type);

    // ---- keys

    /**
     * Replaces the secret for signing and verification. Verified tokens remain valid.
     *
     * @throws IllegalStateException if the server has an application's {@link AuthEngine}
     */
    void setAuthKey(String authKey);

    // ---- listeners

    /** Adds a listener for accepted handshakes, called before any other packet of the socket is processed. */
    default Subscription onConnection(Consumer<? super RealtimeSocket> listener) {
        return on(ServerEvent.Connection.class, event -> listener.accept(event.socket()));
    }

    /** Adds a listener for closed connections whose handshake was accepted. */
    default Subscription onDisconnection(Consumer<? super ServerEvent.Disconnection> listener) {
        return on(ServerEvent.Disconnection.class, listener);
    }

    /** Adds a listener for failures to listen, and of a connection, a handshake, the broker, middleware or a listener. */
    default Subscription onError(Consumer<? super Throwable> listener) {
        Subscription warnings = on(ServerEvent.Warning.class, event -> listener.accept(event.warning()));
        Subscription failures = on(ServerEvent.Failure.class, event -> listener.accept(event.error()));
        return () -> {
            warnings.close();
            failures.close();
        };
    }

    /** Adds a listener for the end of the server, called once, after all other events. */
    Subscription onClose(Runnable listener);

    /** Builder of a server. Not thread-safe. */
    final class Builder extends ServerOptions<Builder> {

        static {
            RealtimeBackend.BuildMethod.install(Builder::build);
        }

        private @Nullable String host;
        private String defaultHost = "127.0.0.1";
        private int port = 8000;
        private @Nullable ServerTls tls;
        private @Nullable WebServer webServer;
        private Origins origins = Origins.sameOrigin();
        private List<String> allowedHosts = List.of();
        private @Nullable Exchange exchange;
        private @Nullable Function<? super String, HistoryLimits> history;

        private Builder() {
            daemon(false);
        }

        /**
         * Replaces the defaults by those of another server. Must be called first: it overrides options that are already set.
         */
        public Builder compatibility(Compatibility compatibility) {
            switch (compatibility) {
                case SOCKETCLUSTER_20 -> {
                    liftLimits();
                    origins = Origins.any();
                    allowedHosts = List.of("*");
                    defaultHost = "::"; // all addresses
                    compatible = true;
                }
            }
            return this;
        }

        /** Sets the port of the server's own web server, which answers other requests with 501. Default: 8000. 0 selects a free port. */
        public Builder port(int port) {
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
            this.port = port;
            return this;
        }

        /**
         * Sets the name or address that the server's own web server binds to; {@code 0.0.0.0} for all addresses. Default: {@code
         * 127.0.0.1}, so that only programs of this computer can connect.
         */
        public Builder host(String host) {
            this.host = host;
            return this;
        }

        /** Enables TLS on the server's own web server. Default: none. */
        public Builder tls(ServerTls tls) {
            this.tls = tls;
            return this;
        }

        /** Shares a web server, which this server does not close. Default: the server's own web server. */
        public Builder on(WebServer webServer) {
            this.webServer = webServer;
            return this;
        }

        /** Selects the origins of web pages that may connect. Default: {@link Origins#sameOrigin()}. */
        public Builder origins(Origins origins) {
            this.origins = origins;
            return this;
        }

        /**
         * Selects further names that a request over a loopback address may have in {@code Host}; {@code *} allows any.
         * A request with another name is answered with 403. Only for the server's own web server. Default: none, beside
         * loopback names and {@link #host}. Must be names or IP addresses without a port.
         */
        public Builder allowedHosts(String... names) {
            this.allowedHosts = List.of(names);
            return this;
        }

        /**
         * Selects the exchange of the channels; servers with the same exchange share their channels. This server does not close it.
         * Default: the server's own exchange in memory, closed with the server.
         */
        public Builder exchange(Exchange exchange) {
            this.exchange = exchange;
            return this;
        }

        /**
         * Limits the history of each channel of the server's own exchange, from which a client that reconnects recovers what it missed.
         * Default: no history.
         */
        public Builder history(HistoryLimits history) {
            return history(channel -> history);
        }

        /**
         * Selects the limits of the history of each channel of the server's own exchange; a shared {@link #exchange(Exchange)} has its own.
         * Default: no history.
         *
         * @param rule must return the same limits for the same channel, and at most 16 different limits. Must not block
         */
        public Builder history(Function<? super String, HistoryLimits> rule) {
            this.history = rule;
            return this;
        }

        /**
         * Builds a server with the current options.
         *
         * @throws IllegalStateException if both {@link #exchange(Exchange)} and a history are set
         * @throws RealtimeException with the name {@code InvalidOptionsError} if a key of a pair is missing, or a key is invalid
         */
        public RealtimeServer build() {
            return build(null);
        }

        private RealtimeServer build(@Nullable RealtimeBackend backend) {
            if (exchange != null && history != null) {
                throw new IllegalStateException(
                        "history: set together with exchange (expected: one of them; set the history of the exchange)");
            }
            ServerConfig config = new ServerConfig(
                    endpointOptions(),
                    protocol(),
                    timing(),
                    batching(),
                    limits(),
                    auth(),
                    new ServerConfig.Web(
                            host == null ? defaultHost : host,
                            port,
                            tls,
                            webServer,
                            origins,
                            allowedHosts,
                            exchange,
                            history,
                            compression,
                            handleProtocols));
            return new DefaultRealtimeServer(config, backend);
        }
    }
}
