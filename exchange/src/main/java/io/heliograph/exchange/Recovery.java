package io.heliograph.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Subscriber that buffers new publications until the history since the requested position has been delivered. */
final class Recovery implements Subscriber {

    private final DefaultExchange exchange;
    private final Subscriber subscriber;
    private final Position after;
    private final CompletableFuture<ChannelSubscription> result;

    // Event loop only.
    private final List<Publication> buffered = new ArrayList<>();
    private long weight;

    Recovery(
            DefaultExchange exchange,
            Subscriber subscriber,
            Position after,
            CompletableFuture<ChannelSubscription> result) {
        this.exchange = exchange;
        this.subscriber = subscriber;
        this.after = after;
        this.result = result;
    }

    /** Reads the history after the subscription has started, or fails with it. */
    void subscribed(ChannelSubscription started, @Nullable Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(DefaultExchange.cause(failure));
            return;
        }
        LocalSubscription subscription = (LocalSubscription) started;
        exchange.history(started.channel(), after)
                .whenComplete((history, historyFailure) -> subscription.group.queue.offer(
                        new LoopGroup.Then(() -> end(subscription, history, historyFailure))));
    }

    @Override
    public void published(Publication publication) {
        weight += publication.weight();
        if (weight <= exchange.maxQueuedBytes) {
            buffered.add(publication);
        }
    }

    private void end(LocalSubscription subscription, History history, @Nullable Throwable historyFailure) {
        if (historyFailure != null || weight > exchange.maxQueuedBytes) {
            subscription.unsubscribe();
            result.completeExceptionally(
                    historyFailure == null
                            ? Events.overflow(subscription.channel(), exchange.maxQueuedBytes)
                            : DefaultExchange.cause(historyFailure));
            return;
        }
        Position start = subscription.start;
        subscription.subscriber = subscriber;
        subscription.recovered = history.complete() && history.head().reaches(start);
        if (!result.complete(subscription)) {
            subscription.unsubscribe();
            return;
        }
        if (subscription.recovered) {
            for (Publication publication : history.publications()) {
                if (start.reaches(publication.position())) {
                    deliver(subscription, publication);
                }
            }
        }
        buffered.forEach(publication -> deliver(subscription, publication));
    }

    private void deliver(LocalSubscription subscription, Publication publication) {
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
}
