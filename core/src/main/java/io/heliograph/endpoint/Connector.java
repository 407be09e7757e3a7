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
 * Keeps a client connected: connects, tries again, replaces a lost connection, and closes for good.
 *
 * <pre>
 * NEW ──connect──► CONNECTING ──► OPEN ──lost──► WAITING ──► CONNECTING
 *                     └──failed──► WAITING ──► CONNECTING
 * any ──close──► CLOSING (if it was OPEN) ──► CLOSED
 * </pre>
 *
 * <p><b>Threads.</b> Any thread may call any method; the {@link Listener} is called on the loop, where all state lives.
 *
 * <p><b>Pace.</b> After a failure or a loss the pause begins when the listener says so, so that a listener which closes the
 * connector in answer to a failure is sure that no attempt follows.
 */
public final class Connector {

    /** What the connector is doing. */
    public enum State {
        NEW,
        CONNECTING,
        OPEN,
        WAITING,
        CLOSING,
        CLOSED
    }

    /** What the protocol does at each turn. Called on the loop; must not block or throw. */
    public interface Listener {

        /**
         * Connected.
         *
         * @param again whether this replaces a connection that was lost
         * @return handles the frames of {@code link}; it is told of the link's end too, before {@link #lost}
         */
        LinkHandler connected(Link link, boolean again);

        /**
         * An attempt failed.
         *
         * @param proceed to be run from any thread to begin the pause before the next attempt; counts once
         */
        void attemptFailed(HeliographException cause, Runnable proceed);

        /**
         * The connection was lost. Neither this nor {@link #attemptFailed} is called after {@link Connector#close}.
         *
         * @param proceed to be run from any thread to begin the pause before the next attempt; counts once
         */
        void lost(CloseReason reason, Runnable proceed);

        /**
         * The end; nothing follows.
         *
         * @param reason {@link CloseReason.Local} after {@link Connector#close}, {@link CloseReason.Failed} when the limits of
         *     {@link ReconnectPolicy} were reached, or the reason of the loss that is not to be followed by an attempt
         */
        void closed(CloseReason reason);
    }

    private final Transport transport;
    private final EventLoop loop;
    private final Address address;
    private final LinkOptions options;
    private final ReconnectPolicy policy;
    private final RandomGenerator random;
    private final Listener listener;

    private volatile State state = State.NEW;
    private volatile @Nullable Link live;
    private volatile boolean closeWanted;

    // The loop's own.
    private @Nullable Link link;
    private Transport.@Nullable Attempt attempt;
    private EventLoop.@Nullable Timer timer;
    private EventLoop.@Nullable Timer lingering;
    private long lingersUntil;
    private int turn;
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
        this.transport = transport;
        this.loop = loop;
        this.address = address;
        this.options = options;
        this.policy = policy;
        this.random = random;
        this.listener = listener;
    }

    public State state() {
        return state;
    }

    /** The open link, or null. A link whose peer has ended its output is not open any more. */
    public @Nullable Link link() {
        return live;
    }

    /** Begins; has an effect only the first time, and not after {@link #close}. */
    public void connect() {
        loop.execute(() -> {
            if (state == State.NEW) {
                startSeries();
            }
        });
    }

    /**
     * Closes for good: ends an open link in order, and cuts it off after {@code linger}; cancels an attempt or a pause. A
     * second call may only shorten the time.
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
                    cutOffAfter(linger, open);
                }
            }
            case NEW, CONNECTING, WAITING -> finish(new CloseReason.Local());
        }
    }

    private void cutOffAfter(Duration linger, Link open) {
        long until = loop.nanoTime() + linger.toNanos();
        if (lingering != null) {
            if (until - lingersUntil >= 0) {
                return;
            }
            lingering.cancel();
        }
        lingersUntil = until;
        lingering = loop.schedule(linger, () -> open.close(new CloseReason.Local()));
    }

    private void startSeries() {
        failures = 0;
        firstAttemptAt = loop.nanoTime();
        attempt();
    }

    private void attempt() {
        state = State.CONNECTING;
        attempt = transport.connect(address, loop, options, new Transport.ConnectHandler() {
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
            finish(new CloseReason.Failed(new UnreachableException(
                    "gave up on " + address + " after " + failures + attempts + cause.getMessage(), cause)));
        } else {
            pause(policy.retryDelay().delay(failures, random), this::attempt);
        }
    }

    /** ManagedBlocking; what is returned goes on with {@code then}, the first time and unless the wait is over. */
    private Runnable waitFor(Runnable then) {
        state = State.WAITING;
        int own = ++turn;
        return () -> loop.execute(() -> {
            if (state == State.WAITING && turn == own) {
                turn++;
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
        if (lingering != null) {
            lingering.cancel();
            lingering = null;
        }
        state = State.CLOSED;
        listener.closed(reason);
    }

    /** Follows the state of the link on the way to the protocol's handler. */
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
