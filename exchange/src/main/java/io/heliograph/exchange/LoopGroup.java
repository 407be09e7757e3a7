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

    /** Delivery of a publication to the members at the time of its processing. */
    final class Delivery extends LoopQueue.Entry {

        private final Publication publication;
        private int next;

        Delivery(Publication publication) {
            this.publication = publication;
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
                if (member != null && !member.removed) {
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

    /** Attachment of a subscription to its group. */
    static final class Attach extends LoopQueue.Entry {

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

        /** Completes the future of the subscription. */
        void complete() {
            if (!result.complete(subscription)) {
                subscription.unsubscribe();
            }
        }

        void fail(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        void abandon() {
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
