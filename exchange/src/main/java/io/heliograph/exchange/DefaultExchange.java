package io.heliograph.exchange;

import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.transport.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Default {@link Exchange}: delivers the messages of a broker to the subscribers in this process. */
final class DefaultExchange implements Exchange, Broker.Receiver {

    /** Names that begin with these characters belong to the engine. */
    private static final char MAX_RESERVED = 2;

    final Codec codec;
    final long maxQueuedBytes;
    final int maxRecovered;
    final Events events = new Events();
    final LoopQueues loops;
    final Reads reads = new Reads();
    final BrokerLink broker;

    final PatternSubscriptions patterns = new PatternSubscriptions(this);
    private final Publishing publishing = new Publishing(this);
    private final int maxChannelBytes;
    final int maxMessageBytes;
    private final boolean keepsRecent;

    /** Size of the recent publications of all channels. */
    final AtomicLong recentBytes = new AtomicLong();

    private final Map<String, LocalChannel> channels = new ConcurrentHashMap<>();
    private final Consumers consumers;
    private final Checks checks;
    private final AtomicBoolean closed = new AtomicBoolean();

    DefaultExchange(Builder options) {
        Codec configured = options.codec;
        this.codec = configured == null ? Codec.named("json") : configured;
        this.maxQueuedBytes = options.maxQueuedBytes;
        this.maxRecovered = options.maxRecovered;
        this.maxChannelBytes = options.maxChannelBytes;
        this.maxMessageBytes = options.maxMessageBytes;
        this.loops = new LoopQueues(events, maxQueuedBytes);
        this.consumers = new Consumers(this, options.dispatch, options.streamCapacity);
        this.checks = new Checks(this, options.checkInterval);
        Broker configuredBroker = options.broker;
        Broker used = configuredBroker == null ? Broker.inMemory(options.history) : configuredBroker;
        this.keepsRecent = configuredBroker != null || options.hasHistory;
        this.broker = new BrokerLink(
                used,
                options.brokerTimeout,
                new Operations(options.brokerTimeout, options.healthTimeout, checks::compare),
                events,
                this::isClosed);
        used.start(this);
        if (used.isDistributed()) {
            checks.start();
        }
    }

    boolean isClosed() {
        return closed.get();
    }

    // ---- publishing

    @Override
    public CompletableFuture<Position> publish(String channel, @Nullable Object value) {
        return publish(channel, value, PublishOptions.none());
    }

    @Override
    public CompletableFuture<Position> publish(String channel, Payload payload) {
        return publish(channel, payload, PublishOptions.none());
    }

    @Override
    public CompletableFuture<Position> publish(String channel) {
        return publishing.send(channel, null, PublishOptions.none());
    }

    @Override
    public CompletableFuture<Position> publish(String channel, @Nullable Object value, PublicationId id) {
        return publish(channel, value, PublishOptions.none().withId(id));
    }

    @Override
    public CompletableFuture<Position> publish(String channel, @Nullable Object value, PublishOptions options) {
        return publishing.publish(channel, value, options);
    }

    // ---- the broker

    CompletableFuture<Position> join(String channel) {
        return broker.join(channel);
    }

    CompletableFuture<Void> leave(String channel) {
        return broker.leave(channel);
    }

    CompletableFuture<Broker.Log> read(String channel, @Nullable Position after, int limit) {
        return broker.read(channel, after, limit);
    }

    CompletableFuture<Set<String>> check(Map<String, Position> heads) {
        return broker.check(heads);
    }

    void forget(LocalChannel channel) {
        channels.remove(channel.name, channel);
    }

    @Nullable
    LocalChannel channelOrNull(String name) {
        return channels.get(name);
    }

    void forEachChannel(Consumer<LocalChannel> action) {
        channels.values().forEach(action);
    }

    /** Returns the store of the recent publications of a channel; null if none are kept. */
    @Nullable
    RecentPublications recent(Position start) {
        return keepsRecent ? new RecentPublications(recentBytes, start) : null;
    }

    @Override
    public void delivered(String channel, Broker.Message message) {
        LocalChannel local = channels.get(channel);
        if (local != null) {
            local.delivered(message);
        }
    }

    @Override
    public void possiblyLost(Collection<String> names) {
        checks.compare(names);
    }

    @Override
    public void stateChanged(BrokerState state) {
        Events.runLater(() -> {
            if (state == BrokerState.CONNECTED) {
                checks.resume();
            }
            events.brokerState(state);
        });
    }

    @Override
    public void failed(Throwable failure) {
        events.errorLater(failure);
    }

    @Override
    public BrokerState brokerState() {
        return broker.state();
    }

    @Override
    public CompletableFuture<Void> drain() {
        return broker.drain();
    }

    // ---- subscribing

    @Override
    public CompletableFuture<ChannelSubscription> subscribe(String channel, EventLoop loop, Subscriber subscriber) {
        return subscribe(channel, loop, subscriber, null, true);
    }

    @Override
    public CompletableFuture<ChannelSubscription> subscribe(
            String channel, EventLoop loop, Subscriber subscriber, Position after) {
        return subscribe(channel, loop, subscriber, after, true);
    }

