package io.heliograph.event;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The consumer's handle of a {@link StreamSource}; nothing of the producer's refers to it. */
final class BoundedStream<T> implements EventStream<T> {

    private final StreamSource<T> source;

    BoundedStream(StreamSource<T> source) {
        this.source = source;
    }

    /** {@inheritDoc} The iterator keeps the handle alive, for a loop over a stream that has no other name. */
    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return source.await();
            }

            @Override
            public T next() {
                while (source.await()) {
                    // Another loop may have been faster.
                    Optional<T> event = source.poll();
                    if (event != null) {
                        return orNull(event);
                    }
                }
                throw new NoSuchElementException("the stream has ended");
            }
        };
    }

    @Override
    public T next(Duration timeout) {
        return uncheckedNull(source.next(timeout));
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        source.subscribe(
                new StreamSubscription<>(this, source, Objects.requireNonNull(subscriber)));
    }

    @Override
    public void close() {
        source.close();
    }

    private static <T> T orNull(Optional<T> event) {
        return uncheckedNull(event.orElse(null));
    }

    /** A stream of a type that has nulls of its own, as JSON has, gives them out as they are. */
    @SuppressWarnings("NullAway")
    private static <T> T uncheckedNull(@Nullable T event) {
        return event;
    }
}
