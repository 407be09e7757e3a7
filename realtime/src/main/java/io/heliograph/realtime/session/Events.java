package io.heliograph.realtime.session;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.realtime.EventSource;
import io.heliograph.realtime.Streams;
import java.util.function.Consumer;

/**
 * Events of several kinds, on a {@link StreamMultiplexer}: a kind is a record, and its stream has the name that the original gives it.
 *
 * @param <E> what the kinds have in common
 */
public final class Events<E> implements EventSource<E> {

    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> kind) {
            String name = kind.getSimpleName();
            return name.equals("Failure") ? "error" : Character.toLowerCase(name.charAt(0)) + name.substring(1);
        }
    };

    private final StreamMultiplexer<E> demux;

    /**
     * @param of whose events they are, for a warning, as {@code client}
     * @param capacity as {@link StreamMultiplexer} has it
     * @param onFailure told on the executor of what a listener throws
     */
    public Events(
            String of,
            SerialExecutor executor,
            Pausable pausable,
            int capacity,
            Consumer<? super Throwable> onFailure) {
        this.demux = new StreamMultiplexer<>(of + " event", executor, pausable, capacity, onFailure);
    }

    /** The name that the original gives a kind, as {@code authStateChange}; of a {@code Failure} it is {@code error}. */
    public static String name(Class<?> kind) {
        return NAMES.get(kind);
    }

    /** Tells an event, after what was given to the executor before. */
    public void emit(E event) {
        demux.emit(name(kind(event)), event);
    }

    /** Tells an event now; on the executor only. */
    public void deliver(E event) {
        demux.deliver(name(kind(event)), event);
    }

    /** Whether somebody is told of a kind. */
    public boolean isHeard(Class<? extends E> kind) {
        return demux.isConsumed(name(kind));
    }

    /** Ends all streams after what they hold, and those made later at once. */
    public void finish() {
        demux.finish();
    }

    private static Class<?> kind(Object event) {
        return event.getClass();
    }

    @Override
    public <T extends E> Subscription on(Class<T> kind, Consumer<? super T> listener) {
        return demux.on(name(kind), event -> listener.accept(kind.cast(event)));
    }

    @Override
    public <T extends E> Subscription once(Class<T> kind, Consumer<? super T> listener) {
        return demux.once(name(kind), event -> listener.accept(kind.cast(event)));
    }

    @Override
    public <T extends E> EventStream<T> stream(Class<T> kind) {
        return demux.stream(name(kind), kind::cast);
    }

    @Override
    public Streams listeners() {
        return demux;
    }
}
