package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.http.Origins;
import io.heliograph.rpc.server.DefaultRpcServer;
import io.heliograph.rpc.server.ServerOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers calls and sends events to clients that speak JSON-RPC 2.0 as the npm package {@code rpc-websockets} does, or the same as
 * MessagePack, over WebSockets, TCP or Unix domain sockets.
 *
 * <p>What is registered on the server itself belongs to the default namespace, {@code /}.
 *
 * <p><b>Life.</b> Built, it takes methods, events and listeners; {@link #listen()} starts it, {@link #close()} ends it for good.
 *
 * <p><b>Calls</b> of one socket start in the order in which they came, where the {@link Dispatch} of the options says, and are
 * answered when they are done: one that takes long holds up no other. Under {@link Dispatch#direct()} a handler runs on the event
 * loop and must not block. A batch is answered one request after another.
 *
 * <p><b>Listeners</b> of the server's life run one at a time, in order. What one throws goes to the error listeners. Those of
 * {@link #onConnection} are done before the first request of that socket is read.
 *
 * <p><b>Threads.</b> Any thread may call any method. None blocks.
 */
public interface RpcServer extends RpcRegistry, Endpoint {

    static Builder builder() {
        return new Builder();
    }

    /**
     * Starts to listen, once.
     *
     * @return completes after the {@code listening} listeners; fails, as the error listeners are told, if that cannot be: with a
     *     {@link io.heliograph.TransportException} that has the system's code, or a {@link io.heliograph.ClosedException}
     * @throws IllegalStateException the second time
     */
    CompletableFuture<Void> listen();

    /**
     * The port it listens on for WebSockets.
     *
     * @throws IllegalStateException if it does not, or not yet
     */
    int port();

    /** Where it listens, with real ports; empty before it does. */
    List<Address> addresses();

    /**
     * Takes a request for a WebSocket that somebody else has received, as {@code noServer} of the npm package does. The path is the
     * namespace. From {@link #listen()} on; before and after it is refused with HTTP status 503.
     */
    void upgrade(HttpAcceptHandler.Upgrade upgrade);

    /** The namespace of a path, made if it is missing: {@code of} of the npm package. */
    RpcNamespace namespace(String name);

    /** The namespaces that are there now, those named by clients among them, by their names. A copy. */
    Map<String, RpcNamespace> namespaces();

    /**
     * Forgets a namespace with its methods and events and closes its sockets, with {@link Builder#namespaceCloseCode}. Others
     * are untouched. An unknown one is ignored.
     */
    void closeNamespace(String name);

    /**
     * Sends an event to those subscribed to it in every namespace that declares it. A single argument that is an object or an
     * array is the parameters by itself; anything else, and several arguments, are sent as an array.
     *
     * @return whether any namespace declares it
     */
    boolean emit(String event, @Nullable Object... args);

    /** Calls {@code listener} once clients can connect. */
    Subscription onListening(Runnable listener);

    /** Calls {@code listener} for each socket that has connected, before any of its requests is read. */
    Subscription onConnection(Consumer<? super RpcSocket> listener);

    /** Calls {@code listener} for each socket that has gone, when it has left its namespace and its events. */
    Subscription onDisconnect(BiConsumer<? super RpcSocket, ? super CloseReason> listener);

    /** Calls {@code listener} for each socket that ends because of an error, before those of {@link #onDisconnect}. */
    Subscription onSocketError(BiConsumer<? super RpcSocket, ? super Throwable> listener);

    /** Calls {@code listener} with each failure: of listening, of a handler or listener, of a result that cannot be sent. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} when the server has closed and all its connections have ended. */
    Subscription onClose(Runnable listener);

    /** {@inheritDoc} Sockets are closed with code 1001, and cut off after the option {@code linger}. */
    @Override
    void close();

    /** Options of a server; {@link #build()} makes it. For one thread at a time. */
    final class Builder {

        private final ServerOptions options = new ServerOptions();

        Builder() {}

        /** Default none: listens for WebSockets on a port of its own; 0 for a free one. */
        public Builder port(int port) {
            checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
            options.port = port;
            return this;
        }

        /** Default {@code 0.0.0.0}: the host to bind {@link #port} on. */
        public Builder host(String host) {
            checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
            options.host = host;
            return this;
        }

        /** Default none: TLS on {@link #port}, for {@code wss:}. */
        public Builder tls(Tls tls) {
            options.tls = tls;
            return this;
        }

        /**
         * Default none: also listens for peers of this library on a Unix domain socket or a TCP port without HTTP. May be called
         * several times. A socket file is for its owner only.
         */
        public Builder listenOn(Address address) {
            options.addresses.add(address);
            return this;
        }

        /**
         * Default {@link Origins#sameOrigin()}: which web pages may connect; others are refused with HTTP status 403. Programs that
         * are no browsers send no origin and may.
         */
        public Builder origins(Origins origins) {
            options.origins = origins;
            return this;
        }

        /** Default {@link RpcCodec#JSON}: in what a socket that has sent nothing yet gets events. */
        public Builder codec(RpcCodec codec) {
            options.codec = codec;
            return this;
        }

        /** Default the codec called {@code msgpack}: another one, as one that writes integers of 64 bits. */
        public Builder msgpack(Codec msgpack) {
            options.msgpack = msgpack;
            return this;
        }

        /** Default {@code false}: text messages are answered with a parse error, as the MessagePack forks do. */
        public Builder messagePackOnly(boolean messagePackOnly) {
            options.messagePackOnly = messagePackOnly;
            options.codec = messagePackOnly ? RpcCodec.MSGPACK : options.codec;
            return this;
        }

        /** Default {@link Dispatch#virtual()}: where handlers and listeners run. */
        public Builder dispatch(Dispatch dispatch) {
            options.dispatch = dispatch;
            return this;
        }

        /** Default 5 s: how long a connection that is being closed may take; then it is cut off. Zero or more. */
        public Builder linger(Duration linger) {
            options.linger = notNegative("linger", linger);
            return this;
        }

        /** Default 30 s: how often a WebSocket that is silent is sent a ping; it is cut off if nothing comes. Zero for never. */
        public Builder pingInterval(Duration pingInterval) {
            options.pingInterval = notNegative("pingInterval", pingInterval);
            return this;
        }

        /** Default {@code false}: accepts {@code permessage-deflate}. */
        public Builder compression(boolean compression) {
            options.compression = compression;
            return this;
        }

        /** Default 1 MiB: the longest message, both ways; a peer that sends a longer one is closed with 1009. 1 or more. */
        public Builder maxMessageBytes(int maxMessageBytes) {
            options.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
            return this;
        }

        /** Default 16 MiB: how much may wait for a socket that reads slowly; with more it is cut off. 1 or more. */
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            options.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
            return this;
        }

        /** Default 1000: how deep a message may be nested. 1 or more. */
        public Builder maxDepth(int maxDepth) {
            options.maxDepth = positive("maxDepth", maxDepth);
            return this;
        }

        /** Default 1000: how many requests a batch may have; a longer one is answered with -32600. 1 or more. */
        public Builder maxBatch(int maxBatch) {
            options.maxBatch = positive("maxBatch", maxBatch);
            return this;
        }

        /** Default 1024: how many calls of one socket may run; then reading stops until half of them are done. 1 or more. */
        public Builder maxPendingRequests(int maxPendingRequests) {
            options.maxPendingRequests = positive("maxPendingRequests", maxPendingRequests);
            return this;
        }

        /** Default 1000: how many events one socket may be subscribed to; the status of further ones says so. 1 or more. */
        public Builder maxSubscriptions(int maxSubscriptions) {
            options.maxSubscriptions = positive("maxSubscriptions", maxSubscriptions);
            return this;
        }

        /**
         * Default 1000: how many namespaces may be there because clients have named them; further ones are refused with HTTP status
         * 404. Such a namespace goes when its last socket does. 1 or more.
         */
        public Builder maxImplicitNamespaces(int maxImplicitNamespaces) {
            options.maxImplicitNamespaces = positive("maxImplicitNamespaces", maxImplicitNamespaces);
            return this;
        }

        /** Default {@code true}, as in the npm package: whether clients may connect to paths that the program has not named. */
        public Builder implicitNamespaces(boolean implicitNamespaces) {
            options.implicitNamespaces = implicitNamespaces;
            return this;
        }

        /** Default 10,000: how many sockets may be connected; further ones are refused with HTTP status 503. 1 or more. */
        public Builder maxConnections(int maxConnections) {
            options.maxConnections = positive("maxConnections", maxConnections);
            return this;
        }

        /**
         * Default 50,000: how many requests of one socket are read in a second, each of a batch counted; the rest waits for the
         * next second. 0 for no limit.
         */
        public Builder maxRequestsPerSecond(int maxRequestsPerSecond) {
            checkArgument(
                    maxRequestsPerSecond >= 0,
                    "maxRequestsPerSecond: %d (expected: >= 0, 0 for no limit)",
                    maxRequestsPerSecond);
            options.maxRequestsPerSecond = maxRequestsPerSecond;
            return this;
        }

        /**
         * Default {@code false}: what a client is told of an exception that is no {@link RpcException}. By default code -32000 and
         * {@code "Error"}; if true the name of its class and its text as data, as in the npm package.
         */
        public Builder exposeErrors(boolean exposeErrors) {
            options.exposeErrors = exposeErrors;
            return this;
        }

        /**
         * Default {@code false}, as in the npm package: a request without an id that fails a check is answered with the id null. If
         * true only what cannot be read is.
         */
        public Builder strictNotifications(boolean strictNotifications) {
            options.strictNotifications = strictNotifications;
            return this;
        }

        /** Default {@code false}, as in the npm package: whether the ids 0, false and the empty string are answered. */
        public Builder answerFalsyIds(boolean answerFalsyIds) {
            options.answerFalsyIds = answerFalsyIds;
            return this;
        }

        /** Default {@code false}: what a namespace emits goes to all its sockets, as in the forks, also if it is not declared. */
        public Builder namespaceBroadcast(boolean namespaceBroadcast) {
            options.namespaceBroadcast = namespaceBroadcast;
            return this;
        }

        /** Default {@link Duplicates#PUBLIC}: what registering a method again does to its protection. */
        public Builder duplicates(Duplicates duplicates) {
            options.duplicates = duplicates;
            return this;
        }

        /** Default {@link SameId#ALLOW}: what becomes of two sockets with one id. */
        public Builder sameId(SameId sameId) {
            options.sameId = sameId;
            return this;
        }

        /**
         * Default 0, a close frame without a code, as in the npm package: clients come back after a second. With 1000 they stay
         * away.
         */
        public Builder namespaceCloseCode(int namespaceCloseCode) {
            options.namespaceCloseCode = namespaceCloseCode;
            return this;
        }

        /** Sets the options in which an original differs from our defaults, as it has them; those set later win. */
        public Builder compatibility(RpcCompatibility compatibility) {
            options.maxMessageBytes = 100 << 20;
            options.exposeErrors = true;
            options.origins = Origins.any();
            options.namespaceBroadcast = compatibility == RpcCompatibility.MSGPACK_RPC_WEBSOCKETS_1;
            return this;
        }

        Builder transport(Transport transport, @Nullable EventLoop loop) {
            options.transport = transport;
            options.loop = loop;
            return this;
        }

        /**
         * A server with these options, which does not see later changes of them. Does no I/O. Without {@link #port} and {@link
         * #listenOn} it serves what {@link RpcServer#upgrade} is given.
         *
         * @throws IllegalStateException if a codec is not there
         */
        public RpcServer build() {
            return new DefaultRpcServer(options.copy());
        }
    }
}
