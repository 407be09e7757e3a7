package io.heliograph.exchange;

import static io.heliograph.exchange.StubBroker.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Behavior with a broker that is slow, fails, or delivers unexpectedly. */
class BrokerTest {

    private final StubBroker broker = new StubBroker();
    private final Exchange exchange = Exchange.builder().broker(broker).build();
    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<Long> got = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    private final Subscriber recorder = new Subscriber() {
        @Override
        public void published(Publication publication) {
            got.add(publication.position().offset());
        }

        @Override
        public void gap(Gap gap) {
            gaps.add(gap);
            got.add(-gap.head().offset());
        }
    };

    @AfterEach
    void close() {
        exchange.close();
    }

    @Test
    void subscriptionStartsAtThePositionOfTheBroker() {
        CompletableFuture<ChannelSubscription> subscription = subscribe();
        assertThat(exchange.isSubscribed("news")).isTrue();
        broker.deliver("news", 6);
        broker.deliver("news", 7);
        broker.deliver("news", 8);
        loop.runReady();
        assertThat(subscription).isNotDone();
        assertThat(got).isEmpty();

        broker.subscribes.remove().complete(at(6));
        loop.runReady();
        broker.deliver("news", 9);
        loop.runReady();

        assertThat(subscription.join().position()).isEqualTo(at(6));
        assertThat(got).containsExactly(7L, 8L, 9L);
    }

    @Test
    void brokerIsSubscribedOncePerChannel() {
        subscribe();
        subscribe();
        broker.subscribes.remove().complete(at(0));
        CompletableFuture<ChannelSubscription> third = subscribe();
        loop.runReady();
        third.join().unsubscribe();
        loop.runReady();
        assertThat(broker.calls).containsExactly("subscribe news");
        assertThat(exchange.subscribers("news")).isEqualTo(2);
    }

    @Test
    void failedSubscribeFailsAllPendingSubscriptions() {
        exchange.onError(errors::add);
        CompletableFuture<ChannelSubscription> first = subscribe();
        CompletableFuture<ChannelSubscription> second = subscribe();

        broker.subscribes.remove().completeExceptionally(new IllegalStateException("no room"));
        loop.runReady();

        for (CompletableFuture<ChannelSubscription> each : List.of(first, second)) {
            assertThatThrownBy(each::join)
                    .hasCauseInstanceOf(BrokerException.class)
                    .hasMessageContaining("subscribe to 'news': java.lang.IllegalStateException: no room");
        }
        assertThat(errors).singleElement().isInstanceOf(BrokerException.class);
        assertThat(exchange.channels()).isEmpty();

        CompletableFuture<ChannelSubscription> again = subscribe();
        broker.subscribes.remove().complete(at(3));
        loop.runReady();
        assertThat(again.join().position()).isEqualTo(at(3));
    }

    @Test
    void failedPublishFailsThePublisher() {
        exchange.onError(errors::add);
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.publishes.remove().completeExceptionally(new IllegalStateException("down"));
        assertThatThrownBy(published::join).hasCauseInstanceOf(BrokerException.class);
        assertThat(errors).hasSize(1);
        assertThat(exchange.stats().drops()).containsEntry(DropReason.BROKER_FAILURE, 1L);
        assertThat(exchange.stats().published()).isZero();
    }

    @Test
    void exceptionOfTheBrokerFailsTheOperation() {
        exchange.onError(errors::add);
        broker.thrown = new IllegalStateException("broken");
        assertThat(exchange.publish("news", 1)).isCompletedExceptionally();
        assertThat(subscribe()).isCompletedExceptionally();
        assertThat(exchange.history("news", null)).isCompletedExceptionally();
        assertThat(errors).hasSize(3).allMatch(BrokerException.class::isInstance);
    }

