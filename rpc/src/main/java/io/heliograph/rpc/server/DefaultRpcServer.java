package io.heliograph.rpc.server;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.EndpointStats;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.rpc.Registration;
import io.heliograph.rpc.RpcFunction;
import io.heliograph.rpc.RpcHandler;
import io.heliograph.rpc.RpcNamespace;
import io.heliograph.rpc.RpcServer;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server: its life, from listening to the end. */
public final class DefaultRpcServer implements RpcServer {

    private static final Logger log = LoggerFactory.getLogger(RpcServer.class);

    private enum Phase {
        NEW,
        STARTING,
        LISTENING,
        FAILED,
        CLOSING
    }

    private final ServerCore core;
    private final Acceptors entrances;
    private final Listeners<Runnable> onListening;
    private final Listeners<Runnable> onClose;
    private final BlockableFuture<Void> started = new BlockableFuture<>();
    private final BlockableFuture<Void> closed = new BlockableFuture<>();
    private final AtomicBoolean finishing = new AtomicBoolean();

    // Guarded by this.
    private Phase phase = Phase.NEW;
    private Transports.@Nullable Lease lease;

    private volatile List<Acceptor> acceptors = List.of();

    public DefaultRpcServer(ServerOptions options) {
        this.core = new ServerCore(options, log);
        this.entrances = new Acceptors(core);
        core.namespaces.declare(Namespaces.DEFAULT);
        this.onListening = new Listeners<>(core.errors::report);
        this.onClose = new Listeners<>(core.errors::report);
    }

    // ---- listening

    @Override
    public CompletableFuture<Void> listen() {
        Transport transport;
        synchronized (this) {
            if (phase == Phase.CLOSING) {
                return CompletableFuture.failedFuture(
                        new ClosedException("the server is closed", new CloseReason.Local(), true));
            }
            if (phase != Phase.NEW) {
                throw new IllegalStateException("listen() was called twice");
            }
            phase = Phase.STARTING;
            if (core.options.transport == null) {
                lease = Transports.acquire();
                transport = lease.transport();
            } else {
                transport = core.options.transport;
            }
        }
        core.attach(new SerialExecutor(
                core.options.dispatch, core.options.loop == null ? transport.nextLoop() : core.options.loop));
        List<CompletableFuture<Acceptor>> opening = entrances.open(transport);
        CompletableFuture.allOf(opening.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> opened(opening, failure));
        return started.copy();
    }

