package io.heliograph.rpc.client;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.CloseReason;
import io.heliograph.Delay;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.internal.Printable;
import io.heliograph.rpc.AuthenticationFailedException;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.RemoteMethod;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcEvent;
import io.heliograph.rpc.RpcEvents;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.RpcGap;
import io.heliograph.rpc.binding.Stub;
import io.heliograph.rpc.wire.ErrorCode;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The only implementation: calls, events and settings of a client. */
public final class DefaultRpcClient implements RpcClient, Stub.Caller {

    private static final TypeRef<Map<String, String>> STATUSES = new TypeRef<>() {};
    /** Name of the positions for a server that takes them for an event. */
    private static final String OBJECT = "[object Object]";

    private static final TypeRef<List<String>> NAMES = new TypeRef<>() {};

    private final ClientCore core;
    private final SessionState sessionState;
    private final ClientLifecycle lifecycle;

    public DefaultRpcClient(ClientOptions options) {
        this.lifecycle = new ClientLifecycle(options);
        this.core = lifecycle.core;
        this.sessionState = lifecycle.sessionState;
    }

    @Override
    public CompletableFuture<Void> connect() {
        return lifecycle.connect();
    }

    @Override
    public boolean isConnected() {
        return core.ready() != null;
    }

    // ---- calls

    private <T extends @Nullable Object> CompletableFuture<T> call(
            String method, boolean hasParams, @Nullable Object params, Type type, CallOptions options) {
        return core.calls.call(method, hasParams, params, type, options);
    }

    @Override
    public CompletableFuture<@Nullable Object> call(String method, @Nullable Object params, Type result) {
        return call(method, params != null, params, result, core.callDefaults);
    }

    @Override
    public boolean isEventLoop() {
        return core.inLoop();
    }

    @Override
    public <R> RemoteMethod<R> method(String name, TypeRef<R> result) {
        return new Method<>(name, result.type(), core.callDefaults);
    }

    private final class Method<R> implements RemoteMethod<R> {

        private final String name;
        private final Type result;
        private final CallOptions options;

        Method(String name, Type result, CallOptions options) {
            this.name = name;
            this.result = result;
            this.options = options;
        }

        @Override
        public CompletableFuture<R> call(@Nullable Object params) {
            return DefaultRpcClient.this.call(name, params != null, params, result, options);
        }

        @Override
        public RemoteMethod<R> with(CallOptions other) {
            return new Method<>(name, result, other);
        }
    }

    @Override
    public CompletableFuture<Void> notify(String method, @Nullable Object params) {
        return core.calls.notify(method, true, params);
    }

    @Override
    public CompletableFuture<Void> notify(String method) {
        return core.calls.notify(method, false, null);
    }

    @Override
    public CompletableFuture<Boolean> login(@Nullable Object params) {
        CompletableFuture<@Nullable Object> answer =
                call("rpc.login", params != null, params, Object.class, core.callDefaults);
        return answer.thenApply(accepted -> {
            boolean falsy = accepted == null
                    || accepted.equals(false)
                    || accepted.equals("")
                    || (accepted instanceof Number number && number.doubleValue() == 0);
            if (falsy) {
                throw new AuthenticationFailedException("authentication failed");
            }
            sessionState.loggedIn(params);
            return true;
        });
    }

    @Override
    public CompletableFuture<List<String>> listMethods() {
        return call("__listMethods", false, null, NAMES.type(), core.callDefaults);
    }

    @Override
    public <S> S bind(Class<S> service) {
        return Stub.of(service, this);
    }

    // ---- events

    @Override
    public CompletableFuture<Map<String, String>> subscribe(String... events) {
        List<String> names = List.of(events);
        CompletableFuture<Map<String, String>> answer = events.length == 0
                ? subscription("rpc.on")
                : call("rpc.on", true, sessionState.params(names), STATUSES.type(), core.callDefaults);
        return answer.thenApply(statuses -> {
            if (!names.contains(OBJECT)) {
                statuses.remove(OBJECT);
            }
            sessionState.subscribed(statuses);
            return statuses;
        });
    }

    @Override
    public CompletableFuture<Map<String, String>> unsubscribe(String... events) {
        sessionState.unsubscribed(events);
        return subscription("rpc.off", events);
    }

    private CompletableFuture<Map<String, String>> subscription(String method, String... events) {
        return call(
                method,
                events.length > 0,
                events.length > 0 ? List.of(events) : null,
                STATUSES.type(),
                core.callDefaults);
    }

