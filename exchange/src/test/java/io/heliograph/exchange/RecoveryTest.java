package io.heliograph.exchange;

import static io.heliograph.exchange.StubBroker.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recovery of subscribers from the recent publications and from the log of the broker. */
class RecoveryTest {

    private final StubBroker broker = new StubBroker();
    private final Exchange exchange = Exchange.builder()
            .broker(broker)
            .maxQueuedBytes(20 * 257)
            .maxRecovered(12)
            .build();
    private final ManualEventLoop loop = ManualEventLoop.create();
    private int nextBehindFrom = Integer.MAX_VALUE;

    /** Subscriber that records its recovery, offsets and gaps in order. */
    private final class Recorder implements Subscriber {
        final List<String> log = new ArrayList<>();
        final CompletableFuture<ChannelSubscription> subscription;

        /** Number of log entries from which this subscriber is behind. */
        int behindFrom = nextBehindFrom;

        Recorder(Position after) {
            subscription = exchange.subscribe("news", loop, this, after);
            subscription.whenComplete((started, failure) -> log.add(
                    failure != null
                            ? failure.getClass().getSimpleName()
                            : switch (started.recovery()) {
                                case Recovery.NotAsked notAsked -> "not asked";
                                case Recovery.Recovered recovered -> "recovered " + recovered.count();
                                case Recovery.Lost lost -> "lost " + lost.reason();
                            }));
            loop.runReady();
        }

        @Override
        public void published(Publication publication) {
            log.add(publication.position().toString());
        }

        @Override
        public boolean isBehind() {
            return log.size() >= behindFrom;
        }

        @Override
        public void gap(Gap gap) {
            log.add("gap " + gap.reason() + " " + gap.head());
        }

        void awaitLog(String... expected) {
            await().untilAsserted(() -> {
                loop.runReady();
                assertThat(log).containsExactly(expected);
            });
        }
    }

    @AfterEach
    void close() {
        exchange.close();
    }

    private void join(long head) {
        exchange.subscribe("news", loop, publication -> {});
        broker.subscribes.remove().complete(at(head));
        loop.runReady();
    }

    private void deliver(long from, long to) {
        for (long offset = from; offset <= to; offset++) {
            broker.deliver("news", offset);
        }
        loop.runReady();
    }

    @Test
    void recentPublicationsNeedNoRead() {
        join(5);
        deliver(6, 9);
        Recorder start = new Recorder(at(5));
        Recorder middle = new Recorder(at(7));
        Recorder end = new Recorder(at(9));
        deliver(10, 10);
        start.awaitLog("recovered 4", "e:6", "e:7", "e:8", "e:9", "e:10");
        middle.awaitLog("recovered 2", "e:8", "e:9", "e:10");
        end.awaitLog("recovered 0", "e:10");
        assertThat(broker.reads).isEmpty();
        assertThat(middle.subscription.join().position()).isEqualTo(at(9));
        assertThat(middle.subscription.join().recovered()).isTrue();
    }

    @Test
    void publicationsBeforeAGapAreNotRecent() {
        exchange.onError(error -> {});
        join(3);
        deliver(4, 4);
        broker.deliver("news", 9);
        broker.answerRead(StubBroker.lost(Broker.Continuity.TRIMMED, 9));
        broker.answerRead(StubBroker.log(8, 9));
        await().until(() -> exchange.stats().drops().containsKey(DropReason.MISSED));
        loop.runReady();
        Recorder recorder = new Recorder(at(3));
        broker.answerRead(StubBroker.lost(Broker.Continuity.TRIMMED, 9));
        recorder.awaitLog("lost too-old");
        Recorder afterGap = new Recorder(at(7));
        afterGap.awaitLog("recovered 2", "e:8", "e:9");
    }

    @Test
    void recentPublicationsEndWithTheSubscription() {
        CompletableFuture<ChannelSubscription> subscription = exchange.subscribe("news", loop, publication -> {});
        broker.subscribes.remove().complete(at(0));
        loop.runReady();
        deliver(1, 3);
        assertThat(((DefaultExchange) exchange).recentBytes).hasValue(3 * 257);
        subscription.join().unsubscribe();
        assertThat(((DefaultExchange) exchange).recentBytes).hasValue(0);
    }

