package io.heliograph.rpc.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.Listeners;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The life of a client: its connections, one after another, and its end; tells those who listen for them. */
final class ClientLifecycle implements Reconnector.Listener {

    final Listeners<Runnable> onOpen;
    final Listeners<Consumer<? super CloseReason>> onClose;
    final Listeners<Consumer<? super CloseReason>> onExhausted;

    private final ClientCore core;
    private final SessionState sessionState;
    private final BlockableFuture<Void> closed = new BlockableFuture<>();
    private final AtomicBoolean finishing = new AtomicBoolean();

    // Guarded by this.
    private boolean closing;
    private Transports.@Nullable Lease lease;
    private @Nullable BlockableFuture<Void> opening;
    private Reconnector.Settings settings;

    // On the loop: the one for whom there is an attempt.
    private @Nullable BlockableFuture<Void> begun;

    private volatile @Nullable Reconnector reconnector;

    ClientLifecycle(ClientCore core, SessionState sessionState) {
        this.core = core;
        this.sessionState = sessionState;
        this.onOpen = new Listeners<>(core.errors::report);
        this.onClose = new Listeners<>(core.errors::report);
        this.onExhausted = new Listeners<>(core.errors::report);
        this.settings = new Reconnector.Settings(
                core.options.reconnect, core.options.reconnectDelay, core.options.maxReconnects);
    }

    // ---- connecting

    synchronized CompletableFuture<Void> connect() {
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
        if (opening == null) {
            opening = new BlockableFuture<>();
        }
        Reconnector connecting = present;
        BlockableFuture<Void> waiting = opening;
        core.onLoop(() -> connect(connecting, waiting));
        return waiting.copy();
    }

    private void connect(Reconnector connecting, BlockableFuture<Void> waiting) {
        if (core.ready() != null) {
            core.executor().execute(() -> settle(waiting, null));
            return;
        }
        begun = waiting;
        connecting.connect();
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
    public void connected(ClientConnection link, boolean again, Runnable opened) {
        CompletableFuture<?> restored =
                again && core.options.restore ? sessionState.restore(link) : CompletableFuture.completedFuture(null);
        if (restored.isDone()) {
            announce(link, opened);
        } else {
            restored.whenComplete((done, failure) -> core.onLoop(() -> {
                if (failure != null) {
                    core.errors.report(failure);
                }
                announce(link, opened);
            }));
        }
    }

    private void announce(ClientConnection link, Runnable opened) {
        if (!link.isOpen()) {
            return;
        }
        core.ready(link);
        BlockableFuture<Void> waiting = takeBegun();
        core.executor().execute(() -> {
            onOpen.emit((listener, a, b) -> listener.run(), null, null);
            opened.run();
            settle(waiting, null);
        });
    }

    @Override
    public void ended(CloseReason reason, boolean wasOpen, boolean exhausted) {
        Reconnector present = reconnector;
        boolean over = exhausted || present == null || !present.isReconnecting();
        BlockableFuture<Void> waiting = over ? takeBegun() : null;
        core.executor().execute(() -> {
            if (wasOpen) {
                onClose.emit((listener, r, unused) -> listener.accept(r), reason, null);
            } else if (!isClosing()) {
                core.errors.report(Reconnector.cause(reason));
            }
            if (exhausted) {
                onExhausted.emit((listener, r, unused) -> listener.accept(r), reason, null);
            }
            settle(waiting, Reconnector.cause(reason));
        });
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    /** What the attempt that is over was made for; who asks from now on asks for the next one. On the loop. */
    private @Nullable BlockableFuture<Void> takeBegun() {
        BlockableFuture<Void> waiting = begun;
        begun = null;
        return waiting;
    }

    /** Settles a future of {@link #connect()}; on the executor. */
    private void settle(@Nullable BlockableFuture<Void> waiting, @Nullable Throwable failure) {
        if (waiting == null) {
            return;
        }
        synchronized (this) {
            if (waiting.equals(opening)) {
                opening = null;
            }
        }
        if (failure == null) {
            waiting.complete(null);
        } else {
            waiting.completeExceptionally(failure);
        }
    }

    // ---- coming back

    int reconnects() {
        Reconnector present = reconnector;
        return present == null ? 0 : present.ends();
    }

    boolean isReconnecting() {
        Reconnector present = reconnector;
        return present != null && present.isReconnecting();
    }

    synchronized Reconnector.Settings settings() {
        return settings;
    }

    /** Goes for the next attempt on. */
    synchronized void change(UnaryOperator<Reconnector.Settings> change) {
        settings = change.apply(settings);
        Reconnector present = reconnector;
        if (present != null) {
            present.set(settings);
        }
    }

    // ---- ending

    CompletableFuture<Void> disconnect(int code, String reason, Duration linger) {
        Reconnector present = reconnector;
        if (present == null) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        core.onLoop(
                () -> present.disconnect(code, reason, linger).whenComplete((nothing, failure) -> done.complete(null)));
        return done;
    }

    CompletableFuture<Void> close(Duration timeout) {
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
                .whenComplete((done, failure) -> core.executor().execute(this::finish));
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

    CompletableFuture<Void> closed() {
        return closed.copy();
    }
}
