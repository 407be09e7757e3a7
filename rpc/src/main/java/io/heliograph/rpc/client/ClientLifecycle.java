package io.heliograph.rpc.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.Listeners;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The life cycle of a client: its consecutive connections, the futures of {@code connect()}, and the connection listeners. */
final class ClientLifecycle implements EndpointLifecycle.Role, Reconnector.Listener {

    final ClientCore core;
    final SessionState sessionState;
    final Listeners<Runnable> onConnect;
    final Listeners<Consumer<? super CloseReason>> onDisconnect;
    final Listeners<Consumer<? super CloseReason>> onExhausted;
    final Listeners<Runnable> onClose;

    // Guarded by this.
    private boolean started;
    private int pendingDisconnects;
    private @Nullable BlockableFuture<Void> connecting;
    private ClientOptions.Reconnecting settings;

    // Event loop only: the future that the current attempt completes.
    private @Nullable BlockableFuture<Void> attempted;

    private volatile @Nullable Reconnector reconnector;
    private volatile @Nullable Throwable startFailure;

    ClientLifecycle(ClientOptions options) {
        this.core = new ClientCore(options, this);
        this.sessionState = new SessionState(core);
        this.onConnect = listeners("onConnect");
        this.onDisconnect = listeners("onDisconnect");
        this.onExhausted = listeners("onMaxReconnectsReached");
        this.onClose = listeners("onClose");
        this.settings = options.reconnecting();
    }

    private <L> Listeners<L> listeners(String name) {
        String connection = core.options.target().toString();
        return new Listeners<>((failure, a, b) -> core.errors.emitUserCode("listener=" + name, connection, failure));
    }

    // ---- connecting

    CompletableFuture<Void> connect() {
        BlockableFuture<Void> pending;
        boolean starting;
        synchronized (this) {
            if (core.lifecycle.isClosing()) {
                return CompletableFuture.failedFuture(
                        new ClosedException("connect: the client is closed", new CloseReason.Local(), true));
            }
            if (core.ready() != null && pendingDisconnects == 0) {
                return CompletableFuture.completedFuture(null);
            }
            core.calls.connectCalled();
            if (connecting == null) {
                connecting = new BlockableFuture<>();
            }
            pending = connecting;
            starting = !started;
            started = true;
        }
        if (starting) {
            core.lifecycle.connect().whenComplete((done, failure) -> {
                if (failure != null) {
                    startFailure = failure;
                    core.calls.ended(false, true, failure);
                    complete(pending, failure);
                }
            });
        }
        core.lifecycle.executeOrRun(() -> connect(pending));
        return pending.copy();
    }

    private void connect(BlockableFuture<Void> pending) {
        core.calls.attemptStarted();
        Reconnector present = reconnector;
        if (present == null) {
            Throwable failure = startFailure;
            if (failure != null) {
                core.calls.ended(false, true, failure);
                complete(pending, failure);
            }
            return; // otherwise another thread is starting the client, and connects
        }
        if (core.ready() != null) {
            core.executor().execute(() -> complete(pending, null));
            return;
        }
        attempted = pending;
        present.connect();
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        reconnector = new Reconnector(core, transport, loop, settings(), this);
        core.executor().execute(core.lifecycle::started);
    }

    @Override
    public void connected(ClientConnection connection, boolean again, Runnable announced) {
        CompletableFuture<?> restored = again && sessionState.isRestorable()
                ? sessionState.restore(connection)
                : CompletableFuture.completedFuture(null);
        if (restored.isDone()) {
            announce(connection, announced);
        } else {
            restored.whenComplete((done, failure) -> core.lifecycle.executeOrRun(() -> {
                if (failure != null) {
                    core.errors.report(failure);
                }
                announce(connection, announced);
            }));
        }
    }

    private void announce(ClientConnection connection, Runnable announced) {
        if (!connection.isOpen()) {
            return;
        }
        core.calls.ready(connection);
        if (!connection.isOpen()) {
            return; // closed by a request that did not fit into its queue
        }
        BlockableFuture<Void> pending = takeAttempted();
        core.executor().execute(() -> {
            onConnect.emit((listener, a, b) -> listener.run(), null, null);
            announced.run();
            complete(pending, null);
        });
    }

    @Override
    public void ended(CloseReason reason, boolean wasOpen, boolean more, boolean exhausted) {
        BlockableFuture<Void> pending = more ? null : takeAttempted();
        core.executor().execute(() -> {
            if (wasOpen) {
                onDisconnect.emit((listener, r, unused) -> listener.accept(r), reason, null);
            } else if (!core.lifecycle.isClosing() && !(Reconnector.cause(reason) instanceof ClosedException)) {
                core.errors.report(Reconnector.cause(reason));
            }
            if (exhausted) {
                onExhausted.emit((listener, r, unused) -> listener.accept(r), reason, null);
            }
            complete(pending, Reconnector.cause(reason));
        });
    }

    /** Returns the future of the attempt that has ended; later calls of {@code connect()} wait for the next attempt. */
    private @Nullable BlockableFuture<Void> takeAttempted() {
        BlockableFuture<Void> pending = attempted;
        attempted = null;
        return pending;
    }

    /** Completes a future of {@link #connect()}. */
    private void complete(@Nullable BlockableFuture<Void> pending, @Nullable Throwable failure) {
        if (pending == null) {
            return;
        }
        synchronized (this) {
            if (pending.equals(connecting)) {
                connecting = null;
            }
        }
        if (failure == null) {
            pending.complete(null);
        } else {
            pending.completeExceptionally(failure);
        }
    }

    // ---- reconnecting

    int reconnects() {
        Reconnector present = reconnector;
        return present == null ? 0 : present.ends();
    }

    boolean isReconnecting() {
        Reconnector present = reconnector;
        return present != null && present.isReconnecting();
    }

    synchronized ClientOptions.Reconnecting settings() {
        return settings;
    }

    /** Changes the settings from the next attempt on. */
    synchronized void change(UnaryOperator<ClientOptions.Reconnecting> change) {
        settings = change.apply(settings);
        Reconnector present = reconnector;
        if (present != null) {
            present.set(settings);
        }
    }

    // ---- closing

    CompletableFuture<Void> disconnect(int code, String reason) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Duration linger = core.options.endpoint().linger();
        synchronized (this) {
            pendingDisconnects++;
        }
        core.lifecycle.executeOrRun(() -> {
            disconnectStarted();
            Reconnector present = reconnector;
            if (present == null) {
                done.complete(null);
            } else {
                present.disconnect(code, reason, linger).whenComplete((nothing, failure) -> done.complete(null));
            }
        });
        return done;
    }

    private synchronized void disconnectStarted() {
        pendingDisconnects--;
    }

    @Override
    public CompletableFuture<Void> drain(Duration timeout) {
        return core.calls.drain();
    }

    @Override
    public void shutdown(Duration timeout) {
        Reconnector present = reconnector;
        CompletableFuture<?> disconnected = present == null
                ? CompletableFuture.completedFuture(null)
                : present.disconnect(Reconnector.NORMAL, "", timeout);
        disconnected.whenComplete((done, failure) -> core.lifecycle.finish(new CloseReason.Local()));
    }

    @Override
    public void ended() {
        core.calls.close();
        core.events.end();
        onClose.emit((listener, a, b) -> listener.run(), null, null);
    }
}
