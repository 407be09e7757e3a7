package io.heliograph.rpc.server;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.PendingBudget;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.rpc.RpcServer;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.spi.RpcBackend;
import io.heliograph.rpc.spi.RpcFormat;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Dialects;
import io.heliograph.rpc.wire.ErrorCode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** State that all sockets and namespaces of a server share. */
final class ServerCore {

    static final Logger log = LoggerFactory.getLogger(RpcServer.class);

    final ServerOptions options;
    final ServerOptions.Limits limits;
    final ServerOptions.Protocol protocol;
    final Dialects dialects;
    final Counters counters = new Counters();
    final EndpointLifecycle lifecycle;
    final ErrorNotifier errors;
    final Namespaces namespaces;
    final PendingBudget budget;
    final @Nullable RpcBackend backend;
    final Set<ServerSession> sessions = ConcurrentHashMap.newKeySet();
    final Listeners<Consumer<? super RpcSocket>> onConnection;
    final Listeners<BiConsumer<? super RpcSocket, ? super CloseReason>> onDisconnection;
    final Listeners<BiConsumer<? super RpcSocket, ? super Throwable>> onSocketError;

    private final RpcFormat jsonFormat;
    private final RpcFormat msgpackFormat;
    private final @Nullable Executor userExecutor;
    private volatile @Nullable Runnable onEmpty;

    ServerCore(ServerOptions options, @Nullable RpcBackend backend, EndpointLifecycle.Role role) {
        this.options = options;
        this.backend = backend;
        this.limits = options.limits();
        this.protocol = options.protocol();
        this.dialects = new Dialects(
                protocol.msgpack(), limits.maxDepth(), options.endpoint().maxMessageBytes());
        this.jsonFormat = new DialectFormat(dialects.json());
        this.msgpackFormat = new DialectFormat(dialects.msgpack());
        this.lifecycle = new EndpointLifecycle(
                role, EndpointLifecycle.Restart.NEVER, RpcServer.class.getName(), options.endpoint(), counters);
        this.errors = lifecycle.errors();
        this.namespaces = new Namespaces(this);
        this.budget = new PendingBudget(limits.maxUnauthenticatedBytes());
        this.onConnection = listeners("onConnection");
        this.onDisconnection = listeners("onDisconnection");
        this.onSocketError = listeners("onSocketError");
        this.userExecutor = options.endpoint().dispatch().executor();
    }

    /** Creates listeners whose exceptions are reported with the name of the listener and the socket, the first argument. */
    <L> Listeners<L> listeners(String name) {
        return new Listeners<>((failure, socket, unused) -> errors.emitUserCode(
                "listener=" + name, socket instanceof ServerSession session ? session.label() : null, failure));
    }

    /** Returns the serial executor of the server's listeners. */
    SerialExecutor executor() {
        return lifecycle.executor();
    }

    /** Starts a call: on the event loop of the session, or on a thread of its own so that a slow call delays no other. */
    void start(MethodCall call, ServerSession session) {
        if (userExecutor == null) {
            session.executor().execute((SerialExecutor.Task) call);
            return;
        }
        try {
            userExecutor.execute(call);
        } catch (RejectedExecutionException rejected) {
            errors.failures()
                    .expected(
                            "executor rejected a call",
                            "Executor rejected a call, which runs on a virtual thread: executor=" + userExecutor);
            Thread.ofVirtual().name("heliograph-listener").start(call);
        }
    }

    /** Returns the format of a backend's events. */
    RpcFormat format(Dialect dialect) {
        return dialect.isJson() ? jsonFormat : msgpackFormat;
    }

    /** Returns the error of calls during {@code closeGracefully}. */
    ErrorCode closingError() {
        return backend == null ? ErrorCode.SERVER_CLOSING : ErrorCode.HUB_CLOSING;
    }

    boolean isFull() {
        return sessions.size() >= limits.maxConnections();
    }

    /** Reports the failure to encode an event, if any. */
    void reportFailure(EncodedEvent event) {
        CodecException failure = event.failure();
        if (failure != null) {
            encodeFailed("event=" + event.name(), null, failure);
        }
    }

    /**
     * Reports a value that cannot be encoded.
     *
     * @param what subject of the failure, such as {@code event=news}
     * @param connection label of the socket; null without one
     */
    void encodeFailed(String what, @Nullable String connection, Throwable failure) {
        counters.drop(DropReason.ENCODE_ERROR, 1);
        errors.userCode(what, connection, failure);
    }

    /**
     * Counts and logs a connection that is refused.
     *
     * @param why reason, without anything that a peer has sent
     * @param details path and remote address of the connection, as {@code key=value}
     */
    void refused(DropReason reason, String why, String details) {
        counters.drop(reason, 1);
        errors.failures().expected("connection refused: " + why, "Connection refused: " + why + " " + details);
    }

    void removed(ServerSession session) {
        sessions.remove(session);
        Runnable task = onEmpty;
        if (task != null && sessions.isEmpty()) {
            task.run();
        }
    }

    /** Runs a task, perhaps repeatedly, when there are no sessions. */
    void whenEmpty(Runnable task) {
        onEmpty = task;
        if (sessions.isEmpty()) {
            task.run();
        }
    }
}
