package io.heliograph.realtime.session;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBudget;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.realtime.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Named streams of one kind. An emitted item is delivered on the executor, in order, to the consumers of its name at that time. A consumer is a
 * listener, called on the executor, or a stream, read on any thread. A full stream pauses the pausable.
 *
 * <p>Thread-safe.
 *
 * @param <T> type of the items
 */
public final class StreamMultiplexer<T> implements Streams {

    private final String kind;
    private final SerialExecutor executor;
    private final Pausable pausable;
    private final int capacity;
    private final FailureHandler onFailure;
    private final BiConsumer<String, ? super T> onUnconsumed;
    private final AtomicLong ids = new AtomicLong();

    private @Nullable StreamBudget budget;
    private ToLongFunction<? super T> length = item -> 0;

    // Written under this, read without a lock.
    private final Map<String, SinkGroup<T>> channels = new ConcurrentHashMap<>();
    private volatile boolean finished;

    /** Receiver of the exceptions of listeners. Called on the executor. */
    @FunctionalInterface
    public interface FailureHandler {

        /**
         * Handles the exception of a listener.
         *
         * @param name name of the item
         */
        void failed(String name, Throwable failure);
    }

    /**
     * @param kind kind of the streams, for warnings, such as {@code receiver}
     * @param capacity number of items after which a stream pauses the pausable; positive
     * @param onFailure called on the executor with the exception of a listener
     */
    public StreamMultiplexer(
            String kind,
            SerialExecutor executor,
            Pausable pausable,
            int capacity,
            java.util.function.Consumer<? super Throwable> onFailure) {
        this(kind, executor, pausable, capacity, (name, failure) -> onFailure.accept(failure), (name, item) -> {});
    }

    /**
     * @param kind kind of the streams, for warnings, such as {@code receiver}
     * @param capacity number of items after which a stream pauses the pausable; positive
     * @param onUnconsumed called on the executor with an item that has no consumer
     */
    StreamMultiplexer(
            String kind,
            SerialExecutor executor,
            Pausable pausable,
            int capacity,
            FailureHandler onFailure,
            BiConsumer<String, ? super T> onUnconsumed) {
        this.kind = kind;
        this.executor = executor;
        this.pausable = pausable;
        this.capacity = capacity;
        this.onFailure = onFailure;
        this.onUnconsumed = onUnconsumed;
    }

    /**
     * Limits the items that streams hold in bytes. Must be called before the first stream.
     *
     * @param budget limit, which may be shared with other multiplexers
     * @param length length of an item
     */
    public StreamMultiplexer<T> limitBytes(StreamBudget budget, ToLongFunction<? super T> length) {
        this.budget = budget;
        this.length = length;
        return this;
    }

    /** Emits an item to the consumers of a name, on the executor. */
    public void emit(String name, T item) {
        SinkGroup<T> channel = channels.get(name);
        if (channel != null) {
            channel.pending.incrementAndGet();
        }
        executor.execute(new Delivery(name, item, channel));
    }

    /** Delivers an item to the consumers of a name. Executor only. */
    void deliver(String name, T item) {
        deliver(name, item, onFailure);
    }

    /** Delivers an item to the consumers of a name, with its own handler of the exceptions of listeners. Executor only. */
    void deliver(String name, T item, FailureHandler onFailure) {
        SinkGroup<T> channel = channels.get(name);
        if (channel == null) {
            onUnconsumed.accept(name, item);
            return;
        }
        for (StreamSink<T> sink : channel.sinks) {
            try {
                sink.accept(item);
            } catch (Throwable failure) {
                onFailure.failed(name, failure);
            }
        }
    }

    private final class Delivery extends SerialExecutor.Task {

        private final String name;
        private final T item;
        private final @Nullable SinkGroup<T> channel;

        Delivery(String name, T item, @Nullable SinkGroup<T> channel) {
            this.name = name;
            this.item = item;
            this.channel = channel;
        }

        @Override
        protected boolean isDroppable() {
            return true;
        }

        @Override
        protected void run() {
            if (channel != null) {
                channel.pending.decrementAndGet();
                if (channel.killed) {
                    onUnconsumed.accept(name, item);
                    return;
                }
            }
            deliver(name, item);
        }
    }

    /** Whether a name has consumers. */
    boolean isConsumed(String name) {
        return channels.containsKey(name);
    }

    public Subscription on(String name, java.util.function.Consumer<? super T> listener) {
        return add(new ListenerSink<>(ids.incrementAndGet(), name, listener, false, this::remove));
    }

    public Subscription once(String name, java.util.function.Consumer<? super T> listener) {
        return add(new ListenerSink<>(ids.incrementAndGet(), name, listener, true, this::remove));
    }

    /**
     * Returns a stream of the items of a name.
     *
     * @param mapping maps items to the elements of the stream, on the executor; an exception is reported, and the item skipped
     */
    public <E> EventStream<E> stream(String name, Function<? super T, ? extends @Nullable E> mapping) {
        Streaming<E> sink = new Streaming<>(name, mapping, pausable, budget);
        EventStream<E> stream = sink.source.stream();
        add(sink);
        return stream;
    }

    /** Returns a stream with its own pausable and budget, which logs no warning when it is garbage collected. */
    public <E> EventStream<E> stream(
            String name, Function<? super T, ? extends @Nullable E> mapping, Pausable own, StreamBudget ownBudget) {
        Streaming<E> sink = new Streaming<>(name, mapping, own, ownBudget);
        EventStream<E> stream = sink.source.quietStream();
        add(sink);
        return stream;
    }

