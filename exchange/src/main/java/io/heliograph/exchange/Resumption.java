package io.heliograph.exchange;

import io.heliograph.Backoff;
import io.heliograph.DropReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Attachment of a subscription that first receives what it missed. Buffers new publications until the missed ones are known, and delivers both
 * in limited tasks of the event loop, no faster than the subscriber sends them.
 */
final class Resumption extends LoopGroup.Attach implements Subscriber {

    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(2), Duration.ofMillis(50), 0);

    /** Time after which a subscriber that stays behind receives the rest all the same. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final DefaultExchange exchange;
    private final Subscriber subscriber;
    private final Position after;

    /** The missed publications, if the channel has them. Written under the lock of the channel, before this entry is enqueued. */
    @Nullable
    List<Publication> known;

    // Event loop only: publications and gaps since the start.
    private final Deque<Object> buffered = new ArrayDeque<>();
    private long bufferedBytes;
    private @Nullable Position dropped;

    /** Whether publications are skipped, because reading has started before {@code after}. */
    private boolean skipping;

    Resumption(
            DefaultExchange exchange,
            LoopGroup group,
            Subscriber subscriber,
            Position after,
            CompletableFuture<ChannelSubscription> result) {
        super(new LocalSubscription(group, subscriber), result);
        this.exchange = exchange;
        this.subscriber = subscriber;
        this.after = after;
        subscription.subscriber = this;
    }

    @Override
    Position after() {
        return after;
    }

    /** Whether the requested position is after the start in the same epoch. */
    boolean isAhead() {
        return after.reaches(subscription.start);
    }

    @Override
    int run(int budget) {
        subscription.group.add(subscription);
        List<Publication> missed = known;
        if (missed == null) {
            subscription.group.channel.recoveries().request(this);
        } else {
            known = null;
            recovered(missed);
        }
        return 1;
    }

    /** Begins delivery, first of the missed publications. Thread-safe. */
    void recovered(List<Publication> missed) {
        subscription.group.queue.offer(new CatchUp(new Recovery.Recovered(missed.size()), missed));
    }

    /** Begins delivery of new publications only. Thread-safe. */
    void lost(GapReason reason) {
        subscription.group.queue.offer(new CatchUp(new Recovery.Lost(reason), List.of()));
    }

    @Override
    public void published(Publication publication) {
        if (skipping) {
            if (after.reaches(publication.position())) {
                exchange.events.counters.delivered(-1);
                return;
            }
            skipping = false;
            subscription.subscriber = subscriber;
            subscriber.published(publication);
            return;
        }
        // Counted as delivered when the subscriber receives it.
        exchange.events.counters.delivered(-1);
        if (dropped == null) {
            bufferedBytes += publication.weight();
        }
        if (bufferedBytes > exchange.maxQueuedBytes) {
            dropped = publication.position();
            exchange.events.counters.drop(DropReason.QUEUE_FULL, 1);
        } else {
            buffered.add(publication);
        }
    }

    @Override
    public void gap(Gap gap) {
        if (skipping) {
            subscriber.gap(gap);
        } else if (dropped == null) {
            buffered.add(gap);
        }
    }

    /** Delivery of the missed and the buffered publications. */
    private final class CatchUp extends LoopQueue.Entry {

        private final Recovery recovery;
        private final List<Publication> missed;
        private int next;
        private boolean started;
        private boolean done;
        private boolean parked;
        private Duration pause = PAUSES.initial();
        private Duration waited = Duration.ZERO;

        CatchUp(Recovery recovery, List<Publication> missed) {
            this.recovery = recovery;
            this.missed = missed;
        }

        @Override
        int run(int budget) {
            parked = false;
            if (!started) {
                started = true;
                subscription.recovery = recovery;
                if (exchange.isClosed()) {
                    fail(Events.closed());
                }
                if (!complete()) {
                    done = true;
                    return 1;
                }
            }
            int calls = 0;
            while (calls < budget && next < missed.size() && !mustWait()) {
                deliver(missed.get(next++));
                calls++;
            }
            while (calls < budget && next == missed.size() && !buffered.isEmpty() && !mustWait()) {
                Object event = buffered.remove();
                if (event instanceof Publication publication) {
                    if (!isSkipped(publication)) {
                        deliver(publication);
                    }
                } else {
                    report((Gap) event);
                }
                calls++;
            }
            if (next == missed.size() && buffered.isEmpty()) {
                end();
            }
            return Math.max(1, calls);
        }

        /** Whether the subscriber is behind. Then this entry continues after a pause. */
        private boolean mustWait() {
            if (parked) {
                return true;
            }
            if (subscription.isEnded() || !subscriber.isBehind()) {
                pause = PAUSES.initial();
                waited = Duration.ZERO;
                return false;
            }
            if (waited.compareTo(LONGEST_WAIT) >= 0) {
                return false;
            }
            parked = true;
            waited = waited.plus(pause);
            LoopQueue queue = subscription.group.queue;
            queue.loop.schedule(pause, () -> queue.offer(this));
            pause = PAUSES.next(pause);
            return true;
        }

        private boolean isSkipped(Publication publication) {
            return recovery instanceof Recovery.Recovered && after.reaches(publication.position());
        }

        private void end() {
            done = true;
            if (dropped != null) {
                report(new Gap(subscription.channel(), dropped, GapReason.QUEUE_FULL));
            }
            skipping = recovery instanceof Recovery.Recovered
                    && isAhead()
                    && !after.equals(subscription.start)
                    && dropped == null;
            if (!skipping) {
                subscription.subscriber = subscriber;
            }
        }

        @Override
        boolean isDone() {
            return done || parked;
        }

        @Override
        void abandon() {
            abandonSubscription();
        }
    }

    private void deliver(Publication publication) {
        if (subscription.isEnded()) {
            return;
        }
        exchange.events.counters.delivered(1);
        try {
            subscriber.published(publication);
        } catch (Throwable failure) {
            exchange.events.subscriberFailed(publication.channel(), failure);
        }
    }

    private void report(Gap gap) {
        if (subscription.isEnded()) {
            return;
        }
        try {
            subscriber.gap(gap);
        } catch (Throwable failure) {
            exchange.events.subscriberFailed(gap.channel(), failure);
        }
    }
}
