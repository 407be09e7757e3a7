package io.heliograph.exchange;

import static io.heliograph.exchange.StubBroker.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Completion of publish, and comparison with a broker that loses messages. */
class PublishTest {

    private final StubBroker broker = new StubBroker();
    private final Exchange exchange = Exchange.builder()
            .broker(broker)
            .brokerTimeout(Duration.ofSeconds(90))
            .healthTimeout(Duration.ofMillis(40))
            .build();
    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<Long> got = new ArrayList<>();

    @AfterEach
    void close() {
        exchange.close();
    }

    private void join() {
        exchange.subscribe(
                "news", loop, publication -> got.add(publication.position().offset()));
        broker.subscribes.remove().complete(at(0));
        loop.runReady();
    }

    @Test
    void publishWaitsForTheOwnSubscribers() {
        join();
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.publishes.remove().complete(at(2));
        assertThat(published).isNotDone();
        broker.deliver("news", 1);
        assertThat(published).isNotDone();
        broker.deliver("news", 2);
        assertThat(published.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(at(2));
        assertThat(exchange.stats().published()).isEqualTo(1);
    }

    @Test
    void completedOperationsAreForgotten() {
        join();
        Operations operations = ((DefaultExchange) exchange).broker.operations;
        CompletableFuture<Position> published = exchange.publish("news", 1);
        assertThat(operations.size()).isEqualTo(1);
        broker.publishes.remove().complete(at(1));
        assertThat(operations.size()).isEqualTo(1); // waits for the delivery
        broker.deliver("news", 1);
        published.orTimeout(30, TimeUnit.SECONDS).join();
        assertThat(operations.size()).isZero();
    }

    @Test
    void publishDoesNotWaitAfterTheDelivery() {
        join();
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.deliver("news", 1);
        broker.publishes.remove().complete(at(1));
        assertThat(published).isCompletedWithValue(at(1));
    }

    @Test
    void publishDoesNotWaitWithoutSubscribers() {
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.publishes.remove().complete(at(1));
        assertThat(published).isCompletedWithValue(at(1));
    }

    @Test
    void publishOnAnEventLoopCompletesAfterTheDelivery() {
        join();
        List<CompletableFuture<Position>> published = new ArrayList<>();
        loop.execute(() -> {
            published.add(exchange.publish("news", 1));
            published.getFirst().thenRun(() -> got.add(loop.inLoop() ? 100L : -100L));
        });
        loop.runReady();
        broker.publishes.remove().complete(at(1));
        broker.deliver("news", 1);
        loop.runReady();
        assertThat(got).containsExactly(1L, 100L);
    }

    @Test
    void gapReleasesThePublisher() {
        join();
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.publishes.remove().complete(at(5));
        broker.deliver("news", 4);
        broker.answerRead(StubBroker.lost(Broker.Continuity.UNKNOWN, 4));
        broker.answerRead(StubBroker.log(4, 4));
        assertThat(published.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(at(5));
    }

    @Test
    void lastUnsubscribeReleasesThePublisher() {
        CompletableFuture<ChannelSubscription> subscription = exchange.subscribe("news", loop, publication -> {});
        broker.subscribes.remove().complete(at(0));
        loop.runReady();
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.publishes.remove().complete(at(1));
        assertThat(published).isNotDone();
        subscription.join().unsubscribe();
        assertThat(published.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(at(1));
    }

    @Test
    void publisherOfAnUndeliveredMessageIsReleasedInTime() {
        StubBroker silent = new StubBroker();
        try (Exchange impatient = Exchange.builder()
                .broker(silent)
                .brokerTimeout(Duration.ofMillis(50))
                .build()) {
            impatient.subscribe("news", loop, publication -> {});
            silent.subscribes.remove().complete(at(0));
            loop.runReady();
            CompletableFuture<Position> published = impatient.publish("news", 1);
            silent.publishes.remove().complete(at(1));
            assertThat(published.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(at(1));
        }
    }

    @Test
    void lateOwnPublicationIsCompared() {
        join();
        broker.differing.add("news");
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.publishes.remove().complete(at(1));
        broker.answerRead(StubBroker.log(1, 1));
        assertThat(published.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(at(1));
        assertThat(broker.checks).isNotEmpty();
        loop.runReady();
        assertThat(got).containsExactly(1L);
    }

    @Test
    void possiblyLostChannelsThatDifferAreRead() {
        join();
        broker.differing.add("news");
        receiver().possiblyLost(List.of("news", "unknown"));
        broker.answerRead(StubBroker.log(1, 2));
        awaitGot(1L, 2L);
        assertThat(broker.checks).containsExactly(Map.of("news", at(0)));
    }

    @Test
    void possiblyLostChannelThatIsEqualIsNotRead() {
        join();
        receiver().possiblyLost(List.of("news"));
        await().until(() -> broker.checks.size() == 1);
        broker.deliver("news", 1);
        loop.runReady();
        assertThat(got).containsExactly(1L);
        assertThat(broker.reads).isEmpty();
    }

    @Test
    void failedReadIsRepeatedWhenTheBrokerIsBack() {
        exchange.onError(error -> {});
        List<BrokerState> states = new ArrayList<>();
        exchange.onBrokerState(states::add);
        join();
        broker.deliver("news", 3);
        broker.nextRead().completeExceptionally(new IllegalStateException("down"));
        receiver().stateChanged(BrokerState.DISCONNECTED);
        await().until(() -> states.size() == 1);
        assertThat(broker.reads).isEmpty();
        receiver().stateChanged(BrokerState.CONNECTED);
        broker.answerRead(StubBroker.log(1, 3));
        awaitGot(1L, 2L, 3L);
        assertThat(states).containsExactly(BrokerState.DISCONNECTED, BrokerState.CONNECTED);
        assertThat(exchange.brokerState()).isEqualTo(BrokerState.CONNECTED);
    }

    @Test
    void quietChannelsAreComparedPeriodically() {
        StubBroker quiet = new StubBroker();
        try (Exchange checked = Exchange.builder()
                .broker(quiet)
                .checkInterval(Duration.ofMillis(20))
                .build()) {
            checked.subscribe(
                    "news", loop, publication -> got.add(publication.position().offset()));
            quiet.subscribes.remove().complete(at(0));
            loop.runReady();
            await().until(() -> quiet.checks.size() > 1);
            quiet.differing.add("news");
            quiet.answerRead(StubBroker.log(1, 1));
            quiet.differing.clear();
            awaitGot(1L);
        }
    }

    @Test
    void comparisonsAreLimitedPerCallAndTime() {
        List<String> names = IntStream.range(0, 2500).mapToObj(i -> "c" + i).toList();
        for (String name : names) {
            exchange.subscribe(name, loop, publication -> {});
            broker.subscribes.remove().complete(at(0));
        }
        receiver().possiblyLost(names);
        await().until(() -> broker.checks.stream().mapToInt(Map::size).sum() == 2500);
        assertThat(broker.checks).extracting(Map::size).containsExactly(512, 512, 512, 464, 500);
        long pause = broker.checkTimes.get(4) - broker.checkTimes.get(3);
        assertThat(pause).isGreaterThan(Duration.ofMillis(90).toNanos());
    }

    @Test
    void failedComparisonIsRepeatedPeriodically() {
        StubBroker failing = new StubBroker();
        try (Exchange checked = Exchange.builder()
                .broker(failing)
                .checkInterval(Duration.ofMillis(100))
                .build()) {
            checked.onError(error -> {});
            checked.subscribe("news", loop, publication -> {});
            failing.subscribes.remove().complete(at(0));
            loop.runReady();
            failing.deliver("news", 1);
            failing.thrown = new IllegalStateException("down");
            Objects.requireNonNull(failing.receiver).possiblyLost(List.of("news"));
            await().until(() -> !failing.checks.isEmpty());
            failing.thrown = null;
            int failed = failing.checks.size();
            await().until(() -> failing.checks.size() > failed);
            assertThat(failing.checks.getLast()).containsExactly(Map.entry("news", at(1)));
        }
    }

    @Test
    void channelWithMessagesIsNotQuiet() {
        join();
        LocalChannel channel = Objects.requireNonNull(((DefaultExchange) exchange).channelOrNull("news"));
        assertThat(channel.isQuiet()).isTrue();
        broker.deliver("news", 1);
        assertThat(channel.isQuiet()).isFalse();
        assertThat(channel.isQuiet()).isTrue();
    }

    @Test
    void channelIsNotQuietBeforeItHasJoined() {
        exchange.subscribe("news", loop, publication -> {});
        LocalChannel channel = Objects.requireNonNull(((DefaultExchange) exchange).channelOrNull("news"));
        assertThat(channel.isQuiet()).isFalse();
        assertThat(channel.isQuiet()).isFalse();
        broker.subscribes.remove().complete(at(0));
        assertThat(channel.isQuiet()).isTrue();
    }

    @Test
    void comparisonEndsWithTheExchange() {
        exchange.close();
        Checks checks = new Checks((DefaultExchange) exchange, Duration.ofDays(1));
        checks.compare(List.of("news"));
        checks.resume();
        assertThat(broker.checks).isEmpty();
    }

    @Test
    void readsOfChannelsThatWereLeftAreNotDelivered() {
        CompletableFuture<ChannelSubscription> subscription = exchange.subscribe(
                "news", loop, publication -> got.add(publication.position().offset()));
        broker.subscribes.remove().complete(at(0));
        loop.runReady();
        broker.deliver("news", 3);
        CompletableFuture<Broker.Log> read = broker.nextRead();
        subscription.join().unsubscribe();
        broker.unsubscribes.remove().complete(null);
        exchange.subscribe(
                "news", loop, publication -> got.add(publication.position().offset()));
        broker.subscribes.remove().complete(at(7));
        loop.runReady();
        read.complete(StubBroker.log(1, 3));
        broker.deliver("news", 8);
        loop.runReady();
        assertThat(got).containsExactly(8L);
    }

    @Test
    void unsentIsReported() {
        CompletableFuture<Position> published = exchange.publish("news", 1);
        broker.publishes
                .remove()
                .completeExceptionally(new ClosedException("not connected", new CloseReason.Local(), true));
        assertThatThrownBy(published::join)
                .cause()
                .isInstanceOfSatisfying(
                        BrokerException.class,
                        failure -> assertThat(failure.unsent()).isTrue());
        CompletableFuture<Position> unknown = exchange.publish("news", 1);
        broker.publishes.remove().completeExceptionally(new IllegalStateException("no answer"));
        assertThatThrownBy(unknown::join)
                .cause()
                .isInstanceOfSatisfying(
                        BrokerException.class,
                        failure -> assertThat(failure.unsent()).isFalse());
    }

    @Test
    void drainReachesTheBroker() {
        exchange.drain().join();
        assertThat(broker.calls).containsExactly("drain");
    }

    @Test
    void namesOfTheEngineAreRefused() {
        for (String name : List.of("\u0000commands", "\u0001news")) {
            assertThatThrownBy(() -> exchange.publish(name, 1).join())
                    .hasCauseInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("begins with U+000");
        }
        assertThat(broker.calls).isEmpty();
    }

    private Broker.Receiver receiver() {
        return Objects.requireNonNull(broker.receiver);
    }

    private void awaitGot(Long... expected) {
        await().untilAsserted(() -> {
            loop.runReady();
            assertThat(got).containsExactly(expected);
        });
    }
}
