package io.heliograph.exchange;

import io.heliograph.transport.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A channel with subscribers in this exchange, or with a subscribe or unsubscribe operation at the broker in progress.
 *
 * <p>The lock of the channel guards its fields and orders publications with changes of the subscribers: under the lock, both become entries in
 * the queues of event loops. Under the lock, only locks of maps are acquired; neither the broker nor user code is called.
 */
final class LocalChannel {

    /** Position of a subscription that has not started. */
    static final Position UNSET = new Position("none", 0);

    final DefaultExchange exchange;
    final String name;

    private final LoopGroups groups;
    private final MessageSequence sequence;
    private final ChannelDelivery delivery;

    /** Whether the broker has confirmed the subscription and no unsubscribe operation has started. */
    private boolean joined;

    /** Whether a broker operation is in progress, including the notifications of its result. */
    private boolean changing;

    /** Whether the channel has been removed from the map. */
    private boolean discarded;

    /** Whether a message has been accepted since the last comparison with the broker. */
    private boolean active;

    /** Created by the first recovery that needs the log. */
    private @Nullable Recoveries recoveries;

    /** Subscriptions that wait for their start position. */
    private List<LoopGroup.Attach> pending = List.of();

    /** Completes when the unsubscribe operation after the last subscription has completed; null before the last subscription ends. */
    private @Nullable CompletableFuture<Void> leaving;

    LocalChannel(DefaultExchange exchange, String name) {
        this.exchange = exchange;
        this.name = name;
        this.groups = new LoopGroups(this);
        this.delivery = new ChannelDelivery(this, groups);
        this.sequence = new MessageSequence(delivery, exchange.maxQueuedBytes);
    }

    int total() {
        return groups.total();
    }

    /** Whether the queue of a subscriber's event loop is full, so that publications are rejected. */
    boolean isFull() {
        return groups.isFull();
    }

    /** Returns the queue of the current event loop; null if the channel has no subscribers there. */
    @Nullable
    LoopQueue currentQueue() {
        return groups.currentQueue();
    }

    synchronized Recoveries recoveries() {
        Recoveries present = recoveries;
        if (present == null) {
            present = new Recoveries(this);
            recoveries = present;
        }
        return present;
    }

    synchronized boolean isJoined() {
        return joined;
    }

    synchronized ChannelStats stats() {
        return new ChannelStats(name, groups.total(), delivery.publications(), delivery.bytes());
    }

    // ---- subscribing

    /**
     * Adds a subscriber.
     *
     * @param after position after which the subscriber wants to continue; null for none
     * @return false if the channel has been discarded and the caller must create another
     */
    boolean add(
            EventLoop loop,
            Subscriber subscriber,
            @Nullable Position after,
            CompletableFuture<ChannelSubscription> result) {
        LoopGroup.Attach attached = null;
        synchronized (this) {
            if (discarded) {
                return false;
            }
            LoopGroup group = groups.enter(loop);
            LoopGroup.Attach attach = after == null
                    ? new LoopGroup.Attach(new LocalSubscription(group, subscriber), result)
                    : new Resumption(exchange, group, subscriber, after, result);
            if (!joined) {
                if (pending.isEmpty()) {
                    pending = new ArrayList<>(2);
                }
                pending.add(attach);
            } else if (attach(attach)) {
                attached = attach;
            }
        }
        if (attached != null) {
            attached.complete();
        } else {
            reconcile();
        }
        return true;
    }

    /**
     * Sets the start of a subscription to the head. Returns true if the subscription was attached at once, so that the
     * caller must complete it; otherwise the queue of its event loop does both. Guarded by this.
     */
    private boolean attach(LoopGroup.Attach attach) {
        LocalSubscription subscription = attach.subscription;
        subscription.start = sequence.head();
        subscription.gaps = sequence.gaps();
        LoopQueue queue = subscription.group.queue;
        if (attach instanceof Resumption resumption) {
            resumption.known = delivery.known(resumption.after());
        } else if (queue.isIdleOnLoop()) {
            subscription.group.add(subscription);
            return true;
        }
        queue.offer(attach);
        return false;
    }

