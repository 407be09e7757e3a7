package io.heliograph.realtime;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.exchange.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Client's handle of a channel: its subscription, its publications, the events of its subscription, and methods to publish.
 *
 * <p>A channel may have many handles and has one subscription. Closing a handle does not unsubscribe, and unsubscribing does not end
 * streams.
 *
 * <p><b>Subscribing.</b> {@link #subscribe()} requests the subscription, and {@link #subscribed()} is the future of the server's
 * answer. A refusal fails the future, ends the streams of the channel with the server's error, emits {@link
 * ClientEvent.SubscribeFail}, and is logged if this event has no listener.
 *
 * <p><b>Recovery.</b> After a lost connection, the server sends what the client has missed, before new publications: each once and in
 * order. {@link ChannelEvent.Subscribe} reports the outcome, and {@link ChannelEvent.Gap} each point at which publications are missing.
 * Publications that a full stream or queue of this client drops are not recovered.
 *
 * <p><b>Receiving.</b> A handle is a stream, for a loop or a {@link java.util.concurrent.Flow.Subscriber}. The stream begins with
 * {@link #subscribe()}, or when it is first read. {@link #on(Consumer)} delivers the data to listeners instead. The first listener of a
 * handle whose stream has not been read receives the buffered data, and the stream ends.
 *
 * <p><b>Bounds.</b> A full stream that is read pauses the client. A full stream that has never been read is closed, its events are
 * counted as dropped, and {@link ClientEvent.Dropped} is emitted.
 *
 * <p><b>Data</b> that cannot be converted to {@code T} is skipped and reported as a {@link ClientEvent.Failure}. A publication without
 * data is null.
 *
 * <p><b>Threads.</b> Thread-safe. Only reading a stream blocks.
 *
 * @param <T> type of the data
 */
public interface RealtimeChannel<T> extends EventStream<T>, EventSource<ChannelEvent> {

    String name();

    /** Returns the state of the subscription. */
    ChannelState state();

    /** Returns the options of the subscription; the defaults without a subscription. */
    SubscribeOptions options();

    /** Returns whether the server has confirmed the subscription or, with {@code includePending}, the subscription is pending. */
    boolean isSubscribed(boolean includePending);

    /** Subscribes with the default options, as {@link #subscribe(SubscribeOptions)} does. */
    RealtimeChannel<T> subscribe();

    /**
     * Subscribes to the channel as soon as the client is connected and, with {@code waitForAuth}, authenticated. Replaces the options
     * of an existing or pending subscription and sends nothing.
     *
     * <p>Refused beyond {@code maxChannels} of the client.
     *
     * @return this handle
     */
    RealtimeChannel<T> subscribe(SubscribeOptions options);

    /**
     * Returns the position of the last publication that the client has received, for {@link SubscribeOptions#withSince}. Listeners and
     * streams may not have processed this publication yet. Null before the server has confirmed the subscription, without a subscription,
     * and if the server or the client does not support recovery.
     */
    @Nullable
    Position position();

    /**
     * Returns the future of the subscription: completes when the server has confirmed it, and after a lost connection when the server
     * has confirmed it again.
     *
     * <p>Fails with the server's error if the server refuses the subscription, with {@link InvalidActionException} if the subscription
     * ends before the server has confirmed it, with {@link io.heliograph.ClosedException} if the client is closed, and with {@link
     * IllegalStateException} if the channel is not subscribed.
     */
    @Override
    CompletableFuture<Void> subscribed();

    /** Ends the subscription or pending subscription. The server does not acknowledge. */
    void unsubscribe();

    /**
     * Returns the present subscribers of the channel, which need not be subscribed by this client. Requires a server with presence for
     * this channel and the permission to see it; fails as {@link RealtimePeer#invoke} does.
     */
    CompletableFuture<List<ChannelMember>> presence();

    /**
     * Calls {@code listener} with the changes of the subscribers of the channel, on the {@code Dispatch} of the client. The first call
     * has the present subscribers. After a lost connection, the next call has the difference.
     *
     * @return subscription whose {@code subscribed()} completes when the server has accepted it, and fails with the refusal of the server
     */
    Subscription onPresence(Consumer<? super PresenceChange> listener);

    /** Calls {@code listener} with each publication, on the {@code Dispatch} of the client. */
    Subscription on(Consumer<? super T> listener);

    /** Calls {@code listener} with the next publication. */
    Subscription once(Consumer<? super T> listener);

    /** Returns a further stream of the following publications. */
    EventStream<T> stream();

    /**
     * Publishes without acknowledgment by the server.
     *
     * @return whether the publication was accepted, as by {@link RealtimePeer#transmit(String, Object)}
     */
    boolean transmitPublish(@Nullable Object data);

    /**
     * Publishes; completes when the server has accepted the publication, and fails as {@link RealtimePeer#invoke} does.
     *
     * <p>If the connection ends before the server has answered, the outcome is unknown. The client then publishes again on the next
     * connection, within {@code ackTimeout} of this call, if the server supports recovery: the server recognizes the repetition.
     */
    CompletableFuture<Void> publish(@Nullable Object data);

    /** Ends the stream of this handle and drops its buffered data. Other streams, listeners and the subscription stay. */
    @Override
    void close();
}
