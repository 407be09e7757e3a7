package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Delay;
import io.heliograph.EndpointStats;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.event.EventStream;
import io.heliograph.event.Listeners;
import io.heliograph.event.Promise;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client: what its users call. */
final class DefaultRpcClient implements RpcClient, Reconnector.Listener {

    private static final Logger log = LoggerFactory.getLogger(RpcClient.class);
    private static final TypeRef<Map<String, String>> STATUSES = new TypeRef<>() {};
    private static final TypeRef<List<String>> NAMES = new TypeRef<>() {};

    private final ClientCore core;
    private final CallOptions defaults;
    private final Listeners<Runnable> onOpen;
    private final Listeners<Consumer<? super CloseReason>> onClose;
    private final Listeners<Consumer<? super CloseReason>> onExhausted;
    private final Set<String> subscribed = ConcurrentHashMap.newKeySet();
    private final Promise<Void> closed = new Promise<>();
    private final AtomicBoolean finishing = new AtomicBoolean();
    private volatile @Nullable Object credentials;

    // Guarded by this.
    private boolean closing;
    private Transports.@Nullable Lease lease;
    private @Nullable Promise<Void> opening;
    private Reconnector.Settings settings;

    private volatile @Nullable Reconnector reconnector;

    DefaultRpcClient(ClientOptions options) {
        if (!options.isPlain()) {
            options.webSocket(); // fails now if it would later
        }
        this.core = new ClientCore(options, log);
        this.defaults = CallOptions.timeout(options.callTimeout);
        this.onOpen = new Listeners<>(core.errors::report);
        this.onClose = new Listeners<>(core.errors::report);
        this.onExhausted = new Listeners<>(core.errors::report);
        this.settings =
                new Reconnector.Settings(
                        options.reconnect, options.reconnectDelay, options.maxReconnects);
    }

    // ---- connecting

    @Override
    public synchronized CompletableFuture<Void> connect() {
        if (closing) {
            return CompletableFuture.failedFuture(
                    new ClosedException("the client is closed", new CloseReason.Local(), true));
        }
        if (core.ready() != null) {
            return CompletableFuture.completedFuture(null);
        }
        Reconnector present = reconnector;
        if (present == null) {
            present = start();
            reconnector = present;
        }
        if (opening == null || opening.isDone()) {
            opening = new Promise<>();
        }
        core.onLoop(present::connect);
        return opening.copy();
    }

    private Reconnector start() {
        Transport transport = core.options.transport;
        if (transport == null) {
            lease = Transports.acquire();
            transport = lease.transport();
        }
        EventLoop loop = core.options.loop;
        core.attach(loop == null ? transport.nextLoop() : loop);
        return new Reconnector(core, transport, settings, this);
    }

    @Override
    public void connected(ClientLink link, boolean again, Runnable opened) {
        CompletableFuture<?> restored =
                again && core.options.restore
                        ? restore(link)
                        : CompletableFuture.completedFuture(null);
        if (restored.isDone()) {
            announce(link, opened);
        } else {
            restored.whenComplete((done, failure) ->
                    core.onLoop(() -> {
                        if (failure != null) {
                            core.errors.report(failure);
                        }
                        announce(link, opened);
                    }));
        }
    }

    private CompletableFuture<?> restore(ClientLink link) {
        Object login = credentials;
        List<String> events = List.copyOf(subscribed);
        CompletableFuture<?> first =
                login == null
                        ? CompletableFuture.completedFuture(null)
                        : link.call("rpc.login", true, login, Object.class, defaults);
        return first.handle(
                        (done, failed) -> {
                            if (failed != null) {
                                core.errors.report(failed);
                            }
                            return events.isEmpty()
                                    ? CompletableFuture.completedFuture(null)
                                    : link.call("rpc.on", true, events, Object.class, defaults);
                        })
                .thenCompose(subscribing -> subscribing);
    }

    private void announce(ClientLink link, Runnable opened) {
        if (!link.isOpen()) {
            return;
        }
        core.ready(link);
        core.lane()
                .execute(() -> {
                    onOpen.emit((listener, a, b) -> listener.run(), null, null);
                    opened.run();
                    settle(null);
                });
    }