    @Test
    void brokerOperationTimesOut() {
        StubBroker silent = new StubBroker();
        try (Exchange impatient = Exchange.builder()
                .broker(silent)
                .brokerTimeout(Duration.ofMillis(20))
                .build()) {
            impatient.onError(errors::add);
            CompletableFuture<Position> published = impatient.publish("news", 1);
            CompletableFuture<ChannelSubscription> subscription = impatient.subscribe("news", loop, publication -> {});
            for (CompletableFuture<?> each : List.of(published, subscription)) {
                assertThatThrownBy(each::join)
                        .isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(BrokerException.class)
                        .hasRootCauseInstanceOf(DeadlineExceededException.class);
            }
            await().until(() -> silent.calls.contains("unsubscribe news"));
            await().until(() -> impatient.channels().isEmpty());
        }
    }

    @Test
    void unsubscribeStopsDeliveryBeforeTheBrokerCompletes() {
        ChannelSubscription subscription = future();
        broker.deliver("news", 1);

        CompletableFuture<Void> ended = subscription.unsubscribe();
        broker.deliver("news", 2);
        loop.runReady();

        assertThat(got).isEmpty();
        assertThat(ended).isNotDone();
        assertThat(subscription.isEnded()).isTrue();
        broker.unsubscribes.remove().complete(null);
        assertThat(ended).isCompleted();
        assertThat(subscription.unsubscribe()).isCompleted();
    }

    @Test
    void failedUnsubscribeStillRemovesTheSubscriber() {
        exchange.onError(errors::add);
        CompletableFuture<Void> ended = future().unsubscribe();
        broker.unsubscribes.remove().completeExceptionally(new IllegalStateException("down"));
        assertThatThrownBy(ended::join).hasCauseInstanceOf(BrokerException.class);
        assertThat(errors).hasSize(1);
        broker.deliver("news", 1);
        loop.runReady();
        assertThat(got).isEmpty();
        assertThat(exchange.channels()).isEmpty();
    }

    @Test
    void subscribeDuringUnsubscribeWaitsForTheBroker() {
        List<String> events = new ArrayList<>();
        exchange.onSubscribed(channel -> events.add("+" + channel));
        exchange.onUnsubscribed(channel -> events.add("-" + channel));
        CompletableFuture<Void> ended = future().unsubscribe();
        CompletableFuture<ChannelSubscription> again = subscribe();
        broker.deliver("news", 1); // of the former or the new subscription
        assertThat(broker.calls).containsExactly("subscribe news", "unsubscribe news");

        broker.unsubscribes.remove().complete(null);
        assertThat(ended).isCompleted();
        broker.subscribes.remove().complete(at(1));
        broker.deliver("news", 2);
        loop.runReady();

        assertThat(again).isCompleted();
        assertThat(got).containsExactly(2L);
        assertThat(broker.calls).containsExactly("subscribe news", "unsubscribe news", "subscribe news");
        assertThat(events).containsExactly("+news", "-news", "+news");

        CompletableFuture<Void> endedAgain = again.join().unsubscribe();
        assertThat(endedAgain).isNotDone();
        broker.unsubscribes.remove().complete(null);
        assertThat(endedAgain).isCompleted();
    }

    @Test
    void publicationsBeforeRecreationAreNotDelivered() {
        future().unsubscribe();
        CompletableFuture<ChannelSubscription> again = subscribe();
        broker.deliver("news", 1); // published before the last unsubscribe completed
        broker.unsubscribes.remove().complete(null);
        Position last = new Position("f", 0);
        broker.subscribes.remove().complete(last);
        Objects.requireNonNull(broker.receiver).delivered("news", StubBroker.first("f", last));
        loop.runReady();

        assertThat(again.join().position()).isEqualTo(last);
        assertThat(got).containsExactly(1L);
    }

    @Test
    void cancelledPendingSubscriptionEndsAfterItsStart() {
        CompletableFuture<ChannelSubscription> subscription = subscribe();
        subscription.cancel(false);
        broker.subscribes.remove().complete(at(0));
        loop.runReady();
        broker.deliver("news", 1);
        loop.runReady();
        assertThat(got).isEmpty();
        assertThat(broker.calls).containsExactly("subscribe news", "unsubscribe news");
    }

    @Test
    void duplicatesAreDropped() {
        future();
        broker.deliver("news", 1);
        broker.deliver("news", 1);
        broker.deliver("news", 2);
        broker.deliver("news", 1);
        loop.runReady();
        assertThat(got).containsExactly(1L, 2L);
        assertThat(exchange.stats().drops()).containsEntry(DropReason.DUPLICATE, 2L);
        assertThat(broker.calls).containsExactly("subscribe news");
    }

