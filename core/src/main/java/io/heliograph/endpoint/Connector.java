package io.heliograph.endpoint;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Connection of a client that connects, retries, reconnects after a loss, and closes for good.
 *
 * <pre>
 * NEW ──connect──► CONNECTING ──► OPEN ──lost──► WAITING ──► CONNECTING
 *                     └──failed──► WAITING ──► CONNECTING
 * any ──close──► CLOSING (if it was OPEN) ──► CLOSED
 * </pre>
 *
 * <p>Thread-safe. The {@link Listener} is called on the event loop.
 *
 * <p>After a failure or a loss, the delay before the next attempt starts when the listener calls {@code proceed}. So a user who
 * closes the connector in an error listener prevents the next attempt.
 */
public final class Connector {

    /** State of a connector. */
    public enum State {
        NEW,
        CONNECTING,
        OPEN,
        WAITING,
        CLOSING,
        CLOSED
    }

    /** Actions of the protocol. Event loop only; must not block or throw. */
    public interface Listener {

        /**
         * Handles a new connection.
         *
         * @param again whether it replaces a lost connection
         * @return the handler of {@code link}, whose {@code closed} is called before {@link #lost}
         */
        LinkHandler connected(Link link, boolean again);

        /**
         * Handles a failed attempt.
         *
         * @param proceed starts the delay before the next attempt; thread-safe, further calls have no effect
         */
        void attemptFailed(HeliographException cause, Runnable proceed);

        /**
         * Handles the loss of the connection. Neither this method nor {@link #attemptFailed} is called after
         * {@link Connector#close}.
         *
         * @param proceed starts the delay before the next attempt; thread-safe, further calls have no effect
         */
        void lost(CloseReason reason, Runnable proceed);

        /**
         * Handles the close of the connector, the last event.
         *
         * @param reason {@link CloseReason.Local} after {@link Connector#close}, {@link CloseReason.Failed} at the limits of
         *     {@link ReconnectPolicy}, or the reason of a loss after which the policy does not reconnect
         */
        void closed(CloseReason reason);
    }

    /** Makes the attempts of a connector, as {@link Transport#connect} does. */
    @FunctionalInterface
    public interface Dialer {
        Transport.Attempt connect(Transport.ConnectHandler handler);
    }

    private final EventLoop loop;
    private final Dialer dialer;
    private final ReconnectPolicy policy;
    private final RandomGenerator random;
    private final Listener listener;

    private volatile State state = State.NEW;
    private volatile @Nullable Link live;
    private volatile boolean closeWanted;

    // Event loop only.
    private @Nullable Link link;
    private Transport.@Nullable Attempt attempt;
    private EventLoop.@Nullable Timer timer;
    private EventLoop.@Nullable Timer abortTimer;
    private long abortAt;
    private int waits;
    private int failures;
    private long firstAttemptAt;
    private boolean again;

    public Connector(
            Transport transport,
            EventLoop loop,
            Address address,
            LinkOptions options,
            ReconnectPolicy policy,
            RandomGenerator random,
            Listener listener) {
        this(loop, handler -> transport.connect(address, loop, options, handler), policy, random, listener);
    }

    /** Creates a connector whose attempts {@code dialer} makes, for instance after a check of the server. */
    public Connector(EventLoop loop, Dialer dialer, ReconnectPolicy policy, RandomGenerator random, Listener listener) {
        this.loop = loop;
        this.dialer = dialer;
        this.policy = policy;
        this.random = random;
        this.listener = listener;
    }

    public State state() {
        return state;
    }

    /** Returns the open link, or null. A link whose peer has ended its output is not open. */
    public @Nullable Link link() {
        return live;
    }

    /** Starts to connect. Ignored after the first call and after {@link #close}. */
    public void connect() {
        loop.execute(() -> {
            if (state == State.NEW) {
                startSeries();
            }
        });
    }

    /**
     * Closes for good: closes an open link in order, and aborts it after {@code linger}; cancels an attempt or a delay. A second
     * call can only shorten the time.
     */
    public void close(Duration linger) {
        closeWanted = true;
        loop.execute(() -> closeOnLoop(linger));
    }

