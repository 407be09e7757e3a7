package io.heliograph.rpc;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The events of one name, as a client receives them. Thread-safe.
 *
 * <p>An event is decoded as {@link RpcEvent#as} does; an event without arguments is null. An event that cannot be decoded is
 * reported to the error listeners.
 *
 * @param <T> the type of an event
 */
public interface RpcEvents<T> {

    /** Adds a listener for all events of the name, whether the client has subscribed or not. */
    Subscription on(Consumer<? super T> listener);

    /** Adds a listener for the next event. */
    Subscription once(Consumer<? super T> listener);

    /**
     * Adds a listener for gaps: events may be missing before the next one. It runs in order with the listeners of events. A server without
     * positions, such as the npm package, reports no gaps. Without a listener, gaps are logged.
     */
    Subscription onGap(Consumer<? super RpcGap> listener);

    /** Removes all listeners of events of the name. */
    void off();

    /** Returns a stream of the events from now on. Reading pauses while the stream holds its maximum number of events. */
    EventStream<T> stream();

    /**
     * Adds a listener and subscribes to the event.
     *
     * @return ends the calls of the listener; fails with {@link RpcException}, without a listener, if the status of the subscription
     *     is an error. An existing subscription is no error
     */
    CompletableFuture<Subscription> subscribe(Consumer<? super T> listener);
}