    private Subscription add(StreamSink<T> sink) {
        if (finished) {
            sink.end();
            return sink::kill;
        }
        synchronized (this) {
            SinkGroup<T> channel = channels.computeIfAbsent(sink.name, name -> new SinkGroup<>());
            channel.sinks = Arrays.copyOf(channel.sinks, channel.sinks.length + 1);
            channel.sinks[channel.sinks.length - 1] = sink;
            sink.group = channel;
        }
        if (finished) {
            sink.end();
        }
        return sink::kill;
    }

    private synchronized void remove(StreamSink<T> sink) {
        SinkGroup<T> channel = sink.group;
        if (channel == null) {
            return;
        }
        sink.group = null;
        List<StreamSink<T>> rest = new ArrayList<>(Arrays.asList(channel.sinks));
        rest.remove(sink);
        channel.sinks = rest.toArray(StreamSink::array);
        if (rest.isEmpty()) {
            channels.remove(sink.name, channel);
        }
    }

    /** Ends all consumers after the emitted items, and later consumers at once. */
    public void finish() {
        closeAll();
        finished = true;
    }

    // ---- administration

    @Override
    public void close(String name) {
        SinkGroup<T> channel = channels.get(name);
        if (channel != null) {
            close(channel);
        }
    }

    @Override
    public void closeAll() {
        channels.values().forEach(this::close);
    }

    /** Ends the streams of a name with a failure, after the emitted items. Listeners stay. */
    public void fail(String name, RuntimeException cause) {
        SinkGroup<T> channel = channels.get(name);
        if (channel != null) {
            StreamSink<T>[] failing = channel.sinks;
            executor.execute(() -> {
                for (StreamSink<T> sink : failing) {
                    sink.fail(cause);
                }
            });
        }
    }

    private void close(SinkGroup<T> channel) {
        StreamSink<T>[] ending = channel.sinks;
        channel.pending.incrementAndGet();
        executor.execute(() -> {
            channel.pending.decrementAndGet();
            for (StreamSink<T> sink : ending) {
                sink.end();
            }
        });
    }

    @Override
    public void kill(String name) {
        SinkGroup<T> channel = retire(name);
        if (channel != null) {
            for (StreamSink<T> sink : channel.sinks) {
                sink.kill();
            }
        }
    }

    /** Removes the channel of a name, so that its pending items are dropped. */
    private synchronized @Nullable SinkGroup<T> retire(String name) {
        SinkGroup<T> channel = channels.remove(name);
        if (channel != null) {
            channel.killed = true;
        }
        return channel;
    }

    @Override
    public void killAll() {
        List.copyOf(channels.keySet()).forEach(this::kill);
    }

    @Override
    public void killConsumer(long id) {
        for (SinkGroup<T> channel : channels.values()) {
            for (StreamSink<T> sink : channel.sinks) {
                if (sink.id == id) {
                    sink.kill();
                    return;
                }
            }
        }
    }

    @Override
    public long backpressure(String name) {
        SinkGroup<T> channel = channels.get(name);
        return channel == null ? 0 : backpressure(channel);
    }

    private long backpressure(SinkGroup<T> channel) {
        long most = 0;
        for (StreamSink<T> sink : channel.sinks) {
            most = Math.max(most, sink.backpressure(channel));
        }
        return most;
    }

    @Override
    public long backpressure() {
        long most = 0;
        for (SinkGroup<T> channel : channels.values()) {
            most = Math.max(most, backpressure(channel));
        }
        return most;
    }

    @Override
    public List<Consumer> consumers(String name) {
        SinkGroup<T> channel = channels.get(name);
        return channel == null ? List.of() : List.copyOf(consumers(channel));
    }

    private List<Consumer> consumers(SinkGroup<T> channel) {
        List<Consumer> all = new ArrayList<>();
        for (StreamSink<T> sink : channel.sinks) {
            if (sink.isOver()) {
                remove(sink);
            } else {
                all.add(new Consumer(sink.id, sink.name, sink.backpressure(channel)));
            }
        }
        return all;
    }

    @Override
    public List<Consumer> consumers() {
        List<Consumer> all = new ArrayList<>();
        channels.values().forEach(channel -> all.addAll(consumers(channel)));
        all.sort(Comparator.comparingLong(Consumer::id));
        return List.copyOf(all);
    }

    private final class Streaming<E> extends StreamSink<T> {

        private final StreamSource<E> source;
        private final Function<? super T, ? extends @Nullable E> mapping;
        private volatile boolean ended;

        Streaming(
                String name,
                Function<? super T, ? extends @Nullable E> mapping,
                Pausable pausable,
                @Nullable StreamBudget budget) {
            super(ids.incrementAndGet(), name);
            this.mapping = mapping;
            this.source = new StreamSource<>(kind + " '" + name + "'", capacity, pausable, () -> remove(this));
            if (budget != null) {
                source.limitBytes(budget);
            }
        }

        @Override
        void accept(T item) {
            if (!ended) {
                source.emit(mapping.apply(item), length.applyAsLong(item));
            }
        }

        @Override
        void end() {
            ended = true;
            source.end();
        }

        @Override
        void fail(RuntimeException cause) {
            ended = true;
            source.fail(cause);
        }

        @Override
        void kill() {
            ended = true;
            source.kill();
        }

        @Override
        long backpressure(SinkGroup<T> channel) {
            long held = source.size();
            return ended ? held : held + channel.pending.get();
        }

        @Override
        boolean isOver() {
            return ended && source.size() == 0;
        }
    }
}