    @Test
    void recoveriesThatWaitTogetherShareOneRead() {
        join(9);
        Recorder first = new Recorder(at(3));
        // The others wait for the read of the first.
        Recorder second = new Recorder(at(6));
        Recorder third = new Recorder(at(4));
        Recorder fourth = new Recorder(at(4));
        broker.answerRead(StubBroker.log(4, 9));
        broker.answerRead(StubBroker.log(5, 9));
        first.awaitLog("recovered 6", "e:4", "e:5", "e:6", "e:7", "e:8", "e:9");
        second.awaitLog("recovered 3", "e:7", "e:8", "e:9");
        third.awaitLog("recovered 5", "e:5", "e:6", "e:7", "e:8", "e:9");
        fourth.awaitLog("recovered 5", "e:5", "e:6", "e:7", "e:8", "e:9");
        assertThat(broker.calls).containsExactly("subscribe news", "read news e:3", "read news e:4");
    }

    @Test
    void logIsReadInPagesUpToTheStart() {
        join(9);
        Recorder recorder = new Recorder(at(3));
        broker.answerRead(new Broker.Log(
                Broker.Continuity.PARTIAL, List.of(StubBroker.message(4), StubBroker.message(5)), at(5)));
        // The log may be newer than the subscription.
        broker.answerRead(StubBroker.log(6, 11));
        deliver(10, 11);
        recorder.awaitLog("recovered 6", "e:4", "e:5", "e:6", "e:7", "e:8", "e:9", "e:10", "e:11");
        assertThat(broker.calls).containsExactly("subscribe news", "read news e:3", "read news e:5");
    }

    @Test
    void publicationsDuringRecoveryFollowTheMissedOnes() {
        join(3);
        Recorder recorder = new Recorder(at(1));
        deliver(4, 5);
        assertThat(recorder.log).isEmpty();
        long before = exchange.stats().delivered();
        broker.answerRead(StubBroker.log(2, 4));
        recorder.awaitLog("recovered 2", "e:2", "e:3", "e:4", "e:5");
        assertThat(exchange.stats().delivered() - before).isEqualTo(4);
        deliver(6, 6);
        recorder.awaitLog("recovered 2", "e:2", "e:3", "e:4", "e:5", "e:6");
    }

    @Test
    void missedPublicationsWaitForSubscriberThatIsBehind() {
        join(5);
        deliver(6, 9);
        Recorder recorder = behindFrom(3, at(5));
        assertThat(recorder.log).containsExactly("recovered 4", "e:6", "e:7");
        deliver(10, 10);
        loop.advance(Duration.ofSeconds(5));
        assertThat(recorder.log).hasSize(3);
        recorder.behindFrom = 5;
        loop.advance(Duration.ofMillis(50));
        assertThat(recorder.log).containsExactly("recovered 4", "e:6", "e:7", "e:8", "e:9");
        recorder.behindFrom = Integer.MAX_VALUE;
        loop.advance(Duration.ofMillis(50));
        deliver(11, 11);
        assertThat(recorder.log).containsExactly("recovered 4", "e:6", "e:7", "e:8", "e:9", "e:10", "e:11");
    }

    @Test
    void subscriberThatStaysBehindReceivesTheRestAfterTenSeconds() {
        join(5);
        deliver(6, 9);
        Recorder recorder = behindFrom(2, at(5));
        loop.advance(Duration.ofMillis(9_900));
        assertThat(recorder.log).hasSize(2);
        loop.advance(Duration.ofMillis(200));
        assertThat(recorder.log).containsExactly("recovered 4", "e:6", "e:7", "e:8", "e:9");
    }

    @Test
    void subscriptionThatEndsWhileBehindLeavesNoTimer() {
        join(5);
        deliver(6, 9);
        Recorder recorder = behindFrom(2, at(5));
        recorder.subscription.join().unsubscribe();
        loop.advance(Duration.ofSeconds(1));
        assertThat(recorder.log).hasSize(2);
        assertThat(loop.timers()).isZero();
    }

    private Recorder behindFrom(int entries, Position after) {
        nextBehindFrom = entries;
        return new Recorder(after);
    }

    @Test
    void impossibleRecoveryBeginsWithTheNextPublication() {
        join(9);
        Recorder trimmed = new Recorder(at(2));
        Recorder older = new Recorder(at(1));
        Recorder later = new Recorder(at(7));
        Recorder foreign = new Recorder(new Position("f", 8));
        broker.answerRead(StubBroker.lost(Broker.Continuity.TRIMMED, 9));
        broker.answerRead(StubBroker.lost(Broker.Continuity.TRIMMED, 9));
        broker.answerRead(StubBroker.log(8, 9));
        broker.answerRead(StubBroker.lost(Broker.Continuity.FORKED, 9));
        deliver(10, 10);
        trimmed.awaitLog("lost too-old", "e:10");
        older.awaitLog("lost too-old", "e:10");
        later.awaitLog("recovered 2", "e:8", "e:9", "e:10");
        foreign.awaitLog("lost forked", "e:10");
        assertThat(trimmed.subscription.join().recovered()).isFalse();
    }

