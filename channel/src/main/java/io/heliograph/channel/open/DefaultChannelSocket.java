package io.heliograph.channel.open;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.Subscription;
import io.heliograph.UnreachableException;
import io.heliograph.channel.ChannelSocket;
import io.heliograph.channel.OpenChannel;
import io.heliograph.channel.election.Election;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Failures;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Member's end of a byte channel: connects, retains each write until the system has taken it, and reconnects. Thread-safe. */
final class DefaultChannelSocket implements ChannelSocket {

    private static final Duration RETRY_DELAY = Duration.ofMillis(50);

    /** Maximum random delay after a loss, so that the members do not compete for the lock at the same time. */
    private static final int MAX_LOSS_DELAY_MILLIS = 10;

    private static final class PendingWrite {

        final Frame frame;
        final CompletableFuture<Void> done = new BlockableFuture<>();

        PendingWrite(Frame frame) {
            this.frame = frame;
        }
    }

    private final DefaultOpenChannel channel;
    private final DefaultOpenChannel.Activity activity;
    private final EventLoop loop;
    private final SerialExecutor executor;
    private final ErrorNotifier errors;
    private final long retries;
    private final Listeners<Runnable> onConnect;
    private final Listeners<Consumer<? super ByteBuffer>> onData;
    private final Listeners<Runnable> onEnd;
    private final Listeners<Runnable> onClose;
    private final CompletableFuture<Void> closed = new BlockableFuture<>();

    // Guarded by queue: the queued writes, and the number and bytes of those that are queued or in flight.
    private final ArrayDeque<PendingWrite> queue = new ArrayDeque<>();
    private int pendingWrites;
    private long pendingBytes;
    private boolean ending;
    private boolean destroyed;

    // Event loop only. A write in flight was passed to the link.
    private final ArrayDeque<PendingWrite> inFlight = new ArrayDeque<>();
    private @Nullable Election election;
    private @Nullable Link link;
    private EventLoop.@Nullable Timer retry;
    // Bytes passed to the link, and bytes of completed writes.
    private long passed;
    private long completed;
    private int failures;
    private boolean counted;
    private boolean finished;

    DefaultChannelSocket(DefaultOpenChannel channel, DefaultOpenChannel.Activity activity, Duration timeout) {
        this.channel = channel;
        this.activity = activity;
        this.loop = activity.loop;
        this.executor = activity.executor();
        this.errors = new ErrorNotifier(OpenChannel.class.getName(), executor, channel.counters());
        this.retries = (timeout.toMillis() + RETRY_DELAY.toMillis() - 1) / RETRY_DELAY.toMillis();
        Consumer<Throwable> onFailure =
                failure -> channel.failures().userCode("channel=" + channel.name(), "the host", failure);
        this.onConnect = new Listeners<>(onFailure);
        this.onData = new Listeners<>(onFailure);
        this.onEnd = new Listeners<>(onFailure);
        this.onClose = new Listeners<>(onFailure);
    }

    // ---- connecting

    void start() {
        loop.executeOrRun(this::attempt);
    }

    private void attempt() {
        if (finished) {
            return;
        }
        if (election == null) {
            election = channel.election(activity, this);
        }
        channel.electing(1);
        election.attempt().whenComplete((outcome, failure) -> loop.executeOrRun(() -> attempted(outcome, failure)));
    }

    private void attempted(Election.@Nullable Outcome outcome, @Nullable Throwable failure) {
        channel.electing(-1);
        if (finished || (outcome != null && outcome.connected())) {
            return;
        }
        if (outcome == null) {
            fail(failure == null ? new IllegalStateException("no outcome") : Failures.unwrap(failure));
        } else if (failures++ < retries) {
            retry = loop.schedule(RETRY_DELAY, this::attempt);
        } else {
            fail(
                    outcome.failure() == null
                            ? new UnreachableException("no process hosts the channel " + channel.name(), null)
                            : outcome.failure());
        }
    }

    /** A link to a host is open. Event loop only. */
    LinkHandler connected(Link to, byte[] token) {
        HostLinkHandler handler = new HostLinkHandler(to);
        if (finished) {
            to.close(new CloseReason.Local());
            return handler;
        }
        link = to;
        failures = 0;
        passed = token.length;
        completed = token.length;
        if (token.length > 0) {
            to.send(Frame.of(token.clone()));
        }
        // In the host's process the accepted connection is counted.
        counted = !channel.isHosting();
        if (counted) {
            channel.counters().opened();
        }
        channel.moved(this, OpenChannel.State.CONNECTED);
        emit(onConnect);
        pump();
        return handler;
    }

    @SuppressWarnings("ReferenceEquality") // identity of the link
    private boolean isCurrent(Link candidate) {
        return link == candidate;
    }

    private final class HostLinkHandler implements LinkHandler {

        private final ReadThrottle throttle;

        HostLinkHandler(Link mine) {
            this.throttle = new ReadThrottle(mine)
                    .limitPending(executor, Integer.MAX_VALUE, channel.options().maxPendingOfConnection());
        }

        @Override
        public void frame(Link from, Frame frame) {
            channel.received().receivedBytes(frame.length());
            executor.execute(() -> onData.emit((listener, f, x) -> listener.accept(f.buffer()), frame, null));
            throttle.enqueued(frame.length());
        }

        @Override
        public void written(Link to) {
            if (isCurrent(to)) {
                completeWritten(to);
            }
        }

        @Override
        public void inputEnded(Link from) {
            emit(onEnd);
            from.close(new CloseReason.Local());
        }

