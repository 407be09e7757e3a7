package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Delay;
import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.Overflow;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.http.HttpHeaders;
import io.heliograph.rpc.client.ClientOptions;
import io.heliograph.rpc.client.ClientOptions.Target;
import io.heliograph.rpc.client.DefaultRpcClient;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.WebSocketUrl;
import io.heliograph.unix.ServerCheck;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Client for JSON-RPC 2.0 with events, as the npm package {@code rpc-websockets} speaks it, and for the same protocol in
 * MessagePack.
 *
 * <p><b>Life cycle.</b> {@link #connect()} connects; the client then reconnects as the options say. {@link #disconnect} closes the
 * connection and stops reconnecting until the next {@link #connect()}. {@link #close()} is final.
 *
 * <p><b>Calls and notifications</b> wait while the client is connecting or reconnecting, within {@link Builder#maxPendingCalls} and
 * {@link Builder#maxQueuedBytes}, and are sent in order. They fail with {@link io.heliograph.NotConnectedException} if the attempt to
 * connect fails, and immediately if the client is not connecting. Every call completes: with its result, with an {@link RpcException}
 * if the response is an error, with {@link io.heliograph.DeadlineExceededException} when it times out, or with {@link
 * io.heliograph.ClosedException} when the connection closes. The server is not notified of a canceled call.
 *
 * <p><b>Parameters</b> are sent by position if they are a list or an array, and by name if they are a record, a bean or a map.
 * Servers reject a single string; null is omitted.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the {@link Dispatch} option says; so do the dependents of a call's
 * future. A listener may block on a future of this client, except under {@link Dispatch#direct()}: the listeners behind it continue
 * meanwhile. An exception of a listener is reported to the error listeners.
 *
 * <p>Thread-safe. No method blocks except those of a {@linkplain #bind stub}.
 */
public interface RpcClient extends Endpoint {

    /**
     * Returns a builder for a client of a WebSocket server.
     *
     * @param url {@code ws://host:port/namespace?socket_id=label}, or {@code wss:} with {@link Builder#tls}, as {@link
     *     io.heliograph.transport.WebSocketUrl} reads it
     * @throws IllegalArgumentException if the URL is not supported; the message says why
     */
    static Builder builder(URI url) {
        return new Builder(WebSocketUrl.of(url), null, "/");
    }

    /**
     * Returns a builder for a client of a server of this library, over a Unix domain socket or TCP without HTTP.
     *
     * @param target path of the namespace, with an optional socket id: {@code /chat?socket_id=ada}
     */
    static Builder builder(Address address, String target) {
        checkArgument(target.startsWith("/"), "target: '%s' (expected: a path that begins with '/')", target);
        return new Builder(null, address, target);
    }

    /**
     * Builds a client with default options and starts to connect. Calls wait for the connection; {@link #connect()} returns the
     * pending future.
     */
    static RpcClient connect(URI url) {
        RpcClient client = builder(url).build();
        CompletableFuture<Void> unused = client.connect();
        return client;
    }

    /**
     * Connects, without the delay before the next attempt. While the client is connecting or connected, this method only returns
     * the pending or a completed future.
     *
     * @return completes after the listeners of {@link #onConnect}; fails if the client stops reconnecting, or with {@link
     *     io.heliograph.ClosedException} if it is disconnected or closed before
     */
    CompletableFuture<Void> connect();

    boolean isConnected();

    // ---- calls

    /** Returns a handle for calls of a method. */
    <R> RemoteMethod<R> method(String name, TypeRef<R> result);

    /** Returns a handle for calls of a method; the result type {@code Void} ignores the result. */
    default <R> RemoteMethod<R> method(String name, Class<R> result) {
        return method(name, TypeRef.of(result));
    }

    /**
     * Calls a method once; {@link #method} takes further result types and options.
     *
     * @param params null to send no parameters
     * @param result {@code Void} to ignore the result
     * @return the result, which may be null
     * @throws IllegalArgumentException if the parameters are a {@code Class} or a {@code TypeRef}
     */
    default <R> CompletableFuture<R> call(String method, @Nullable Object params, Class<R> result) {
        return method(method, result).call(params);
    }

    /** Calls a method as {@link #call(String, Object, Class)} does, with a result that is decoded on demand. */
    default CompletableFuture<Payload> call(String method, @Nullable Object params) {
        return call(method, params, Payload.class);
    }

    /**
     * Sends a notification. The server does not respond; an error response to a failed check is ignored.
     *
     * @param params sent unchanged, also if null
     * @return completes when the notification is queued on a connection
     * @throws IllegalArgumentException if the parameters are a {@code Class} or a {@code TypeRef}
     */
    CompletableFuture<Void> notify(String method, @Nullable Object params);

    /** Sends a notification without parameters. */
    CompletableFuture<Void> notify(String method);

    /**
     * Logs in, for the current connection.
     *
     * @return fails with {@link AuthenticationFailedException} if the server rejects the login
     */
    CompletableFuture<Boolean> login(@Nullable Object params);

    /** Returns the names of the methods of the namespace, including protected methods. */
    CompletableFuture<List<String>> listMethods();

    /**
     * Creates a stub whose methods call methods of the server, with the arguments as positional parameters. A method that returns a
     * {@code CompletableFuture} does not block. Any other method blocks until the response, for {@link Builder#callTimeout} at most,
     * and throws the failure of the call.
     *
     * @throws IllegalArgumentException if the type is not an interface, or has two methods with one name
     */
    <S> S bind(Class<S> service);

    // ---- events

    /** Returns a handle for the events of a name. */
    <T> RpcEvents<T> events(String name, TypeRef<T> type);

    /** Returns a handle for the events of a name. */
    default <T> RpcEvents<T> events(String name, Class<T> type) {
        return events(name, TypeRef.of(type));
    }

    /** Returns a handle for the events of a name that are decoded on demand. */
    RpcEvents<RpcEvent> events(String name);

    /**
     * Subscribes to events of the namespace.
     *
     * @return the status of each name: {@code ok}, or an error
     */
    CompletableFuture<Map<String, String>> subscribe(String... events);

    /**
     * Unsubscribes from events of the namespace; listeners stay.
     *
     * @return the status of each name: {@code ok}, or an error
     */
    CompletableFuture<Map<String, String>> unsubscribe(String... events);

    // ---- connection

    /** Adds a listener that runs each time the client has connected. */
    Subscription onConnect(Runnable listener);

    /** Adds a listener for closed connections. {@link CloseReason.Remote} has the code and reason that the server sent. */
    Subscription onDisconnect(Consumer<? super CloseReason> listener);

    /** Adds a listener that runs when the client has closed for good. */
    Subscription onClose(Runnable listener);

    /** Adds a listener for failures without a caller: of connection attempts and of listeners. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Adds a listener that runs when {@link Builder#maxReconnects} is reached, with the reason of the last close or failure. */
    Subscription onMaxReconnectsReached(Consumer<? super CloseReason> listener);

    /** Returns the number of consecutive connections and attempts that have ended; 0 while connected. */
    int currentReconnects();

    int maxReconnects();

    /** Returns whether a further attempt is scheduled or running. */
    boolean isReconnecting();

    /** Returns whether the client would reconnect if the connection closed now. */
    boolean willReconnect();

    /** Enables or disables reconnecting, from the next close on. */
    void autoReconnect(boolean reconnect);

    /** Sets the delay before each attempt, from the next attempt on. */
    void reconnectInterval(Duration interval);

    /** Sets {@link Builder#maxReconnects}, from the next close on. */
    void maxReconnects(int maxReconnects);

    /** Disconnects with code 1000, as {@link #disconnect(int, String)} does. */
    CompletableFuture<Void> disconnect();

    /**
     * Closes the connection in order, or cancels the attempts to connect, until {@link #connect()} is called. Pending calls fail
     * when the connection has closed.
     *
     * @param code close code, as {@link io.heliograph.transport.Link#end(int, String)} takes it
     * @return completes when there is no connection
     */
    CompletableFuture<Void> disconnect(int code, String reason);

    /** {@inheritDoc} Pending calls fail when the connection has closed. */
    @Override
    void close();

    /** {@inheritDoc} Pending calls are answered, and waiting requests are sent. Later ones fail immediately. */
    @Override
    CompletableFuture<Void> closeGracefully(Duration timeout);

    /** Builder of a client. Not thread-safe. */
    final class Builder extends RpcBuilder<Builder> {

        private final @Nullable WebSocketUrl url;
        private final @Nullable Address address;
        private final String path;
        private RpcCodec codec = RpcCodec.JSON;
        private @Nullable ClientTls tls;
        private HttpHeaders headers = HttpHeaders.empty();
        private List<String> protocols = List.of();
        private boolean reconnect = true;
        private Delay reconnectDelay = Delay.fixed(Duration.ofSeconds(1));
        private int maxReconnects = 5;
        private boolean restore;
        private boolean recovery = true;
        private @Nullable BiFunction<String, @Nullable Object, Object> requestIds;
        private Duration callTimeout = Duration.ZERO;
        private @Nullable List<String> allowedServerUsers;
        private boolean checkDirectory = true;
        private int maxPendingCalls = 1 << 16;
        private Duration connectTimeout = Duration.ofSeconds(20);

        private Builder(@Nullable WebSocketUrl url, @Nullable Address address, String path) {
            super(Overflow.REFUSE);
            this.url = url;
            this.address = address;
            this.path = path;
        }

        /**
         * Selects the users that the server behind a Unix domain socket may run as, by name or id. A server of another user is an {@link
         * io.heliograph.UnreachableException}. Default: this user and root.
         *
         * @throws IllegalArgumentException if no user is given
         */
        public Builder allowedServerUsers(String... users) {
            checkArgument(users.length > 0, "allowedServerUsers: none (expected: at least one)");
            this.allowedServerUsers = List.of(users);
            return this;
        }

        /**
         * Checks, before it connects to a Unix domain socket, that no other user could have created the socket file: its owner, and who
         * can write to its directory. Default: {@code true}.
         */
        public Builder checkDirectory(boolean checkDirectory) {
            this.checkDirectory = checkDirectory;
            return this;
        }

        /** Selects the codec of requests. Default: {@link RpcCodec#JSON}. */
        public Builder codec(RpcCodec codec) {
            this.codec = codec;
            return this;
        }

        /** Enables TLS for {@code wss:} or a TCP address. Default: none. */
        public Builder tls(ClientTls tls) {
            this.tls = tls;
            return this;
        }

        /** Adds header fields to the WebSocket upgrade request. Default: none. */
        public Builder headers(HttpHeaders headers) {
            this.headers = headers;
            return this;
        }

        /** Offers WebSocket subprotocols. Default: none. */
        public Builder protocols(String... protocols) {
            this.protocols = List.of(protocols);
            return this;
        }

        /** Reconnects after a close code other than 1000 and after failed attempts. Default: {@code true}. */
        public Builder reconnect(boolean reconnect) {
            this.reconnect = reconnect;
            return this;
        }

        /** Selects the delay before each attempt. Default: 1 s. */
        public Builder reconnectInterval(Duration interval) {
            return reconnectDelay(Delay.fixed(interval));
        }

        /** Selects the delays before attempts, such as {@link io.heliograph.Backoff}. Default: 1 s each. */
        public Builder reconnectDelay(Delay delay) {
            this.reconnectDelay = delay;
            return this;
        }

        /**
         * Limits the consecutive connections and attempts that may end, the first included: 5 means 4 retries. Zero disables the
         * limit. The npm package counts like this; {@link #maxRetries} does not. Default: 5. Must not be negative.
         */
        public Builder maxReconnects(int maxReconnects) {
            checkArgument(maxReconnects >= 0, "maxReconnects: %d (expected: >= 0, 0 for no limit)", maxReconnects);
            this.maxReconnects = maxReconnects;
            return this;
        }

        /** Limits the consecutive retries; replaces {@link #maxReconnects}. Default: 4. Must be positive. */
        public Builder maxRetries(int maxRetries) {
            this.maxReconnects = positive("maxRetries", maxRetries) + 1;
            return this;
        }

        /**
         * Logs in and subscribes again on a new connection, before {@link RpcClient#onConnect}. Default: {@code false}, as in the npm
         * package.
         */
        public Builder restore(boolean restore) {
            this.restore = restore;
            return this;
        }

        /**
         * Asks the server for the positions of events, which the hub has. With them, the client drops events that it has received, subscribes
         * again after a reconnect and receives what it missed, or reports a gap; see {@link RpcEvents#onGap}. Other servers ignore the request.
         * Default: {@code true}.
         */
        public Builder recovery(boolean recovery) {
            this.recovery = recovery;
            return this;
        }

        /**
         * Selects the ids of calls, from method and parameters: a {@code Long}, {@code Integer} or {@code String}, not 0 and not
         * empty, and different from those of all pending calls. Default: 1, 2, 3 ….
         */
        public Builder requestIds(BiFunction<String, @Nullable Object, Object> requestIds) {
            this.requestIds = requestIds;
            return this;
        }

        /** Limits the time until a response. Zero disables the limit, as in the npm package. Default: 0. Must not be negative. */
        public Builder callTimeout(Duration callTimeout) {
            this.callTimeout = notNegative("callTimeout", callTimeout);
            return this;
        }

        /** Limits the pending calls; further ones fail. Default: 65,536. Must be positive. */
        public Builder maxPendingCalls(int maxPendingCalls) {
            this.maxPendingCalls = positive("maxPendingCalls", maxPendingCalls);
            return this;
        }

        /** Limits the time of an attempt to connect. Default: 20 s. Must be positive. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /**
         * Builds a client. Performs no I/O.
         *
         * @throws IllegalStateException if a codec is missing
         * @throws IllegalArgumentException if the URL is {@code wss:} and {@link #tls} is not set
         */
        public RpcClient build() {
            Target target = url == null
                    ? new Target.Plain(
                            Objects.requireNonNull(address),
                            path,
                            tls,
                            new ServerCheck(allowedServerUsers, checkDirectory))
                    : new Target.WebSocket(url, tls, headers, protocols, pingInterval, compression);
            return new DefaultRpcClient(new ClientOptions(
                    endpointOptions(),
                    target,
                    new ClientOptions.Reconnecting(reconnect, reconnectDelay, maxReconnects),
                    new ClientOptions.Calls(
                            codec,
                            msgpack,
                            requestIds,
                            CallOptions.timeout(callTimeout),
                            maxPendingCalls,
                            restore,
                            recovery),
                    slowConsumer,
                    connectTimeout));
        }
    }
}
