package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.Overflow;
import io.heliograph.Subscription;
import io.heliograph.http.AllowedHosts;
import io.heliograph.http.Origins;
import io.heliograph.rpc.server.DefaultRpcServer;
import io.heliograph.rpc.server.ServerOptions;
import io.heliograph.rpc.spi.RpcBackend;
import io.heliograph.tls.ServerTls;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.web.WebServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Server for JSON-RPC 2.0 with events, as the npm package {@code rpc-websockets} speaks it, and for the same protocol in
 * MessagePack, over WebSockets, TCP or Unix domain sockets.
 *
 * <p>Methods and events that are registered on the server itself belong to the default namespace, {@code /}.
 *
 * <p><b>Life cycle.</b> Methods, events and listeners may be added before {@link #listen()} starts the server. {@link #close()} is
 * final.
 *
 * <p><b>Calls</b> of one socket start in the order of their requests, where the {@link Dispatch} option says, and are answered
 * when they complete; a slow call delays no other. Under {@link Dispatch#direct()}, handlers run on the event loop and must not
 * block. The requests of a batch are processed one after another.
 *
 * <p><b>Listeners</b> run one at a time, in order. An exception of a listener is reported to the error listeners. The listeners of
 * {@link #onConnection} complete before the first request of the socket is read.
 *
 * <p>Thread-safe. No method blocks.
 */
public interface RpcServer extends RpcRegistry, Endpoint {

    static Builder builder() {
        return new Builder();
    }

    /**
     * Starts the server. A second call, or one after {@link #close()}, returns a failed future.
     *
     * @return completes after the listeners of {@link #onListening}; fails with a {@link io.heliograph.TransportException} if an
     *     address is not available, or with a {@link io.heliograph.ClosedException} if the server is closed before
     */
    CompletableFuture<Void> listen();

    /**
     * Returns the port for WebSockets.
     *
     * @throws IllegalStateException if the server does not listen on a port
     */
    int port();

    /** Returns the addresses that the server listens on, with actual ports; empty before {@link #listen()}. */
    List<Address> addresses();

    /**
     * Stops listening on the server's own addresses; a {@link WebServer} that the server shares keeps listening. Open connections stay open.
     * Connections that the operating system has accepted for the server are served. Repeated calls have no effect.
     *
     * @return completes when the addresses are released, at once before {@link #listen()} has succeeded
     */
    CompletableFuture<Void> stopListening();

    /**
     * Accepts an upgrade request that the caller has received, like the option {@code noServer} of the npm package. The path is the
     * namespace. While the server is not listening, requests are answered with HTTP status 503.
     */
    void upgrade(HttpAcceptHandler.Upgrade upgrade);

    /** Returns the namespace of a path, created if missing: {@code of} of the npm package. */
    RpcNamespace namespace(String name);

    /** Returns a copy of the current namespaces by name, including those that clients have created. */
    Map<String, RpcNamespace> namespaces();

    /**
     * Removes a namespace with its methods and events, and closes its sockets with {@link Builder#namespaceCloseCode}. An unknown
     * name is ignored.
     */
    void closeNamespace(String name);

    /** Adds a listener that runs when clients can connect. */
    Subscription onListening(Runnable listener);

    /** Adds a listener for connected sockets. It completes before the first request of the socket is read. */
    Subscription onConnection(Consumer<? super RpcSocket> listener);

    /** Adds a listener for disconnected sockets, which have already left their namespace. */
    Subscription onDisconnection(BiConsumer<? super RpcSocket, ? super CloseReason> listener);

    /** Adds a listener for sockets whose connection fails, called before those of {@link #onDisconnection}. */
    Subscription onSocketError(BiConsumer<? super RpcSocket, ? super Throwable> listener);

    /** Adds a listener for failures without a caller: of handlers and listeners, and of values that cannot be encoded. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Adds a listener that runs when the server and all its connections have closed. */
    Subscription onClose(Runnable listener);

    /**
     * {@inheritDoc} Sockets are closed with code 1001, and aborted after {@link Builder#linger}. Calls in flight are not answered.
     */
    @Override
    void close();

    /**
     * {@inheritDoc} Calls and batches that have arrived are answered. Later calls are rejected with code -32000, {@code "Server is
     * closing"}. Then sockets are closed with code 1001.
     */
    @Override
    CompletableFuture<Void> closeGracefully(Duration timeout);

    /** Builder of a server. Not thread-safe. */
    final class Builder extends RpcServerLimits<Builder> {

        static {
            RpcBackend.BuildMethod.install(Builder::build);
        }

        private int port = -1;
        private @Nullable String host;
        private @Nullable ServerTls tls;
        private final List<Address> addresses = new ArrayList<>();
        private @Nullable WebServer web;
        private String webPath = "/*";
        private String basePath = "";
        private boolean reusePort;
        private Origins origins = Origins.sameOrigin();
        private @Nullable AllowedHosts allowedHosts;
        private RpcCodec codec = RpcCodec.JSON;
        private boolean messagePackOnly;
        private boolean implicitNamespaces = true;
        private boolean exposeErrors;
        private boolean strictNotifications;
        private boolean answerFalsyIds;
        private boolean namespaceBroadcast;
        private boolean revokeSubscriptions = true;
        private boolean compatible;
        private Duplicates duplicates = Duplicates.PUBLIC;
        private SameId sameId = SameId.ALLOW;
        private int namespaceCloseCode;

        Builder() {
            super(Overflow.CLOSE);
            daemon(false);
        }

        /** Selects a port of the server's own for WebSockets; 0 for a free port. Default: none. Must be 0 to 65535. */
        public Builder port(int port) {
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
            this.port = port;
            return this;
        }

        /** Selects the host of {@link #port}; {@code 0.0.0.0} for all addresses. Default: {@code 127.0.0.1}. */
        public Builder host(String host) {
            checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
            this.host = host;
            return this;
        }

        /** Enables TLS on {@link #port}, for {@code wss:}. Default: none. */
        public Builder tls(ServerTls tls) {
            this.tls = tls;
            return this;
        }

        /**
         * Adds a Unix domain socket or a TCP port without HTTP, for clients of this library. Only its owner can open a socket file.
         * Default: none.
         */
        public Builder listenOn(Address address) {
            addresses.add(address);
            return this;
        }

        /** Accepts WebSockets of a shared web server, at all paths without another endpoint. Default: none. */
        public Builder on(WebServer web) {
            return on(web, "/*");
        }

        /**
         * Accepts WebSockets of a shared web server, which stays open when this server closes. Default: none.
         *
         * @param path a path such as {@code /chat}, or a prefix such as {@code /rpc/*}; the whole path is the namespace
         */
        public Builder on(WebServer web, String path) {
            this.web = web;
            this.webPath = path;
            return this;
        }

        /**
         * Selects whether several processes of one user may listen on the server's own addresses at once: ports as by {@link
         * WebServer.Builder#reusePort}, and a socket file of a live server is replaced. Default: false.
         */
        public Builder reusePort(boolean reusePort) {
            this.reusePort = reusePort;
            return this;
        }

        /**
         * Selects the beginning of the paths of WebSockets, which is not part of the namespace: with {@code /rpc}, the path {@code
         * /rpc} is the default namespace, {@code /rpc/chat} is {@code /chat}, and other paths are rejected with HTTP status 404. A
         * shared web server passes on these paths only. Default: none.
         *
         * @param basePath begins with a slash and does not end with one
         */
        public Builder basePath(String basePath) {
            checkArgument(basePath.matches("(/[^/?#*]+)+"), "basePath: '%s' (expected: a path such as /rpc)", basePath);
            this.basePath = basePath;
            return this;
        }

        /**
         * Selects the web pages that may connect, by their origin; others are rejected with HTTP status 403. Clients that are not
         * browsers send no origin and are accepted. Default: {@link Origins#sameOrigin()}.
         */
        public Builder origins(Origins origins) {
            this.origins = origins;
            return this;
        }

        /**
         * Adds names that the {@code Host} field of a client on a loopback address may have, besides {@code localhost} and loopback
         * addresses; others are rejected with HTTP status 403, against DNS rebinding. {@code *} allows all names. Applies to {@link
         * #port}; a shared web server has its own option. Default: none; {@code *} in {@link #compatibility}.
         *
         * @throws IllegalArgumentException if a name is invalid
         */
        public Builder allowedHosts(String... names) {
            this.allowedHosts = AllowedHosts.of(names);
            return this;
        }

        /** Selects the codec of events for a socket that has not sent a message yet. Default: {@link RpcCodec#JSON}. */
        public Builder codec(RpcCodec codec) {
            this.codec = codec;
            return this;
        }

        /** Rejects text messages with a parse error, as the MessagePack forks do. Default: {@code false}. */
        public Builder messagePackOnly(boolean messagePackOnly) {
            this.messagePackOnly = messagePackOnly;
            this.codec = messagePackOnly ? RpcCodec.MSGPACK : codec;
            return this;
        }

        /**
         * Limits the running calls and batches of one socket. Reading pauses at the limit, or when their messages have twice {@code
         * maxMessageBytes}, and resumes at half of it. Default: 1024. Must be positive.
         */
        @Override
        public Builder maxPendingMessages(int maxPendingMessages) {
            return super.maxPendingMessages(maxPendingMessages);
        }

        /** Accepts clients at paths without a declared namespace, as the npm package does. Default: {@code true}. */
        public Builder implicitNamespaces(boolean implicitNamespaces) {
            this.implicitNamespaces = implicitNamespaces;
            return this;
        }

        /**
         * Exposes the class name and message of exceptions other than {@link RpcException} to clients, as the npm package does.
         * Otherwise clients receive code -32000 and {@code "Error"}. Default: {@code false}.
         */
        public Builder exposeErrors(boolean exposeErrors) {
            this.exposeErrors = exposeErrors;
            return this;
        }

        /**
         * Does not answer notifications that fail a check. Otherwise, as in the npm package, they are answered with the id null.
         * Messages that cannot be parsed are always answered. Default: {@code false}.
         */
        public Builder strictNotifications(boolean strictNotifications) {
            this.strictNotifications = strictNotifications;
            return this;
        }

        /** Answers requests with the ids 0, false and the empty string, unlike the npm package. Default: {@code false}. */
        public Builder answerFalsyIds(boolean answerFalsyIds) {
            this.answerFalsyIds = answerFalsyIds;
            return this;
        }

        /** Lets a namespace emit to all its sockets, also undeclared events, as the forks do. Default: {@code false}. */
        public Builder namespaceBroadcast(boolean namespaceBroadcast) {
            this.namespaceBroadcast = namespaceBroadcast;
            return this;
        }

        /**
         * Ends the subscriptions to protected events when their socket is logged out, and when an event becomes protected for sockets
         * that are not logged in. Default: {@code true}; {@code false} in {@link #compatibility}.
         */
        public Builder revokeSubscriptions(boolean revokeSubscriptions) {
            this.revokeSubscriptions = revokeSubscriptions;
            return this;
        }

        /** Selects the policy for a method that is registered again. Default: {@link Duplicates#PUBLIC}. */
        public Builder duplicates(Duplicates duplicates) {
            this.duplicates = duplicates;
            return this;
        }

        /** Selects the policy for two sockets with one id. Default: {@link SameId#ALLOW}. */
        public Builder sameId(SameId sameId) {
            this.sameId = sameId;
            return this;
        }

        /**
         * Selects the close code of {@link RpcServer#closeNamespace}. With 0, a close frame without a code, clients reconnect after
         * a second, as with the npm package; with 1000 they do not. Default: 0.
         */
        public Builder namespaceCloseCode(int namespaceCloseCode) {
            this.namespaceCloseCode = namespaceCloseCode;
            return this;
        }

        /**
         * Sets the options whose defaults differ from an original to the original's defaults. Without {@link #host}, the server then
         * listens on all addresses.
         */
        public Builder compatibility(RpcCompatibility compatibility) {
            compatible = true;
            exposeErrors = true;
            revokeSubscriptions = false;
            origins = Origins.any();
            namespaceBroadcast = Objects.requireNonNull(compatibility) == RpcCompatibility.MSGPACK_RPC_WEBSOCKETS_1;
            return maxMessageBytes(100 << 20);
        }

        /**
         * Builds a server. Performs no I/O. Without an address and a web server, it serves the requests of {@link
         * RpcServer#upgrade}.
         *
         * @throws IllegalStateException if a codec is missing
         */
        public RpcServer build() {
            return build(null);
        }

        private RpcServer build(@Nullable RpcBackend backend) {
            checkArgument(
                    basePath.isEmpty() || webPath.equals("/*"),
                    "path of the web server: '%s' (expected: none besides basePath '%s')",
                    webPath,
                    basePath);
            String boundHost = host != null ? host : compatible ? "0.0.0.0" : "127.0.0.1";
            ServerOptions options = new ServerOptions(
                    endpointOptions(),
                    new ServerOptions.Binding(
                            port,
                            boundHost,
                            tls,
                            addresses,
                            web,
                            webPath,
                            basePath,
                            origins,
                            allowedHosts != null
                                    ? allowedHosts
                                    : compatible ? AllowedHosts.any() : AllowedHosts.loopback(),
                            pingInterval,
                            slowConsumer,
                            compression,
                            reusePort),
                    limits(),
                    new ServerOptions.Protocol(
                            codec,
                            msgpack,
                            messagePackOnly,
                            implicitNamespaces,
                            exposeErrors,
                            strictNotifications,
                            answerFalsyIds,
                            namespaceBroadcast,
                            revokeSubscriptions,
                            duplicates,
                            sameId,
                            namespaceCloseCode));
            return new DefaultRpcServer(options, backend);
        }
    }
}
