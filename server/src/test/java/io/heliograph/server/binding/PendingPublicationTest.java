package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.QueueFullException;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.server.CallException;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.Outcome;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class PendingPublicationTest {

    private static final Payload DATA = Payload.ofValue(Codec.named("json"), 1);
    private static final CompletableFuture<Void> PROCEED = CompletableFuture.completedFuture(null);

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<String> failures = new ArrayList<>();
    private int attempts;
    private boolean closed;

    /** Publisher whose outcomes the test decides. */
    private abstract class Source implements PendingPublication.Source {

        @Override
        public HubConnection connection() {
            throw new AssertionError();
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public void failed(String channel, CallException failure) {
            failures.add(channel + " " + failure.errorName());
        }
    }

    private static CallException full() {
        return HubErrors.of(new QueueFullException("full", 1));
    }

    /** The queue is full for a number of attempts. */
    private Source full(int times) {
        return new Source() {
            @Override
            public CompletionStage<Void> publish(String channel, Payload data, Outcome<Position> outcome) {
                outcome.complete(null, ++attempts <= times ? full() : null);
                return PROCEED;
            }
        };
    }

    private CompletableFuture<Void> publish(Source source) {
        return PendingPublication.publish(source, "t", DATA).toCompletableFuture();
    }

    private void advance(long millis) {
        loop.advance(Duration.ofMillis(millis));
    }

    @Test
    void acceptedPublicationDelaysNothing() {
        assertThat(publish(full(0))).isDone();
        assertThat(attempts).isEqualTo(1);
    }

    @Test
    void fullQueueIsRetriedWithDoubledDelay() {
        CompletableFuture<Void> handled = publish(full(8));
        assertThat(handled).isNotDone();
        int expected = 1;
        for (long delay : new long[] {1, 2, 4, 8, 16, 32, 50, 50}) {
            advance(delay - 1);
            assertThat(attempts).isEqualTo(expected);
            advance(1);
            assertThat(attempts).isEqualTo(++expected);
        }
        assertThat(handled).isDone();
        assertThat(failures).isEmpty();
    }

    @Test
    void publicationIsGivenUpAfterTenSeconds() {
        CompletableFuture<Void> handled = publish(full(Integer.MAX_VALUE));
        advance(9_999);
        assertThat(failures).isEmpty();
        assertThat(handled).isNotDone();
        advance(100);
        assertThat(failures).containsExactly("t EngineError");
        assertThat(handled).isDone();
        int made = attempts;
        advance(1000);
        assertThat(attempts).isEqualTo(made);
    }

    @Test
    void closedConnectionEndsRetries() {
        CompletableFuture<Void> handled = publish(full(Integer.MAX_VALUE));
        closed = true;
        advance(1);
        assertThat(handled).isDone();
        assertThat(attempts).isEqualTo(2);
        assertThat(failures).isEmpty();
    }

    @Test
    void otherFailureIsNotRetried() {
        CompletableFuture<Void> handled = publish(new Source() {
            @Override
            public CompletionStage<Void> publish(String channel, Payload data, Outcome<Position> outcome) {
                outcome.complete(null, CallException.of("NotAllowedError", "no"));
                return PROCEED;
            }
        });
        assertThat(handled).isDone();
        assertThat(failures).containsExactly("t NotAllowedError");
    }

    @Test
    void fullQueueAfterDeferredDecisionIsRetried() {
        CompletableFuture<Void> decided = new CompletableFuture<>();
        List<Outcome<Position>> outcomes = new ArrayList<>();
        CompletableFuture<Void> handled = publish(new Source() {
            @Override
            public CompletionStage<Void> publish(String channel, Payload data, Outcome<Position> outcome) {
                outcomes.add(outcome);
                return decided;
            }
        });
        outcomes.getFirst().complete(null, full());
        decided.complete(null);
        assertThat(handled).isNotDone();
        advance(1);
        outcomes.getLast().complete(null, null);
        assertThat(outcomes).hasSize(2);
        assertThat(handled).isDone();
    }

    @Test
    void lateFailureIsNotRetriedBehindLaterMessages() {
        List<Outcome<Position>> outcomes = new ArrayList<>();
        CompletableFuture<Void> handled = publish(new Source() {
            @Override
            public CompletionStage<Void> publish(String channel, Payload data, Outcome<Position> outcome) {
                outcomes.add(outcome);
                return PROCEED;
            }
        });
        assertThat(handled).isDone();
        outcomes.getFirst().complete(null, full());
        advance(100);
        assertThat(outcomes).hasSize(1);
        assertThat(failures).containsExactly("t EngineError");
    }
}
