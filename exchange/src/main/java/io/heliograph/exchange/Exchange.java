package io.heliograph.exchange;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives what is published in a channel to all who subscribe to it. Channels need no creating: they are there while somebody
 * subscribes or history remembers something.
 *
 * <p><b>Order.</b> All subscribers of a channel get the same publications in the same order, each once, without a gap from the
 * position where they began.
 *
 * <p><b>Threads.</b> Any thread may call any method, also from inside a subscriber or listener. None blocks. A subscriber is called
 * on its event loop. What is published on that loop is delivered to the subscribers there before {@code publish} returns, unless
 * it was called by a subscriber or so much waits for the loop that it must do something else in between; the result of
 * {@code publish} completes after the delivery either way.
 *
 * <p><b>Errors.</b> Futures fail with an {@link IllegalArgumentException} for a channel name that is too long, a
 * {@link BrokerException}, a {@link io.heliograph.ClosedException}, and as their methods say. They complete on any thread.
 *
 * <p><b>Bounds.</b> See {@link Builder#maxQueuedBytes(int)}, and {@link Channel} for listeners and streams.
 */
public interface Exchange extends AutoCloseable {

    /** An exchange for this process alone, with all options at their defaults. */
    static Exchange inMemory() {
        return builder().build();
    }

    static Builder builder() {
        return new Builder();
    }

    /**
     * Publishes a value, encoded before this returns.
     *
     * @param value what the codec can write, null included; a {@link Payload} is taken as {@link #publish(String, Payload)} does
     * @return the position it was given, once the subscribers on the calling event loop have it; fails with a
     *     {@link io.heliograph.codec.CodecException}, or with a {@link io.heliograph.QueueFullException}
     */
    CompletableFuture<Position> publish(String channel, @Nullable Object value);

    /** Publishes without data, which is not the same as null. */
    CompletableFuture<Position> publish(String channel);

    /**
     * Publishes what arrived encoded, or no data if it is not {@linkplain Payload#isPresent present}. It is encoded anew only if
     * that was in another codec than the exchange's.
     */
    CompletableFuture<Position> publish(String channel, Payload payload);

    /**
     * Subscribes to what is published from now on.
     *
     * @param loop where {@code subscriber} is called
     * @return the subscription, once the broker has confirmed it, and before the first delivery. Called on {@code loop} for a
     *     channel that is subscribed already, or with the in-memory broker, it is complete when this returns, unless
     *     publications wait for the loop; else it completes on {@code loop}. Cancelling it unsubscribes
     */
    CompletableFuture<ChannelSubscription> subscribe(String channel, EventLoop loop, Subscriber subscriber);

    /**
     * Subscribes to what was published since {@code after}, as far as history remembers it, and to what is published from now on,
     * in order and without a gap; {@link ChannelSubscription#recovered()} tells whether it does. If not, the subscriber gets
     * nothing from before now.
     *
     * @return as {@link #subscribe(String, EventLoop, Subscriber)} says, but always completes on {@code loop}; fails with a
     *     {@link io.heliograph.QueueFullException} if too much is published while the broker looks for the rest
     */
    CompletableFuture<ChannelSubscription> subscribe(
            String channel, EventLoop loop, Subscriber subscriber, Position after);

    /**
     * What the broker remembers of a channel.
     *
     * @param after where to begin; null for all
     */
    CompletableFuture<History> history(String channel, @Nullable Position after);

    /**
     * The channel called {@code name}, which need not have subscribers.
     *
     * @throws IllegalArgumentException if the name is too long
     */
    Channel channel(String name);

    /** The names of the channels that have subscribers in this exchange. A copy. */
    Set<String> channels();

    /** Whether a channel has subscribers in this exchange, or will have them once the broker has confirmed. */
    boolean isSubscribed(String channel);

    /** How many subscriptions a channel has in this exchange. */
    int subscribers(String channel);

    /**
     * Calls {@code listener} with the name of a channel that has its first subscriber in this exchange, once the broker has
     * confirmed. Like all listeners of an exchange, it is called by the thread that brought the event about, and must not block;
     * for one channel, this and {@link #onUnsubscribed} alternate.
     */
    Subscription onSubscribed(Consumer<? super String> listener);

    /** Calls {@code listener} with the name of a channel that has lost its last subscriber in this exchange. */
    Subscription onUnsubscribed(Consumer<? super String> listener);

    /**
     * Calls {@code listener} with what was published through this exchange, whether there are subscribers or not, after those on
     * the same event loop. Publications by several threads arrive in no certain order.
     */
    Subscription onPublished(Consumer<? super Publication> listener);

    /** Calls {@code listener} with each failure of the broker, a subscriber or a listener. Without one, failures are logged. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** A reading of the counters, taken now. */
    ExchangeStats stats();

    /**
     * Ends it, final and at once: no subscriber is called any more but for calls that have begun, futures that are not complete
     * fail, streams end after what they hold, and the broker is closed.
     */
    @Override
    void close();

    /** Options of an exchange; {@link #build()} makes it. For one thread at a time. */
    final class Builder {

        @Nullable
        Codec codec;

        @Nullable
        Broker broker;

        HistoryLimits history = HistoryLimits.none();
        Dispatch dispatch = Dispatch.virtual();
        Duration brokerTimeout = Duration.ofSeconds(10);
        int maxChannelBytes = 1024;
        int maxQueuedBytes = 16 << 20;
        int streamCapacity = 1024;

        private Builder() {}

        /** Default the one called {@code json}: how values are encoded. */
        public Builder codec(Codec codec) {
            this.codec = codec;
            return this;
        }

        /** Default in memory: what orders publications. It is closed with the exchange. */
        public Builder broker(Broker broker) {
            this.broker = broker;
            return this;
        }

        /** Default none: what the in-memory broker remembers. Not for another {@link #broker(Broker)}, which has its own limits. */
        public Builder history(HistoryLimits history) {
            this.history = history;
            return this;
        }

        /**
         * Default {@link Dispatch#virtual()}: where the listeners of {@link Channel}s run. Under {@link Dispatch#direct()} that is
         * one event loop of the transport that the endpoints of this process share.
         */
        public Builder dispatch(Dispatch dispatch) {
            this.dispatch = dispatch;
            return this;
        }

        /** Default 10 s: how long the broker may take for what it is asked; then that has failed. Positive. */
        public Builder brokerTimeout(Duration brokerTimeout) {
            this.brokerTimeout = positive("brokerTimeout", brokerTimeout);
            return this;
        }

        /** Default 1024: how long the name of a channel may be, in bytes of UTF-8. 1 or more. */
        public Builder maxChannelBytes(int maxChannelBytes) {
            this.maxChannelBytes = positive("maxChannelBytes", maxChannelBytes);
            return this;
        }

        /**
         * Default 16 MiB: how much may wait for one event loop, or for one listener of a {@link Channel}, each publication with its
         * data and 256 bytes. 1 or more; one publication is always taken when nothing waits.
         *
         * <p>Then {@code publish} fails with a {@link io.heliograph.QueueFullException}, if the channel has subscribers on such a
         * loop. What a broker brings from elsewhere, or what a listener is too slow for, is dropped instead, for the subscribers of
         * that loop or for that listener, and reported.
         */
        public Builder maxQueuedBytes(int maxQueuedBytes) {
            this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
            return this;
        }

        /** Default 1024: how many publications a stream of a {@link Channel} holds. 1 or more. */
        public Builder streamCapacity(int streamCapacity) {
            this.streamCapacity = positive("streamCapacity", streamCapacity);
            return this;
        }

        /**
         * An exchange with these options, which does not see later changes of them.
         *
         * @throws IllegalStateException if the codec is needed and not there
         */
        public Exchange build() {
            return new DefaultExchange(this);
        }
    }
}
