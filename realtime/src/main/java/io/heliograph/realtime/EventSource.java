package io.heliograph.realtime;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import java.util.function.Consumer;

/**
 * Where events of several kinds come from; a kind is a record.
 *
 * @param <E> what the kinds have in common
 */
public interface EventSource<E> {

    /** Calls {@code listener} with each event of a kind, where the {@code Dispatch} of the endpoint says. */
    <T extends E> Subscription on(Class<T> kind, Consumer<? super T> listener);

    /** Calls {@code listener} with the next event of a kind. */
    <T extends E> Subscription once(Class<T> kind, Consumer<? super T> listener);

    /** The events of a kind from now on, as a stream. */
    <T extends E> EventStream<T> stream(Class<T> kind);

    /** The streams of events, by the name that the original gives the kind. */
    Streams listeners();
}
