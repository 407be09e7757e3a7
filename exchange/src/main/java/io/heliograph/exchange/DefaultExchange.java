package io.heliograph.exchange;

import io.heliograph.DeadlineExceededException;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.transport.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Default {@link Exchange}: delivers the messages of a broker to the subscribers in this process. */
final class DefaultExchange implements Exchange, Broker.Receiver {

    final Codec codec;
    final long maxQueuedBytes;
    final Events events = new Events();
    final LoopQueues loops;

    private final BuilderPool builders = new BuilderPool(Integer.MAX_VALUE - 8);
    private final Broker broker;
    private final Duration brokerTimeout;
    private final int maxChannelBytes;
    private final Map<String, LocalChannel> channels = new ConcurrentHashMap<>();
    private final Consumers consumers;

    /** Broker operations in progress, which fail when the exchange is closed. */
    private final Set<CompletableFuture<?>> operations = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean closed = new AtomicBoolean();

    DefaultExchange(Builder options) {
        Codec configured = options.codec;
        this.codec = configured == null ? Codec.named("json") : configured;
        this.maxQueuedBytes = options.maxQueuedBytes;
        this.brokerTimeout = options.brokerTimeout;
        this.maxChannelBytes = options.maxChannelBytes;
        this.loops = new LoopQueues(events, maxQueuedBytes);
        this.consumers = new Consumers(this, options.dispatch, options.streamCapacity);
        Broker configuredBroker = options.broker;
        this.broker = configuredBroker == null ? Broker.inMemory(options.history) : configuredBroker;
        broker.start(this);
    }

    boolean isClosed() {
        return closed.get();
    }

    // ---- publishing

    @Override
    public CompletableFuture<Position> publish(String channel, @Nullable Object value) {
        if (value instanceof Payload payload) {
            return publish(channel, payload);
        }
        Frame data;
        try {
            data = encode(value);
        } catch (Throwable failure) {
            return encodingFailed(failure);
        }
        return send(channel, data);
    }

    @Override
    public CompletableFuture<Position> publish(String channel) {
        return send(channel, null);
    }

    @Override
    public CompletableFuture<Position> publish(String channel, Payload payload) {
        if (!payload.isPresent()) {
            return send(channel, null);
        }
        Frame data;
        try {
            data = payload.isEncodedLike(codec) ? payload.frame() : encode(payload.value());
        } catch (Throwable failure) {
            return encodingFailed(failure);
        }
        return send(channel, data);
    }

    private Frame encode(@Nullable Object value) {
        FrameBuilder builder = builders.take();
        try {
            codec.encode(value, builder);
            return builder.build();
        } finally {
            builders.give(builder);
        }
    }

    private CompletableFuture<Position> encodingFailed(Throwable failure) {
        events.counters.drop(DropReason.ENCODE_ERROR, 1);
        return CompletableFuture.failedFuture(failure);
    }

    private CompletableFuture<Position> send(String channel, @Nullable Frame data) {
        Throwable rejection = rejection(channel);
        if (rejection != null) {
            return CompletableFuture.failedFuture(rejection);
        }
        LocalChannel local = channels.get(channel);
        if (local != null && local.isFull()) {
            events.counters.drop(DropReason.QUEUE_FULL, 1);
            return CompletableFuture.failedFuture(Events.overflow(channel, maxQueuedBytes));
        }
        LoopQueue current = local == null ? null : local.currentQueue();
        CompletableFuture<Position> answer;
        if (current == null) {
            answer = request("publish in", channel, () -> broker.publish(channel, data));
        } else {
            current.hold();
            try {
                answer = request("publish in", channel, () -> broker.publish(channel, data));
            } finally {
                current.release();
            }
        }
        if (answer.isDone() && (current == null || !current.isBusy())) {
            published(channel, data, answer);
            return answer;
        }
        // The result completes after the deliveries on this event loop.
        CompletableFuture<Position> result = new CompletableFuture<>();
        answer.whenComplete((position, failure) -> {
            Runnable end = () -> {
                published(channel, data, answer);
                if (failure == null) {
                    result.complete(position);
                } else {
                    result.completeExceptionally(cause(failure));
                }
            };
            if (current == null) {
                end.run();
            } else {
                current.offer(new LoopGroup.Then(end));
            }
        });
        return result;
    }

    /** Counts a publication and notifies the listeners. */
    private void published(String channel, @Nullable Frame data, CompletableFuture<Position> answer) {
        if (answer.isCompletedExceptionally()) {
            events.counters.drop(DropReason.BROKER_FAILURE, 1);
            return;
        }
        events.counters.published();
        if (!events.published.isEmpty()) {
            events.published(new Publication(channel, answer.join(), codec, data));
        }
    }

