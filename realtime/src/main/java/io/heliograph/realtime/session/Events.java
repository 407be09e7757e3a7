package io.heliograph.realtime.session;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBudget;
import io.heliograph.realtime.EventSource;
import io.heliograph.realtime.Streams;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Events of several kinds, on a {@link StreamMultiplexer}: a kind is a record class, and its stream has the name of the original's event.
 *
 * @param <E> common type of the events
 */
public final class Events<E> implements EventSource<E> {

    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> kind) {
            String name = kind.getSimpleName();
            return name.equals("Failure") ? "error" : Character.toLowerCase(name.charAt(0)) + name.substring(1);
        }
    };

    private final StreamMultiplexer<E> streams;

    /**
     * @param of owner of the events, for warnings, such as {@code client}
     * @param capacity capacity of a stream
     * @param onFailure called on the executor with the exception of a listener
     */
    public Events(
            String of,
            SerialExecutor executor,
            Pausable pausable,
            int capacity,
            Consumer<? super Throwable> onFailure) {
        this(of, executor, pausable, capacity, (name, failure) -> onFailure.accept(failure));
    }

    /**
     * @param of owner of the events, for warnings, such as {@code client}
     * @param capacity capacity of a stream
     * @param onFailure called on the executor with the exception of a listener and the name of the event
     */
    public Events(
            String of,
            SerialExecutor executor,
            Pausable pausable,
            int capacity,
            StreamMultiplexer.FailureHandler onFailure) {
        this.streams =
                new StreamMultiplexer<>(of + " event", executor, pausable, capacity, onFailure, (name, event) -> {});
    }

    /** Limits the events that streams hold in bytes, as {@link StreamMultiplexer#limitBytes} does. */
    public Events<E> limitBytes(StreamBudget budget, ToLongFunction<? super E> length) {
        streams.limitBytes(budget, length);
        return this;
    }

    /** Returns the original's name of a kind, such as {@code authStateChange}, and {@code error} for {@code Failure}. */
    public static String name(Class<?> kind) {
        return NAMES.get(kind);
    }

    /** Emits an event on the executor. Thread-safe. */
    public void emit(E event) {
        streams.emit(name(kind(event)), event);
    }

    /** Emits an event at once. Executor only. */
    public void deliver(E event) {
        streams.deliver(name(kind(event)), event);
    }

    /** Emits an event at once, with its own handler of the exceptions of listeners. Executor only. */
    public void deliver(E event, StreamMultiplexer.FailureHandler onFailure) {
        streams.deliver(name(kind(event)), event, onFailure);
    }

    /** Whether a kind has listeners or streams. */
    public boolean isObserved(Class<? extends E> kind) {
        return streams.isConsumed(name(kind));
    }

    /** Ends all streams after their buffered events, and later streams at once. */
    public void finish() {
        streams.finish();
    }

    private static Class<?> kind(Object event) {
        return event.getClass();
    }

    @Override
    public <T extends E> Subscription on(Class<T> kind, Consumer<? super T> listener) {
        return streams.on(name(kind), event -> listener.accept(kind.cast(event)));
    }

    @Override
    public <T extends E> Subscription once(Class<T> kind, Consumer<? super T> listener) {
        return streams.once(name(kind), event -> listener.accept(kind.cast(event)));
    }

    @Override
    public <T extends E> EventStream<T> stream(Class<T> kind) {
        return streams.stream(name(kind), kind::cast);
    }

    @Override
    public Streams listeners() {
        return streams;
    }
}
