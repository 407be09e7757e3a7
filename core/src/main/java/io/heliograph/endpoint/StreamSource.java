package io.heliograph.endpoint;

import static io.heliograph.internal.Check.positive;

import io.heliograph.DeadlineExceededException;
import io.heliograph.EventStream;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producing end of an {@link EventStream}.
 *
 * <p>The producer keeps this end and hands out the other, which this end does not keep alive: so a stream that its consumer
 * forgot can be noticed.
 *
 * @param <T> the type of an event
 */
public final class StreamSource<T> {

    private static final Logger log = LoggerFactory.getLogger(StreamSource.class);
    private static final Cleaner CLEANER = Cleaner.create();

    private final String name;
    private final int capacity;
    private final Pausable pausable;
    private final Runnable onClose;

    // Guards the fields below it. Nothing foreign is called under it.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Optional<T>> held = new ArrayDeque<>();
    private boolean pausing;
    private boolean ended;
    private boolean closed;
    private boolean endSeen;
    private @Nullable StreamSubscription<T> subscription;

    /**
     * @param name what the stream is of, for a warning
     * @param capacity how many events it holds; positive
     * @param pausable paused while it is full
     * @param onClose run once when the consumer closes it, on the consumer's thread
     */
    public StreamSource(String name, int capacity, Pausable pausable, Runnable onClose) {
        this.name = name;
        this.capacity = positive("capacity", capacity);
        this.pausable = pausable;
        this.onClose = onClose;
    }

    /** The consuming end; to be called once. */
    public EventStream<T> stream() {
        BoundedStream<T> stream = new BoundedStream<>(this);
        CLEANER.register(stream, this::forgotten);
        return stream;
    }

    /** The consuming end, in place of {@link #stream()}: one that is forgotten is closed without a warning. */
    public EventStream<T> quietStream() {
        BoundedStream<T> stream = new BoundedStream<>(this);
        CLEANER.register(stream, this::close);
        return stream;
    }

    /**
     * Adds an event, and pauses the pausable if that fills the stream.
     *
     * @param event null where the type of event has a null of its own, as JSON has
     */
    public void emit(@Nullable T event) {
        boolean pause;
        StreamSubscription<T> wake;
        lock.lock();
        try {
            if (ended || closed) {
                return;
            }
            held.add(Optional.ofNullable(event));
            pause = !pausing && held.size() >= capacity;
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

    /** Ends the stream, after the events it holds. */
    public void end() {
        StreamSubscription<T> wake;
        lock.lock();
        try {
            ended = true;
            wake = subscription;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (wake != null) {
            wake.wake();
        }
    }

    /** Ends the stream at once; events it still holds are dropped. */
    public void kill() {
        close();
    }

    /** How many events wait for the consumer, its end counted as one until it was seen. */
    public int size() {
        lock.lock();
        try {
            return held.size() + (ended && !closed && !endSeen ? 1 : 0);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream at once, from either side. */
    void close() {
        boolean resume;
        StreamSubscription<T> wake;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
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
        if (wake != null) {
            wake.wake();
        }
        onClose.run();
    }

    private void forgotten() {
        boolean over;
        lock.lock();
        try {
            over = closed || (ended && held.isEmpty());
        } finally {
            lock.unlock();
        }
        if (!over) {
            log.warn("the stream of {} was neither read to its end nor closed; closed now", name);
        }
        close();
    }

    /** Takes the next event, waiting for it: null when the stream has ended, an empty one for a null. */
    @SuppressWarnings("NullableOptional") // three outcomes, of which one is a null
    @Nullable
    Optional<T> take() {
        if (mustWait()) {
            ManagedBlocking.begin();
        }
        Optional<T> event;
        lock.lock();
        try {
            while (held.isEmpty() && !ended && !closed) {
                changed.await();
            }
            event = held.poll();
            endSeen |= event == null;
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

    private boolean mustWait() {
        lock.lock();
        try {
            return held.isEmpty() && !ended && !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the next event, waiting no longer than {@code timeout}. */
    @Nullable
    T next(Duration timeout) {
        if (mustWait()) {
            ManagedBlocking.begin();
        }
        Optional<T> event;
        lock.lock();
        try {
            long left = TimeUnit.NANOSECONDS.convert(timeout);
            while (held.isEmpty()) {
                if (ended || closed) {
                    endSeen = true;
                    throw new NoSuchElementException("the stream of " + name + " has ended");
                }
                if (left <= 0) {
                    throw new DeadlineExceededException("no " + name + " within " + timeout);
                }
                left = changed.awaitNanos(left);
            }
            event = held.remove();
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
        taken();
        return event.orElse(null);
    }

    /** Takes the next event if there is one: null if not, an empty one for a null. */
    @SuppressWarnings("NullableOptional") // three outcomes, of which one is a null
    @Nullable
    Optional<T> poll() {
        Optional<T> event;
        lock.lock();
        try {
            event = held.poll();
        } finally {
            lock.unlock();
        }
        if (event != null) {
            taken();
        }
        return event;
    }

    /** Whether no event will come any more. */
    boolean isOver() {
        lock.lock();
        try {
            boolean over = closed || (ended && held.isEmpty());
            endSeen |= over;
            return over;
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
        boolean resume;
        lock.lock();
        try {
            // Half empty, so that a pause is worth its cost.
            resume = pausing && held.size() <= capacity / 2;
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
