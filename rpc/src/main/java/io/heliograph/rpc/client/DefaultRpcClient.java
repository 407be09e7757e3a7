package io.heliograph.rpc.client;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.CloseReason;
import io.heliograph.Delay;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.rpc.AuthenticationFailedException;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.NotReadyException;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcEvent;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.binding.Stub;
import io.heliograph.rpc.wire.ErrorCode;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client: what its users call. */
public final class DefaultRpcClient implements RpcClient, Stub.Caller {

    private static final Logger log = LoggerFactory.getLogger(RpcClient.class);
    private static final TypeRef<Map<String, String>> STATUSES = new TypeRef<>() {};
    private static final TypeRef<List<String>> NAMES = new TypeRef<>() {};

    private final ClientCore core;
    private final SessionState sessionState;
    private final ClientLifecycle life;

    public DefaultRpcClient(ClientOptions options) {
        if (!options.isPlain()) {
            options.webSocket(); // fails now if it would later
        }
        this.core = new ClientCore(options, log);
        this.sessionState = new SessionState(core);
        this.life = new ClientLifecycle(core, sessionState);
    }

    // ---- connecting

    @Override
    public CompletableFuture<Void> connect() {
        return life.connect();
    }

    @Override
    public boolean isConnected() {
        return core.ready() != null;
    }

    // ---- calls

    private <T extends @Nullable Object> CompletableFuture<T> call(
            String method, boolean has, @Nullable Object params, Type type, CallOptions options) {
        ClientConnection link = core.ready();
        return link == null
                ? CompletableFuture.failedFuture(new NotReadyException("socket not ready"))
                : link.call(method, has, params, type, options);
    }

    @Override
    public CompletableFuture<@Nullable Object> call(String method, @Nullable Object params, Type type) {
        return call(method, params != null, params, type, core.callDefaults);
    }

    @Override
    public boolean isEventLoop() {
        return core.isAttached() && core.loop().inLoop();
    }

    @Override
    public <T> CompletableFuture<T> call(String method, @Nullable Object params, Class<T> result) {
        return call(method, params != null, params, result, core.callDefaults);
    }

    @Override
    public <T> CompletableFuture<T> call(String method, @Nullable Object params, TypeRef<T> result) {
        return call(method, params, result, core.callDefaults);
    }

    @Override
    public <T> CompletableFuture<T> call(
            String method, @Nullable Object params, TypeRef<T> result, CallOptions options) {
        return call(method, params != null, params, result.type(), options);
    }

    @Override
    public CompletableFuture<Payload> call(String method, @Nullable Object params) {
        return call(method, params != null, params, Payload.class, core.callDefaults);
    }

    @Override
    public CompletableFuture<Payload> call(String method) {
        return call(method, null);
    }

    @Override
    public CompletableFuture<Void> notify(String method, @Nullable Object params) {
        return notify(method, true, params);
    }

    @Override
    public CompletableFuture<Void> notify(String method) {
        return notify(method, false, null);
    }

    private CompletableFuture<Void> notify(String method, boolean has, @Nullable Object params) {
        ClientConnection link = core.ready();
        RuntimeException failure =
                link == null ? new NotReadyException("socket not ready") : link.notify(method, has, params);
        return failure == null ? CompletableFuture.completedFuture(null) : CompletableFuture.failedFuture(failure);
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
        return subscription("rpc.on", events).thenApply(statuses -> {
            sessionState.subscribed(statuses);
            return statuses;
        });
    }

    @Override
    public <T> CompletableFuture<Subscription> subscribe(String event, Class<T> type, Consumer<? super T> listener) {
        Subscription added = on(event, type, listener);
        return subscribe(event)
                .thenApply(statuses -> {
                    String status = statuses.get(event);
                    if (!SessionState.isSubscribed(status)) {
                        throw new RpcException(
                                ErrorCode.SERVER_ERROR,
                                "Failed subscribing to an event '" + event + "' with: " + status,
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
    public Subscription on(String event, Consumer<? super RpcEvent> listener) {
        return core.events.on(event, listener);
    }

    @Override
    public <T> Subscription on(String event, Class<T> type, Consumer<? super T> listener) {
        return on(event, TypeRef.of(type), listener);
    }

    @Override
    public <T> Subscription on(String event, TypeRef<T> type, Consumer<? super T> listener) {
        return core.events.on(event, type, listener);
    }

    @Override
    public Subscription once(String event, Consumer<? super RpcEvent> listener) {
        return core.events.once(event, listener);
    }

    @Override
    public void off(String event) {
        core.events.off(event);
    }

    @Override
    public EventStream<RpcEvent> stream(String event) {
        return core.events.stream(event);
    }

    // ---- the connection

    @Override
    public Subscription onOpen(Runnable listener) {
        return life.onOpen.on(listener);
    }

    @Override
    public Subscription onClose(Consumer<? super CloseReason> listener) {
        return life.onClose.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return core.errors.on(listener);
    }

    @Override
    public Subscription onMaxReconnectsReached(Consumer<? super CloseReason> listener) {
        return life.onExhausted.on(listener);
    }

    @Override
    public int currentReconnects() {
        return life.reconnects();
    }

    @Override
    public int maxReconnects() {
        return life.settings().maxReconnects();
    }

    @Override
    public boolean isReconnecting() {
        return life.isReconnecting();
    }

    @Override
    public boolean willReconnect() {
        Reconnector.Settings settings = life.settings();
        return settings.reconnect()
                && (settings.maxReconnects() == 0 || settings.maxReconnects() > currentReconnects());
    }

    @Override
    public void autoReconnect(boolean reconnect) {
        life.change(settings -> new Reconnector.Settings(reconnect, settings.delay(), settings.maxReconnects()));
    }

    @Override
    public void reconnectInterval(Duration interval) {
        Delay delay = Delay.fixed(interval);
        life.change(settings -> new Reconnector.Settings(settings.reconnect(), delay, settings.maxReconnects()));
    }

    @Override
    public void maxReconnects(int maxReconnects) {
        checkArgument(maxReconnects >= 0, "maxReconnects: %d (expected: >= 0, 0 for no limit)", maxReconnects);
        life.change(settings -> new Reconnector.Settings(settings.reconnect(), settings.delay(), maxReconnects));
    }

    @Override
    public CompletableFuture<Void> disconnect() {
        return disconnect(Reconnector.NORMAL, "");
    }

    @Override
    public CompletableFuture<Void> disconnect(int code, String reason) {
        return life.disconnect(code, reason, core.options.linger);
    }

    @Override
    public void close() {
        closeGracefully(core.options.linger);
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return life.close(notNegative("timeout", timeout));
    }

    @Override
    public CompletableFuture<Void> closed() {
        return life.closed();
    }

    @Override
    public EndpointStats stats() {
        ClientConnection link = core.ready();
        return core.counters.read(link == null ? 0 : link.queuedBytes());
    }

    @Override
    public String toString() {
        return "RpcClient[" + core.options + "]";
    }
}