        @Override
        public void closed(Link from, CloseReason reason) {
            if (isCurrent(from)) {
                lost();
            }
        }
    }

    private void lost() {
        linkClosed();
        // Writes that the system may not have taken are sent to the next host, before all others.
        synchronized (queue) {
            while (!inFlight.isEmpty()) {
                queue.addFirst(inFlight.removeLast());
            }
            if (ending && queue.isEmpty()) {
                destroyed = true;
            }
        }
        if (isDestroyed()) {
            finish(null);
            return;
        }
        channel.moved(this, OpenChannel.State.CONNECTING);
        int delay = ThreadLocalRandom.current().nextInt(MAX_LOSS_DELAY_MILLIS + 1);
        retry = loop.schedule(Duration.ofMillis(delay), this::attempt);
    }

    private void linkClosed() {
        link = null;
        if (counted) {
            counted = false;
            channel.counters().closed();
        }
    }

    // ---- writing

    @Override
    public CompletableFuture<Void> write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return write(copy);
    }

    @Override
    public CompletableFuture<Void> write(String string) {
        return write(string.getBytes(StandardCharsets.UTF_8));
    }

    private CompletableFuture<Void> write(byte[] bytes) {
        PendingWrite write = new PendingWrite(Frame.of(bytes));
        synchronized (queue) {
            if (ending || destroyed) {
                channel.counters().drop(DropReason.AFTER_CLOSE, 1);
                return CompletableFuture.failedFuture(closedException("is closed", true));
            }
            OpenOptions limits = channel.options();
            if (pendingWrites >= limits.maxQueuedWrites()
                    || (pendingWrites > 0 && pendingBytes + bytes.length > limits.maxQueuedBytes())) {
                channel.counters().drop(DropReason.QUEUE_FULL, 1);
                return CompletableFuture.failedFuture(new QueueFullException(
                        "the write to channel " + channel.name() + " was rejected: " + pendingWrites + " writes of "
                                + pendingBytes + " bytes are queued (expected: at most maxQueuedWrites, "
                                + limits.maxQueuedWrites() + ", and maxQueuedBytes, " + limits.maxQueuedBytes() + ")",
                        limits.maxQueuedBytes()));
            }
            pendingWrites++;
            pendingBytes += bytes.length;
            queue.add(write);
        }
        channel.counters().sent(bytes.length);
        loop.executeOrRun(this::pump);
        return write.done;
    }

    private ClosedException closedException(String problem, boolean unsent) {
        return new ClosedException(
                "the socket of channel " + channel.name() + " " + problem, new CloseReason.Local(), unsent);
    }

    /** Passes queued writes to the link. */
    private void pump() {
        Link to = link;
        if (to == null) {
            return;
        }
        while (true) {
            PendingWrite write;
            synchronized (queue) {
                write = queue.poll();
                if (write == null) {
                    if (ending && inFlight.isEmpty()) {
                        to.end();
                        destroyed = true;
                    }
                    return;
                }
                if (!to.send(write.frame)) {
                    queue.addFirst(write); // the queue of the link is full, or the link has just closed
                    return;
                }
            }
            passed += write.frame.length();
            if (write.frame.length() == 0 && inFlight.isEmpty()) {
                complete(write);
            } else {
                inFlight.add(write);
            }
        }
    }

    /** Completes the writes that the system has taken completely. */
    private void completeWritten(Link to) {
        long written = passed - to.queuedBytes();
        boolean any = false;
        while (!inFlight.isEmpty()) {
            PendingWrite first = inFlight.element();
            if (completed + first.frame.length() > written) {
                break;
            }
            completed += first.frame.length();
            complete(inFlight.remove());
            any = true;
        }
        if (any) {
            pump();
        }
    }

    private void complete(PendingWrite write) {
        synchronized (queue) {
            pendingWrites--;
            pendingBytes -= write.frame.length();
        }
        executor.execute(() -> write.done.complete(null));
    }

    long queuedBytes() {
        synchronized (queue) {
            return pendingBytes;
        }
    }

    // ---- close

    @Override
    public void end() {
        synchronized (queue) {
            ending = true;
        }
        loop.executeOrRun(this::pump);
    }

    @Override
    public void destroy() {
        synchronized (queue) {
            destroyed = true;
        }
        channel.detach(this);
        loop.executeOrRun(() -> finish(null));
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
        errors.report(cause);
        finish(cause);
    }

    private void finish(@Nullable Throwable cause) {
        if (finished) {
            return;
        }
        finished = true;
        if (retry != null) {
            retry.cancel();
        }
        Link last = link;
        linkClosed();
        if (last != null) {
            last.close(new CloseReason.Local());
        }
        ClosedException closedException =
                closedException("has closed" + (cause == null ? "" : ": " + cause.getMessage()), false);
        ArrayDeque<PendingWrite> rest = new ArrayDeque<>(inFlight);
        inFlight.clear();
        synchronized (queue) {
            destroyed = true;
            rest.addAll(queue);
            queue.clear();
            pendingWrites = 0;
            pendingBytes = 0;
        }
        executor.execute(() -> {
            rest.forEach(write -> write.done.completeExceptionally(closedException));
            emitNow(onClose);
        });
        channel.ended(this);
        closed.complete(null);
    }

    // ---- listeners

    private void emit(Listeners<Runnable> listeners) {
        executor.execute(() -> emitNow(listeners));
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
        return errors.on(listener);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return onClose.on(listener);
    }
}
