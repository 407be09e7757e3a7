package io.heliograph.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class SubscribedStreamTest {

    private static final Pausable NEVER_PAUSED = new Pausable() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}
    };

    private final CompletableFuture<Void> answer = new CompletableFuture<>();
    private final StreamSource<String> source =
            new StreamSource<String>("events", 10, NEVER_PAUSED, () -> {}).subscribed(answer);
    private final EventStream<String> stream = source.stream();

    @Test
    void subscribedCompletesWithTheAnswerOfThePeer() {
        assertThat(stream.subscribed()).isNotDone();
        answer.complete(null);
        assertThat(stream.subscribed()).isCompleted();
    }

    @Test
    void refusalFailsTheStreamAfterItsEvents() {
        Iterator<String> events = stream.iterator();
        source.emit("a");
        answer.completeExceptionally(new IllegalStateException("log in first"));
        assertThat(events.next()).isEqualTo("a");
        assertThatThrownBy(events::hasNext).hasMessage("log in first");
        assertThat(stream.subscribed()).isCompletedExceptionally();
    }

    @Test
    void refusalOfADependentFutureFailsTheStreamWithItsCause() {
        answer.completeExceptionally(new CompletionException(new IllegalStateException("log in first")));
        assertThatThrownBy(() -> stream.iterator().hasNext()).hasMessage("log in first");
    }

    @Test
    void callerCannotCompleteTheFutureOfOthers() {
        stream.subscribed().complete(null);
        assertThat(stream.subscribed()).isNotDone();
    }

    @Test
    void subscriptionOfAListenerWithoutPeerIsSubscribed() {
        Subscription subscription = () -> {};
        assertThat(subscription.subscribed()).isCompleted();
    }
}