    @Test
    void missingMessagesAreReadFromTheLog() {
        future();
        broker.deliver("news", 1);
        broker.deliver("news", 4);
        broker.deliver("news", 5);
        loop.runReady();
        assertThat(got).containsExactly(1L);

        broker.answerRead(StubBroker.log(2, 4));
        broker.deliver("news", 6);

        awaitGot(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(gaps).isEmpty();
        assertThat(broker.calls).containsExactly("subscribe news", "read news e:1");
    }

    @Test
    void unavailableMessagesAreAGap() {
        exchange.onError(errors::add);
        future();
        broker.deliver("news", 1);
        broker.deliver("news", 9);
        broker.answerRead(StubBroker.lost(Broker.Continuity.TRIMMED, 9));
        broker.answerRead(StubBroker.log(7, 9));
        broker.deliver("news", 10);

        awaitGot(1L, -6L, 7L, 8L, 9L, 10L);
        assertThat(gaps).containsExactly(new Gap("news", at(6), GapReason.TRIMMED));
        assertThat(exchange.stats().drops()).containsEntry(DropReason.MISSED, 5L);
        await().until(() -> errors.size() == 1);
        assertThat(errors.getFirst()).hasMessage("gap (too-old) after e:1 and before e:6 in 'news'");
    }

    @Test
    void newEpochOfTheSameLogIsNoGap() {
        future();
        broker.deliver("news", 1);
        Objects.requireNonNull(broker.receiver).delivered("news", StubBroker.first("f", at(1)));
        loop.runReady();
        assertThat(got).containsExactly(1L, 2L);
        assertThat(exchange.stats().drops()).isEmpty();
    }

    @Test
    void forkedLogIsAGap() {
        future();
        broker.deliver("news", 1);
        broker.deliver("news", 2);
        Broker.Message other = StubBroker.first("f", at(1));
        Objects.requireNonNull(broker.receiver).delivered("news", other);
        broker.answerRead(StubBroker.lost(Broker.Continuity.FORKED, 2));
        broker.answerRead(
                new Broker.Log(Broker.Continuity.COMPLETE, List.of(StubBroker.message(1), other), other.position()));
        awaitGot(1L, 2L, -1L, 2L);
        assertThat(gaps).containsExactly(new Gap("news", at(1), GapReason.FORKED));
    }

    @Test
    void publicationsBeforeConfirmationAreReadAtTheLimit() {
        StubBroker slow = new StubBroker();
        try (Exchange small =
                Exchange.builder().broker(slow).maxQueuedBytes(1000).build()) {
            CompletableFuture<ChannelSubscription> subscription = small.subscribe(
                    "news", loop, publication -> got.add(publication.position().offset()));
            for (int i = 1; i < 10; i++) {
                slow.deliver("news", i);
            }
            slow.subscribes.remove().complete(at(6));
            slow.answerRead(StubBroker.log(7, 9));
            awaitGot(7L, 8L, 9L);
            assertThat(subscription.join().position()).isEqualTo(at(6));
        }
    }

    @Test
    void brokerDeliveriesBeyondTheLimitAreDroppedAndReportedOnce() {
        StubBroker fast = new StubBroker();
        try (Exchange small =
                Exchange.builder().broker(fast).maxQueuedBytes(1000).build()) {
            small.onError(errors::add);
            List<Long> seen = new ArrayList<>();
            small.subscribe(
                    "news", loop, publication -> seen.add(publication.position().offset()));
            fast.subscribes.remove().complete(at(0));
            loop.runReady();
            for (int i = 1; i <= 20; i++) {
                fast.deliver("news", i);
            }
            await().until(() -> !errors.isEmpty());
            loop.runReady();
            assertThat(seen).hasSize(8).last().isEqualTo(8L); // 257 bytes each, up to a limit of 2000
            assertThat(small.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 12L);
            assertThat(errors).singleElement().isInstanceOf(QueueFullException.class);
            assertThat(small.stats().queuedBytes()).isZero();

            fast.deliver("news", 21);
            loop.runReady();
            assertThat(seen).hasSize(9).last().isEqualTo(21L);

            // The next overflow is reported again.
            for (int i = 22; i <= 40; i++) {
                fast.deliver("news", i);
            }
            await().until(() -> errors.size() == 2);
        }
    }

    @Test
    void publicationBetweenTwoOverflowsIsBetweenTheirGaps() {
        StubBroker fast = new StubBroker();
        try (Exchange small =
                Exchange.builder().broker(fast).maxQueuedBytes(1000).build()) {
            small.onError(errors::add);
            small.subscribe("news", loop, recorder);
            for (int i = 1; i < LoopQueue.MAX_TASK_DELIVERIES; i++) {
                small.subscribe("news", loop, publication -> {});
            }
            fast.subscribes.remove().complete(at(0));
            loop.runReady();
            for (int i = 1; i <= 12; i++) {
                fast.deliver("news", i);
            }
            // Runs after the first delivery, whose subscribers take a whole task of the event loop.
            loop.execute(() -> {
                fast.deliver("news", 13);
                fast.deliver("news", 14);
            });
            loop.runReady();
            assertThat(got).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, -12L, 13L, -14L);
        }
    }