    private void opened(List<CompletableFuture<Acceptor>> opening, @Nullable Throwable failure) {
        List<Acceptor> open = new ArrayList<>();
        for (CompletableFuture<Acceptor> each : opening) {
            if (!each.isCompletedExceptionally()) {
                open.add(each.join());
            }
        }
        acceptors = List.copyOf(open);
        boolean listening;
        synchronized (this) {
            listening = phase == Phase.STARTING && failure == null;
            if (phase == Phase.STARTING) {
                phase = failure == null ? Phase.LISTENING : Phase.FAILED;
            }
        }
        if (listening) {
            core.executor().execute(() -> {
                onListening.emit((listener, a, b) -> listener.run(), null, null);
                started.complete(null);
            });
            return;
        }
        entrances.close();
        if (failure == null) {
            shutDown(core.options.linger);
            return;
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        core.errors.report(cause);
        closeAcceptors()
                .whenComplete((done, failed) -> core.executor().execute(() -> {
                    started.completeExceptionally(cause);
                    synchronized (this) {
                        if (phase == Phase.CLOSING) {
                            finish();
                        } else {
                            release();
                        }
                    }
                }));
    }

    private CompletableFuture<Void> closeAcceptors() {
        return CompletableFuture.allOf(acceptors.stream().map(Acceptor::close).toArray(CompletableFuture[]::new));
    }

    @Override
    public int port() {
        return addresses().stream()
                .filter(address -> core.options.port >= 0 && address instanceof Address.Tcp)
                .map(address -> ((Address.Tcp) address).port())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the server does not listen on a port"));
    }

    @Override
    public List<Address> addresses() {
        return acceptors.stream().map(Acceptor::address).toList();
    }

    @Override
    public void upgrade(HttpAcceptHandler.Upgrade upgrade) {
        entrances.upgrade(upgrade);
    }

    // ---- namespaces

    @Override
    public RpcNamespace namespace(String name) {
        return core.namespaces.declare(name);
    }

    @Override
    public Map<String, RpcNamespace> namespaces() {
        return core.namespaces.copy();
    }

    @Override
    public void closeNamespace(String name) {
        Namespace gone = core.namespaces.remove(name);
        if (gone != null) {
            gone.close();
            for (ServerSession session : gone.sessions()) {
                session.close(core.options.namespaceCloseCode, "", core.options.linger);
            }
        }
    }

    private Namespace root() {
        return core.namespaces.root();
    }

    @Override
    public boolean emit(String event, @Nullable Object... args) {
        EncodedEvent encoded = new EncodedEvent(event, args, true);
        boolean declared = false;
        for (Namespace namespace : core.namespaces.all()) {
            if (namespace.findEvent(event) != null) {
                declared = true;
                namespace.emit(encoded, event);
            }
        }
        core.reportFailure(encoded);
        return declared;
    }

    // ---- the default namespace

    @Override
    public <P> Registration register(
            String method, Class<P> params, RpcHandler<P, ? extends @Nullable Object> handler) {
        return root().register(method, params, handler);
    }

    @Override
    public <P> Registration register(
            String method, Class<P> params, RpcFunction<P, ? extends @Nullable Object> function) {
        return root().register(method, params, function);
    }

    @Override
    public <P> Registration register(
            String method, TypeRef<P> params, RpcHandler<P, ? extends @Nullable Object> handler) {
        return root().register(method, params, handler);
    }

    @Override
    public <P> Registration register(
            String method, TypeRef<P> params, RpcFunction<P, ? extends @Nullable Object> function) {
        return root().register(method, params, function);
    }

    @Override
    public Registration register(String method, RpcHandler<Payload, ? extends @Nullable Object> handler) {
        return root().register(method, handler);
    }

    @Override
    public Registration register(String method, RpcFunction<Payload, ? extends @Nullable Object> function) {
        return root().register(method, function);
    }

    @Override
    public <S> List<Registration> register(Class<S> service, S implementation) {
        return root().register(service, implementation);
    }

    @Override
    public <P> Registration authenticate(Class<P> params, RpcHandler<P, ? extends @Nullable Object> handler) {
        return root().authenticate(params, handler);
    }

    @Override
    public Registration event(String name) {
        return root().event(name);
    }

    @Override
    public List<String> eventList() {
        return root().eventList();
    }

    // ---- listeners

    @Override
    public Subscription onListening(Runnable listener) {
        return onListening.on(listener);
    }

    @Override
    public Subscription onConnection(Consumer<? super RpcSocket> listener) {
        return core.onConnection.on(listener);
    }

    @Override
    public Subscription onDisconnect(BiConsumer<? super RpcSocket, ? super CloseReason> listener) {
        return core.onDisconnect.on(listener);
    }

    @Override
    public Subscription onSocketError(BiConsumer<? super RpcSocket, ? super Throwable> listener) {
        return core.onSocketError.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return core.errors.on(listener);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return onClose.on(listener);
    }

    // ---- the end

    @Override
    public void close() {
        closeGracefully(core.options.linger);
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        Phase before;
        synchronized (this) {
            before = phase;
            phase = Phase.CLOSING;
        }
        entrances.close();
        switch (before) {
            case NEW, FAILED -> finishWithoutTransport();
            case STARTING -> {} // opened() will notice
            case LISTENING, CLOSING -> shutDown(timeout);
        }
        return closed();
    }

    private void finishWithoutTransport() {
        if (finishing.compareAndSet(false, true)) {
            onClose.emit((listener, a, b) -> listener.run(), null, null);
            closed.complete(null);
        }
    }

    private void shutDown(Duration timeout) {
        closeAcceptors().whenComplete((done, failed) -> {
            for (ServerSession session : core.sessions) {
                session.close(1001, "", timeout);
            }
            entrances.abortPending();
            core.whenEmpty(this::finish);
        });
    }

    private void finish() {
        if (!finishing.compareAndSet(false, true)) {
            return;
        }
        core.executor().execute(() -> {
            started.completeExceptionally(
                    new ClosedException("closed before it was ready", new CloseReason.Local(), true));
            onClose.emit((listener, a, b) -> listener.run(), null, null);
            release().whenComplete((done, failed) -> closed.complete(null));
        });
    }

    private synchronized CompletableFuture<Void> release() {
        Transports.Lease taken = lease;
        return taken == null ? CompletableFuture.completedFuture(null) : taken.release();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    @Override
    public EndpointStats stats() {
        long queued = 0;
        for (ServerSession session : core.sessions) {
            queued += session.queuedBytes();
        }
        return core.counters.read(queued);
    }

    @Override
    public String toString() {
        return "RpcServer" + addresses();
    }
}
