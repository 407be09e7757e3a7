package io.heliograph.exchange;

import io.heliograph.QueueFullException;
import io.heliograph.transport.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

    private static final LoopGroup[] NONE = {};

    final DefaultExchange exchange;
    final String name;

    /** Copy on write, under the lock. */
    private volatile LoopGroup[] groups = NONE;

    /** Number of subscriptions that have not ended, attached or pending. Written under the lock. */
    private volatile int total;

    private Position head = UNSET;

    /** Whether the broker has confirmed the subscription and no unsubscribe operation has started. */
    private boolean joined;

    /** Whether a broker operation is in progress, including the notifications of its result. */
    private boolean changing;

    /**
     * Whether a subscribe operation is in progress. Earlier messages were meant for former subscribers, possibly of a former incarnation of the
     * channel.
     */
    private boolean subscribing;

    /** Whether the channel has been removed from the map. */
    private boolean discarded;

    /** Subscriptions and publications that wait for the confirmation of the broker; null while no subscribe operation is needed. */
    private @Nullable Joining joining;

    /** Completes when the unsubscribe operation after the last subscription has completed; null before the last subscription ends. */
    private @Nullable CompletableFuture<Void> leaving;

    /** Subscriptions that wait for their start position, and publications that arrived before it was known. */
    private static final class Joining {
        final List<LoopGroup.Attach> pending = new ArrayList<>();
        final List<Publication> early = new ArrayList<>();
        long weight;
    }

    LocalChannel(DefaultExchange exchange, String name) {
        this.exchange = exchange;
        this.name = name;
    }

    int total() {
        return total;
    }

    /** Whether the queue of a subscriber's event loop is full, so that publications are rejected. */
    boolean isFull() {
        for (LoopGroup group : groups) {
            if (group.queue.isFull()) {
                return true;
            }
        }
        return false;
    }

    /** Returns the queue of the current event loop; null if the channel has no subscribers there. */
    @Nullable
    LoopQueue currentQueue() {
        for (LoopGroup group : groups) {
            if (group.queue.loop.inLoop()) {
                return group.queue;
            }
        }
        return null;
    }

    // ---- subscribing

    /**
     * Adds a subscriber.
     *
     * @return false if the channel has been discarded and the caller must create another
     */
    boolean add(EventLoop loop, Subscriber subscriber, CompletableFuture<ChannelSubscription> result) {
        LoopGroup.Attach attached = null;
        synchronized (this) {
            if (discarded) {
                return false;
            }
            LoopGroup group = group(loop);
            group.live++;
            total++;
            LoopGroup.Attach attach = new LoopGroup.Attach(new LocalSubscription(group, subscriber), result);
            if (!joined) {
                joining().pending.add(attach);
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

    /** Starts a subscription at the head. Returns true if it is attached and must be completed. Guarded by this. */
    private boolean attach(LoopGroup.Attach attach) {
        LocalSubscription subscription = attach.subscription;
        subscription.start = head;
        LoopQueue queue = subscription.group.queue;
        if (queue.isIdleOnLoop()) {
            subscription.group.add(subscription);
            return true;
        }
        queue.offer(attach);
        return false;
    }

    private Joining joining() {
        Joining present = joining;
        if (present == null) {
            present = new Joining();
            joining = present;
        }
        return present;
    }

    /** Returns the group of an event loop, created on demand. Guarded by this. */
    private LoopGroup group(EventLoop loop) {
        LoopGroup[] present = groups;
        for (LoopGroup group : present) {
            if (group.queue.loop.equals(loop)) {
                return group;
            }
        }
        LoopGroup group = new LoopGroup(this, exchange.loops.acquire(loop));
        LoopGroup[] longer = Arrays.copyOf(present, present.length + 1);
        longer[present.length] = group;
        groups = longer;
        return group;
    }

    /** Removes a subscription from the counters. Guarded by this. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
    private void leave(LocalSubscription subscription) {
        subscription.removed = true;
        total--;
        LoopGroup group = subscription.group;
        if (--group.live == 0) {
            List<LoopGroup> rest = new ArrayList<>(Arrays.asList(groups));
            rest.remove(group);
            groups = rest.isEmpty() ? NONE : rest.toArray(LoopGroup[]::new);
            exchange.loops.release(group.queue);
        }
    }

    CompletableFuture<Void> remove(LocalSubscription subscription) {
        CompletableFuture<Void> result;
        boolean detach;
        synchronized (this) {
            if (subscription.removed || discarded) {
                subscription.removed = true;
                return CompletableFuture.completedFuture(null);
            }
            leave(subscription);
            detach = subscription.group.live > 0;
            result = leaving;
            if (total > 0) {
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
            synchronized (this) {
                if (changing || discarded) {
                    return;
                }
                join = total > 0;
                settled = joined == join;
                changing = !settled;
                subscribing = join && !settled;
                if (!settled && joined) {
                    // New subscriptions wait for the next subscribe operation.
                    joined = false;
                    head = UNSET;
                }
                if (settled) {
                    completion = leaving;
                    leaving = null;
                    if (!joined) {
                        discarded = true;
                        exchange.forget(this);
                    }
                }
            }
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
        QueueFullException overflow = null;
        synchronized (this) {
            if (discarded) {
                return;
            }
            Joining confirmed = joining();
            joining = null;
            subscribing = false;
            joined = true;
            head = from;
            if (confirmed.weight > exchange.maxQueuedBytes) {
                overflow = Events.overflow(name, exchange.maxQueuedBytes);
            }
            for (LoopGroup.Attach attach : confirmed.pending) {
                if (overflow != null) {
                    leave(attach.subscription);
                    ready.add(attach);
                } else if (attach(attach)) {
                    ready.add(attach);
                }
            }
            for (Publication publication : confirmed.early) {
                if (!from.reaches(publication.position())) {
                    enqueue(publication);
                }
            }
        }
        for (LoopGroup.Attach attach : ready) {
            if (overflow != null) {
                attach.fail(overflow);
            } else {
                attach.complete();
            }
        }
        exchange.events.subscribed(name);
    }

    private void joinFailed(Throwable failure) {
        Joining failed;
        synchronized (this) {
            if (discarded) {
                return;
            }
            failed = joining();
            joining = null;
            subscribing = false;
            for (LoopGroup.Attach attach : failed.pending) {
                leave(attach.subscription);
            }
        }
        for (LoopGroup.Attach attach : failed.pending) {
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

    /** Accepts a message of the broker. One call at a time. */
    void delivered(Broker.Message message) {
        synchronized (this) {
            if (discarded || total == 0 || !(joined || subscribing)) {
                return;
            }
            Publication publication = new Publication(name, message.position(), exchange.codec, message.data());
            if (joined) {
                enqueue(publication);
                return;
            }
            Joining early = joining();
            early.weight += publication.weight();
            if (early.weight <= exchange.maxQueuedBytes) {
                early.early.add(publication);
            }
        }
    }

    /** Enqueues a publication on the event loops of the subscribers, unless it is a duplicate. Guarded by this. */
    private void enqueue(Publication publication) {
        Position position = publication.position();
        if (head.reaches(position)) {
            exchange.events.counters.drop(DropReason.DUPLICATE, 1);
            return;
        }
        long missed = position.offset() - head.offset() - 1;
        if (missed > 0 && position.epoch().equals(head.epoch())) {
            exchange.events.missed(name, missed, position);
        }
        head = position;
        for (LoopGroup group : groups) {
            group.queue.offerDelivery(group.new Delivery(publication), name);
        }
    }

    /** Ends all subscriptions, because the exchange has been closed. */
    void end(Throwable reason) {
        Joining pending;
        CompletableFuture<Void> completion;
        synchronized (this) {
            discarded = true;
            total = 0;
            groups = NONE;
            pending = joining;
            joining = null;
            completion = leaving;
            leaving = null;
        }
        if (pending != null) {
            pending.pending.forEach(attach -> attach.fail(reason));
        }
        if (completion != null) {
            completion.complete(null);
        }
    }
}
