package io.heliograph.rpc.server;

import io.heliograph.CloseReason;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.rpc.DropReason;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.rpc.wire.Counters;
import io.heliograph.rpc.wire.Dialects;
import io.heliograph.rpc.wire.Errors;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** State that all sockets and namespaces of a server share. */
final class ServerCore {

    final Logger log;
    final ServerOptions options;
    final Dialects dialects;
    final Counters counters = new Counters();
    final Errors errors;
    final Namespaces namespaces;
    final Set<ServerSession> sessions = ConcurrentHashMap.newKeySet();
    final Listeners<Consumer<? super RpcSocket>> onConnection;
    final Listeners<BiConsumer<? super RpcSocket, ? super CloseReason>> onDisconnect;
    final Listeners<BiConsumer<? super RpcSocket, ? super Throwable>> onSocketError;

    private final @Nullable Executor userExecutor;
    private volatile @Nullable SerialExecutor executor;
    private volatile @Nullable Runnable onEmpty;

    ServerCore(ServerOptions options, Logger log) {
        this.log = log;
        this.options = options;
        this.dialects = new Dialects(options.msgpack, options.maxDepth, options.maxMessageBytes);
        this.errors = new Errors(log, counters);
        this.namespaces = new Namespaces(this);
        this.onConnection = new Listeners<>(errors::report);
        this.onDisconnect = new Listeners<>(errors::report);
        this.onSocketError = new Listeners<>(errors::report);
        this.userExecutor = options.dispatch.executor();
    }

    void attach(SerialExecutor to) {
        executor = to;
        errors.attach(to);
    }

    /** Where events of the server's life are told, one after another. There is one as soon as there are sessions. */
    SerialExecutor executor() {
        SerialExecutor present = executor;
        if (present == null) {
            throw new IllegalStateException("the server was not started");
        }
        return present;
    }

    /**
     * Starts a call: on the session's own executor, which is its event loop, or apart from all others, so that one which takes long
     * holds up nobody.
     */
    void start(MethodCall call, ServerSession session) {
        if (userExecutor == null) {
            session.executor().execute((SerialExecutor.Task) call);
            return;
        }
        try {
            userExecutor.execute(call);
        } catch (RejectedExecutionException rejected) {
            log.warn("{} refused to run a call; it runs on a virtual thread", userExecutor, rejected);
            Thread.ofVirtual().name("heliograph-listener").start(call);
        }
    }

    boolean isFull() {
        return sessions.size() >= options.maxConnections;
    }

    /** Reports the failure to encode an event, if any. */
    void reportFailure(EncodedEvent event) {
        CodecException failure = event.failure();
        if (failure != null) {
            counters.drop(DropReason.ENCODE_ERROR, 1);
            errors.report(failure);
        }
    }

    void removed(ServerSession session) {
        sessions.remove(session);
        Runnable then = onEmpty;
        if (then != null && sessions.isEmpty()) {
            then.run();
        }
    }

    /** Runs {@code task} when the last session has ended, and also now if there is none; it may run several times. */
    void whenEmpty(Runnable task) {
        onEmpty = task;
        if (sessions.isEmpty()) {
            task.run();
        }
    }
}
