package io.heliograph.exchange.redis;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.Broker.Continuity;
import io.heliograph.exchange.Broker.Log;
import io.heliograph.exchange.Broker.Message;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.internal.Failures;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Channels with one hash tag, which one master has: their publications, subscriptions and logs. Thread-safe. */
final class Partition implements PartitionClient, PublishQueue.Target {

    private static final int SUBSCRIBE_LENGTH = 100;
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Time in which the ended subscriptions of a slot that has moved are gathered. */
    private static final Duration GATHER = Duration.ofMillis(10);

    /** Time for which an unsubscribed channel stays subscribed, in case it is wanted again. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final PartitionKeys keys;
    private final RedisBroker broker;
    private final PublishQueue queue;
    private final LogReader reader;

    private final PartitionLink link;

    // Guarded by this.
    private final Map<String, Subscription> subscriptions = new HashMap<>();
    private final Set<String> unsubscribed = new HashSet<>();
    private boolean repairing;

    /** Subscription to a channel, wanted or lingering. */
    private static final class Subscription {
        boolean wanted;
        int changes;

        /** Results of subscribe operations that wait for a connection. */
        final List<CompletableFuture<Position>> waiting = new ArrayList<>();
    }

    Partition(PartitionKeys keys, RedisOptions options, RedisBroker broker, Masters masters, String pipeline) {
        this.link = new PartitionLink(masters, options.publishTimeout());
        this.keys = keys;
        this.broker = broker;
        this.queue = new PublishQueue(options, keys, pipeline, this, broker::failed, System::nanoTime);
        this.reader = new LogReader(keys, queue::publisher);
    }

    @Override
    public PartitionKeys keys() {
        return keys;
    }

    // ---- connection

    @Override
    public @Nullable Commands commands() {
        return link.commands();
    }

    @Override
    public void doubt(Throwable failure) {
        link.doubt(failure);
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        broker.schedule(delay, task);
    }

    @Override
    public void attach(RedisLink opened) {
        link.attach(opened);
        resubscribe(opened);
        queue.resume();
    }

    /** Subscribes to all channels, which may have missed messages. */
    private void resubscribe(RedisLink opened) {
        List<String> channels;
        synchronized (this) {
            channels = List.copyOf(subscriptions.keySet());
        }
        resubscribe(opened, channels);
    }

    /** Subscribes to channels, which may have missed messages. Repeated until it succeeds or the link is lost. */
    private void resubscribe(RedisLink opened, List<String> channels) {
        for (int from = 0; from < channels.size(); from += SUBSCRIBE_LENGTH) {
            List<String> part = channels.subList(from, Math.min(channels.size(), from + SUBSCRIBE_LENGTH));
            opened.subscribe(part.stream().map(keys::topic).toList()).whenComplete((done, failure) -> {
                if (failure == null) {
                    broker.possiblyLost(part);
                    part.forEach(this::joinWaiting);
                } else {
                    refused(opened, part, Failures.unwrap(failure));
                }
            });
        }
    }

    private void refused(RedisLink opened, List<String> channels, Throwable failure) {
        if (link.isCurrent(opened)) {
            link.doubt(failure);
            broker.refused(failure);
            resubscribeLater(channels, PAUSE);
        }
    }

    /** Subscribes to channels after a pause: at once to all that are added meanwhile, as when a slot with many channels moves. */
    private void resubscribeLater(List<String> channels, Duration pause) {
        synchronized (this) {
            unsubscribed.addAll(channels);
            if (repairing) {
                return;
            }
            repairing = true;
        }
        schedule(pause, () -> {
            List<String> wanted;
            synchronized (this) {
                repairing = false;
                unsubscribed.retainAll(subscriptions.keySet());
                wanted = List.copyOf(unsubscribed);
                unsubscribed.clear();
            }
            RedisLink current = link.current();
            // The next link begins with all channels.
            if (current != null && current.isOpen()) {
                resubscribe(current, wanted);
            }
        });
    }

    @Override
    public void detach(RedisLink lost) {
        if (link.detach(lost)) {
            queue.suspend();
        }
    }

    boolean isAttached() {
        return commands() != null;
    }

    @Override
    public void received(String topic, byte[] message) {
        String channel = keys.channelOf(topic);
        if (channel != null) {
            try {
                deliver(channel, message);
            } catch (RuntimeException malformed) {
                broker.failed(malformed);
            }
        }
    }

    @Override
    public void ended(String topic) {
        String channel = keys.channelOf(topic);
        RedisLink current = link.current();
        if (channel == null || current == null) {
            return;
        }
        synchronized (this) {
            Subscription subscription = subscriptions.get(channel);
            if (subscription == null || !subscription.wanted) {
                return;
            }
        }
        resubscribeLater(List.of(channel), GATHER);
    }

    // ---- operations

    CompletableFuture<Position> publish(String channel, HistoryLimits history, Broker.Draft draft) {
        return queue.publish(channel, history, draft);
    }

    CompletableFuture<Position> subscribe(String channel) {
        CompletableFuture<Position> result = new CompletableFuture<>();
        synchronized (this) {
            Subscription subscription = subscriptions.computeIfAbsent(channel, name -> new Subscription());
            subscription.wanted = true;
            subscription.changes++;
            subscription.waiting.add(result);
        }
        RedisLink current = link.current();
        if (current != null && current.isOpen()) {
            current.subscribe(List.of(keys.topic(channel))).whenComplete((done, failure) -> {
                if (failure == null) {
                    joinWaiting(channel);
                } else {
                    refused(current, List.of(channel), Failures.unwrap(failure));
                }
            });
        }
        return result;
    }

