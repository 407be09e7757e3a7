package io.heliograph.rpc;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Delay;
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
 * Keeps a client connected as the npm package does: any end but code 1000 is followed by another attempt after a pause, until
 * so many have ended in a row.
 *
 * <pre>
 * IDLE ──connect──► CONNECTING ──► OPEN ──disconnect──► CLOSING ──► IDLE
 *   ▲                   │           │
 *   └──gives up── ENDED ◄───────────┘      ENDED ──► WAITING ──► CONNECTING
 * </pre>
 *
 * <p>All on the loop, except where it says otherwise.
 */
final class Reconnector {

    private enum State {
        IDLE,
        CONNECTING,
        OPEN,
        CLOSING,
        WAITING
    }

    /** What the client does at each turn; on the loop. */
    interface Listener {

        /** Connected; {@code opened} is to be told when that was announced. */
        void connected(ClientLink link, boolean again, Runnable opened);

        /**
         * A connection or an attempt has ended.
         *
         * @param wasOpen whether it was a connection
         * @param exhausted whether that was the last, by the limit
         */
        void ended(CloseReason reason, boolean wasOpen, boolean exhausted);
    }

    static final int NORMAL = 1000;

    private final ClientCore core;
    private final Transport transport;
    private final EventLoop loop;
    private final Listener listener;
    private final RandomGenerator random = RandomGenerator.getDefault();

    // Written by any thread.
    private volatile boolean reconnect;
    private volatile Delay delay;
    private volatile int maxReconnects;

    // Written on the loop.
    private volatile State state = State.IDLE;
    private volatile int ends;
    private boolean everOpen;
    private boolean wanted;
    private @Nullable ClientLink link;
    private Transport.@Nullable Attempt attempt;
    private EventLoop.@Nullable Timer timer;
    private EventLoop.@Nullable Timer cut;
    private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);

    Reconnector(ClientCore core, Transport transport, Settings settings, Listener listener) {
        this.core = core;
        this.transport = transport;
        this.loop = core.loop();
        this.listener = listener;
        this.reconnect = settings.reconnect();
        this.delay = settings.delay();
        this.maxReconnects = settings.maxReconnects();
    }

    /** What may be changed while it runs. */
    record Settings(boolean reconnect, Delay delay, int maxReconnects) {}

    /** Any thread. */
    void set(Settings settings) {
        reconnect = settings.reconnect();
        delay = settings.delay();
        maxReconnects = settings.maxReconnects();
    }

    /** Any thread. */
    int ends() {
        return ends;
    }

    /** Any thread. */
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
            case CLOSING -> wanted = true;
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
        ClientLink made = new ClientLink(core, opened, this::closed);
        link = made;
        core.counters.opened();
        boolean again = everOpen;
        everOpen = true;
        listener.connected(
                made,
                again,
                () -> core.onLoop(() -> {
                    if (made.equals(link)) {
                        ends = 0;
                    }
                }));
        return made;
    }

    private void closed(CloseReason reason) {
        core.counters.closed();
        core.ready(null);
        link = null;
        if (cut != null) {
            cut.cancel();
            cut = null;
        }
        if (state != State.CLOSING) {
            ended(reason, true);
            return;
        }
        state = State.IDLE;
        listener.ended(reason, true, false);
        CompletableFuture<Void> done = idle;
        core.executor().execute(() -> done.complete(null));
        if (wanted) {
            wanted = false;
            attempt();
        }
    }

    private void ended(CloseReason reason, boolean wasOpen) {
        state = State.IDLE;
        if (reason instanceof CloseReason.Remote remote && remote.code() == NORMAL) {
            listener.ended(reason, wasOpen, false);
            return;
        }
        int ended = ends + 1;
        ends = ended;
        int max = maxReconnects;
        boolean more = reconnect && (max == 0 || max > ended);
        if (more) {
            state = State.WAITING;
            timer = loop.schedule(delay.delay(ended, random), () -> {
                timer = null;
                attempt();
            });
        }
        listener.ended(reason, wasOpen, reconnect && !more);
    }

    /** Ends what there is; completes when nothing is left. */
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
                listener.ended(
                        new CloseReason.Failed(
                                new ClosedException("disconnected before it was open", new CloseReason.Local(), true)),
                        false,
                        false);
            }
            case OPEN -> {
                state = State.CLOSING;
                core.ready(null);
                idle = new CompletableFuture<>();
                end(code, reason, linger);
            }
            case CLOSING -> {
                wanted = false;
                end(code, reason, linger);
            }
        }
        return idle.copy();
    }

    private void end(int code, String reason, Duration linger) {
        ClientLink open = link;
        if (open != null) {
            open.end(code, reason);
            if (cut != null) {
                cut.cancel();
            }
            cut = loop.schedule(linger, open::cut);
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** What a failure is called where a connection was never open. */
    static HeliographException cause(CloseReason reason) {
        return reason instanceof CloseReason.Failed failed
                ? failed.cause()
                : new TransportException("", "the connection ended: " + reason, null);
    }
}
