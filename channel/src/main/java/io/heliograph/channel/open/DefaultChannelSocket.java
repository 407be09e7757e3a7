package io.heliograph.channel.open;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.QueueFullException;
import io.heliograph.Subscription;
import io.heliograph.UnreachableException;
import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.OpenChannel;
import io.heliograph.channel.election.BlockingTask;
import io.heliograph.channel.election.Election;
import io.heliograph.channel.election.Inflow;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.Listeners;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A socket: connects, keeps what is written until the system has taken it, and connects anew. Its state is on its loop. */
public final class DefaultChannelSocket implements ChannelSocket {

    static final Duration RETRY = Duration.ofMillis(50);

    /** The longest pause after a loss, so that not all survivors reach for the lock in the same instant. */
    static final int LOSS_PAUSE_MILLIS = 10;

    private static final Logger log = LoggerFactory.getLogger(OpenChannel.class);
    private static final Duration WRITTEN_POLL = Duration.ofMillis(1);

    /** The bytes of one write. */
    private static final class PendingWrite {

        final Frame frame;
        final CompletableFuture<Void> done = new BlockableFuture<>();

        PendingWrite(Frame frame) {
            this.frame = frame;
        }
    }

    private final DefaultOpenChannel channel;
    private final DefaultOpenChannel.Running on;
    private final EventLoop loop;
    private final Election election;
    private final int retries;
    private final Listeners<Runnable> onConnect;
    private final Listeners<Consumer<? super ByteBuffer>> onData;
    private final Listeners<Runnable> onEnd;
    private final Listeners<Consumer<? super Throwable>> onError;
    private final Listeners<Runnable> onClose;
    private final CompletableFuture<Void> closed = new BlockableFuture<>();

    // SameUserAcceptor by queue: the units that wait, and the count of those that are not finished.
    private final ArrayDeque<PendingWrite> queue = new ArrayDeque<>();
    private int units;
    private long bytes;
    private boolean ending;
    private boolean destroyed;

    // The loop's own. A unit in flight was given to the link; taken is the number of bytes that
    // went to it.
    private final ArrayDeque<PendingWrite> inFlight = new ArrayDeque<>();
    private @Nullable Link link;
    private long taken;
    private long confirmed;
    private int failures;
    private boolean polling;
    private boolean over;
    private EventLoop.@Nullable Timer retry;

    DefaultChannelSocket(DefaultOpenChannel channel, DefaultOpenChannel.Running on, Duration timeout) {
        this.channel = channel;
        this.on = on;
        this.loop = on.loop();
        this.election = channel.election(on, this);
        this.retries = (int) Math.min(Integer.MAX_VALUE, (timeout.toMillis() + 49) / 50);
        Consumer<Throwable> onFailure = failure -> log.error("a listener of {} failed", channel.name(), failure);
        this.onConnect = new Listeners<>(onFailure);
        this.onData = new Listeners<>(onFailure);
        this.onEnd = new Listeners<>(onFailure);
        this.onError = new Listeners<>(onFailure);
        this.onClose = new Listeners<>(onFailure);
    }

    // ---- connecting

    void start() {
        BlockingTask.onLoop(loop, this::attempt);
    }

    private void attempt() {
        if (over) {
            return;
        }
        channel.electing(1);
        election.attempt()
                .whenComplete((outcome, failure) -> BlockingTask.onLoop(loop, () -> attempted(outcome, failure)));
    }

    private void attempted(Election.@Nullable Outcome outcome, @Nullable Throwable failure) {
        channel.electing(-1);
        if (over) {
            return;
        }
        if (outcome != null && outcome.connected()) {
            return;
        }
        if (outcome == null) {
            Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure;
            fail(cause == null ? new IllegalStateException("no outcome") : cause);
            return;
        }
        if (failures++ >= retries) {
            fail(
                    outcome.failure() == null
                            ? new UnreachableException("nobody hosts the channel", null)
                            : outcome.failure());
            return;
        }
        retry = loop.schedule(RETRY, this::attempt);
    }