    /** Completes the waiting subscribe operations of a channel with its position. They wait on if the connection is lost. */
    private void joinWaiting(String channel) {
        List<CompletableFuture<Position>> waiting;
        synchronized (this) {
            Subscription subscription = subscriptions.get(channel);
            if (subscription == null || subscription.waiting.isEmpty()) {
                return;
            }
            waiting = List.copyOf(subscription.waiting);
            subscription.waiting.clear();
        }
        join(channel).whenComplete((position, failure) -> {
            if (failure == null) {
                waiting.forEach(each -> each.complete(position));
            } else {
                notJoined(channel, waiting, Failures.unwrap(failure));
            }
        });
    }

    private void notJoined(String channel, List<CompletableFuture<Position>> waiting, Throwable failure) {
        boolean refused = Commands.isAnswer(failure) && !Commands.isNotNow(failure);
        if (refused || !waitOn(channel, waiting)) {
            Throwable named = broker.named(failure);
            waiting.forEach(each -> each.completeExceptionally(named));
        } else if (isAttached()) {
            schedule(PAUSE, () -> joinWaiting(channel));
        }
    }

    private synchronized boolean waitOn(String channel, List<CompletableFuture<Position>> waiting) {
        Subscription subscription = subscriptions.get(channel);
        if (subscription == null || !subscription.wanted) {
            return false;
        }
        subscription.waiting.addAll(waiting);
        return true;
    }

    private CompletableFuture<Position> join(String channel) {
        String retention =
                Long.toString(RedisOptions.retention(broker.history(channel)).toMillis());
        return link.ask(commands -> commands.<byte[]>call(
                        ScriptOutputType.VALUE,
                        "join",
                        List.of(keys.term(), keys.meta(channel), keys.log(channel)),
                        List.of(Commands.bytes(Terms.next()), Commands.bytes(retention))))
                .thenApply(position -> Position.parse(String.valueOf(Commands.text(position))));
    }

    void unsubscribe(String channel) {
        int changes;
        List<CompletableFuture<Position>> waiting;
        synchronized (this) {
            Subscription subscription = subscriptions.get(channel);
            if (subscription == null || !subscription.wanted) {
                return;
            }
            subscription.wanted = false;
            changes = ++subscription.changes;
            waiting = List.copyOf(subscription.waiting);
            subscription.waiting.clear();
        }
        waiting.forEach(each -> each.completeExceptionally(broker.notConnected()));
        schedule(LINGER, () -> {
            synchronized (this) {
                Subscription subscription = subscriptions.get(channel);
                if (subscription == null || subscription.changes != changes) {
                    return;
                }
                subscriptions.remove(channel);
                RedisLink current = link.current();
                if (current != null) {
                    current.unsubscribe(keys.topic(channel));
                }
            }
        });
    }

    CompletableFuture<Log> read(String channel, @Nullable Position after, int limit) {
        return link.ask(commands -> reader.read(commands, channel, after, limit))
                .thenCompose(log -> log.isPresent()
                        ? CompletableFuture.completedFuture(log.get())
                        : join(channel)
                                .thenApply(head -> new Log(
                                        after == null ? Continuity.COMPLETE : Continuity.UNKNOWN, List.of(), head)))
                .exceptionallyCompose(broker::failedByName);
    }

    /** Returns the channels whose head differs. All are of this partition. */
    CompletableFuture<Set<String>> check(Map<String, Position> heads) {
        List<String> channels = List.copyOf(heads.keySet());
        List<byte[]> metas = new ArrayList<>();
        List<byte[]> arguments = new ArrayList<>();
        heads.forEach((channel, head) -> {
            metas.add(keys.meta(channel));
            arguments.add(Commands.bytes(head.epoch()));
            arguments.add(Commands.bytes(head.offset()));
            arguments.add(Commands.bytes(
                    RedisOptions.retention(broker.history(channel)).toMillis()));
        });
        return link.ask(commands -> commands.call("check", metas, arguments))
                .thenApply(different -> {
                    Set<String> found = new HashSet<>();
                    different.forEach(index -> found.add(channels.get(((Long) index).intValue() - 1)));
                    return found;
                })
                .exceptionallyCompose(broker::failedByName);
    }

    /** Delivers a bundle of messages of a channel. */
    private void deliver(String channel, byte[] bundle) {
        synchronized (this) {
            Subscription subscription = subscriptions.get(channel);
            if (subscription == null || !subscription.wanted) {
                return;
            }
        }
        WireText text = new WireText(bundle);
        long offset = text.number();
        String epoch = text.word();
        Position previous = new Position(text.word(), offset - 1);
        while (!text.isAtEnd()) {
            MessageBody body = text.body((int) text.number());
            Position position = new Position(epoch, offset++);
            broker.deliver(
                    channel,
                    new Message(
                            position,
                            previous,
                            body.data(),
                            body.origin(),
                            body.traceContext(),
                            queue.publisher(body.origin())));
            previous = position;
        }
    }

    void expire() {
        queue.expire();
    }

    CompletableFuture<Void> drain() {
        return queue.drain();
    }

    void close() {
        queue.close();
        List<CompletableFuture<Position>> waiting = new ArrayList<>();
        synchronized (this) {
            subscriptions.values().forEach(each -> waiting.addAll(each.waiting));
            subscriptions.clear();
        }
        waiting.forEach(each -> each.completeExceptionally(broker.closedFailure()));
    }
}
