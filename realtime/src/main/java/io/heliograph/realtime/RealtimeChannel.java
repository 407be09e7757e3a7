package io.heliograph.realtime;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's handle of a channel: what is published there, what happens to the subscription, and the ways to publish.
 *
 * <p>There may be many handles of one channel, and there is one subscription: closing a handle does not unsubscribe, and
 * unsubscribing does not end streams, as one may subscribe again.
 *
 * <p><b>Receiving.</b> A handle is a stream, and is read in a loop or as a {@link java.util.concurrent.Flow.Publisher}. The stream
 * of one that {@link RealtimeClient#subscribe} made begins with the subscription, so that nothing is missed; that of one that
 * {@link RealtimeClient#channel} made begins when it is first asked for an element. Or {@link #on(Consumer)} gives the data to
 * listeners; then the stream of the handle, unless it was used before, ends in favour of the first one, which is given what the
 * stream held.
 *
 * <p><b>Bounds.</b> A stream that is being read holds up the client while it is full. One that has not been touched does not: it
 * is closed when it is full, what it held is counted as dropped, and {@link ClientEvent.Dropped} tells so.
 *
 * <p><b>Data</b> that is no {@code T} is left out and reported as a {@link ClientEvent.Failure}. A publication without data is a
 * null.
 *
 * <p><b>Threads.</b> Any thread may call any method. Only reading a stream waits.
 *
 * @param <T> what the data is read as
 */
public interface RealtimeChannel<T> extends EventStream<T>, EventSource<ChannelEvent> {

    String name();

    /** What the client has of the channel now. */
    ChannelState state();

    /** How it is subscribed to; the defaults where it is not. */
    SubscribeOptions options();

    /** Whether the subscription is confirmed by the server, or, with {@code includePending}, wanted. */
    boolean isSubscribed(boolean includePending);

    /** Subscribes, as {@link RealtimeClient#subscribe} does. */
    void subscribe();

    /** Subscribes, as {@link RealtimeClient#subscribe} does. */
    void subscribe(SubscribeOptions options);

    /** Unsubscribes, as {@link RealtimeClient#unsubscribe} does. */
    void unsubscribe();

    /** Calls {@code listener} with what is published from now on, where the {@code Dispatch} of the client says. */
    Subscription on(Consumer<? super T> listener);

    /** Calls {@code listener} with what is published next. */
    Subscription once(Consumer<? super T> listener);

    /** What is published from now on, as a further stream. */
    EventStream<T> stream();

    /**
     * Publishes, without waiting for the server.
     *
     * @return whether it was accepted, as by {@link RealtimePeer#transmit(String, Object)}
     */
    boolean transmitPublish(@Nullable Object data);

    /** Publishes; completes when the server has. It fails as {@link RealtimePeer#invoke} does. */
    CompletableFuture<Void> invokePublish(@Nullable Object data);

    /** Ends the stream of this handle, and drops what it holds; other streams, listeners and the subscription stay. */
    @Override
    void close();
}