    CompletableFuture<Void> remove(LocalSubscription subscription) {
        CompletableFuture<Void> result;
        boolean detach;
        synchronized (this) {
            if (subscription.removed || discarded) {
                subscription.removed = true;
                return CompletableFuture.completedFuture(null);
            }
            groups.leave(subscription);
            detach = subscription.group.live > 0;
            result = leaving;
            if (groups.total() > 0) {
                result = CompletableFuture.completedFuture(null);
            } else if (result == null) {
                result = new CompletableFuture<>();
                leaving = result;
            }
        }
        if (detach) {
            LoopGroup group = subscription.group;
            if (group.queue.isIdleOnLoop()) {
                group.remove(subscription);
            } else {
                group.queue.offer(new LoopGroup.Detach(subscription));
            }
        } else {
            reconcile();
        }
        return result;
    }

    // ---- the broker

    /** Subscribes to or unsubscribes from the broker until its state matches the number of subscriptions. One operation at a time. */
    private void reconcile() {
        while (true) {
            boolean join;
            boolean settled;
            CompletableFuture<Void> completion = null;
            List<Runnable> released = List.of();
            synchronized (this) {
                if (changing || discarded) {
                    return;
                }
                join = groups.total() > 0;
                settled = joined == join;
                changing = !settled;
                if (!settled && joined) {
                    // New subscriptions wait for the next subscribe operation.
                    released = stop();
                } else if (!settled) {
                    // Earlier messages were meant for former subscribers, possibly of a former incarnation of the
                    // channel.
                    sequence.join();
                } else {
                    completion = leaving;
                    leaving = null;
                    if (!joined) {
                        discarded = true;
                        exchange.forget(this);
                    }
                }
            }
            released.forEach(Runnable::run);
            if (settled) {
                if (completion != null) {
                    completion.complete(null);
                }
                return;
            }
            CompletableFuture<Position> answer =
                    join ? exchange.join(name) : exchange.leave(name).thenApply(none -> UNSET);
            if (!answer.isDone()) {
                answer.whenComplete((from, failure) -> {
                    completed(join, from, failure);
                    reconcile();
                });
                return;
            }
            answer.whenComplete((from, failure) -> completed(join, from, failure));
        }
    }

    /** Leaves the joined state. Returns the callbacks of the publishers that waited. Guarded by this. */
    private List<Runnable> stop() {
        joined = false;
        sequence.reset();
        return delivery.stop();
    }

    private void completed(boolean join, Position from, @Nullable Throwable failure) {
        if (!join) {
            left(failure);
        } else if (failure == null) {
            joined(from);
        } else {
            joinFailed(failure);
        }
        synchronized (this) {
            changing = false;
        }
    }

    private void joined(Position from) {
        List<LoopGroup.Attach> ready = new ArrayList<>();
        MessageSequence.Read read;
        synchronized (this) {
            if (discarded) {
                return;
            }
            List<LoopGroup.Attach> confirmed = pending;
            pending = List.of();
            joined = true;
            delivery.start(from);
            sequence.start(from);
            for (LoopGroup.Attach attach : confirmed) {
                if (attach(attach)) {
                    ready.add(attach);
                }
            }
            sequence.live();
            read = sequence.takeRead();
        }
        for (LoopGroup.Attach attach : ready) {
            attach.complete();
        }
        issue(read);
        exchange.events.subscribed(name);
    }

    private void joinFailed(Throwable failure) {
        List<LoopGroup.Attach> failed;
        synchronized (this) {
            if (discarded) {
                return;
            }
            failed = pending;
            pending = List.of();
            sequence.reset();
            for (LoopGroup.Attach attach : failed) {
                groups.leave(attach.subscription);
            }
        }
        for (LoopGroup.Attach attach : failed) {
            attach.fail(failure);
        }
    }

