package io.heliograph.endpoint;

import static io.heliograph.internal.Check.positive;

import io.heliograph.DeadlineExceededException;
import io.heliograph.EventStream;
import io.heliograph.internal.Failures;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Producer side of an {@link EventStream}. Thread-safe.
 *
 * <p>The producer side does not keep the consumer side reachable, so that a stream that its consumer has abandoned is closed when it
 * is garbage collected.
 *
 * @param <T> the type of an event
 */
public final class StreamSource<T> {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(StreamSource.class));
    private static final Cleaner CLEANER = Cleaner.create();

    private final String name;
    private final int capacity;
    private final Pausable pausable;
    private final Runnable onClose;

    // Guards the fields below. No other code is called while it is held.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Held<T>> held = new ArrayDeque<>();
    private boolean pausing;
    private boolean ended;
    private boolean closed;
    private boolean endReached;
    private @Nullable RuntimeException failure;
    private @Nullable CompletableFuture<Void> subscribed;
    private @Nullable StreamSubscription<T> subscription;

    private @Nullable StreamBudget budget;

    /** Event of a stream, with its bytes in the budget. */
    private record Held<T>(@Nullable T event, long bytes) {}

    /**
     * Creates a source of a stream.
     *
     * @param name name of the events, for messages
     * @param capacity number of events that fill the stream; must be positive
     * @param pausable paused while the stream is full
     * @param onClose runs once, on the consumer's thread, when the consumer closes the stream
     */
    public StreamSource(String name, int capacity, Pausable pausable, Runnable onClose) {
        this.name = name;
        this.capacity = positive("capacity", capacity);
        this.pausable = pausable;
        this.onClose = onClose;
    }

    /** Limits the events of this stream and of others in bytes. Must be called before the first event. */
    public StreamSource<T> limitBytes(StreamBudget budget) {
        this.budget = budget;
        return this;
    }

    /** Returns the consumer side. Must be called once. */
    public EventStream<T> stream() {
        BoundedStream<T> stream = new BoundedStream<>(this);
        CLEANER.register(stream, this::abandoned);
        return stream;
    }

    /** Returns the consumer side, as {@link #stream()}, but closes an abandoned stream without a warning. */
    public EventStream<T> quietStream() {
        BoundedStream<T> stream = new BoundedStream<>(this);
        CLEANER.register(stream, this::close);
        return stream;
    }

    /**
     * Adds an event, and pauses the producer if the stream is full then.
     *
     * @param event may be null where the type of event includes null, as JSON does
     */
    public void emit(@Nullable T event) {
        emit(event, 0);
    }

    /**
     * Adds an event, and pauses the producer if the stream or its budget is full then.
     *
     * @param event may be null where the type of event includes null, as JSON does
     * @param bytes length of the event in the budget
     */
    public void emit(@Nullable T event, long bytes) {
        boolean pause;
        StreamSubscription<T> wake;
        lock.lock();
        try {
            if (ended || closed) {
                return;
            }
            held.add(new Held<>(event, bytes));
            boolean overBudget = budget != null && budget.add(bytes) && budget.pause(this);
            pause = !pausing && (overBudget || held.size() >= capacity);
            pausing |= pause;
            wake = subscription;
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (pause) {
            pausable.pause();
        }
        if (wake != null) {
            wake.wake();
        }
    }

    /** Takes the next event out of the queue and the budget; null without an event. Guarded by {@code lock}. */
    @SuppressWarnings("NullableOptional") // event, null event, no event
    private @Nullable Optional<T> remove() {
        Held<T> first = held.poll();
        if (first == null) {
            return null;
        }
        if (budget != null) {
            budget.remove(first.bytes);
        }
        return Optional.ofNullable(first.event);
    }

    /**
     * Sets the future of the subscription at the peer, which {@link EventStream#subscribed()} returns. If it fails, the stream
     * {@linkplain #fail fails}.
     *
     * @return this source
     */
    public StreamSource<T> subscribed(CompletableFuture<Void> answer) {
        lock.lock();
        try {
            subscribed = answer;
        } finally {
            lock.unlock();
        }
        answer.whenComplete((done, refused) -> {
            if (refused != null) {
                Throwable cause = Failures.unwrap(refused);
                fail(cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause));
            }
        });
        return this;
    }

    /** Returns the future of the subscription at the peer. */
    CompletableFuture<Void> subscribed() {
        lock.lock();
        try {
            return subscribed == null ? CompletableFuture.completedFuture(null) : subscribed.copy();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream after the events that it holds. */
    public void end() {
        end(null);
    }

    /** Ends the stream after the events that it holds. The next read then throws {@code cause}. */
    public void fail(RuntimeException cause) {
        end(cause);
    }

    private void end(@Nullable RuntimeException cause) {
        StreamSubscription<T> wake;
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = cause;
            }
            wake = subscription;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (wake != null) {
            wake.wake();
        }
    }

    /** Ends the stream at once and drops the events that it holds. */
    public void kill() {
        close();
    }

    /** Returns the number of events that the stream holds; its end counts as one until the consumer has reached it. */
    public int size() {
        lock.lock();
        try {
            return held.size() + (ended && !closed && !endReached ? 1 : 0);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream at once. */
    void close() {
        boolean resume;
        StreamSubscription<T> wake;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (budget != null) {
                budget.remove(held.stream().mapToLong(Held::bytes).sum());
            }
            held.clear();
            resume = pausing;
            pausing = false;
            wake = subscription;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (resume) {
            pausable.resume();
        }
        if (budget != null) {
            budget.resume();
        }
        if (wake != null) {
            wake.wake();
        }
        onClose.run();
    }

    private void abandoned() {
        boolean exhausted;
        lock.lock();
        try {
            exhausted = closed || (ended && held.isEmpty());
        } finally {
            lock.unlock();
        }
        if (!exhausted) {
            failures.expected("stream abandoned", "Stream closed: abandoned before its end stream=" + name);
        }
        close();
    }

    /** Takes the next event, waiting for it: null at the end of the stream, an empty Optional for a null event. */
    @SuppressWarnings("NullableOptional") // event, null event, end of stream
    @Nullable
    Optional<T> take() {
        if (mustBlock()) {
            ManagedBlocking.begin();
        }
        Optional<T> event;
        lock.lock();
        try {
            while (held.isEmpty() && !ended && !closed) {
                changed.await();
            }
            event = remove();
            endReached |= event == null;
            if (event == null) {
                throwFailure();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
        if (event != null) {
            taken();
        }
        return event;
    }

    private boolean mustBlock() {
        lock.lock();
        try {
            return held.isEmpty() && !ended && !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the next event, waiting at most {@code timeout}. */
    @Nullable
    T next(Duration timeout) {
        if (mustBlock()) {
            ManagedBlocking.begin();
        }
        Optional<T> event;
        lock.lock();
        try {
            long left = TimeUnit.NANOSECONDS.convert(timeout);
            while (held.isEmpty()) {
                if (ended || closed) {
                    endReached = true;
                    throwFailure();
                    throw new NoSuchElementException("the stream of " + name + " has ended");
                }
                if (left <= 0) {
                    throw new DeadlineExceededException("no " + name + " within " + timeout);
                }
                left = changed.awaitNanos(left);
            }
            event = Objects.requireNonNull(remove());
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
        taken();
        return event.orElse(null);
    }

    /** Takes the next event: null if the stream is empty, an empty Optional for a null event. */
    @SuppressWarnings("NullableOptional") // event, null event, end of stream
    @Nullable
    Optional<T> poll() {
        Optional<T> event;
        lock.lock();
        try {
            event = remove();
        } finally {
            lock.unlock();
        }
        if (event != null) {
            taken();
        }
        return event;
    }

    /** Throws the failure that has ended the stream, unless the consumer has closed the stream. Guarded by {@code lock}. */
    private void throwFailure() {
        if (failure != null && !closed) {
            throw failure;
        }
    }

    /** Returns whether a stream of any source has ended with a failure. */
    public static boolean hasFailed(EventStream<?> stream) {
        return stream instanceof BoundedStream<?> bounded && bounded.hasFailed();
    }

    /** Returns the failure that has ended the stream; null without a failure, and after a close by the consumer. */
    @Nullable
    RuntimeException failure() {
        lock.lock();
        try {
            return closed ? null : failure;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the stream has ended and holds no event. */
    boolean isExhausted() {
        lock.lock();
        try {
            boolean exhausted = closed || (ended && held.isEmpty());
            endReached |= exhausted;
            return exhausted;
        } finally {
            lock.unlock();
        }
    }

    void subscribe(StreamSubscription<T> candidate) {
        boolean first;
        lock.lock();
        try {
            first = subscription == null;
            if (first) {
                subscription = candidate;
            }
        } finally {
            lock.unlock();
        }
        candidate.begin(first);
    }

    private void taken() {
        if (budget != null) {
            budget.resume();
        }
        resumeIfLow();
    }

    /** Resumes the producer if it is paused, the stream is half empty, and the budget is not full. */
    void resumeIfLow() {
        boolean resume;
        lock.lock();
        try {
            // Resumes when half empty, so that pauses are rare.
            resume = pausing && held.size() <= capacity / 2 && (budget == null || !budget.pause(this));
            pausing &= !resume;
        } finally {
            lock.unlock();
        }
        if (resume) {
            pausable.resume();
        }
    }

    private static CancellationException interrupted() {
        Thread.currentThread().interrupt();
        return new CancellationException("interrupted while waiting for an event");
    }
}