    @Test
    void forkedPositionEndsAllLaterOnesOfItsEpoch() {
        join(9);
        Recorder first = new Recorder(at(4));
        Recorder second = new Recorder(new Position("f", 5));
        Recorder third = new Recorder(new Position("f", 7));
        broker.answerRead(StubBroker.lost(Broker.Continuity.UNKNOWN, 9));
        broker.answerRead(StubBroker.lost(Broker.Continuity.FORKED, 9));
        first.awaitLog("lost engine-lost-state");
        second.awaitLog("lost forked");
        third.awaitLog("lost forked");
        assertThat(broker.reads).isEmpty();
    }

    private void deliver(String epoch, Position previous, long number) {
        Position position = new Position(epoch, previous.offset() + 1);
        Objects.requireNonNull(broker.receiver)
                .delivered(
                        "news",
                        new Broker.Message(position, previous, null, new PublicationId("p", number), null, null));
        loop.runReady();
    }

    @Test
    void messagePublishedAgainReachesThoseThatJoinedAfterTheFork() {
        join(9);
        Recorder before = new Recorder(at(9));
        deliver("e", at(9), 1);
        deliver("f", new Position("f", 20), 9);
        broker.answerRead(StubBroker.lost(Broker.Continuity.FORKED, 9));
        broker.answerRead(StubBroker.lost(Broker.Continuity.COMPLETE, 9));
        before.awaitLog("recovered 0", "e:10", "gap forked e:9");
        Recorder after = new Recorder(at(9));
        deliver("f", at(9), 1);
        Position repeated = new Position("f", 10);
        deliver("f", repeated, 3);
        Recorder later = new Recorder(at(9));
        before.awaitLog("recovered 0", "e:10", "gap forked e:9", "f:11");
        after.awaitLog("recovered 0", "f:10", "f:11");
        later.awaitLog("recovered 2", "f:10", "f:11");
    }

    @Test
    void failedReadIsALostRecovery() {
        exchange.onError(error -> {});
        join(9);
        Recorder recorder = new Recorder(at(4));
        broker.nextRead().completeExceptionally(new IllegalStateException("down"));
        deliver(10, 10);
        recorder.awaitLog("lost unavailable", "e:10");
    }

    @Test
    void startThatIsNotInTheLogIsALostRecovery() {
        join(9);
        Recorder recorder = new Recorder(at(4));
        broker.answerRead(StubBroker.log(5, 7));
        recorder.awaitLog("lost forked");
    }

    @Test
    void positionAfterTheStartSkipsWhatTheSubscriberHas() {
        join(5);
        Recorder recorder = new Recorder(at(8));
        deliver(6, 6);
        broker.answerRead(StubBroker.log(9, 8));
        recorder.awaitLog("recovered 0");
        deliver(7, 10);
        recorder.awaitLog("recovered 0", "e:9", "e:10");
    }

    @Test
    void recoveryOfTooManyIsLost() {
        join(40);
        Recorder many = new Recorder(at(20));
        broker.answerRead(StubBroker.log(21, 40));
        many.awaitLog("lost too-many");

        Recorder first = new Recorder(at(20));
        Recorder alsoMany = new Recorder(at(20));
        Recorder few = new Recorder(at(29));
        broker.answerRead(StubBroker.log(21, 40));
        broker.answerRead(StubBroker.log(21, 40));
        broker.answerRead(StubBroker.log(30, 40));
        first.awaitLog("lost too-many");
        alsoMany.awaitLog("lost too-many");
        few.awaitLog(
                "recovered 11", "e:30", "e:31", "e:32", "e:33", "e:34", "e:35", "e:36", "e:37", "e:38", "e:39", "e:40");
    }

    @ParameterizedTest
    @CsvSource({"5, 1000000", "1000, 1400"})
    void recoveryIsLimitedInNumberAndBytes(int maxRecovered, int maxQueuedBytes) {
        StubBroker limited = new StubBroker();
        try (Exchange small = Exchange.builder()
                .broker(limited)
                .maxRecovered(maxRecovered)
                .maxQueuedBytes(maxQueuedBytes)
                .build()) {
            for (long after : List.of(4L, 3L)) {
                CompletableFuture<ChannelSubscription> subscription =
                        small.subscribe("news", loop, publication -> {}, at(after));
                limited.subscribes.forEach(answer -> answer.complete(at(9)));
                loop.runReady();
                limited.answerRead(StubBroker.log(after + 1, 9));
                loop.runReady();
                assertThat(subscription.join().recovery())
                        .isEqualTo(after == 4 ? new Recovery.Recovered(5) : new Recovery.Lost(GapReason.TOO_MANY));
            }
        }
    }

