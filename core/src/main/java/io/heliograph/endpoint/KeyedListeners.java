package io.heliograph.endpoint;

import io.heliograph.Subscription;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@link Listeners} by key, such as a topic or a channel. A key without listeners takes no memory. Thread-safe.
 *
 * @param <K> the type of a key
 * @param <L> the type of a listener
 */
public final class KeyedListeners<K, L> {

    private final Map<K, Listeners<L>> byKey = new ConcurrentHashMap<>();
    /** Receiver of what a listener throws, on the emitting thread. */
    @FunctionalInterface
    public interface FailureHandler<K> {

        /**
         * Handles an exception.
         *
         * @param key key of the event
         * @param a first argument of the event
         * @param b second argument of the event
         */
        void failed(K key, Throwable failure, @Nullable Object a, @Nullable Object b);
    }

    private final FailureHandler<K> onFailure;

    /**
     * Creates an empty map.
     *
     * @param onFailure receives what a listener throws, on the emitting thread
     */
    public KeyedListeners(Consumer<Throwable> onFailure) {
        this((key, failure, a, b) -> onFailure.accept(failure));
    }

    /** Creates an empty map whose failures are handled with the event. */
    public KeyedListeners(FailureHandler<K> onFailure) {
        this.onFailure = onFailure;
    }

    public Subscription on(K key, L listener) {
        return add(key, listeners -> listeners.on(listener));
    }

    public Subscription once(K key, L listener) {
        return add(key, listeners -> listeners.once(listener));
    }

    /** Removes all listeners of {@code key}. */
    public void off(K key) {
        byKey.computeIfPresent(key, (k, listeners) -> {
            listeners.clear();
            return null;
        });
    }

    /** Calls the listeners of {@code key}, as {@link Listeners#emit} does. */
    public <A extends @Nullable Object, B extends @Nullable Object> void emit(
            K key, Listeners.Call<? super L, A, B> call, A a, B b) {
        Listeners<L> listeners = byKey.get(key);
        if (listeners != null) {
            listeners.emit(call, a, b);
            if (listeners.isEmpty()) {
                tidy(key);
            }
        }
    }

    /** Returns whether {@code key} has listeners. */
    public boolean has(K key) {
        return byKey.containsKey(key);
    }

    /** Returns the number of keys that have listeners. */
    int size() {
        return byKey.size();
    }

    private Subscription add(K key, Function<Listeners<L>, Subscription> adding) {
        Subscription[] added = new Subscription[1];
        byKey.compute(key, (k, present) -> {
            Listeners<L> listeners = present == null ? create(k) : present;
            added[0] = adding.apply(listeners);
            return listeners;
        });
        return () -> {
            added[0].close();
            tidy(key);
        };
    }

    private Listeners<L> create(K key) {
        return new Listeners<>((failure, a, b) -> onFailure.failed(key, failure, a, b));
    }

    private void tidy(K key) {
        byKey.computeIfPresent(key, (k, listeners) -> listeners.isEmpty() ? null : listeners);
    }
}