    @Override
    public RpcEvents<RpcEvent> events(String name) {
        return new Events<>(name, event -> event);
    }

    @Override
    @SuppressWarnings("NullAway") // an event without arguments is null
    public <T> RpcEvents<T> events(String name, TypeRef<T> type) {
        return new Events<>(name, event -> event.as(type));
    }

    private final class Events<T> implements RpcEvents<T> {

        private final String name;
        private final Function<RpcEvent, @Nullable T> decoder;

        Events(String name, Function<RpcEvent, @Nullable T> decoder) {
            this.name = name;
            this.decoder = decoder;
        }

        @Override
        public Subscription on(Consumer<? super T> listener) {
            return core.events.on(name, core.events.decoding(decoder, listener));
        }

        @Override
        public Subscription once(Consumer<? super T> listener) {
            return core.events.once(name, core.events.decoding(decoder, listener));
        }

        @Override
        public void off() {
            core.events.off(name);
        }

        @Override
        public Subscription onGap(Consumer<? super RpcGap> listener) {
            return core.events.onGap(name, listener);
        }

        @Override
        public EventStream<T> stream() {
            return core.events.stream(name, decoder);
        }

        @Override
        public CompletableFuture<Subscription> subscribe(Consumer<? super T> listener) {
            Subscription added = on(listener);
            return DefaultRpcClient.this
                    .subscribe(name)
                    .thenApply(statuses -> {
                        String status = statuses.get(name);
                        if (!SessionState.isSubscribed(status)) {
                            throw new RpcException(
                                    ErrorCode.SERVER_ERROR,
                                    Printable.of("Failed subscribing to an event '" + name + "' with: " + status),
                                    status);
                        }
                        return added;
                    })
                    .whenComplete((subscription, failure) -> {
                        if (failure != null) {
                            added.close();
                        }
                    });
        }
    }

    // ---- connection

    @Override
    public Subscription onConnect(Runnable listener) {
        return lifecycle.onConnect.on(listener);
    }

    @Override
    public Subscription onDisconnect(Consumer<? super CloseReason> listener) {
        return lifecycle.onDisconnect.on(listener);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return lifecycle.onClose.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return core.errors.on(listener);
    }

    @Override
    public Subscription onMaxReconnectsReached(Consumer<? super CloseReason> listener) {
        return lifecycle.onExhausted.on(listener);
    }

    @Override
    public int currentReconnects() {
        return lifecycle.reconnects();
    }

    @Override
    public int maxReconnects() {
        return lifecycle.settings().maxReconnects();
    }

    @Override
    public boolean isReconnecting() {
        return lifecycle.isReconnecting();
    }

    @Override
    public boolean willReconnect() {
        ClientOptions.Reconnecting settings = lifecycle.settings();
        return settings.reconnect()
                && (settings.maxReconnects() == 0 || settings.maxReconnects() > currentReconnects());
    }

    @Override
    public void autoReconnect(boolean reconnect) {
        lifecycle.change(old -> new ClientOptions.Reconnecting(reconnect, old.delay(), old.maxReconnects()));
    }

    @Override
    public void reconnectInterval(Duration interval) {
        Delay delay = Delay.fixed(interval);
        lifecycle.change(old -> new ClientOptions.Reconnecting(old.reconnect(), delay, old.maxReconnects()));
    }

    @Override
    public void maxReconnects(int maxReconnects) {
        checkArgument(maxReconnects >= 0, "maxReconnects: %d (expected: >= 0, 0 for no limit)", maxReconnects);
        lifecycle.change(old -> new ClientOptions.Reconnecting(old.reconnect(), old.delay(), maxReconnects));
    }

    @Override
    public CompletableFuture<Void> disconnect() {
        return disconnect(Reconnector.NORMAL, "");
    }

    @Override
    public CompletableFuture<Void> disconnect(int code, String reason) {
        return lifecycle.disconnect(code, reason);
    }

    @Override
    public void close() {
        core.lifecycle.close(core.options.endpoint().linger());
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return core.lifecycle.closeGracefully(notNegative("timeout", timeout));
    }

    @Override
    public CompletableFuture<Void> closed() {
        return core.lifecycle.closed();
    }

    @Override
    public EndpointStats stats() {
        ClientConnection connection = core.ready();
        return core.counters.read(connection == null ? core.calls.queuedBytes() : connection.queuedBytes());
    }

    @Override
    public String toString() {
        return "RpcClient[" + core.options.target() + "]";
    }
}
