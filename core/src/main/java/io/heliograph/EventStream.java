package io.heliograph;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Flow;

/**
 * Events in order, taken by a consumer at its own pace: in a {@code for} loop on any thread, or as a {@link Flow.Publisher}.
 *
 * <p><b>Bounds.</b> A stream holds a limited number of events. While it is full, its source stops: nothing is dropped, and in
 * the end the peer is slowed down. A stream that nobody reads therefore holds up its whole endpoint; close it.
 *
 * <p><b>Life.</b> It begins when it is made, not when it is first read. It ends when its source does, after the events it
 * still holds, or at once by {@link #close()}. A loop cannot tell its stream that it was left by {@code break}, so use
 * try-with-resources; a stream that was merely forgotten is closed when it is collected as garbage, with a warning.
 *
 * <p><b>Consumers.</b> One: a loop, or a subscriber. Several loops share the events, each event going to one of them.
 *
 * @param <T> the type of an event
 */
public interface EventStream<T> extends Iterable<T>, Flow.Publisher<T>, AutoCloseable {

    /**
     * ManagedBlocking for events, and ends when the stream has. {@code hasNext} takes the event that {@code next} then returns; it
     * throws {@link java.util.concurrent.CancellationException} if its thread is interrupted, which stays interrupted.
     */
    @Override
    Iterator<T> iterator();

    /**
     * The next event.
     *
     * @throws io.heliograph.DeadlineExceededException if none comes within {@code timeout}
     * @throws java.util.NoSuchElementException if the stream has ended
     */
    T next(Duration timeout);

    /**
     * Gives the events to {@code subscriber}, as many as it requests, on a virtual thread. A second subscriber is refused by
     * {@code onError} with an {@link IllegalStateException}.
     */
    @Override
    void subscribe(Flow.Subscriber<? super T> subscriber);

    /** Ends the stream and its subscription at its source; events it still holds are dropped. Any thread, any number of times. */
    @Override
    void close();
}
