package io.heliograph.realtime;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import java.util.function.Consumer;

/**
 * Source of events of several kinds. A kind is a record class.
 *
 * @param <E> common type of the kinds
 */
public interface EventSource<E> {

    /** Calls {@code listener} with each event of a kind, on the {@code Dispatch} of the endpoint. */
    <T extends E> Subscription on(Class<T> kind, Consumer<? super T> listener);

    /** Calls {@code listener} with the next event of a kind. */
    <T extends E> Subscription once(Class<T> kind, Consumer<? super T> listener);

    /** Returns a stream of the following events of a kind. */
    <T extends E> EventStream<T> stream(Class<T> kind);

    /** Returns the streams of events, by the original's name of the kind. */
    Streams listeners();
}
