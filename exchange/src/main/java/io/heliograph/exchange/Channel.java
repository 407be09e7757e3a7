package io.heliograph.exchange;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A channel of an {@link Exchange}, as programs use it. Any thread may call any method.
 *
 * <p><b>Listeners</b> run where the option {@code dispatch} of the exchange says. Each gets the publications one at a time and in
 * the order of the channel; under {@link io.heliograph.Dispatch#virtual()}, different listeners may run at the same time, so
 * that a slow one does not hold up the others. What it throws, and a publication that is no {@code T}, goes to
 * {@link Exchange#onError}.
 *
 * <p><b>Bounds.</b> Publishers do not wait for listeners and streams. What one is too slow for is dropped, counted as
 * {@link DropReason#SLOW_CONSUMER}, and reported once until it has caught up: by a listener the newest when the option
 * {@code maxQueuedBytes} waits, by a stream the newest when it holds {@code streamCapacity}.
 */
public interface Channel {

    String name();

    /** See {@link Exchange#publish(String, Object)}. */
    CompletableFuture<Position> publish(@Nullable Object value);

    /** Publishes without data; see {@link Exchange#publish(String)}. */
    CompletableFuture<Position> publish();

    /** Calls {@code listener} with the data of each publication, decoded; a null if it is null or there is none. */
    <T> Subscription on(Class<T> type, Consumer<? super T> listener);

    /** As {@link #on(Class, Consumer)}, for a type with parameters. */
    <T> Subscription on(TypeRef<T> type, Consumer<? super T> listener);

    /** Calls {@code listener} with each publication. */
    Subscription on(Consumer<? super Publication> listener);

    /** The data of the publications, decoded, from now on. It ends when the exchange is closed. */
    <T> EventStream<T> stream(Class<T> type);

    /** As {@link #stream(Class)}, for a type with parameters. */
    <T> EventStream<T> stream(TypeRef<T> type);

    /** How many subscriptions it has in this exchange, listeners and streams included. */
    int subscriberCount();
}
