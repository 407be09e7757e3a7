package io.heliograph.exchange;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BuilderPool;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.internal.Failures;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Publishing: encodes values, and completes each publish when the subscribers of this exchange have the publication. Thread-safe. */
final class Publishing {

    private final DefaultExchange exchange;
    private final BuilderPool builders = new BuilderPool(Integer.MAX_VALUE - 8);

    Publishing(DefaultExchange exchange) {
        this.exchange = exchange;
    }

    CompletableFuture<Position> publish(String channel, @Nullable Object value, PublishOptions options) {
        Frame data;
        try {
            if (value instanceof Payload payload) {
                data = encode(payload);
            } else {
                data = encode(value);
            }
        } catch (Throwable failure) {
            exchange.events.counters.drop(DropReason.ENCODE_ERROR, 1);
            return CompletableFuture.failedFuture(failure);
        }
        return send(channel, data, options);
    }

    private @Nullable Frame encode(Payload payload) {
        if (!payload.isPresent()) {
            return null;
        }
        return payload.isEncodedLike(exchange.codec) ? payload.frame() : encode(payload.value());
    }

    private Frame encode(@Nullable Object value) {
        FrameBuilder builder = builders.take();
        try {
            exchange.codec.encode(value, builder);
            return builder.build();
        } finally {
            builders.give(builder);
        }
    }

    CompletableFuture<Position> send(String channel, @Nullable Frame data, PublishOptions options) {
        PublicationId id = options.id();
        Throwable rejection = id == null || id.isValid() ? exchange.rejection(channel) : PublicationId.invalid();
        if (rejection != null) {
            return CompletableFuture.failedFuture(rejection);
        }
        if (data != null && data.length() > exchange.maxMessageBytes) {
            exchange.events.counters.drop(DropReason.MESSAGE_TOO_LONG, 1);
            return CompletableFuture.failedFuture(new IllegalArgumentException("publish: "
                    + data.length()
                    + " bytes to channel '"
                    + BrokerException.shown(channel)
                    + "' (expected: at most "
                    + exchange.maxMessageBytes
                    + ", the exchange's maxMessageBytes)"));
        }
        Broker.Draft draft = new Broker.Draft(data, id, options.traceContext(), options.publisher());
        if (exchange.patterns.isActive()) {
            CompletableFuture<Position> deferred = exchange.patterns.beforePublish(channel, () -> send(channel, draft));
            if (deferred != null) {
                return deferred;
            }
        }
        return send(channel, draft);
    }

    private CompletableFuture<Position> send(String channel, Broker.Draft draft) {
        LocalChannel local = exchange.channelOrNull(channel);
        if (local != null && local.isFull()) {
            exchange.events.counters.drop(DropReason.QUEUE_FULL, 1);
            return CompletableFuture.failedFuture(Events.overflow(channel, exchange.maxQueuedBytes));
        }
        LoopQueue current = local == null ? null : local.currentQueue();
        CompletableFuture<Position> answer;
        if (current == null) {
            answer = exchange.broker.publish(channel, draft);
        } else {
            current.hold();
            try {
                answer = exchange.broker.publish(channel, draft);
            } finally {
                current.release();
            }
        }
        if (answer.isDone() && (current == null || !current.isBusy()) && isGiven(local, answer)) {
            published(channel, draft, answer);
            return answer;
        }
        return completeLater(channel, draft, answer, local, current);
    }

    /**
     * Whether the publication has been given to the subscribers in this exchange, so that the publisher need not wait.
     */
    private static boolean isGiven(@Nullable LocalChannel local, CompletableFuture<Position> answer) {
        return local == null || answer.isCompletedExceptionally() || local.hasPassed(answer.join());
    }

    /** Completes a publish when the subscribers have the publication, and after the deliveries on this event loop. */
    private CompletableFuture<Position> completeLater(
            String channel,
            Broker.Draft draft,
            CompletableFuture<Position> answer,
            @Nullable LocalChannel local,
            @Nullable LoopQueue current) {
        CompletableFuture<Position> result = new CompletableFuture<>();
        answer.whenComplete((position, failure) -> {
            Runnable end = () -> {
                published(channel, draft, answer);
                if (failure == null) {
                    result.complete(position);
                } else {
                    result.completeExceptionally(Failures.unwrap(failure));
                }
            };
            Runnable inOrder = current == null ? end : () -> current.offer(new LoopGroup.Then(end));
            if (failure != null || local == null || local.hasPassed(position)) {
                inOrder.run();
                return;
            }
            Operation<Void> given = new Operation<>(channel, true, operation -> operation.complete(null));
            given.whenComplete((none, ended) -> {
                exchange.broker.operations.remove(given);
                inOrder.run();
            });
            exchange.broker.operations.add(given);
            // Dependents of the result are user code, which must not run on the thread of the broker.
            boolean waits = local.await(position, () -> {
                if (current == null) {
                    Events.runLater(() -> given.complete(null));
                } else {
                    given.complete(null);
                }
            });
            if (!waits || exchange.isClosed()) {
                given.complete(null);
            }
        });
        return result;
    }

    /** Counts a publication and notifies the listeners. */
    private void published(String channel, Broker.Draft draft, CompletableFuture<Position> answer) {
        if (answer.isCompletedExceptionally()) {
            exchange.events.counters.drop(DropReason.BROKER_FAILURE, 1);
            return;
        }
        exchange.events.counters.published();
        if (!exchange.events.published.isEmpty()) {
            exchange.events.published(new Publication(
                    channel, exchange.codec, answer.join(), draft.data(), draft.publisher(), draft.traceContext()));
        }
    }
}
