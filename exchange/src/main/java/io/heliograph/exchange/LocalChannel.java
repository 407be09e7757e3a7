package io.heliograph.exchange;

import io.heliograph.QueueFullException;
import io.heliograph.transport.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A channel that has subscribers here, or whose first is being told to the broker, or whose last.
 *
 * <p>Its lock guards its fields and keeps publications and changes of the subscribers in one order: both become entries in the
 * queues of event loops under it. Under it, only the locks of maps are taken; the broker is never called and nothing of the
 * user's run.
 */
final class LocalChannel {

    /** The position of those who have not begun. */
    static final Position NOWHERE = new Position("none", 0);

    private static final LoopGroup[] NONE = {};

    final DefaultExchange exchange;
    final String name;

    /** Replaced under the lock, read also without. */
    private volatile LoopGroup[] groups = NONE;

    /** Subscriptions that have not ended, whether they take part already or not. */
    private volatile int total;

    private Position head = NOWHERE;

    /** Whether the broker has confirmed that it delivers, and has not been asked to stop. */
    private boolean joined;

    /** Whether the broker is being asked, or those interested being told of its answer. */
    private boolean changing;

    /**
     * Whether the broker has been asked to deliver, and has not answered. What came before was for subscribers who have left,
     * of an incarnation of the channel that has ended since, maybe.
     */
    private boolean asking;

    /** Whether it is not in the map any more. */
    private boolean gone;

    /** What waits for the broker to confirm; null if nothing. */
    private @Nullable Joining joining;

    /** Completes when the broker has been told that the last subscriber has left; null if none has. */
    private @Nullable CompletableFuture<Void> left;

    /** Subscriptions that will take part, and publications that came for them, maybe, before it is known where they begin. */
    private static final class Joining {
        final List<LoopGroup.Attach> waiting = new ArrayList<>();
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

    /** Whether a loop of its subscribers has so much to do that publishers are refused. */
    boolean isFull() {
        for (LoopGroup group : groups) {
            if (group.queue.isFull()) {
                return true;
            }
        }
        return false;
    }

