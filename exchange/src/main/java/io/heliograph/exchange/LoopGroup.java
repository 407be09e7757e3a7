package io.heliograph.exchange;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Subscriptions of one channel on one event loop. */
final class LoopGroup {

    private static final int INITIAL = 2;

    final LocalChannel channel;
    final LoopQueue queue;

    /** Number of subscriptions that have not ended, including pending ones. Guarded by the channel. */
    int live;

    // Event loop only, and changed only between deliveries.
    private @Nullable LocalSubscription[] members = new LocalSubscription[INITIAL];
    private int size;

    /**
     * Pending gap for the latest dropped publications; null once a later publication has been accepted. Guarded by the
     * channel.
     */
    private @Nullable Overflow overflow;

    LoopGroup(LocalChannel channel, LoopQueue queue) {
        this.channel = channel;
        this.queue = queue;
    }

    void add(LocalSubscription subscription) {
        if (size == members.length) {
            members = Arrays.copyOf(members, size + (size >> 1) + 1);
        }
        subscription.index = size;
        members[size++] = subscription;
    }

    void remove(LocalSubscription subscription) {
        int index = subscription.index;
        if (index < 0) {
            return;
        }
        LocalSubscription last = Objects.requireNonNull(members[--size]);
        members[index] = last;
        last.index = index;
        members[size] = null;
        subscription.index = -1;
        if (members.length > 16 && size < members.length / 4) {
            members = Arrays.copyOf(members, members.length / 2);
        }
    }

    /** Enqueues a publication, or a gap if the queue is full. Guarded by the channel. */
    void offer(Publication publication, int gaps) {
        if (queue.offerDelivery(new Delivery(publication, gaps), channel.name)) {
            if (overflow != null) {
                overflow = null;
            }
        } else if (overflow == null || !overflow.extend(publication.position())) {
            overflow = new Overflow(publication.position());
            queue.offer(overflow);
        }
    }

    /** Enqueues a gap. Guarded by the channel. */
    void offer(Gap gap) {
        overflow = null;
        queue.offer(new Notice(gap));
    }

    /** Delivery of a publication to the members at the time of its processing. */
    final class Delivery extends LoopQueue.Entry {

        private final Publication publication;
        private final int gaps;
        private int next;

        /** @param gaps number of gaps before the start of a subscription that receives it, at least */
        Delivery(Publication publication, int gaps) {
            this.publication = publication;
            this.gaps = gaps;
        }

        @Override
        int run(int budget) {
            DefaultExchange exchange = channel.exchange;
            @Nullable LocalSubscription[] all = members;
            int from = next;
            int end = Math.min(size, from + budget);
            int delivered = 0;
            for (int i = from; i < end && !exchange.isClosed(); i++) {
                LocalSubscription member = all[i];
                if (member != null && !member.removed && member.gaps >= gaps) {
                    delivered++;
                    try {
                        member.subscriber.published(publication);
                    } catch (Throwable failure) {
                        exchange.events.subscriberFailed(channel.name, failure);
                    }
                }
            }
            next = end;
            exchange.events.counters.delivered(delivered);
            return Math.max(1, end - from);
        }

        @Override
        boolean isDone() {
            return next >= size;
        }

        @Override
        long weight() {
            return publication.weight();
        }
    }

    /** Notice of a gap to the members at the time of its processing. */
    private class Notice extends LoopQueue.Entry {

        private final @Nullable Gap gap;
        private int next;

        Notice(@Nullable Gap gap) {
            this.gap = gap;
        }

        Gap gap() {
            return Objects.requireNonNull(gap);
        }

        @Override
        int run(int budget) {
            Gap reported = gap();
            int from = next;
            int end = Math.min(size, from + budget);
            for (int i = from; i < end && !channel.exchange.isClosed(); i++) {
                LocalSubscription member = members[i];
                if (member != null && !member.removed) {
                    try {
                        member.subscriber.gap(reported);
                    } catch (Throwable failure) {
                        channel.exchange.events.subscriberFailed(channel.name, failure);
                    }
                }
            }
            next = end;
            return Math.max(1, end - from);
        }

        @Override
        boolean isDone() {
            return next >= size;
        }
    }

    /** Notice of publications that the full queue dropped. */
    private final class Overflow extends Notice {

        // Guarded by this.
        private Position last;
        private @Nullable Gap reported;

        Overflow(Position last) {
            super(null);
            this.last = last;
        }

        /** Adds a dropped publication. Returns false if the members have been notified. */
        synchronized boolean extend(Position dropped) {
            if (reported != null) {
                return false;
            }
            last = dropped;
            return true;
        }

        @Override
        synchronized Gap gap() {
            if (reported == null) {
                reported = new Gap(channel.name, last, GapReason.QUEUE_FULL);
            }
            return reported;
        }
    }

    /** Attachment of a subscription to its group. */
    static class Attach extends LoopQueue.Entry {

        final LocalSubscription subscription;
        private final CompletableFuture<ChannelSubscription> result;

        Attach(LocalSubscription subscription, CompletableFuture<ChannelSubscription> result) {
            this.subscription = subscription;
            this.result = result;
        }

        @Override
        int run(int budget) {
            subscription.group.add(subscription);
            complete();
            return 1;
        }

        /** Position after which the subscriber wants to continue; null for none. */
        @Nullable
        Position after() {
            return null;
        }

        /** Completes the future of the subscription. Returns false if it was canceled. */
        boolean complete() {
            boolean completed = result.complete(subscription);
            if (!completed) {
                subscription.unsubscribe();
            }
            return completed;
        }

        void fail(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        void abandon() {
            abandonSubscription();
        }

        /** Ends the subscription after the end of its event loop. */
        final void abandonSubscription() {
            Events.runLater(() -> {
                subscription.unsubscribe();
                fail(Events.loopEnded());
            });
        }
    }

    /** Detachment of a subscription from its group. */
    static final class Detach extends LoopQueue.Entry {

        private final LocalSubscription subscription;

        Detach(LocalSubscription subscription) {
            this.subscription = subscription;
        }

        @Override
        int run(int budget) {
            subscription.group.remove(subscription);
            return 1;
        }
    }

    /** Task that runs after the preceding deliveries, and also after the end of the event loop. */
    static final class Then extends LoopQueue.Entry {

        private final Runnable task;

        Then(Runnable task) {
            this.task = task;
        }

        @Override
        int run(int budget) {
            task.run();
            return 1;
        }

        @Override
        void abandon() {
            Events.runLater(task);
        }
    }
}
