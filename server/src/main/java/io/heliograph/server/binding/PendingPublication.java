package io.heliograph.server.binding;

import io.heliograph.Backoff;
import io.heliograph.QueueFullException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.server.CallException;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.Outcome;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Publication of a connection that receives no answer. While the queue of the exchange is full, it is retried after 1 to 50 ms, and given up after
 * 10 s; later messages of the connection are delayed meanwhile. Event loop only.
 */
final class PendingPublication implements Outcome<Position> {

    /** Time after which a publication is given up. */
    static final Duration RETRY_LIMIT = Duration.ofSeconds(10);

    private static final Backoff DELAYS = new Backoff(Duration.ofMillis(1), Duration.ofMillis(50), 0);

    /** Publisher of a publication. */
    interface Source {

        HubConnection connection();

        /** Publishes once. */
        default CompletionStage<Void> publish(String channel, Payload data, Outcome<Position> outcome) {
            return connection().publish(channel, data, PublishOptions.none(), outcome);
        }

        EventLoop loop();

        boolean isClosed();

        /** Handles the failure of a publication, which is dropped. */
        void failed(String channel, CallException failure);
    }

    private final Source source;
    private final String channel;
    private final Payload data;

    // Whether the next message is delayed until the outcome is known.
    private boolean delaying = true;
    private @Nullable CompletableFuture<Void> retried;
    private Duration delay = DELAYS.initial();
    private long deadline;

    private PendingPublication(Source source, String channel, Payload data) {
        this.source = source;
        this.channel = channel;
        this.data = data;
    }

    /**
     * Publishes.
     *
     * @return complete when the next message of the connection may be handled
     */
    static CompletionStage<Void> publish(Source source, String channel, Payload data) {
        PendingPublication publication = new PendingPublication(source, channel, data);
        CompletionStage<Void> decided = publication.attempt();
        CompletableFuture<Void> retried = publication.retried;
        if (retried != null) {
            return retried;
        }
        if (decided instanceof CompletableFuture<Void> future && future.isDone()) {
            publication.delaying = false;
            return decided;
        }
        return decided.thenCompose(done -> {
            CompletableFuture<Void> later = publication.retried;
            publication.delaying = false;
            return later == null ? decided : later;
        });
    }

    private CompletionStage<Void> attempt() {
        return source.publish(channel, data, this);
    }

    @Override
    public void complete(@Nullable Position position, @Nullable CallException failure) {
        if (failure == null) {
            end();
        } else if (!(failure.getCause() instanceof QueueFullException) || !(delaying || retried != null)) {
            source.failed(channel, failure);
            end();
        } else {
            retry(failure);
        }
    }

    private void retry(CallException failure) {
        long now = source.loop().nanoTime();
        if (retried == null) {
            retried = new CompletableFuture<>();
            deadline = now + RETRY_LIMIT.toNanos();
        }
        if (source.isClosed()) {
            end();
        } else if (now - deadline >= 0) {
            source.failed(channel, failure);
            end();
        } else {
            source.loop().schedule(delay, this::attempt);
            delay = DELAYS.next(delay);
        }
    }

    private void end() {
        if (retried != null) {
            retried.complete(null);
        }
    }
}
