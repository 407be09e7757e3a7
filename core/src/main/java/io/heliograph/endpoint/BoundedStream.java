package io.heliograph.endpoint;

import io.heliograph.EventStream;
import io.heliograph.internal.Nullness;
import java.lang.ref.Reference;
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
        return new Events();
    }

    @Override
    public T next(Duration timeout) {
        try {
            return Nullness.unchecked(source.next(timeout));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        source.subscribe(new StreamSubscription<>(this, source, Objects.requireNonNull(subscriber)));
    }

    @Override
    public void close() {
        source.close();
    }

    private final class Events implements Iterator<T> {

        // Taken by hasNext for next, so that no other loop takes it in between. Null: none.
        @SuppressWarnings("NullableOptional") // three outcomes, of which one is a null
        private @Nullable Optional<T> ahead;

        @Override
        public boolean hasNext() {
            try {
                if (ahead == null) {
                    ahead = source.take();
                }
                return ahead != null;
            } finally {
                Reference.reachabilityFence(BoundedStream.this);
            }
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the stream has ended");
            }
            Optional<T> event = Objects.requireNonNull(ahead);
            ahead = null;
            return Nullness.unchecked(event.orElse(null));
        }
    }
}