    private void closeOnLoop(Duration linger) {
        switch (state) {
            case CLOSED -> {}
            case OPEN, CLOSING -> {
                state = State.CLOSING;
                live = null;
                Link open = link;
                if (open != null) {
                    open.end();
                    abortAfter(linger, open);
                }
            }
            case NEW, CONNECTING, WAITING -> finish(new CloseReason.Local());
        }
    }

    private void abortAfter(Duration linger, Link open) {
        long until = loop.nanoTime() + linger.toNanos();
        if (abortTimer != null) {
            if (until - abortAt >= 0) {
                return;
            }
            abortTimer.cancel();
        }
        abortAt = until;
        abortTimer = loop.schedule(linger, () -> open.close(new CloseReason.Local()));
    }

    private void startSeries() {
        failures = 0;
        firstAttemptAt = loop.nanoTime();
        attempt();
    }

    private void attempt() {
        state = State.CONNECTING;
        attempt = dialer.connect(new Transport.ConnectHandler() {
            @Override
            public LinkHandler connected(Link opened) {
                return opened(opened);
            }

            @Override
            public void failed(HeliographException cause) {
                attempt = null;
                attemptFailed(cause);
            }
        });
    }

    private void attemptFailed(HeliographException cause) {
        if (closeWanted) {
            finish(new CloseReason.Local());
            return;
        }
        failures++;
        listener.attemptFailed(cause, waitFor(() -> retry(cause)));
    }

    private void retry(HeliographException cause) {
        if (isExhausted()) {
            String attempts = failures == 1 ? " attempt: " : " attempts: ";
            finish(new CloseReason.Failed(
                    new UnreachableException("gave up after " + failures + attempts + cause.getMessage(), cause)));
        } else {
            pause(policy.retryDelay().delay(failures, random), this::attempt);
        }
    }

    /** Enters state WAITING; the returned task runs {@code then} once, unless the state has changed. */
    private Runnable waitFor(Runnable then) {
        state = State.WAITING;
        int own = ++waits;
        return () -> loop.execute(() -> {
            if (state == State.WAITING && waits == own) {
                waits++;
                then.run();
            }
        });
    }

    private boolean isExhausted() {
        boolean tooMany = policy.maxAttempts() > 0 && failures >= policy.maxAttempts();
        boolean tooLong = policy.maxElapsed().isPositive()
                && loop.nanoTime() - firstAttemptAt >= policy.maxElapsed().toNanos();
        return tooMany || tooLong;
    }

    private void pause(Duration delay, Runnable then) {
        timer = loop.schedule(delay, () -> {
            timer = null;
            then.run();
        });
    }

    private LinkHandler opened(Link opened) {
        attempt = null;
        state = State.OPEN;
        link = opened;
        live = opened;
        return new Tracking(listener.connected(opened, again));
    }

    private void lost(CloseReason reason) {
        link = null;
        live = null;
        if (closeWanted) {
            finish(new CloseReason.Local());
            return;
        }
        again = true;
        listener.lost(reason, waitFor(() -> {
            if (policy.afterLoss()) {
                pause(policy.reconnectDelay().delay(1, random), this::startSeries);
            } else {
                finish(reason);
            }
        }));
    }

    private void finish(CloseReason reason) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
        if (abortTimer != null) {
            abortTimer.cancel();
            abortTimer = null;
        }
        state = State.CLOSED;
        listener.closed(reason);
    }

    /** Tracks the state of the link, and passes its events on to the handler of the protocol. */
    private final class Tracking implements LinkHandler {

        private final LinkHandler handler;

        Tracking(LinkHandler handler) {
            this.handler = handler;
        }

        @Override
        public void frame(Link from, Frame frame) {
            handler.frame(from, frame);
        }

        @Override
        public void inputEnded(Link from) {
            live = null;
            handler.inputEnded(from);
        }

        @Override
        public void written(Link from) {
            handler.written(from);
        }

        @Override
        public void dropped(Link from, int frames, long bytes) {
            handler.dropped(from, frames, bytes);
        }

        @Override
        public void closed(Link from, CloseReason reason) {
            live = null;
            handler.closed(from, reason);
            lost(reason);
        }
    }
}
