package io.heliograph.rpc.server;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.EndpointStats;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.Listeners;
import io.heliograph.internal.Failures;
import io.heliograph.rpc.Registration;
import io.heliograph.rpc.RpcHandler;
import io.heliograph.rpc.RpcMethod;
import io.heliograph.rpc.RpcNamespace;
import io.heliograph.rpc.RpcServer;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.spi.RpcBackend;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The only implementation: life cycle, namespaces and listeners of a server. */
public final class DefaultRpcServer implements RpcServer {

    private final ServerCore core;
    private final Acceptors acceptors;
    private final Listeners<Runnable> onListening;
    private final Listeners<Runnable> onClose;

    /** @param backend provider of further methods and events; null for none */
    public DefaultRpcServer(ServerOptions options, @Nullable RpcBackend backend) {
        this.core = new ServerCore(options, backend, new Role());
        this.acceptors = new Acceptors(core);
        this.onListening = core.listeners("onListening");
        this.onClose = core.listeners("onClose");
        core.namespaces.declare(Namespaces.DEFAULT);
    }

    ServerCore core() {
        return core;
    }

    // ---- life cycle

    @Override
    public CompletableFuture<Void> listen() {
        return core.lifecycle.listen();
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

    private final class Role implements EndpointLifecycle.Role {

        private volatile boolean aborted;

        @Override
        public void begin(Transport transport, EventLoop loop) {
            acceptors.open(transport).whenComplete((done, failure) -> {
                if (failure == null) {
                    core.executor().execute(this::listening);
                } else {
                    acceptors.close().whenComplete((closed, e) -> core.lifecycle.failStart(Failures.unwrap(failure)));
                }
            });
        }

        private void listening() {
            if (!core.lifecycle.isClosing()) {
                onListening.emit((listener, a, b) -> listener.run(), null, null);
                core.lifecycle.started();
            }
        }

        @Override
        public CompletableFuture<Void> drain(Duration timeout) {
            acceptors.close();
            return CompletableFuture.allOf(core.sessions.stream()
                    .map(session -> session.work().drain())
                    .toArray(CompletableFuture[]::new));
        }

        @Override
        public void shutdown(Duration timeout) {
            acceptors.close().whenComplete((done, failure) -> {
                core.sessions.forEach(session -> session.close(1001, ""));
                acceptors.abortPending();
                if (aborted) {
                    abort();
                }
                core.whenEmpty(() -> core.lifecycle.finish(new CloseReason.Local()));
            });
        }

        @Override
        public void abort() {
            aborted = true;
            core.sessions.forEach(ServerSession::abort);
        }

        @Override
        public void ended() {
            onClose.emit((listener, a, b) -> listener.run(), null, null);
        }
    }

    // ---- addresses

    @Override
    public int port() {
        return addresses().stream()
                .filter(address -> core.options.binding().port() >= 0 && address instanceof Address.Tcp)
                .map(address -> ((Address.Tcp) address).port())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the server does not listen on a port"));
    }

    @Override
    public List<Address> addresses() {
        return acceptors.addresses();
    }

    @Override
    public CompletableFuture<Void> stopListening() {
        return acceptors.stopListening();
    }

    @Override
    public void upgrade(HttpAcceptHandler.Upgrade upgrade) {
        acceptors.upgrade(upgrade);
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
        Namespace removed = core.namespaces.remove(name);
        if (removed != null) {
            removed.close();
            for (ServerSession session : removed.sessions()) {
                session.close(
                        core.protocol.namespaceCloseCode(),
                        "",
                        core.options.endpoint().linger());
            }
        }
    }

    @Override
    public int emit(String event, @Nullable Object... args) {
        EncodedEvent encoded = new EncodedEvent(event, args, true);
        int accepted = 0;
        for (Namespace namespace : core.namespaces.all()) {
            accepted += namespace.emit(encoded, event);
        }
        core.reportFailure(encoded);
        return accepted;
    }

    // ---- the default namespace

    @Override
    public <P> RpcMethod<P> method(String name, TypeRef<P> params) {
        return core.namespaces.root().method(name, params);
    }

    @Override
    public <S> List<Registration> register(Class<S> service, S implementation) {
        return core.namespaces.root().register(service, implementation);
    }

    @Override
    public <P> Registration authenticate(Class<P> params, RpcHandler<P, ? extends @Nullable Object> handler) {
        return core.namespaces.root().authenticate(params, handler);
    }

    @Override
    public Registration event(String name) {
        return core.namespaces.root().event(name);
    }

    @Override
    public List<String> eventList() {
        return core.namespaces.root().eventList();
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
    public Subscription onDisconnection(BiConsumer<? super RpcSocket, ? super CloseReason> listener) {
        return core.onDisconnection.on(listener);
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

    @Override
    public EndpointStats stats() {
        return core.counters.read(
                core.sessions.stream().mapToLong(ServerSession::queuedBytes).sum());
    }

    @Override
    public String toString() {
        return "RpcServer" + addresses();
    }
}