    @Test
    void recoveryIsLostIfALaterPageCannotBeRead() {
        exchange.onError(error -> {});
        join(9);
        Broker.Log page = new Broker.Log(Broker.Continuity.PARTIAL, List.of(StubBroker.message(4)), at(4));
        Recorder failed = new Recorder(at(3));
        broker.answerRead(page);
        broker.nextRead().completeExceptionally(new IllegalStateException("down"));
        failed.awaitLog("lost unavailable");
        Recorder trimmed = new Recorder(at(3));
        broker.answerRead(page);
        broker.answerRead(StubBroker.lost(Broker.Continuity.TRIMMED, 9));
        trimmed.awaitLog("lost too-old");
        Recorder next = new Recorder(at(8));
        broker.answerRead(StubBroker.log(9, 9));
        next.awaitLog("recovered 1", "e:9");
    }

    @Test
    void overflowDuringRecoveryIsAGap() {
        join(3);
        Recorder recorder = new Recorder(at(2));
        deliver(4, 15);
        deliver(16, 30);
        broker.answerRead(StubBroker.log(3, 3));
        await().until(() -> {
            loop.runReady();
            return !recorder.log.isEmpty();
        });
        assertThat(recorder.log).startsWith("recovered 1", "e:3", "e:4").endsWith("e:22", "gap queue-full e:30");
        deliver(31, 31);
        assertThat(recorder.log).endsWith("gap queue-full e:30", "e:31");
        assertThat(exchange.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 8L);
    }

    @Test
    void gapDuringRecoveryKeepsItsPlace() {
        join(3);
        Recorder recorder = new Recorder(at(2));
        deliver(4, 4);
        broker.deliver("news", 9);
        CompletableFuture<Broker.Log> recovery = broker.nextRead();
        broker.answerRead(StubBroker.lost(Broker.Continuity.TRIMMED, 9));
        broker.answerRead(StubBroker.log(8, 9));
        await().until(() -> exchange.stats().drops().containsKey(DropReason.MISSED));
        loop.runReady();
        recovery.complete(StubBroker.log(3, 3));
        recorder.awaitLog("recovered 1", "e:3", "e:4", "gap too-old e:7", "e:8", "e:9");
    }

    @Test
    void cancelledRecoveryDeliversNothing() {
        join(3);
        Recorder recorder = new Recorder(at(1));
        recorder.subscription.cancel(false);
        recorder.log.clear();
        broker.answerRead(StubBroker.log(2, 3));
        await().until(() -> {
            loop.runReady();
            return exchange.subscribers("news") == 1;
        });
        deliver(4, 4);
        assertThat(recorder.log).isEmpty();
    }

    @Test
    void unsubscribeDuringTheCatchUpStopsIt() {
        join(5);
        deliver(6, 9);
        List<Long> got = new ArrayList<>();
        List<ChannelSubscription> started = new ArrayList<>();
        exchange.subscribe(
                        "news",
                        loop,
                        publication -> {
                            got.add(publication.position().offset());
                            if (publication.position().offset() == 7) {
                                started.getFirst().unsubscribe();
                            }
                        },
                        at(5))
                .thenAccept(started::add);
        loop.runReady();
        deliver(10, 10);
        assertThat(got).containsExactly(6L, 7L);
    }

    @Test
    void closeFailsPendingRecoveries() {
        join(3);
        Recorder recorder = new Recorder(at(1));
        exchange.close();
        loop.runReady();
        assertThatThrownBy(recorder.subscription::join).hasCauseInstanceOf(ClosedException.class);
    }

    @Test
    void longRecoveryYieldsTheEventLoop() {
        int count = LoopQueue.MAX_TASK_DELIVERIES + 10;
        StubBroker large = new StubBroker();
        try (Exchange roomy = Exchange.builder().broker(large).build()) {
            List<Long> got = new ArrayList<>();
            roomy.subscribe(
                    "news", loop, publication -> got.add(publication.position().offset()), at(0));
            large.subscribes.remove().complete(at(count));
            loop.runReady();
            large.answerRead(StubBroker.log(1, count));
            int[] atOther = new int[1];
            loop.execute(() -> atOther[0] = got.size());
            loop.runReady();
            assertThat(got).hasSize(count);
            assertThat(atOther[0]).isEqualTo(LoopQueue.MAX_TASK_DELIVERIES);
        }
    }
}
