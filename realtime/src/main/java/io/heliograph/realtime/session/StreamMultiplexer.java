package io.heliograph.realtime.session;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamSource;
import io.heliograph.realtime.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Streams of one kind, by name: whatever is emitted goes to the consumers that its name has when its turn on the executor comes,
 * in the order of emitting. A consumer is a listener, called on the executor, or a stream, read anywhere; a stream that is full
 * pauses the pausable.
 *
 * <p>Any thread may call any method.
 *
 * @param <T> what is emitted
 */
public final class StreamMultiplexer<T> implements Streams {

    private final String kind;
    private final SerialExecutor executor;
    private final Pausable pausable;
    private final int capacity;
    private final java.util.function.Consumer<? super Throwable> onFailure;
    private final AtomicLong ids = new AtomicLong();

    // Lines are replaced and consumers added and removed under this; read without.
    private final Map<String, Line<T>> lines = new ConcurrentHashMap<>();
    private volatile boolean finished;

    /**
     * @param kind what the streams are of, for a warning, as {@code receiver}
     * @param capacity how many items a stream holds before it pauses the pausable; positive
     * @param onFailure told on the executor of what a listener throws
     */
    public StreamMultiplexer(
            String kind,
            SerialExecutor executor,
            Pausable pausable,
            int capacity,
            java.util.function.Consumer<? super Throwable> onFailure) {
        this.kind = kind;
        this.executor = executor;
        this.pausable = pausable;
        this.capacity = capacity;
        this.onFailure = onFailure;
    }

    /** Gives an item to the consumers of a name, after what was given to the executor before. */
    public void emit(String name, T item) {
        Line<T> line = lines.get(name);
        if (line != null) {
            line.waiting.incrementAndGet();
        }
        executor.execute(new Delivery(name, item, line));
    }

    /** Gives an item to the consumers of a name now; on the executor only. */
    void deliver(String name, T item) {
        Line<T> line = lines.get(name);
        if (line != null) {
            for (Sink<T> sink : line.sinks) {
                try {
                    sink.accept(item);
                } catch (Throwable failure) {
                    onFailure.accept(failure);
                }
            }
        }
    }

    private final class Delivery extends SerialExecutor.Task {

        private final String name;
        private final T item;
        private final @Nullable Line<T> line;

        Delivery(String name, T item, @Nullable Line<T> line) {
            this.name = name;
            this.item = item;
            this.line = line;
        }

        @Override
        protected void run() {
            if (line != null) {
                line.waiting.decrementAndGet();
                if (line.killed) {
                    return;
                }
            }
            deliver(name, item);
        }
    }

    /** Whether a name has a consumer now. */
    boolean isConsumed(String name) {
        return lines.containsKey(name);
    }

    public Subscription on(String name, java.util.function.Consumer<? super T> listener) {
        return add(new Handlers(name, listener, false));
    }

    public Subscription once(String name, java.util.function.Consumer<? super T> listener) {
        return add(new Handlers(name, listener, true));
    }

    /**
     * A stream of what is emitted under a name.
     *
     * @param mapping makes the stream's events, on the executor; what it throws is reported, and the item left out
     */
    public <E> EventStream<E> stream(String name, Function<? super T, ? extends @Nullable E> mapping) {
        Streaming<E> sink = new Streaming<>(name, mapping, pausable);
        EventStream<E> stream = sink.source.stream();
        add(sink);
        return stream;
    }

    /** A stream with a pausable of its own, which may be forgotten without a warning. */
    public <E> EventStream<E> stream(String name, Function<? super T, ? extends @Nullable E> mapping, Pausable own) {
        Streaming<E> sink = new Streaming<>(name, mapping, own);
        EventStream<E> stream = sink.source.quietStream();
        add(sink);
        return stream;
    }

    private Subscription add(Sink<T> sink) {
        if (finished) {
            sink.end();
            return sink::kill;
        }
        synchronized (this) {
            Line<T> line = lines.computeIfAbsent(sink.name, name -> new Line<>());
            line.sinks = Arrays.copyOf(line.sinks, line.sinks.length + 1);
            line.sinks[line.sinks.length - 1] = sink;
            sink.line = line;
        }
        if (finished) {
            sink.end();
        }
        return sink::kill;
    }