    @Test
    void droppedDeliveriesAreAGap() {
        StubBroker fast = new StubBroker();
        try (Exchange small =
                Exchange.builder().broker(fast).maxQueuedBytes(1000).build()) {
            small.onError(errors::add);
            small.subscribe("news", loop, recorder);
            fast.subscribes.remove().complete(at(0));
            small.subscribe("other", loop, publication -> {});
            fast.subscribes.remove().complete(at(0));
            loop.runReady();
            for (int i = 1; i <= 12; i++) {
                fast.deliver("news", i);
            }
            loop.runReady();
            assertThat(got).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, -12L);

            // The gap was reported; further dropped publications are another one.
            for (int i = 1; i <= 8; i++) {
                fast.deliver("other", i);
            }
            fast.deliver("news", 13);
            fast.deliver("news", 14);
            loop.runReady();
            fast.deliver("news", 15);
            loop.runReady();
            assertThat(got).endsWith(-12L, -14L, 15L);
            for (int i = 16; i <= 24; i++) {
                fast.deliver("news", i);
            }
            loop.runReady();
            assertThat(got).endsWith(22L, 23L, -24L);
            assertThat(gaps).extracting(Gap::reason).containsOnly(GapReason.QUEUE_FULL);
        }
    }

    @Test
    void failuresOfTheBrokerReachTheErrorListeners() {
        exchange.onError(errors::add);
        Objects.requireNonNull(broker.receiver).failed(new IllegalStateException("connection lost"));
        await().until(() -> errors.size() == 1);
        assertThat(errors.getFirst()).hasMessage("connection lost");
    }

    @Test
    void closeFailsPendingOperationsAndClosesTheBroker() {
        CompletableFuture<ChannelSubscription> subscription = subscribe();
        CompletableFuture<Position> published = exchange.publish("news", 1);
        CompletableFuture<History> history = exchange.history("news", null);
        exchange.close();
        for (CompletableFuture<?> each : List.of(subscription, published, history)) {
            assertThatThrownBy(each::join).hasCauseInstanceOf(ClosedException.class);
        }
        assertThat(broker.calls).last().isEqualTo("close");
        broker.deliver("news", 1);
        assertThat(subscribe()).isCompletedExceptionally();
        assertThat(exchange.publish("news", 1)).isCompletedExceptionally();
        exchange.close();
        assertThat(broker.calls).containsOnlyOnce("close");
    }

    /** Runs the event loop until the subscriber has received these offsets; a gap counts as its negative head. */
    private void awaitGot(Long... expected) {
        await().untilAsserted(() -> {
            loop.runReady();
            assertThat(got).containsExactly(expected);
        });
    }

    private CompletableFuture<ChannelSubscription> subscribe() {
        return exchange.subscribe("news", loop, recorder);
    }

    private ChannelSubscription future() {
        CompletableFuture<ChannelSubscription> subscription = subscribe();
        broker.subscribes.remove().complete(at(0));
        loop.runReady();
        return subscription.join();
    }
}