    // ---- the broker

    CompletableFuture<Position> join(String channel) {
        CompletableFuture<Position> answer = request("subscribe to", channel, () -> broker.subscribe(channel));
        return answer.isDone()
                ? answer
                : answer.whenComplete((position, failure) -> {
                    if (failure != null && cause(failure).getCause() instanceof DeadlineExceededException) {
                        // The broker may still subscribe after the time-out.
                        request("unsubscribe from", channel, () -> broker.unsubscribe(channel));
                    }
                });
    }

    CompletableFuture<Void> leave(String channel) {
        return request("unsubscribe from", channel, () -> broker.unsubscribe(channel));
    }

    void forget(LocalChannel channel) {
        channels.remove(channel.name, channel);
    }

    /** Starts a broker operation. A failure is reported to the listeners and fails the result. */
    @SuppressWarnings("CollectionUndefinedEquality") // compared by identity
    private <T> CompletableFuture<T> request(String action, String channel, Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> answer;
        try {
            answer = call.get();
        } catch (Throwable failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        operations.add(result);
        answer.copy()
                .orTimeout(TimeUnit.NANOSECONDS.convert(brokerTimeout), TimeUnit.NANOSECONDS)
                .whenComplete((value, failure) -> {
                    operations.remove(result);
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        Throwable failed = failed(action, channel, cause(failure));
                        if (result.completeExceptionally(failed)) {
                            events.error(failed);
                        }
                    }
                });
        if (isClosed()) {
            result.completeExceptionally(Events.closed());
        }
        return result;
    }

    private Throwable failed(String action, String channel, Throwable failure) {
        if (isClosed()) {
            return Events.closed();
        }
        return new BrokerException(
                action,
                channel,
                failure instanceof TimeoutException
                        ? new DeadlineExceededException("no answer within " + brokerTimeout)
                        : failure);
    }

    static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    @Override
    public void delivered(String channel, Broker.Message message) {
        LocalChannel local = channels.get(channel);
        if (local != null) {
            local.delivered(message);
        }
    }

    @Override
    public void failed(Throwable failure) {
        events.errorLater(failure);
    }

    // ---- subscribing

    @Override
    public CompletableFuture<ChannelSubscription> subscribe(String channel, EventLoop loop, Subscriber subscriber) {
        CompletableFuture<ChannelSubscription> result = new CompletableFuture<>();
        add(channel, loop, subscriber, result);
        return result;
    }

    @Override
    public CompletableFuture<ChannelSubscription> subscribe(
            String channel, EventLoop loop, Subscriber subscriber, Position after) {
        CompletableFuture<ChannelSubscription> result = new CompletableFuture<>();
        Recovery recovery = new Recovery(this, subscriber, after, result);
        CompletableFuture<ChannelSubscription> started = new CompletableFuture<>();
        started.whenComplete(recovery::subscribed);
        add(channel, loop, recovery, started);
        return result;
    }

    private void add(
            String channel, EventLoop loop, Subscriber subscriber, CompletableFuture<ChannelSubscription> result) {
        boolean added = false;
        while (!added) {
            Throwable rejection = rejection(channel);
            if (rejection != null) {
                result.completeExceptionally(rejection);
                return;
            }
            LocalChannel local = channels.computeIfAbsent(channel, name -> new LocalChannel(this, name));
            added = local.add(loop, subscriber, result);
            if (isClosed()) {
                local.end(Events.closed());
                forget(local);
            }
        }
    }

    @Override
    public CompletableFuture<History> history(String channel, @Nullable Position after) {
        Throwable rejection = rejection(channel);
        if (rejection != null) {
            return CompletableFuture.failedFuture(rejection);
        }
        return request("read the history of", channel, () -> broker.history(channel, after))
                .thenApply(log -> new History(
                        log.messages().stream()
                                .map(message -> new Publication(channel, message.position(), codec, message.data()))
                                .toList(),
                        log.head(),
                        log.complete()));
    }

    /** Returns the exception for a closed exchange or an invalid channel name; null if the channel can be used. */
    private @Nullable Throwable rejection(String channel) {
        if (isClosed()) {
            return Events.closed();
        }
        try {
            checkName(channel);
            return null;
        } catch (IllegalArgumentException tooLong) {
            return tooLong;
        }
    }

    private String checkName(String channel) {
        // A char takes one to three bytes.
        int length = channel.length();
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
        operations.forEach(result -> result.completeExceptionally(Events.closed()));
        try {
            broker.close();
        } catch (Throwable failure) {
            events.error(failure);
        }
        consumers.close();
        loops.clear();
    }
}