    /** The queue of the loop that is running this, if it has subscribers there. */
    @Nullable
    LoopQueue queueHere() {
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
     * @return false if the channel has left the map, and another must be made
     */
    boolean add(EventLoop loop, Subscriber subscriber, CompletableFuture<ChannelSubscription> result) {
        LoopGroup.Attach attached = null;
        synchronized (this) {
            if (gone) {
                return false;
            }
            LoopGroup group = group(loop);
            group.live++;
            total++;
            LoopGroup.Attach attach = new LoopGroup.Attach(new LocalSubscription(group, subscriber), result);
            if (!joined) {
                joining().waiting.add(attach);
            } else if (attach(attach)) {
                attached = attach;
            }
        }
        if (attached != null) {
            attached.complete();
        } else {
            settle();
        }
        return true;
    }

    /** Begins a subscription at the head. Under the lock. Returns whether it takes part already, and is to be told so. */
    private boolean attach(LoopGroup.Attach attach) {
        LocalSubscription subscription = attach.subscription;
        subscription.start = head;
        LoopQueue queue = subscription.group.queue;
        if (queue.isIdleHere()) {
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

    /** The group of a loop, made if need be. Under the lock. */
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

    /** One subscription fewer. Under the lock. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // it is written under the lock only
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
            if (subscription.removed || gone) {
                subscription.removed = true;
                return CompletableFuture.completedFuture(null);
            }
            leave(subscription);
            detach = subscription.group.live > 0;
            result = left;
            if (total > 0) {
                result = CompletableFuture.completedFuture(null);
            } else if (result == null) {
                result = new CompletableFuture<>();
                left = result;
            }
        }
        if (detach) {
            LoopGroup group = subscription.group;
            if (group.queue.isIdleHere()) {
                group.remove(subscription);
            } else {
                group.queue.offer(new LoopGroup.Detach(subscription));
            }
        } else {
            settle();
        }
        return result;
    }

    // ---- the broker

    /** Tells the broker whether there are subscribers, until it knows. One call at a time. */
    private void settle() {
        while (true) {
            boolean join;
            boolean settled;
            CompletableFuture<Void> over = null;
            synchronized (this) {
                if (changing || gone) {
                    return;
                }
                join = total > 0;
                settled = joined == join;
                changing = !settled;
                asking = join && !settled;
                if (!settled && joined) {
                    // Who comes from now on waits until the broker is asked again.
                    joined = false;
                    head = NOWHERE;
                }
                if (settled) {
                    over = left;
                    left = null;
                    if (!joined) {
                        gone = true;
                        exchange.forget(this);
                    }
                }
            }
            if (settled) {
                if (over != null) {
                    over.complete(null);
                }
                return;
            }
            CompletableFuture<Position> answer =
                    join ? exchange.join(name) : exchange.leave(name).thenApply(none -> NOWHERE);
            if (!answer.isDone()) {
                answer.whenComplete((from, failure) -> {
                    settled(join, from, failure);
                    settle();
                });
                return;
            }
            answer.whenComplete((from, failure) -> settled(join, from, failure));
        }
    }

    private void settled(boolean join, Position from, @Nullable Throwable failure) {
        if (!join) {
            hasLeft(failure);
        } else if (failure == null) {
            hasJoined(from);
        } else {
            hasNotJoined(failure);
        }
        synchronized (this) {
            changing = false;
        }
    }

    private void hasJoined(Position from) {
        List<LoopGroup.Attach> told = new ArrayList<>();
        QueueFullException tooMuch = null;
        synchronized (this) {
            if (gone) {
                return;
            }
            Joining ready = joining();
            joining = null;
            asking = false;
            joined = true;
            head = from;
            if (ready.weight > exchange.maxQueuedBytes) {
                tooMuch = Events.overflow(name, exchange.maxQueuedBytes);
            }
            for (LoopGroup.Attach attach : ready.waiting) {
                if (tooMuch != null) {
                    leave(attach.subscription);
                    told.add(attach);
                } else if (attach(attach)) {
                    told.add(attach);
                }
            }
            for (Publication publication : ready.early) {
                if (!from.reaches(publication.position())) {
                    enqueue(publication);
                }
            }
        }
        for (LoopGroup.Attach attach : told) {
            if (tooMuch != null) {
                attach.fail(tooMuch);
            } else {
                attach.complete();
            }
        }
        exchange.events.subscribed(name);
    }

    private void hasNotJoined(Throwable failure) {
        Joining failed;
        synchronized (this) {
            if (gone) {
                return;
            }
            failed = joining();
            joining = null;
            asking = false;
            for (LoopGroup.Attach attach : failed.waiting) {
                leave(attach.subscription);
            }
        }
        for (LoopGroup.Attach attach : failed.waiting) {
            attach.fail(failure);
        }
    }

    private void hasLeft(@Nullable Throwable failure) {
        CompletableFuture<Void> over;
        synchronized (this) {
            if (gone) {
                return;
            }
            over = left;
            left = null;
        }
        exchange.events.unsubscribed(name);
        if (over != null && failure == null) {
            over.complete(null);
        } else if (over != null) {
            over.completeExceptionally(failure);
        }
    }

    /** A message has come; one call at a time. */
    void delivered(Broker.Message message) {
        synchronized (this) {
            if (gone || total == 0 || !(joined || asking)) {
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

    /** Gives a publication to the loops, if it is the next. Under the lock. */
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

    /** The exchange has been closed. */
    void end(Throwable reason) {
        Joining waiting;
        CompletableFuture<Void> over;
        synchronized (this) {
            gone = true;
            total = 0;
            groups = NONE;
            waiting = joining;
            joining = null;
            over = left;
            left = null;
        }
        if (waiting != null) {
            waiting.waiting.forEach(attach -> attach.fail(reason));
        }
        if (over != null) {
            over.complete(null);
        }
    }
}