    private void left(@Nullable Throwable failure) {
        CompletableFuture<Void> completion;
        synchronized (this) {
            if (discarded) {
                return;
            }
            completion = leaving;
            leaving = null;
        }
        exchange.events.unsubscribed(name);
        if (completion != null && failure == null) {
            completion.complete(null);
        } else if (completion != null) {
            completion.completeExceptionally(failure);
        }
    }

    // ---- messages

    /** Accepts a message of the broker. One call at a time. */
    void delivered(Broker.Message message) {
        MessageSequence.Read read;
        List<Runnable> given;
        synchronized (this) {
            if (discarded || groups.total() == 0) {
                return;
            }
            active = true;
            sequence.accept(message);
            read = sequence.takeRead();
            given = delivery.takeGiven(sequence);
        }
        if (read != null) {
            issue(read);
        }
        if (!given.isEmpty()) {
            given.forEach(Runnable::run);
        }
    }

    /** Changes the sequence, and issues the read that it needs. */
    private void change(Consumer<MessageSequence> change) {
        MessageSequence.Read read;
        List<Runnable> given;
        synchronized (this) {
            if (discarded) {
                return;
            }
            change.accept(sequence);
            read = sequence.takeRead();
            given = delivery.takeGiven(sequence);
        }
        issue(read);
        given.forEach(Runnable::run);
    }

    Publication publication(Broker.Message message) {
        return new Publication(name, exchange.codec, message);
    }

    // ---- publishers that wait for their publication

    /**
     * Calls {@code given} when the publication with a position has been given, on any thread.
     *
     * @return false if the publisher need not wait
     */
    boolean await(Position position, Runnable given) {
        synchronized (this) {
            if (!joined || discarded || groups.total() == 0 || sequence.hasPassed(position)) {
                return false;
            }
            delivery.await(position, given);
            return true;
        }
    }

    /** Whether a publication has been given, or the channel has no subscribers that could wait for it. */
    boolean hasPassed(Position position) {
        return delivery.hasPassed(position);
    }

    // ---- reads

    /** Reads the log, on another thread because the caller may be the broker. */
    private void issue(MessageSequence.@Nullable Read read) {
        if (read != null) {
            Events.runLater(() -> exchange.reads.submit(() -> read(read)));
        }
    }

    private CompletableFuture<?> read(MessageSequence.Read read) {
        if (!begin(read)) {
            return CompletableFuture.completedFuture(null);
        }
        return exchange.read(name, read.after, MessageSequence.PAGE).handle((log, failure) -> {
            change(failure == null ? sequence -> sequence.completed(read, log) : sequence -> sequence.failed(read));
            return null;
        });
    }

    private synchronized boolean begin(MessageSequence.Read read) {
        return sequence.begin(read);
    }

    /** Notes that messages may have been lost after a position; null for any. */
    void doubt(@Nullable Position known) {
        change(sequence -> sequence.doubt(known));
    }

    /** Whether no message has been accepted since the last call. False before the channel has joined. */
    synchronized boolean isQuiet() {
        boolean quiet = !active;
        active = false;
        return quiet && joined && groups.total() > 0;
    }

    synchronized void markQuiet() {
        active = false;
    }

    /** Returns the head to compare with the broker; null if the channel has not joined, or reads its log already. */
    @Nullable
    Position headToCheck() {
        synchronized (this) {
            if (sequence.state() == MessageSequence.State.LIVE) {
                return sequence.head();
            }
        }
        doubt(null);
        return null;
    }

    /** Ends all subscriptions, because the exchange has been closed. */
    void end(Throwable reason) {
        List<LoopGroup.Attach> failed;
        List<Runnable> released;
        CompletableFuture<Void> completion;
        synchronized (this) {
            discarded = true;
            released = stop();
            groups.clear();
            failed = pending;
            pending = List.of();
            completion = leaving;
            leaving = null;
        }
        failed.forEach(attach -> attach.fail(reason));
        released.forEach(Runnable::run);
        if (completion != null) {
            completion.complete(null);
        }
    }
}
