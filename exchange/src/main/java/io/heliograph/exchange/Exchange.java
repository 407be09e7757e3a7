package io.heliograph.exchange;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Publish-subscribe exchange: delivers the publications of a channel to all its subscribers. Channels need not be created: a channel exists
 * while it has subscribers or history.
 *
 * <p><b>Order.</b> All subscribers of a channel receive the same publications in the same order, each once, without a gap from the start of
 * their subscription.
 *
 * <p><b>Threads.</b> Thread-safe, also from within a subscriber or listener. No method blocks. A subscriber runs on its event loop. A call of
 * {@code publish} on that event loop delivers to its subscribers before it returns, unless the caller is a subscriber or too many deliveries
 * are pending; the future of {@code publish} completes after the delivery in either case.
 *
 * <p><b>Errors.</b> Futures fail with an {@link IllegalArgumentException} if the channel name is too long, a {@link BrokerException}, a
 * {@link io.heliograph.ClosedException}, or an exception that the method documents. They complete on any thread.
 *
 * <p><b>Bounds.</b> See {@link Builder#maxQueuedBytes(int)}, and {@link Channel} for listeners and streams.
 */
public interface Exchange extends AutoCloseable {

    /** Returns an exchange for this process alone, with default options. */
    static Exchange inMemory() {
        return builder().build();
    }

    static Builder builder() {
        return new Builder();
    }

    /**
     * Publishes a value, which is encoded before this method returns.
     *
     * @param value any value that the codec can encode, including null; a {@link Payload} equals {@link #publish(String, Payload)}
     * @return the assigned position, when the subscribers in this exchange have the publication in their queues, and after delivery to those on
     *     the calling event loop; fails with a {@link io.heliograph.codec.CodecException} or a {@link io.heliograph.QueueFullException}
     */
    CompletableFuture<Position> publish(String channel, @Nullable Object value);

    /** Publishes without data, which differs from null. */
    CompletableFuture<Position> publish(String channel);

    /**
     * Publishes an encoded payload, or no data if the payload is not {@linkplain Payload#isPresent present}. The payload is encoded again only if
     * its codec has another format than the codec of the exchange.
     */
    CompletableFuture<Position> publish(String channel, Payload payload);

    /**
     * Publishes a value once: if a publication with the same id was published within the last two minutes, the result is its position, and
     * nothing is published.
     *
     * @param value any value that the codec can encode, or a {@link Payload}
     */
    CompletableFuture<Position> publish(String channel, @Nullable Object value, PublicationId id);

    /**
     * Publishes a value with options.
     *
     * @param value any value that the codec can encode, or a {@link Payload}
     */
    CompletableFuture<Position> publish(String channel, @Nullable Object value, PublishOptions options);

    /**
     * Subscribes to new publications.
     *
     * @param loop event loop of the subscriber
     * @return the subscription, after the confirmation of the broker and before the first delivery. For a call on {@code loop}, if the channel
     *     has subscribers or the broker is in memory, the future is complete when this method returns, unless deliveries are pending;
     *     otherwise it completes on {@code loop}. Cancellation of the future unsubscribes
     */
    CompletableFuture<ChannelSubscription> subscribe(String channel, EventLoop loop, Subscriber subscriber);

    /**
     * Subscribes to the publications after a position and to new publications, in order and without a gap. If that is not possible,
     * {@link ChannelSubscription#recovery()} gives the reason, and the subscriber receives new publications only.
     *
     * @param after position of the last publication that the subscriber has
     * @return the subscription, which completes on {@code loop} before the first delivery
     */
    CompletableFuture<ChannelSubscription> subscribe(
            String channel, EventLoop loop, Subscriber subscriber, Position after);

    /**
     * Subscribes to all channels that match one of the patterns and are published or subscribed in this exchange, from the time of this call on:
     * at most 10,000 channels, each until it has been unused for a minute. A channel that is used again continues after its last publication, or
     * reports a gap. {@link Publication#channel()} is the channel.
     *
     * @param loop event loop of the subscriber
     */
    Subscription subscribeMatching(Collection<ChannelPattern> patterns, EventLoop loop, Subscriber subscriber);

    /** Reads the history of a channel, up to the option {@code maxRecovered}; see {@link #history(String, Position, int)}. */
    CompletableFuture<History> history(String channel, @Nullable Position after);

    /**
     * Reads the history of a channel.
     *
     * @param after position before the first publication; null for the oldest retained publication. If the history does not continue this
     *     position, the result is not complete and begins with the oldest retained publication
     * @param limit maximum number of publications; positive. {@link History#head()} is the position for the next call
     */
    CompletableFuture<History> history(String channel, @Nullable Position after, int limit);

    /**
     * Returns the handle of a channel, which need not have subscribers.
     *
     * @throws IllegalArgumentException if the name is too long
     */
    Channel channel(String name);

    /** Returns the names of the channels that have subscribers in this exchange, as a copy. */
    Set<String> channels();

    /** Whether a channel has subscribers in this exchange, including subscribers that the broker has not confirmed. */
    boolean isSubscribed(String channel);

    /** The number of subscriptions of a channel in this exchange. */
    int subscribers(String channel);

    /** Returns the channels of this exchange that are the largest in an order, largest first, at most {@code count}. */
    List<ChannelStats> top(int count, ChannelOrder order);

    /** Returns the state of the broker. */
    BrokerState brokerState();

    /** Calls {@code listener} with each new state of the broker, on its own thread. */
    Subscription onBrokerState(Consumer<? super BrokerState> listener);

    /** Completes when the broker has published all accepted publications. */
    CompletableFuture<Void> drain();

    /**
     * Calls {@code listener} with the name of a channel after its first subscriber in this exchange has been confirmed. All listeners of an
     * exchange run on the thread that causes the event and must not block. For one channel, this event and {@link #onUnsubscribed} alternate.
     */
    Subscription onSubscribed(Consumer<? super String> listener);

    /** Calls {@code listener} with the name of a channel after its last subscriber in this exchange has unsubscribed. */
    Subscription onUnsubscribed(Consumer<? super String> listener);

    /**
     * Calls {@code listener} with every publication made through this exchange, with or without subscribers, after the subscribers on the same
     * event loop. The order of publications of different threads is undefined.
     */
    Subscription onPublished(Consumer<? super Publication> listener);

    /** Calls {@code listener} with each failure of the broker, a subscriber or a listener. Without a listener, failures are logged. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Returns the current counters. */
    ExchangeStats stats();

    /**
     * Closes the exchange for good. Delivery stops, except for calls in progress; pending futures fail; streams end after their buffered
     * publications; the broker is closed.
     */
    @Override
    void close();

    /** Builder of an exchange. Not thread-safe. */
    final class Builder {

        @Nullable
        Codec codec;

        @Nullable
        Broker broker;

        Function<? super String, HistoryLimits> history = channel -> HistoryLimits.none();
        boolean hasHistory;
        Dispatch dispatch = Dispatch.virtual();
        Duration brokerTimeout = Duration.ofSeconds(10);
        Duration checkInterval = Duration.ofSeconds(30);
        Duration healthTimeout = Duration.ofSeconds(3);
        int maxRecovered = 10_000;
        int maxMessageBytes = 1 << 20;
        int maxChannelBytes = 1024;
        int maxQueuedBytes = 16 << 20;
        int streamCapacity = 1024;

        private Builder() {}

        /** Selects the codec of published values. Default: the codec {@code json}. */
        public Builder codec(Codec codec) {
            this.codec = codec;
            return this;
        }

        /** Selects the broker, which is closed with the exchange. Default: in memory. */
        public Builder broker(Broker broker) {
            this.broker = broker;
            return this;
        }

        /** Limits the history of the in-memory broker; another {@link #broker(Broker)} has its own limits. Default: no history. */
        public Builder history(HistoryLimits history) {
            this.history = channel -> history;
            this.hasHistory = history.count() > 0;
            return this;
        }

        /**
         * Selects the limits of the history of each channel in the in-memory broker; another {@link #broker(Broker)} has its own limits.
         * Channels with equal limits share {@link HistoryLimits#bytes()}. Default: no history.
         *
         * @param rule must return the same limits for the same channel, and at most 16 different limits. Must not block
         */
        public Builder history(Function<? super String, HistoryLimits> rule) {
            this.history = rule;
            this.hasHistory = true;
            return this;
        }

        /**
         * Selects the threads of the listeners of {@link Channel}s. {@link Dispatch#direct()} uses one event loop of the transport that the
         * endpoints of this process share. Default: {@link Dispatch#virtual()}.
         */
        public Builder dispatch(Dispatch dispatch) {
            this.dispatch = dispatch;
            return this;
        }

        /** Limits the time of a broker operation. Default: 10 s. Must be positive. */
        public Builder brokerTimeout(Duration brokerTimeout) {
            this.brokerTimeout = positive("brokerTimeout", brokerTimeout);
            return this;
        }

        /**
         * Selects how often a channel without messages is compared with the broker, ± 20 %. A broker in memory needs no comparison.
         * Default: 30 s. Must be positive.
         */
        public Builder checkInterval(Duration checkInterval) {
            this.checkInterval = positive("checkInterval", checkInterval);
            return this;
        }

        /**
         * Limits the time between the confirmation of a publication and its delivery, after which the channel is compared with the broker.
         * Default: 3 s. Must be positive.
         */
        public Builder healthTimeout(Duration healthTimeout) {
            this.healthTimeout = positive("healthTimeout", healthTimeout);
            return this;
        }

        /** Limits the publications that a subscriber recovers. Default: 10,000. Must be positive. */
        public Builder maxRecovered(int maxRecovered) {
            this.maxRecovered = positive("maxRecovered", maxRecovered);
            return this;
        }

        /**
         * Limits the encoded data of a publication, in bytes; a longer publication is rejected. Default: 1 MiB. Must be positive.
         */
        public Builder maxMessageBytes(int maxMessageBytes) {
            this.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
            return this;
        }

        /** Limits the length of a channel name in bytes of UTF-8. Default: 1024. Must be positive. */
        public Builder maxChannelBytes(int maxChannelBytes) {
            this.maxChannelBytes = positive("maxChannelBytes", maxChannelBytes);
            return this;
        }

        /**
         * Limits the publications pending for one event loop or one listener of a {@link Channel}: the data of each publication and 256 bytes.
         * An empty queue accepts one publication of any size. Default: 16 MiB. Must be positive.
         *
         * <p>At the limit, {@code publish} fails with a {@link io.heliograph.QueueFullException} if the channel has subscribers on that event
         * loop. A publication that a broker delivers, or that a slow listener cannot take, is dropped for that event loop or listener, and
         * reported.
         */
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
            return this;
        }

        /** Limits the publications that a stream of a {@link Channel} buffers. Default: 1024. Must be positive. */
        public Builder streamCapacity(int streamCapacity) {
            this.streamCapacity = positive("streamCapacity", streamCapacity);
            return this;
        }

        /**
         * Builds an exchange with the current options; later changes of the builder do not affect it.
         *
         * @throws IllegalStateException if no codec is set and the codec {@code json} is missing
         */
        public Exchange build() {
            return new DefaultExchange(this);
        }
    }
}
