package io.heliograph.exchange;

import io.heliograph.DeadlineExceededException;
import io.heliograph.internal.Failures;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Operations of an exchange at its broker: each completes within the time-out, and reports its failure. Thread-safe. */
final class BrokerLink {

    final Operations operations;
    private final Broker broker;
    private final Duration timeout;
    private final Events events;
    private final BooleanSupplier closed;

    BrokerLink(Broker broker, Duration timeout, Operations operations, Events events, BooleanSupplier closed) {
        this.broker = broker;
        this.timeout = timeout;
        this.operations = operations;
        this.events = events;
        this.closed = closed;
    }

    CompletableFuture<Position> publish(String channel, Broker.Draft draft) {
        return request("publish in", channel, () -> broker.publish(channel, draft));
    }

    CompletableFuture<Position> join(String channel) {
        CompletableFuture<Position> answer = request("subscribe to", channel, () -> broker.subscribe(channel));
        return answer.isDone()
                ? answer
                : answer.whenComplete((position, failure) -> {
                    if (failure != null && Failures.unwrap(failure).getCause() instanceof DeadlineExceededException) {
                        // The broker may still subscribe after the time-out.
                        leave(channel);
                    }
                });
    }

    CompletableFuture<Void> leave(String channel) {
        return request("unsubscribe from", channel, () -> broker.unsubscribe(channel));
    }

    CompletableFuture<Broker.Log> read(String channel, @Nullable Position after, int limit) {
        return request("read the history of", channel, () -> broker.read(channel, after, limit));
    }

    CompletableFuture<Set<String>> check(Map<String, Position> heads) {
        return request("check channels such as", heads.keySet().iterator().next(), () -> broker.check(heads));
    }

    CompletableFuture<Void> drain() {
        return broker.drain();
    }

    boolean isDistributed() {
        return broker.isDistributed();
    }

    BrokerState state() {
        return broker.state();
    }

    /** Starts an operation. A failure is reported to the listeners and fails the result. */
    private <T> CompletableFuture<T> request(String action, String channel, Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> answer;
        try {
            answer = call.get();
        } catch (Throwable failure) {
            answer = CompletableFuture.failedFuture(failure);
        }
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        Operation<T> result =
                new Operation<>(channel, false, expired -> fail(expired, action, channel, new TimeoutException()));
        operations.add(result);
        answer.whenComplete((value, failure) -> {
            operations.remove(result);
            if (failure == null) {
                result.complete(value);
            } else {
                fail(result, action, channel, Failures.unwrap(failure));
            }
        });
        if (closed.getAsBoolean()) {
            result.completeExceptionally(Events.closed());
        }
        return result;
    }

    private void fail(CompletableFuture<?> result, String action, String channel, Throwable failure) {
        Throwable reported = closed.getAsBoolean()
                ? Events.closed()
                : new BrokerException(
                        action,
                        channel,
                        failure instanceof TimeoutException
                                ? new DeadlineExceededException("no answer within " + timeout)
                                : failure);
        if (result.completeExceptionally(reported)) {
            events.error(reported);
        }
    }

    void close(Throwable reason) {
        operations.fail(reason);
        try {
            broker.close();
        } catch (Throwable failure) {
            events.error(failure);
        }
    }
}
