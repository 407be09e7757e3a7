package io.heliograph.exchange;

import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Handle for the publications of one channel of an {@link Exchange}. Thread-safe.
 *
 * <p><b>Listeners</b> run on the option {@code dispatch} of the exchange. Each listener receives one publication at a time, in channel order.
 * Under {@link io.heliograph.Dispatch#virtual()} listeners run concurrently, so that a slow listener does not delay the others. An exception of
 * a listener, and a publication that cannot be decoded as {@code T}, is reported to {@link Exchange#onError}.
 *
 * <p><b>Bounds.</b> Publishers do not wait for listeners and streams. A slow listener loses new publications while {@code maxQueuedBytes} are
 * pending for it, a slow stream while it holds {@code streamCapacity}. Every loss is counted as {@link DropReason#SLOW_CONSUMER}, and reported
 * once until the consumer has caught up.
 */
public interface Channel {

    String name();

    /** See {@link Exchange#publish(String, Object)}. */
    CompletableFuture<Position> publish(@Nullable Object value);

    /** Publishes without data; see {@link Exchange#publish(String)}. */
    CompletableFuture<Position> publish();

    /** Calls {@code listener} with the decoded data of each publication, and with null for null or absent data. */
    <T> Subscription on(Class<T> type, Consumer<? super T> listener);

    /** Equals {@link #on(Class, Consumer)}, for a parameterized type. */
    <T> Subscription on(TypeRef<T> type, Consumer<? super T> listener);

    /** Calls {@code listener} with each publication. */
    Subscription on(Consumer<? super Publication> listener);

    /** Returns a stream of the decoded data of new publications. The stream ends when the exchange is closed. */
    <T> EventStream<T> stream(Class<T> type);

    /** Equals {@link #stream(Class)}, for a parameterized type. */
    <T> EventStream<T> stream(TypeRef<T> type);

    /** The number of subscriptions in this exchange, including listeners and streams. */
    int subscriberCount();
}
