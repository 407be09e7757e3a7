package io.heliograph.exchange;

import io.heliograph.transport.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Subscriptions of one channel, grouped by event loop. Changed under the lock of the channel only. */
final class LoopGroups {

    private static final LoopGroup[] NONE = {};

    private final LocalChannel channel;

    /** Copy on write. */
    private volatile LoopGroup[] groups = NONE;

    /** Number of subscriptions that have not ended, attached or pending. */
    private volatile int total;

    LoopGroups(LocalChannel channel) {
        this.channel = channel;
    }

    int total() {
        return total;
    }

    /** Whether the queue of a subscriber's event loop is full, so that publications are rejected. Thread-safe. */
    boolean isFull() {
        for (LoopGroup group : groups) {
            if (group.queue.isFull()) {
                return true;
            }
        }
        return false;
    }

    /** Returns the queue of the current event loop; null if the channel has no subscribers there. Thread-safe. */
    @Nullable
    LoopQueue currentQueue() {
        for (LoopGroup group : groups) {
            if (group.queue.loop.inLoop()) {
                return group.queue;
            }
        }
        return null;
    }

    /** Counts a subscription and returns the group of its event loop, created on demand. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
    LoopGroup enter(EventLoop loop) {
        total++;
        LoopGroup[] present = groups;
        for (LoopGroup group : present) {
            if (group.queue.loop.equals(loop)) {
                group.live++;
                return group;
            }
        }
        LoopGroup group = new LoopGroup(channel, channel.exchange.loops.acquire(loop));
        group.live++;
        LoopGroup[] longer = Arrays.copyOf(present, present.length + 1);
        longer[present.length] = group;
        groups = longer;
        return group;
    }

    /** Removes a subscription from the counters. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
    void leave(LocalSubscription subscription) {
        subscription.removed = true;
        total--;
        LoopGroup group = subscription.group;
        if (--group.live == 0) {
            List<LoopGroup> rest = new ArrayList<>(Arrays.asList(groups));
            rest.remove(group);
            groups = rest.isEmpty() ? NONE : rest.toArray(LoopGroup[]::new);
            channel.exchange.loops.release(group.queue);
        }
    }

    /** Enqueues a publication on the event loops of the subscribers. */
    void offer(Publication publication) {
        offer(publication, 0);
    }

    /**
     * Enqueues a publication on the event loops of the subscribers.
     *
     * @param gaps number of gaps before the start of a subscription that receives it, at least
     */
    void offer(Publication publication, int gaps) {
        for (LoopGroup group : groups) {
            group.offer(publication, gaps);
        }
    }

    /** Enqueues a gap on the event loops of the subscribers. */
    void offer(Gap gap) {
        for (LoopGroup group : groups) {
            group.offer(gap);
        }
    }

    /** Removes all subscriptions. */
    void clear() {
        total = 0;
        groups = NONE;
    }
}
