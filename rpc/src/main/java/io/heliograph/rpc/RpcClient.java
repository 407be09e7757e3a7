package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Delay;
import io.heliograph.Dispatch;
import io.heliograph.Endpoint;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.http.HttpHeaders;
import io.heliograph.rpc.client.ClientOptions;
import io.heliograph.rpc.client.DefaultRpcClient;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Tls;
import io.heliograph.transport.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the methods of a server that speaks JSON-RPC 2.0 as the npm package {@code rpc-websockets} does, or the same as
 * MessagePack, and listens to its events.
 *
 * <p><b>Life.</b> {@link #connect()} connects, and a lost connection is replaced as the options say. {@link #disconnect} ends the
 * connection and all attempts until the next {@link #connect()}; {@link #close()} is for good.
 *
 * <p><b>Calls</b> go over the connection there is: without one they fail with {@link NotReadyException}, and nothing is kept for
 * later. Each settles: with its result, with an {@link RpcException} if the server says no, with {@link
 * io.heliograph.DeadlineExceededException} when its time is over, or with {@link io.heliograph.ClosedException} when the
 * connection ends. Cancelling one ends the wait; the server is not told.
 *
 * <p><b>Parameters</b> are sent by position if they are a list or an array, by name if they are a record, a bean or a map. Servers
 * refuse a string alone; null is left out.
 *
 * <p><b>Listeners</b> run one at a time, in order, where the {@link Dispatch} of the options says, and so does what is attached to
 * the future of a call. One that waits for a future of this client lets those behind it go on meanwhile, except under {@link
 * Dispatch#direct()}, where it must not. What a listener throws goes to the error listeners.
 *
 * <p><b>Threads.</b> Any thread may call any method. None blocks, but those of a {@linkplain #bind stub}.
 */
public interface RpcClient extends Endpoint {

    /**
     * Options of a client to be.
     *
     * @param url {@code ws://host:port/namespace?socket_id=label}, or {@code wss:} with {@link Builder#tls}
     * @throws IllegalArgumentException if it is none of these
     */
    static Builder builder(URI url) {
        return new Builder(new ClientOptions(url));
    }

    /**
     * Options of a client of a server of this library, over a Unix domain socket or TCP without HTTP.
     *
     * @param target the namespace, with the label of the socket if it is to have one: {@code /chat?socket_id=ada}
     */
    static Builder builder(Address address, String target) {
        checkArgument(target.startsWith("/"), "target: '%s' (expected: a path from the root)", target);
        return new Builder(new ClientOptions(address, target));
    }

    /** A client with default options that is connecting already; {@link #connect()} tells when it is connected. */
    static RpcClient connect(URI url) {
        RpcClient client = builder(url).build();
        CompletableFuture<Void> unused = client.connect();
        return client;
    }

    /**
     * Connects; cancels a pause before the next attempt. Does nothing if it is connected or about to be.
     *
     * @return completes after the {@code open} listeners; fails if it gives up, or with {@link io.heliograph.ClosedException} if it
     *     is told to close before
     */
    CompletableFuture<Void> connect();

    boolean isConnected();

    // ---- calls

    /**
     * Calls a method.
     *
     * @param params null to leave them out
     * @param result {@code Void} for one that does not matter
     * @return the result; null if it is null
     */
    <T> CompletableFuture<T> call(String method, @Nullable Object params, Class<T> result);

    /** As {@link #call(String, Object, Class)}, for a type with parameters. */
    <T> CompletableFuture<T> call(String method, @Nullable Object params, TypeRef<T> result);

    /** As {@link #call(String, Object, Class)}, with options of its own. */
    <T> CompletableFuture<T> call(String method, @Nullable Object params, TypeRef<T> result, CallOptions options);

    /** As {@link #call(String, Object, Class)}, for a result that is decoded when it is asked for. */
    CompletableFuture<Payload> call(String method, @Nullable Object params);

    /** As {@link #call(String, Object)}, without parameters. */
    CompletableFuture<Payload> call(String method);

    /**
     * Calls a method without waiting for an answer, which there is none of; what the server answers to a failed check is ignored.
     *
     * @param params sent as they are, null included
     * @return completes when it was accepted for sending
     */
    CompletableFuture<Void> notify(String method, @Nullable Object params);

    /** As {@link #notify(String, Object)}, without parameters. */
    CompletableFuture<Void> notify(String method);

    /**
     * Logs in, for this connection.
     *
     * @return fails with {@link AuthenticationFailedException} if the server does not accept it
     */
    CompletableFuture<Boolean> login(@Nullable Object params);

    /** The names of the methods of the namespace, protected ones included. */
    CompletableFuture<List<String>> listMethods();

    /**
     * The methods of an interface as methods of the server, with their arguments as parameters by position. One that returns a
     * {@code CompletableFuture} does not block; any other waits for the answer, without a limit unless {@link
     * Builder#callTimeout} sets one, and throws what the call fails with.
     *
     * @throws IllegalArgumentException if it is no interface, or two of its methods have one name
     */
    <S> S bind(Class<S> service);

    // ---- events

    /**
     * Subscribes to events of the namespace.
     *
     * @return for each name {@code ok} or what was wrong with it
     */
    CompletableFuture<Map<String, String>> subscribe(String... events);

    /**
     * Subscribes to an event and calls {@code listener} with each.
     *
     * @return ends the calls of this listener; fails with {@link RpcException} if the status is not {@code ok}, and there is no
     *     listener then. An event that was subscribed to before is fine
     */
    <T> CompletableFuture<Subscription> subscribe(String event, Class<T> type, Consumer<? super T> listener);

    /** Unsubscribes from events of the namespace; listeners stay. */
    CompletableFuture<Map<String, String>> unsubscribe(String... events);

    /** Calls {@code listener} with each event of that name that the server sends, asked for or not. */
    Subscription on(String event, Consumer<? super RpcEvent> listener);

    /** As {@link #on(String, Consumer)}, decoded as {@link RpcEvent#as} does; null for none. One that is no {@code T} goes to the error listeners. */
    <T> Subscription on(String event, Class<T> type, Consumer<? super T> listener);

    /** As {@link #on(String, Class, Consumer)}, for a type with parameters. */
    <T> Subscription on(String event, TypeRef<T> type, Consumer<? super T> listener);

    /** Calls {@code listener} with the next event of that name only. */
    Subscription once(String event, Consumer<? super RpcEvent> listener);

    /** Removes the listeners of an event. */
    void off(String event);

    /** The events of a name from now on, subscribed to or not. It holds 1024; then reading stops until it is read. */
    EventStream<RpcEvent> stream(String event);

    // ---- the connection

    /** Calls {@code listener} each time it is connected and ready. */
    Subscription onOpen(Runnable listener);

    /**
     * Calls {@code listener} each time a connection that was open has ended. {@link CloseReason.Remote} has the code and reason of
     * the server.
     */
    Subscription onClose(Consumer<? super CloseReason> listener);

    /** Calls {@code listener} with each failure: of an attempt to connect, or of another listener. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} when {@link Builder#maxReconnects} was reached; with why the last connection or attempt ended. */
    Subscription onMaxReconnectsReached(Consumer<? super CloseReason> listener);

    /** How many connections and attempts in a row have ended since the last was open; 0 while one is. */
    int currentReconnects();

    int maxReconnects();

    /** Whether a further attempt waits or is under way. */
    boolean isReconnecting();

    /** Whether it would try again if the connection ended now. */
    boolean willReconnect();

    /** Whether to replace lost connections, from the next loss on. */
    void autoReconnect(boolean reconnect);

    /** How long to wait before each attempt, from the next on. */
    void reconnectInterval(Duration interval);

    /** As {@link Builder#maxReconnects}, from the next loss on. */
    void maxReconnects(int maxReconnects);

    /** Disconnects with code 1000; see {@link #disconnect(int, String)}. */
    CompletableFuture<Void> disconnect();

    /**
     * Ends the connection in order, or the attempts to have one, until {@link #connect()} is called. Pending calls fail when the
     * connection has ended.
     *
     * @param code of the close frame, as {@link io.heliograph.transport.Link#end(int, String)} takes it
     * @return completes when there is no connection
     */
    CompletableFuture<Void> disconnect(int code, String reason);

    /** Options of a client; {@link #build()} makes it. For one thread at a time. */
    final class Builder {

        private final ClientOptions options;

        Builder(ClientOptions options) {
            this.options = options;
        }

        /** Default {@link RpcCodec#JSON}: how requests are written. */
        public Builder codec(RpcCodec codec) {
            options.codec = codec;
            return this;
        }

        /** Default the codec called {@code msgpack}: another one, as one that writes integers of 64 bits. */
        public Builder msgpack(Codec msgpack) {
            options.msgpack = msgpack;
            return this;
        }

        /** Default none: TLS for {@code wss:} or for a TCP address. */
        public Builder tls(Tls tls) {
            options.tls = tls;
            return this;
        }

        /** Default none: header fields of the request for the WebSocket. */
        public Builder headers(HttpHeaders headers) {
            options.headers = headers;
            return this;
        }

        /** Default none: sub-protocols to offer. */
        public Builder protocols(String... protocols) {
            options.protocols = List.of(protocols);
            return this;
        }

        /** Default {@code true}: replaces a connection that ends with a code other than 1000, and tries again after a failure. */
        public Builder reconnect(boolean reconnect) {
            options.reconnect = reconnect;
            return this;
        }

        /** Default 1 s: how long to wait before each attempt. */
        public Builder reconnectInterval(Duration interval) {
            options.reconnectDelay = Delay.fixed(interval);
            return this;
        }

        /** Default {@link #reconnectInterval}: how long to wait before each attempt, as with {@link io.heliograph.Backoff}. */
        public Builder reconnectDelay(Delay delay) {
            options.reconnectDelay = delay;
            return this;
        }

        /**
         * Default 5: how many connections and attempts in a row may end before it gives up, the first included, so that 5 means 4
         * retries; 0 for no limit. The npm package counts like this; {@link #maxRetries} does not.
         */
        public Builder maxReconnects(int maxReconnects) {
            checkArgument(maxReconnects >= 0, "maxReconnects: %d (expected: >= 0, 0 for no limit)", maxReconnects);
            options.maxReconnects = maxReconnects;
            return this;
        }

        /** Default 4: how many times in a row it tries again; 1 or more. */
        public Builder maxRetries(int maxRetries) {
            options.maxReconnects = positive("maxRetries", maxRetries) + 1;
            return this;
        }

        /** Default {@code false}, as the npm package: logs in and subscribes again before a replaced connection is open. */
        public Builder restore(boolean restore) {
            options.restore = restore;
            return this;
        }

        /**
         * Default 1, 2, 3 …: makes the id of a call from method and parameters: a {@code Long}, {@code Integer} or {@code String},
         * not 0 and not empty, and of no call that is pending.
         */
        public Builder requestIds(BiFunction<String, @Nullable Object, Object> requestIds) {
            options.requestIds = requestIds;
            return this;
        }

        /** Default none, as the npm package: how long a call may take. Zero for no limit. */
        public Builder callTimeout(Duration callTimeout) {
            options.callTimeout = notNegative("callTimeout", callTimeout);
            return this;
        }

        /** Default 65,536: how many calls may be pending; further ones fail. 1 or more. */
        public Builder maxPendingCalls(int maxPendingCalls) {
            options.maxPendingCalls = positive("maxPendingCalls", maxPendingCalls);
            return this;
        }

        /** Default 20 s: how long an attempt to connect may take. */
        public Builder connectTimeout(Duration connectTimeout) {
            options.connectTimeout = positive("connectTimeout", connectTimeout);
            return this;
        }

        /** Default 30 s: how often a silent server is sent a ping; without an answer it counts as lost. Zero for never. */
        public Builder pingInterval(Duration pingInterval) {
            options.pingInterval = notNegative("pingInterval", pingInterval);
            return this;
        }

        /** Default 5 s: how long closing may take; then the connection is cut off. Zero or more. */
        public Builder linger(Duration linger) {
            options.linger = notNegative("linger", linger);
            return this;
        }

        /** Default {@link Dispatch#virtual()}: where listeners run. */
        public Builder dispatch(Dispatch dispatch) {
            options.dispatch = dispatch;
            return this;
        }

        /** Default {@code false}: offers {@code permessage-deflate}. */
        public Builder compression(boolean compression) {
            options.compression = compression;
            return this;
        }

        /** Default 1 MiB: the longest message, both ways. 1 or more. */
        public Builder maxMessageBytes(int maxMessageBytes) {
            options.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
            return this;
        }

        /** Default 16 MiB: how much may wait to be written; what finds no room fails. 1 or more. */
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            options.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
            return this;
        }

        Builder transport(Transport transport, EventLoop loop) {
            options.transport = transport;
            options.loop = loop;
            return this;
        }

        /**
         * A client with these options, which does not see later changes of them. Does no I/O.
         *
         * @throws IllegalStateException if a codec is not there
         * @throws IllegalArgumentException for a {@code wss:} URL without TLS
         */
        public RpcClient build() {
            return new DefaultRpcClient(options.copy());
        }
    }
}