    /** Subscribes without opening the channel for pattern subscriptions. */
    CompletableFuture<ChannelSubscription> add(
            String channel, EventLoop loop, Subscriber subscriber, @Nullable Position after) {
        return subscribe(channel, loop, subscriber, after, false);
    }

    private CompletableFuture<ChannelSubscription> subscribe(
            String channel, EventLoop loop, Subscriber subscriber, @Nullable Position after, boolean opens) {
        boolean fresh = opens && patterns.isActive() && !isSubscribed(channel);
        CompletableFuture<ChannelSubscription> result = new CompletableFuture<>();
        boolean added = false;
        while (!added) {
            Throwable rejection = rejection(channel);
            if (rejection != null) {
                result.completeExceptionally(rejection);
                return result;
            }
            LocalChannel local = channels.computeIfAbsent(channel, name -> new LocalChannel(this, name));
            added = local.add(loop, subscriber, after, result);
            if (isClosed()) {
                local.end(Events.closed());
                forget(local);
            }
        }
        if (fresh) {
            patterns.subscribed(channel);
        }
        return result;
    }

    @Override
    public Subscription subscribeMatching(Collection<ChannelPattern> channels, EventLoop loop, Subscriber subscriber) {
        return patterns.add(channels, loop, subscriber);
    }

    /** Whether the broker has confirmed the subscription to a channel. */
    boolean isJoined(String channel) {
        LocalChannel local = channels.get(channel);
        return local != null && local.isJoined();
    }

    @Override
    public CompletableFuture<History> history(String channel, @Nullable Position after) {
        return history(channel, after, maxRecovered);
    }

    @Override
    public CompletableFuture<History> history(String channel, @Nullable Position after, int limit) {
        Throwable rejection =
                limit > 0 ? rejection(channel) : new IllegalArgumentException("limit: " + limit + " (expected: > 0)");
        if (rejection != null) {
            return CompletableFuture.failedFuture(rejection);
        }
        return new HistoryReader(broker, channel, limit, message -> new Publication(channel, codec, message))
                .read(after);
    }

    /** Returns the exception for a closed exchange or an invalid channel name; null if the channel can be used. */
    @Nullable
    Throwable rejection(String channel) {
        if (isClosed()) {
            return Events.closed();
        }
        try {
            checkName(channel);
            return null;
        } catch (IllegalArgumentException invalid) {
            return invalid;
        }
    }

    private String checkName(String channel) {
        int length = channel.length();
        if (length > 0 && channel.charAt(0) <= MAX_RESERVED) {
            throw new IllegalArgumentException("channel: name begins with U+000"
                    + (int) channel.charAt(0)
                    + " (expected: another first character, because the engine uses these names)");
        }
        // A char takes one to three bytes.
        boolean fits = length <= maxChannelBytes / 3
                || (length <= maxChannelBytes && channel.getBytes(StandardCharsets.UTF_8).length <= maxChannelBytes);
        if (!fits) {
            throw new IllegalArgumentException("channel: '"
                    + BrokerException.shown(channel)
                    + "' of "
                    + length
                    + " characters (expected: at most "
                    + maxChannelBytes
                    + " bytes)");
        }
        return channel;
    }

    // ---- channels, events, statistics

    @Override
    public Channel channel(String name) {
        return new DefaultChannel(this, consumers, checkName(name));
    }

    @Override
    public Set<String> channels() {
        Set<String> names = new HashSet<>();
        channels.forEach((name, channel) -> {
            if (channel.total() > 0) {
                names.add(name);
            }
        });
        return names;
    }

    @Override
    public boolean isSubscribed(String channel) {
        return subscribers(channel) > 0;
    }

    @Override
    public int subscribers(String channel) {
        LocalChannel local = channels.get(channel);
        return local == null ? 0 : local.total();
    }

    @Override
    public List<ChannelStats> top(int count, ChannelOrder order) {
        PriorityQueue<ChannelStats> largest = new PriorityQueue<>(order.smallestFirst());
        for (LocalChannel channel : channels.values()) {
            if (channel.total() > 0) {
                largest.add(channel.stats());
            }
            if (largest.size() > count) {
                largest.remove();
            }
        }
        List<ChannelStats> top = new ArrayList<>(largest);
        top.sort(order.smallestFirst().reversed());
        return List.copyOf(top);
    }

    @Override
    public Subscription onBrokerState(Consumer<? super BrokerState> listener) {
        return events.brokerStates.on(listener);
    }

    @Override
    public Subscription onSubscribed(Consumer<? super String> listener) {
        return events.subscribed.on(listener);
    }

    @Override
    public Subscription onUnsubscribed(Consumer<? super String> listener) {
        return events.unsubscribed.on(listener);
    }

    @Override
    public Subscription onPublished(Consumer<? super Publication> listener) {
        return events.published.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return events.errors.on(listener);
    }

    @Override
    public ExchangeStats stats() {
        long subscribed = 0;
        long subscriptions = 0;
        for (LocalChannel channel : channels.values()) {
            int total = channel.total();
            subscriptions += total;
            subscribed += total > 0 ? 1 : 0;
        }
        return events.counters.read(subscribed, subscriptions, loops.weight());
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        channels.values().forEach(channel -> channel.end(Events.closed()));
        channels.clear();
        broker.close(Events.closed());
        consumers.close();
        loops.clear();
    }
}