    @Override
    public void ended(CloseReason reason, boolean wasOpen, boolean exhausted) {
        Reconnector present = reconnector;
        boolean over = exhausted || present == null || !present.isReconnecting();
        core.lane()
                .execute(() -> {
                    if (wasOpen) {
                        onClose.emit((listener, r, unused) -> listener.accept(r), reason, null);
                    } else if (!isClosing()) {
                        core.errors.report(Reconnector.cause(reason));
                    }
                    if (exhausted) {
                        onExhausted.emit((listener, r, unused) -> listener.accept(r), reason, null);
                    }
                    if (over) {
                        settle(Reconnector.cause(reason));
                    }
                });
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    /** Settles the future of {@link #connect()}; on the lane. */
    private void settle(@Nullable Throwable failure) {
        CompletableFuture<Void> waiting;
        synchronized (this) {
            waiting = opening;
            opening = null;
        }
        if (waiting != null) {
            if (failure == null) {
                waiting.complete(null);
            } else {
                waiting.completeExceptionally(failure);
            }
        }
    }

    @Override
    public boolean isConnected() {
        return core.ready() != null;
    }

    // ---- calls

    private <T extends @Nullable Object> CompletableFuture<T> call(
            String method, boolean has, @Nullable Object params, Type type, CallOptions options) {
        ClientLink link = core.ready();
        return link == null
                ? CompletableFuture.failedFuture(new NotReadyException("socket not ready"))
                : link.call(method, has, params, type, options);
    }

    /** As a stub calls. */
    CompletableFuture<@Nullable Object> invoke(String method, @Nullable Object params, Type type) {
        return call(method, params != null, params, type, defaults);
    }

    boolean isOnLoop() {
        return core.isAttached() && core.loop().inLoop();
    }

    @Override
    public <T> CompletableFuture<T> call(String method, @Nullable Object params, Class<T> result) {
        return call(method, params != null, params, result, defaults);
    }

    @Override
    public <T> CompletableFuture<T> call(
            String method, @Nullable Object params, TypeRef<T> result) {
        return call(method, params, result, defaults);
    }

    @Override
    public <T> CompletableFuture<T> call(
            String method, @Nullable Object params, TypeRef<T> result, CallOptions options) {
        return call(method, params != null, params, result.type(), options);
    }

    @Override
    public CompletableFuture<Payload> call(String method, @Nullable Object params) {
        return call(method, params != null, params, Payload.class, defaults);
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
        ClientLink link = core.ready();
        RuntimeException failure =
                link == null
                        ? new NotReadyException("socket not ready")
                        : link.notify(method, has, params);
        return failure == null
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletableFuture<Boolean> login(@Nullable Object params) {
        CompletableFuture<@Nullable Object> answer =
                call("rpc.login", params != null, params, Object.class, defaults);
        return answer.thenApply(accepted -> {
            boolean falsy =
                    accepted == null
                            || accepted.equals(false)
                            || accepted.equals("")
                            || (accepted instanceof Number number && number.doubleValue() == 0);
            if (falsy) {
                throw new AuthenticationFailedException("authentication failed");
            }
            credentials = params;
            return true;
        });
    }

    @Override
    public CompletableFuture<List<String>> listMethods() {
        return call("__listMethods", false, null, NAMES.type(), defaults);
    }

    @Override
    public <S> S bind(Class<S> service) {
        return Stub.of(service, this);
    }

    // ---- events

    @Override
    public CompletableFuture<Map<String, String>> subscribe(String... events) {
        return subscription("rpc.on", events)
                .thenApply(statuses -> {
                    statuses.forEach((event, status) -> {
                        if (isSubscribed(status)) {
                            subscribed.add(event);
                        }
                    });
                    return statuses;
                });
    }

    private static boolean isSubscribed(@Nullable String status) {
        return "ok".equals(status) || "socket has already been subscribed to event".equals(status);
    }

    @Override
    public <T> CompletableFuture<Subscription> subscribe(
            String event, Class<T> type, Consumer<? super T> listener) {
        Subscription added = on(event, type, listener);
        return subscribe(event)
                .thenApply(statuses -> {
                    String status = statuses.get(event);
                    if (!isSubscribed(status)) {
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
        subscribed.removeAll(Set.of(events));
        return subscription("rpc.off", events);
    }

    private CompletableFuture<Map<String, String>> subscription(String method, String... events) {
        return call(
                method,
                events.length > 0,
                events.length > 0 ? List.of(events) : null,
                STATUSES.type(),
                defaults);
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
        return onOpen.on(listener);
    }

    @Override
    public Subscription onClose(Consumer<? super CloseReason> listener) {
        return onClose.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return core.errors.on(listener);
    }

    @Override
    public Subscription onMaxReconnectsReached(Consumer<? super CloseReason> listener) {
        return onExhausted.on(listener);
    }

    @Override
    public int currentReconnects() {
        Reconnector present = reconnector;
        return present == null ? 0 : present.ends();
    }

    @Override
    public synchronized int maxReconnects() {
        return settings.maxReconnects();
    }

    @Override
    public boolean isReconnecting() {
        Reconnector present = reconnector;
        return present != null && present.isReconnecting();
    }

    @Override
    public synchronized boolean willReconnect() {
        return settings.reconnect()
                && (settings.maxReconnects() == 0
                        || settings.maxReconnects() > currentReconnects());
    }

    @Override
    public synchronized void autoReconnect(boolean reconnect) {
        set(new Reconnector.Settings(reconnect, settings.delay(), settings.maxReconnects()));
    }

    @Override
    public synchronized void reconnectInterval(Duration interval) {
        set(
                new Reconnector.Settings(
                        settings.reconnect(), Delay.fixed(interval), settings.maxReconnects()));
    }

    @Override
    public synchronized void maxReconnects(int maxReconnects) {
        checkArgument(
                maxReconnects >= 0,
                "maxReconnects: %d (expected: >= 0, 0 for no limit)",
                maxReconnects);
        set(new Reconnector.Settings(settings.reconnect(), settings.delay(), maxReconnects));
    }

    private void set(Reconnector.Settings changed) {
        settings = changed;
        Reconnector present = reconnector;
        if (present != null) {
            present.set(changed);
        }
    }

    @Override
    public CompletableFuture<Void> disconnect() {
        return disconnect(Reconnector.NORMAL, "");
    }

    @Override
    public CompletableFuture<Void> disconnect(int code, String reason) {
        return disconnect(code, reason, core.options.linger);
    }

    private CompletableFuture<Void> disconnect(int code, String reason, Duration linger) {
        Reconnector present = reconnector;
        if (present == null) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        core.onLoop(() ->
                present.disconnect(code, reason, linger)
                        .whenComplete((nothing, failure) -> done.complete(null)));
        return done;
    }

    @Override
    public void close() {
        closeGracefully(core.options.linger);
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        synchronized (this) {
            closing = true;
        }
        if (reconnector == null) {
            if (finishing.compareAndSet(false, true)) {
                core.events.end();
                closed.complete(null);
            }
            return closed();
        }
        core.onLoop(() -> {
            if (!closed.isDone()) {
                core.loop().schedule(timeout, core.events::forceOpen);
            }
        });
        disconnect(Reconnector.NORMAL, "", timeout)
                .whenComplete((done, failure) -> core.lane().execute(this::finish));
        return closed();
    }

    private void finish() {
        if (finishing.compareAndSet(false, true)) {
            core.events.end();
            Transports.Lease taken;
            synchronized (this) {
                taken = lease;
            }
            (taken == null ? CompletableFuture.completedFuture(null) : taken.release())
                    .whenComplete((done, failure) -> closed.complete(null));
        }
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    @Override
    public EndpointStats stats() {
        ClientLink link = core.ready();
        return core.counters.read(link == null ? 0 : link.queuedBytes());
    }

    @Override
    public String toString() {
        return "RpcClient[" + core.options + "]";
    }
}