    private synchronized void remove(Sink<T> sink) {
        Line<T> line = sink.line;
        if (line == null) {
            return;
        }
        sink.line = null;
        List<Sink<T>> rest = new ArrayList<>(Arrays.asList(line.sinks));
        rest.remove(sink);
        line.sinks = rest.toArray(StreamMultiplexer::sinks);
        if (rest.isEmpty()) {
            lines.remove(sink.name, line);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a type with parameters
    private static <T> Sink<T>[] sinks(int length) {
        return new Sink[length];
    }

    /** Ends all consumers after what was emitted, and those made later at once. */
    public void finish() {
        closeAll();
        finished = true;
    }

    // ---- administration

    @Override
    public void close(String name) {
        Line<T> line = lines.get(name);
        if (line != null) {
            close(line);
        }
    }

    @Override
    public void closeAll() {
        lines.values().forEach(this::close);
    }

    private void close(Line<T> line) {
        Sink<T>[] ending = line.sinks;
        line.waiting.incrementAndGet();
        executor.execute(() -> {
            line.waiting.decrementAndGet();
            for (Sink<T> sink : ending) {
                sink.end();
            }
        });
    }

    @Override
    public void kill(String name) {
        Line<T> line = retire(name);
        if (line != null) {
            for (Sink<T> sink : line.sinks) {
                sink.kill();
            }
        }
    }

    /** Takes a line out, so that later consumers have another one and what waits for this one is dropped. */
    private synchronized @Nullable Line<T> retire(String name) {
        Line<T> line = lines.remove(name);
        if (line != null) {
            line.killed = true;
        }
        return line;
    }

    @Override
    public void killAll() {
        List.copyOf(lines.keySet()).forEach(this::kill);
    }

    @Override
    public void killConsumer(long id) {
        for (Line<T> line : lines.values()) {
            for (Sink<T> sink : line.sinks) {
                if (sink.id == id) {
                    sink.kill();
                    return;
                }
            }
        }
    }

    @Override
    public long backpressure(String name) {
        Line<T> line = lines.get(name);
        return line == null ? 0 : backpressure(line);
    }

    private long backpressure(Line<T> line) {
        long most = 0;
        for (Sink<T> sink : line.sinks) {
            most = Math.max(most, sink.backpressure(line));
        }
        return most;
    }

    @Override
    public long backpressure() {
        long most = 0;
        for (Line<T> line : lines.values()) {
            most = Math.max(most, backpressure(line));
        }
        return most;
    }

    @Override
    public List<Consumer> consumers(String name) {
        Line<T> line = lines.get(name);
        return line == null ? List.of() : List.copyOf(consumers(line));
    }

    private List<Consumer> consumers(Line<T> line) {
        List<Consumer> all = new ArrayList<>();
        for (Sink<T> sink : line.sinks) {
            if (sink.isOver()) {
                remove(sink);
            } else {
                all.add(new Consumer(sink.id, sink.name, sink.backpressure(line)));
            }
        }
        return all;
    }

    @Override
    public List<Consumer> consumers() {
        List<Consumer> all = new ArrayList<>();
        lines.values().forEach(line -> all.addAll(consumers(line)));
        all.sort(Comparator.comparingLong(Consumer::id));
        return List.copyOf(all);
    }

    /** The consumers of a name. */
    private static final class Line<T> {

        /** Emitted, ends included, and not yet given to the consumers. */
        final AtomicInteger waiting = new AtomicInteger();

        volatile Sink<T>[] sinks = sinks(0);

        /** What still waits is dropped. */
        volatile boolean killed;
    }

    /** One consumer. */
    private abstract static class Sink<T> {

        final long id;
        final String name;

        @Nullable
        Line<T> line;

        Sink(long id, String name) {
            this.id = id;
            this.name = name;
        }

        abstract void accept(T item);

        /** Ends it after what it holds. */
        abstract void end();

        /** Ends it at once. */
        abstract void kill();

        abstract long backpressure(Line<T> line);

        /** Whether it has ended and holds nothing. */
        abstract boolean isOver();
    }

    private final class Handlers extends Sink<T> {

        private final java.util.function.Consumer<? super T> listener;
        private final boolean once;
        private volatile boolean removed;

        Handlers(String name, java.util.function.Consumer<? super T> listener, boolean once) {
            super(ids.incrementAndGet(), name);
            this.listener = listener;
            this.once = once;
        }

        @Override
        void accept(T item) {
            if (removed) {
                return;
            }
            if (once) {
                kill();
            }
            listener.accept(item);
        }

        @Override
        void end() {
            kill();
        }

        @Override
        void kill() {
            removed = true;
            remove(this);
        }

        @Override
        long backpressure(Line<T> line) {
            return line.waiting.get();
        }

        @Override
        boolean isOver() {
            return removed;
        }
    }

    private final class Streaming<E> extends Sink<T> {

        private final StreamSource<E> source;
        private final Function<? super T, ? extends @Nullable E> mapping;
        private volatile boolean ended;

        Streaming(String name, Function<? super T, ? extends @Nullable E> mapping, Pausable pausable) {
            super(ids.incrementAndGet(), name);
            this.mapping = mapping;
            this.source = new StreamSource<>(kind + " '" + name + "'", capacity, pausable, () -> remove(this));
        }

        @Override
        void accept(T item) {
            if (!ended) {
                source.emit(mapping.apply(item));
            }
        }

        @Override
        void end() {
            ended = true;
            source.end();
        }

        @Override
        void kill() {
            ended = true;
            source.kill();
        }

        @Override
        long backpressure(Line<T> line) {
            long held = source.size();
            return ended ? held : held + line.waiting.get();
        }

        @Override
        boolean isOver() {
            return ended && source.size() == 0;
        }
    }
}
