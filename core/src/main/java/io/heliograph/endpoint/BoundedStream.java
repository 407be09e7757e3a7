package io.heliograph.endpoint;

import io.heliograph.EventStream;
import io.heliograph.internal.Nullness;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Consumer side of a {@link StreamSource}. The producer holds no reference to it, so that an abandoned stream is noticed. */
final class BoundedStream<T> implements EventStream<T> {

    private final StreamSource<T> source;

    BoundedStream(StreamSource<T> source) {
        this.source = source;
    }

    /** {@inheritDoc} The iterator keeps the stream reachable, for a loop over a stream that is not stored in a variable. */
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
    public CompletableFuture<Void> subscribed() {
        return source.subscribed();
    }

    @Override
    public void close() {
        source.close();
    }

    boolean hasFailed() {
        return source.failure() != null;
    }

    private final class Events implements Iterator<T> {

        // Event that hasNext has taken for next, so that no concurrent loop takes it; null if it has taken no event.
        @SuppressWarnings("NullableOptional") // event, null event, end of stream
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
