package io.heliograph;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * Ordered, bounded stream of events, read at the consumer's own pace: by a {@code for} loop on any thread, or as a
 * {@link Flow.Publisher}.
 *
 * <p><b>Backpressure.</b> A stream buffers a limited number of events. While the buffer is full, the endpoint stops
 * reading from the peer; no event is dropped. A stream without a consumer therefore blocks the whole endpoint and must
 * be closed.
 *
 * <p><b>Life cycle.</b> A stream starts to buffer when it is created. It ends after its buffered events when its source
 * ends, or at once by {@link #close()}. A stream whose source fails, such as a refused subscription, throws the failure
 * after its buffered events; a subscriber receives {@code onError}. Leaving a loop with {@code break} does not close the stream: use
 * try-with-resources. A stream that is garbage collected without a close is closed then, and a warning is logged.
 *
 * <p><b>Consumers.</b> A stream supports loops or one subscriber. Several loops share the events: each event goes to
 * one loop.
 *
 * @param <T> type of an event
 */
public interface EventStream<T> extends Iterable<T>, Flow.Publisher<T>, AutoCloseable {

    /**
     * Returns an iterator over the events, whose {@code hasNext} blocks until an event is available or the stream has
     * ended.
     *
     * <p>{@code hasNext} throws {@link java.util.concurrent.CancellationException} if its thread is interrupted; the
     * interrupt status stays set.
     */
    @Override
    Iterator<T> iterator();

    /**
     * Returns the next event; blocks up to {@code timeout}.
     *
     * @throws DeadlineExceededException if no event arrives within {@code timeout}
     * @throws java.util.NoSuchElementException if the stream has ended
     */
    T next(Duration timeout);

    /**
     * Delivers the events to {@code subscriber} on a virtual thread, as many as it requests.
     *
     * <p>A second subscriber is rejected: its {@code onError} receives an {@link IllegalStateException}.
     */
    @Override
    void subscribe(Flow.Subscriber<? super T> subscriber);

    /**
     * Returns the future that completes when the peer has accepted the subscription of this stream; see
     * {@link Subscription#subscribed()}. After a refusal, the stream fails with it.
     */
    default CompletableFuture<Void> subscribed() {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Closes the stream, cancels its subscription at the source and drops its buffered events. Idempotent and
     * thread-safe.
     */
    @Override
    void close();
}