    /** There is a connection to a host; on the loop. */
    LinkHandler connected(Link to, byte[] token) {
        if (over) {
            to.close(new CloseReason.Local());
            return new HostLinkHandler();
        }
        link = to;
        failures = 0;
        taken = 0;
        confirmed = 0;
        if (token.length > 0) {
            to.send(Frame.of(token.clone()));
            taken = token.length;
            confirmed = token.length;
        }
        channel.moved(this, OpenChannel.State.CONNECTED);
        channel.counters().opened.increment();
        emit(onConnect);
        pump();
        return new HostLinkHandler();
    }

    private final class HostLinkHandler implements LinkHandler {

        private @Nullable Inflow inflow;

        @Override
        public void frame(Link from, Frame frame) {
            Inflow flow = inflow;
            if (flow == null) {
                flow = new Inflow(from, on.executor(), channel.options().maxPendingBytes());
                inflow = flow;
            }
            channel.counters().receivedBytes.add(frame.length());
            on.executor().execute(() -> onData.emit((listener, f, x) -> listener.accept(f.buffer()), frame, null));
            flow.added(frame.length());
        }

        @Override
        public void inputEnded(Link from) {
            emit(onEnd);
            from.close(new CloseReason.Local());
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // the very link, not one that is like it
        public void closed(Link from, CloseReason reason) {
            if (link == from) {
                lost();
            }
        }
    }

    private void lost() {
        link = null;
        // What the system has not surely taken goes to the next host, before all else.
        synchronized (queue) {
            while (!inFlight.isEmpty()) {
                queue.addFirst(inFlight.removeLast());
            }
            if (ending && queue.isEmpty()) {
                destroyed = true;
            }
        }
        if (over) {
            return;
        }
        if (isDestroyed()) {
            finish(null);
            return;
        }
        channel.moved(this, OpenChannel.State.CONNECTING);
        int pause = ThreadLocalRandom.current().nextInt(LOSS_PAUSE_MILLIS + 1);
        retry = loop.schedule(Duration.ofMillis(pause), this::attempt);
    }

    // ---- writing

    @Override
    public CompletableFuture<Void> write(ByteBuffer source) {
        byte[] copy = new byte[source.remaining()];
        source.get(copy);
        return write(copy);
    }

    @Override
    public CompletableFuture<Void> write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    private CompletableFuture<Void> write(byte[] copy) {
        PendingWrite unit = new PendingWrite(Frame.of(copy));
        OpenOptions limits = channel.options();
        synchronized (queue) {
            if (ending || destroyed) {
                channel.counters().drop(DropReason.AFTER_CLOSE);
                return CompletableFuture.failedFuture(new ClosedException(
                        "the socket of channel " + channel.name() + " is closed", new CloseReason.Local(), true));
            }
            boolean full =
                    units >= limits.maxQueuedWrites() || (units > 0 && bytes + copy.length > limits.maxQueuedBytes());
            if (full) {
                channel.counters().drop(DropReason.QUEUE_FULL);
                return CompletableFuture.failedFuture(new QueueFullException(
                        "the queue of channel "
                                + channel.name()
                                + " is full: "
                                + units
                                + " writes of "
                                + bytes
                                + " bytes wait (expected: at most "
                                + limits.maxQueuedWrites()
                                + " and "
                                + limits.maxQueuedBytes()
                                + ")",
                        limits.maxQueuedBytes()));
            }
            units++;
            bytes += copy.length;
            queue.add(unit);
        }
        channel.counters().sent.increment();
        channel.counters().sentBytes.add(copy.length);
        BlockingTask.onLoop(loop, this::pump);
        return unit.done;
    }

    private void pump() {
        Link to = link;
        if (to == null) {
            return;
        }
        while (true) {
            PendingWrite unit;
            synchronized (queue) {
                unit = queue.poll();
                if (unit == null) {
                    if (ending && inFlight.isEmpty()) {
                        to.end();
                        destroyed = true;
                    }
                    break;
                }
                if (!to.send(unit.frame)) {
                    queue.addFirst(unit); // no room now, or just lost
                    break;
                }
            }
            taken += unit.frame.length();
            inFlight.add(unit);
        }
        if (!inFlight.isEmpty() && !polling) {
            polling = true;
            loop.execute(this::confirm);
        }
    }

