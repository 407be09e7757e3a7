package io.heliograph.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes the place of a subscriber that wants what was published since a position, and holds what is published now until history
 * has told of the time between.
 */
final class Recovery implements Subscriber {

    private final DefaultExchange exchange;
    private final Subscriber subscriber;
    private final Position after;
    private final CompletableFuture<ChannelSubscription> result;

    // The loop's own.
    private final List<Publication> held = new ArrayList<>();
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

    /** The subscription has begun, or failed to. */
    void begin(ChannelSubscription begun, @Nullable Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(DefaultExchange.cause(failure));
            return;
        }
        LocalSubscription subscription = (LocalSubscription) begun;
        exchange.history(begun.channel(), after)
                .whenComplete((history, unknown) ->
                        subscription.group.queue.offer(new LoopGroup.Then(() -> end(subscription, history, unknown))));
    }

    @Override
    public void published(Publication publication) {
        weight += publication.weight();
        if (weight <= exchange.maxQueuedBytes) {
            held.add(publication);
        }
    }

    private void end(LocalSubscription subscription, History history, @Nullable Throwable unknown) {
        if (unknown != null || weight > exchange.maxQueuedBytes) {
            subscription.unsubscribe();
            result.completeExceptionally(
                    unknown == null
                            ? Events.overflow(subscription.channel(), exchange.maxQueuedBytes)
                            : DefaultExchange.cause(unknown));
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
        held.forEach(publication -> deliver(subscription, publication));
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
