package io.heliograph.endpoint;

import io.heliograph.Subscription;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listeners of one event, called in the order in which they were added.
 *
 * <p>Thread-safe: listeners may be added and removed at any time, also by a listener. An event goes to the listeners that were
 * present when it was emitted and that have not been removed since. A listener that throws is reported, and the
 * other listeners are called too.
 *
 * @param <L> the type of a listener
 */
public final class Listeners<L> {

    private static final Entry<?>[] NONE = {};

    /** Receiver of what a listener throws, on the emitting thread. */
    @FunctionalInterface
    public interface FailureHandler {

        /**
         * Handles an exception.
         *
         * @param a first argument of the event
         * @param b second argument of the event
         */
        void failed(Throwable failure, @Nullable Object a, @Nullable Object b);
    }

    private final FailureHandler onFailure;
    private volatile Entry<L>[] entries = none();

    /**
     * Creates an empty list.
     *
     * @param onFailure receives what a listener throws, on the emitting thread
     */
    public Listeners(Consumer<Throwable> onFailure) {
        this((failure, a, b) -> onFailure.accept(failure));
    }

    /** Creates an empty list whose failures are handled with the event. */
    public Listeners(FailureHandler onFailure) {
        this.onFailure = onFailure;
    }

    /** Adds a listener. A listener that is added twice is called twice. */
    public Subscription on(L listener) {
        return add(new Entry<>(listener, false));
    }

    /** Adds a listener of the next event only. */
    public Subscription once(L listener) {
        return add(new Entry<>(listener, true));
    }

    /** Removes all listeners. */
    public synchronized void clear() {
        for (Entry<L> entry : entries) {
            entry.removed = true;
        }
        entries = none();
    }

    public boolean isEmpty() {
        return entries.length == 0;
    }

    /** Call of a listener by {@link #emit}; a lambda that captures no variable allocates nothing. */
    @FunctionalInterface
    public interface Call<L, A, B> {
        void call(L listener, A a, B b);
    }

    /** Calls every listener with {@code a} and {@code b}. Must not be called concurrently. */
    public <A extends @Nullable Object, B extends @Nullable Object> void emit(Call<? super L, A, B> call, A a, B b) {
        for (Entry<L> entry : entries) {
            emit(call, entry, a, b);
        }
    }

    private <A extends @Nullable Object, B extends @Nullable Object> void emit(
            Call<? super L, A, B> call, Entry<L> entry, A a, B b) {
        if (entry.removed || (entry.once && !remove(entry))) {
            return;
        }
        try {
            call.call(entry.listener, a, b);
        } catch (Throwable failure) {
            onFailure.failed(failure, a, b);
        }
    }

    /** Calls every listener with {@code a}, and with whether it is the last listener, after which {@code a} is not used. */
    public <A extends @Nullable Object> void emitMarkingLast(Call<? super L, A, Boolean> call, A a) {
        Entry<L>[] all = entries;
        for (int i = 0; i < all.length; i++) {
            emit(call, all[i], a, i == all.length - 1);
        }
    }

    private synchronized Subscription add(Entry<L> entry) {
        Entry<L>[] longer = Arrays.copyOf(entries, entries.length + 1);
        longer[entries.length] = entry;
        entries = longer;
        return () -> remove(entry);
    }

    /** Removes an entry; false if it was removed before. */
    private synchronized boolean remove(Entry<L> entry) {
        if (entry.removed) {
            return false;
        }
        entry.removed = true;
        Entry<L>[] rest = none();
        if (entries.length > 1) {
            rest = Arrays.copyOf(entries, entries.length - 1);
            int at = 0;
            for (Entry<L> other : entries) {
                if (other != entry) {
                    rest[at++] = other;
                }
            }
        }
        entries = rest;
        return true;
    }

    @SuppressWarnings("unchecked") // empty
    private static <L> Entry<L>[] none() {
        return (Entry<L>[]) NONE;
    }

    private static final class Entry<L> {
        final L listener;
        final boolean once;
        volatile boolean removed;

        Entry(L listener, boolean once) {
            this.listener = listener;
            this.once = once;
        }
    }
}
