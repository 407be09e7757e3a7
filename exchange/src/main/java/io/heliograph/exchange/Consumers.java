package io.heliograph.exchange;

import io.heliograph.Dispatch;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.internal.Failures;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transports;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Listeners and streams of the channels of an exchange. */
final class Consumers {

    private final DefaultExchange exchange;
    private final Dispatch dispatch;
    private final int streamCapacity;
    private final Set<Stream<?>> streams = ConcurrentHashMap.newKeySet();

    // Guarded by this: the shared transport under direct dispatch, leased by the first listener.
    private Transports.@Nullable Lease lease;
    private @Nullable EventLoop shared;
    private boolean closed;

    Consumers(DefaultExchange exchange, Dispatch dispatch, int streamCapacity) {
        this.exchange = exchange;
        this.dispatch = dispatch;
        this.streamCapacity = streamCapacity;
    }

    Subscription listen(String channel, Consumer<? super Publication> listener) {
        if (exchange.isClosed()) {
            return () -> {};
        }
        Executor userExecutor = dispatch.executor();
        if (userExecutor != null) {
            return subscribe(channel, new ListenerLoop(userExecutor), listener::accept);
        }
        EventLoop loop = sharedLoop();
        SerialExecutor executor = new SerialExecutor(dispatch, loop);
        return subscribe(channel, loop, publication -> executor.execute(() -> call(listener, publication)));
    }

    private void call(Consumer<? super Publication> listener, Publication publication) {
        try {
            listener.accept(publication);
        } catch (Throwable failure) {
            exchange.events.subscriberFailed(publication.channel(), failure);
        }
    }

    <T> EventStream<T> stream(String channel, TypeRef<T> type) {
        Stream<T> stream = new Stream<>(channel, type);
        EventStream<T> events = stream.source.stream();
        streams.add(stream);
        // Decoding runs user code, which must not run on an event loop.
        Executor userExecutor = Objects.requireNonNullElseGet(
                dispatch.executor(),
                () -> Objects.requireNonNull(Dispatch.virtual().executor()));
        Subscription subscription = subscribe(channel, new ListenerLoop(userExecutor), stream);
        stream.attach(subscription);
        stream.source.subscribed(subscription.subscribed().handle((none, failure) -> {
            if (failure != null && !exchange.isClosed()) {
                throw new CompletionException(Failures.unwrap(failure));
            }
            return null;
        }));
        if (exchange.isClosed()) {
            stream.source.end();
        }
        return events;
    }

    private Subscription subscribe(String channel, EventLoop loop, Subscriber subscriber) {
        CompletableFuture<ChannelSubscription> subscribed = exchange.subscribe(channel, loop, subscriber);
        return new Subscription() {
            @Override
            public void close() {
                if (!subscribed.cancel(false)) {
                    subscribed.thenAccept(ChannelSubscription::unsubscribe);
                }
            }

            @Override
            public CompletableFuture<Void> subscribed() {
                return subscribed.thenAccept(started -> {});
            }
        };
    }

    private synchronized EventLoop sharedLoop() {
        EventLoop present = shared;
        if (present == null) {
            if (closed) {
                throw Events.closed();
            }
            Transports.Lease acquired = Transports.acquire();
            present = acquired.transport().nextLoop();
            lease = acquired;
            shared = present;
        }
        return present;
    }

    void close() {
        streams.forEach(stream -> stream.source.end());
        streams.clear();
        Transports.Lease released;
        synchronized (this) {
            closed = true;
            released = lease;
            lease = null;
        }
        if (released != null) {
            released.release();
        }
    }

    /** Subscriber that feeds a stream while it has capacity. */
    private final class Stream<T> implements Subscriber, Pausable {

        final StreamSource<T> source;
        private final String channel;
        private final TypeRef<T> type;
        private volatile boolean full;
        private volatile @Nullable Subscription subscription;
        private volatile boolean ended;

        /** Whether publications have been dropped since the stream was full. Subscriber's thread only. */
        private boolean dropping;

        Stream(String channel, TypeRef<T> type) {
            this.channel = channel;
            this.type = type;
            this.source = new StreamSource<>(
                    "the channel '" + BrokerException.shown(channel) + "'", streamCapacity, this, this::end);
        }

        void attach(Subscription attached) {
            subscription = attached;
            if (ended) {
                attached.close();
            }
        }

        private void end() {
            ended = true;
            streams.remove(this);
            Subscription present = subscription;
            if (present != null) {
                present.close();
            }
        }

        @Override
        public void published(Publication publication) {
            if (!full) {
                dropping = false;
                source.emit(publication.data().as(type));
                return;
            }
            exchange.events.counters.drop(DropReason.SLOW_CONSUMER, 1);
            if (!dropping) {
                dropping = true;
                exchange.events.error(Events.streamFull(channel, streamCapacity));
            }
        }

        @Override
        public void pause() {
            full = true;
        }

        @Override
        public void resume() {
            full = false;
        }
    }
}
