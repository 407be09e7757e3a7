package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.Endpoint;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.exchange.Exchange;
import io.heliograph.http.Origins;
import io.heliograph.realtime.server.DefaultRealtimeServer;
import io.heliograph.realtime.server.ServerConfig;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import io.heliograph.web.WebServer;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves SocketCluster clients over WebSocket: channels to publish to and subscribe to, procedures, one-way events, and tokens that
 * say who a client is. It speaks the protocol of {@code socketcluster-server} 20, in both its versions.
 *
 * <p><b>Life.</b> Built, it does nothing but take listeners and middleware; {@link #listen()} starts it, {@link #close()} ends it
 * for good. A closed server cannot be used again.
 *
 * <p><b>Sockets</b> are what it is about: {@link #onConnection} gives each {@link RealtimeSocket} before anything else of it is
 * received, so that what a listener puts in place there misses nothing.
 *
 * <p><b>Listeners</b> run where the {@link io.heliograph.Dispatch} of the options says, by default on virtual threads, where they
 * may block. All that are told of one socket, its own and the server's, run one at a time and in order; those told of different
 * sockets may run at once. What a listener throws is a {@code Warning}.
 *
 * <p><b>Limits</b> have names in the options. Whenever one makes the server drop or refuse something there is a {@code Dropped}
 * event, a count in {@link #stats()} under the same reason, and, once for a socket, a line in the log.
 *
 * <p><b>Threads.</b> Any thread may call any method. None blocks.
 */
public interface RealtimeServer extends Endpoint, EventSource<ServerEvent> {

    /** Options of a server to be. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Starts to serve, once.
     *
     * @return completes when clients can connect; fails with a {@link io.heliograph.TransportException} that has the system's code,
     *     with an {@link IllegalStateException} the second time, or with a {@link io.heliograph.ClosedException}
     */
    CompletableFuture<Void> listen();

    /** Whether clients can connect. */
    boolean isReady();

    /**
     * Where it listens, with the real port.
     *
     * @throws IllegalStateException if it does not listen
     */
    Address address();

    /**
     * The real port.
     *
     * @throws IllegalStateException if it does not listen on one
     */
    default int port() {
        if (address() instanceof Address.Tcp tcp) {
            return tcp.port();
        }
        throw new IllegalStateException("port: none at " + address());
    }

    String path();

    int protocolVersion();

    /** Where the channels are, for publishing and subscribing on this side, past all middleware. */
    Exchange exchange();

    // ---- sockets

    /** The sockets that are open. A copy. */
    Collection<RealtimeSocket> clients();

    /** The socket called {@code id}, if it is open. */
    Optional<RealtimeSocket> client(String id);

    int clientsCount();

    /** The sockets that have not completed their handshake. A copy. */
    Collection<RealtimeSocket> pendingClients();

    int pendingClientsCount();

    // ---- middleware

    /**
     * Has {@code middleware} decide about all actions of a kind from now on, those of sockets that exist included.
     *
     * @throws InvalidActionException if another one does
     * @throws InvalidArgumentsException if it is no kind of action
     */
    <A extends Action> void middleware(Class<A> kind, Middleware<A> middleware);

    /**
     * The actions of a kind from now on, as a stream, each to be decided by whoever reads it. Closing the stream allows all that
     * come later.
     *
     * @throws InvalidActionException if middleware decides about that kind
     * @throws InvalidArgumentsException if it is no kind of action
     */
    <A extends Action> EventStream<PendingAction<A>> actions(Class<A> kind);

    /** Allows all actions of a kind from now on; does nothing without middleware for it. */
    void removeMiddleware(Class<? extends Action> kind);

    boolean hasMiddleware(Class<? extends Action> kind);

    // ---- keys

    /**
     * Signs and verifies with another secret from now on; tokens that were verified stay.
     *
     * @throws IllegalStateException if the server has an {@link AuthEngine} of the application's
     */
    void setAuthKey(String authKey);

    // ---- listeners

    /** Calls {@code listener} with each socket whose handshake was accepted, before anything else of it is received. */
    default Subscription onConnection(Consumer<? super RealtimeSocket> listener) {
        return on(ServerEvent.Connection.class, event -> listener.accept(event.socket()));
    }

    /** Calls {@code listener} with each socket that had been open and has ended. */
    default Subscription onDisconnection(Consumer<? super ServerEvent.Disconnection> listener) {
        return on(ServerEvent.Disconnection.class, listener);
    }

    /** Calls {@code listener} with all that went wrong with a socket, a handshake, the broker, middleware or a listener. */
    default Subscription onWarning(Consumer<? super Throwable> listener) {
        return on(ServerEvent.Warning.class, event -> listener.accept(event.warning()));
    }

    /** Calls {@code listener} with what keeps the server from listening. */
    default Subscription onError(Consumer<? super Throwable> listener) {
        return on(ServerEvent.Failure.class, event -> listener.accept(event.error()));
    }

    /** Options of a server; {@link #build()} makes it. For one thread at a time. */
    final class Builder extends ServerOptions<Builder> {

        @Nullable
        String host;

        int port = 8000;

        @Nullable
        Tls tls;

        @Nullable
        WebServer webServer;

        Origins origins = Origins.sameOrigin();

        @Nullable
        Exchange exchange;

        // Set by tests; otherwise the one that the process shares.
        @Nullable
        Transport transport;

        private Builder() {}

        Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Replaces the defaults by those of another server. To be called first: it overwrites what was set before, and is
         * overwritten by what is set after.
         */
        public Builder compatibility(Compatibility compatibility) {
            switch (compatibility) {
                case SOCKETCLUSTER_20 -> {
                    liftLimits();
                    origins = Origins.any();
                    compatible = true;
                }
            }
            return this;
        }

        /** Default 8000: the port of a web server of its own, which answers all else with 501; 0 for a free one. */
        public Builder port(int port) {
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
            this.port = port;
            return this;
        }

        /** Default all: the address of a web server of its own, by name or number. */
        public Builder host(String host) {
            this.host = host;
            return this;
        }

        /** Default none: TLS over all connections to the web server of its own. */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /** Default a web server of its own: serves on another's port, beside what that serves. It stays when this server ends. */
        public Builder on(WebServer webServer) {
            this.webServer = webServer;
            return this;
        }

        /** Default {@link Origins#sameOrigin()}: the web pages that may connect. */
        public Builder origins(Origins origins) {
            this.origins = origins;
            return this;
        }

        /**
         * Default one in memory of its own, closed with the server: where the channels are. Servers that are given the same one
         * share their channels; it stays when they end.
         */
        public Builder exchange(Exchange exchange) {
            this.exchange = exchange;
            return this;
        }

        /**
         * A server with these options, which does not see later changes of them.
         *
         * @throws RealtimeException called {@code InvalidOptionsError} if one of two keys is missing, or is none
         */
        public RealtimeServer build() {
            return new DefaultRealtimeServer(new ServerConfig(
                    dispatch,
                    protocol(),
                    timing(),
                    batching(),
                    limits(),
                    auth(),
                    new ServerConfig.Web(
                            host, port, tls, webServer, origins, exchange, transport, compression, handleProtocols)));
        }
    }
}
