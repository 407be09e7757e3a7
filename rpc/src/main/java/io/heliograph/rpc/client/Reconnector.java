package io.heliograph.rpc.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reconnects a client as the npm package does: after any close except code 1000, another attempt follows after a delay, until a
 * maximum number of consecutive connections and attempts have ended.
 *
 * <pre>
 * IDLE ──connect──► CONNECTING ──► OPEN ──disconnect──► CLOSING ──► IDLE
 *   ▲                   │           │
 *   └──gives up── ended ◄───────────┘      ended ──► WAITING ──► CONNECTING
 * </pre>
 *
 * <p>Event loop only, except where stated.
 */
final class Reconnector {

    private enum State {
        IDLE,
        CONNECTING,
        OPEN,
        CLOSING,
        WAITING
    }

    /** Receives state changes. Event loop only. */
    interface Listener {

        /**
         * Reports a new connection.
         *
         * @param again whether the client was connected before
         * @param announced callback to run after the connect listeners
         */
        void connected(ClientConnection connection, boolean again, Runnable announced);

        /**
         * Reports the end of a connection or an attempt.
         *
         * @param wasOpen whether a connection rather than an attempt ended
         * @param more whether a further attempt is scheduled or running
         * @param exhausted whether the maximum number of reconnects is reached
         */
        void ended(CloseReason reason, boolean wasOpen, boolean more, boolean exhausted);
    }

    static final int NORMAL = 1000;

    private final ClientCore core;
    private final Transport transport;
    private final EventLoop loop;
    private final Listener listener;
    private final RandomGenerator random = RandomGenerator.getDefault();

    private volatile ClientOptions.Reconnecting settings;

    // Written on the event loop only.
    private volatile State state = State.IDLE;
    private volatile int ends;
    private boolean everOpen;
    private boolean connectAfterClose;
    private @Nullable ClientConnection connection;
    private Transport.@Nullable Attempt attempt;
    private EventLoop.@Nullable Timer timer;
    private EventLoop.@Nullable Timer abortTimer;
    private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

    Reconnector(
            ClientCore core,
            Transport transport,
            EventLoop loop,
            ClientOptions.Reconnecting settings,
            Listener listener) {
        this.core = core;
        this.transport = transport;
        this.loop = loop;
        this.listener = listener;
        this.settings = settings;
    }

    /** Applies to the next attempt. Thread-safe. */
    void set(ClientOptions.Reconnecting changed) {
        settings = changed;
    }

    /** Thread-safe. */
    int ends() {
        return ends;
    }

    /** Thread-safe. */
    boolean isReconnecting() {
        State present = state;
        return present == State.WAITING || (present == State.CONNECTING && ends > 0);
    }

    void connect() {
        switch (state) {
            case IDLE, WAITING -> {
                cancelTimer();
                attempt();
            }
            case CLOSING -> connectAfterClose = true;
            case CONNECTING, OPEN -> {}
        }
    }

    private void attempt() {
        state = State.CONNECTING;
        attempt = core.options.connect(transport, loop, new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link opened) {
                return opened(opened);
            }

            @Override
            public void failed(HeliographException cause) {
                attempt = null;
                ended(new CloseReason.Failed(cause), false);
            }
        });
    }

    private LinkHandler opened(Link opened) {
        attempt = null;
        state = State.OPEN;
        ClientConnection made = new ClientConnection(core, opened, this::closed);
        connection = made;
        core.counters.opened();
        boolean again = everOpen;
        everOpen = true;
        listener.connected(
                made,
                again,
                () -> loop.executeOrRun(() -> {
                    if (made.equals(connection)) {
                        ends = 0;
                    }
                }));
        return made;
    }

    private void closed(CloseReason reason) {
        core.counters.closed();
        core.ready(null);
        connection = null;
        if (abortTimer != null) {
            abortTimer.cancel();
            abortTimer = null;
        }
        if (state != State.CLOSING) {
            ended(reason, true);
            return;
        }
        boolean again = connectAfterClose;
        connectAfterClose = false;
        state = State.IDLE;
        core.calls.ended(again, false, cause(reason));
        listener.ended(reason, true, again, false);
        CompletableFuture<Void> done = idle;
        core.executor().execute(() -> done.complete(null));
        if (again) {
            attempt();
        }
    }

    private void ended(CloseReason reason, boolean wasOpen) {
        state = State.IDLE;
        if (reason instanceof CloseReason.Remote remote && remote.code() == NORMAL) {
            core.calls.ended(false, !wasOpen, cause(reason));
            listener.ended(reason, wasOpen, false, false);
            return;
        }
        int ended = ends + 1;
        ends = ended;
        ClientOptions.Reconnecting current = settings;
        boolean more = current.reconnect() && (current.maxReconnects() == 0 || current.maxReconnects() > ended);
        core.calls.ended(more, !wasOpen, cause(reason));
        if (more) {
            state = State.WAITING;
            Duration hint = RetryHint.of(reason);
            timer = loop.schedule(hint == null ? current.delay().delay(ended, random) : hint, () -> {
                timer = null;
                attempt();
            });
        }
        listener.ended(reason, wasOpen, more, current.reconnect() && !more);
    }

    /** Closes the connection or cancels the attempt; completes when there is neither. */
    CompletableFuture<Void> disconnect(int code, String reason, Duration linger) {
        switch (state) {
            case IDLE -> {}
            case WAITING, CONNECTING -> {
                cancelTimer();
                if (attempt != null) {
                    attempt.cancel();
                    attempt = null;
                }
                state = State.IDLE;
                ClosedException disconnected = new ClosedException(
                        "disconnected before the connection was established", new CloseReason.Local(), true);
                core.calls.ended(false, true, disconnected);
                listener.ended(new CloseReason.Failed(disconnected), false, false, false);
            }
            case OPEN -> {
                state = State.CLOSING;
                core.ready(null);
                idle = new CompletableFuture<>();
                end(code, reason, linger);
            }
            case CLOSING -> {
                connectAfterClose = false;
                end(code, reason, linger);
            }
        }
        return idle.copy();
    }

    private void end(int code, String reason, Duration linger) {
        ClientConnection open = connection;
        if (open != null) {
            open.end(code, reason);
            if (abortTimer != null) {
                abortTimer.cancel();
            }
            abortTimer = loop.schedule(linger, open::abort);
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** Returns the exception for a connection that was never established. */
    static HeliographException cause(CloseReason reason) {
        return reason instanceof CloseReason.Failed failed
                ? failed.cause()
                : new TransportException("", "the connection was closed: " + reason, null);
    }
}