    /** Finishes the units that the system has taken whole. */
    private void confirm() {
        polling = false;
        Link to = link;
        if (to == null) {
            return;
        }
        long written = taken - to.queuedBytes();
        if (!to.send(Frame.empty())) {
            return; // it is closing: what waited may have been dropped, and counts no more
        }
        long end = confirmed;
        boolean any = false;
        while (!inFlight.isEmpty()) {
            PendingWrite unit = inFlight.element();
            end += unit.frame.length();
            if (end > written) {
                break;
            }
            confirmed = end;
            inFlight.remove();
            any = true;
            synchronized (queue) {
                units--;
                bytes -= unit.frame.length();
            }
            on.executor().execute(() -> unit.done.complete(null));
        }
        if (!inFlight.isEmpty()) {
            polling = true;
            loop.schedule(WRITTEN_POLL, this::confirm);
        }
        if (any) {
            pump();
        }
    }

    long queuedBytes() {
        synchronized (queue) {
            return bytes;
        }
    }

    // ---- the end

    @Override
    public void end() {
        synchronized (queue) {
            ending = true;
        }
        BlockingTask.onLoop(loop, this::pump);
    }

    /** Ends in order within {@code timeout}; false if it has ended already. */
    boolean end(Duration timeout) {
        if (closed.isDone()) {
            return false;
        }
        end();
        BlockingTask.onLoop(loop, () -> {
            if (queuedBytes() == 0) {
                destroy();
            } else {
                loop.schedule(timeout, this::destroy);
            }
        });
        return true;
    }

    @Override
    public void destroy() {
        synchronized (queue) {
            destroyed = true;
        }
        channel.detach(this);
        BlockingTask.onLoop(loop, () -> finish(null));
    }

    @Override
    public void close() {
        destroy();
    }

    CompletableFuture<Void> closed() {
        return closed;
    }

    private boolean isDestroyed() {
        synchronized (queue) {
            return destroyed;
        }
    }

    private void fail(Throwable cause) {
        on.executor().execute(() -> {
            if (onError.isEmpty()) {
                log.warn("{} (there is no error listener)", cause.toString());
            } else {
                onError.emit((listener, e, x) -> listener.accept(e), cause, null);
            }
        });
        finish(cause);
    }

    private void finish(@Nullable Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        if (retry != null) {
            retry.cancel();
        }
        Link last = link;
        link = null;
        if (last != null) {
            last.close(new CloseReason.Local());
        }
        ClosedException refusal = new ClosedException(
                "the socket of channel "
                        + channel.name()
                        + " has closed"
                        + (cause == null ? "" : ": " + cause.getMessage()),
                new CloseReason.Local(),
                false);
        ArrayDeque<PendingWrite> left = new ArrayDeque<>(inFlight);
        inFlight.clear();
        synchronized (queue) {
            destroyed = true;
            left.addAll(queue);
            queue.clear();
            units = 0;
            bytes = 0;
        }
        on.executor().execute(() -> {
            left.forEach(unit -> unit.done.completeExceptionally(refusal));
            emitNow(onClose);
        });
        channel.ended(this);
        closed.complete(null);
    }

    private void emit(Listeners<Runnable> listeners) {
        on.executor().execute(() -> emitNow(listeners));
    }

    private static void emitNow(Listeners<Runnable> listeners) {
        listeners.emit((listener, a, b) -> listener.run(), null, null);
    }

    @Override
    public Subscription onConnect(Runnable listener) {
        return onConnect.on(listener);
    }

    @Override
    public Subscription onData(Consumer<? super ByteBuffer> listener) {
        return onData.on(listener);
    }

    @Override
    public Subscription onEnd(Runnable listener) {
        return onEnd.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return onError.on(listener);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return onClose.on(listener);
    }
}
