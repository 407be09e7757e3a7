package io.heliograph.exchange;

import static io.heliograph.exchange.StubBroker.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.testkit.ManualEventLoop;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions by pattern. */
class PatternTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<String> log = new ArrayList<>();

    private final Subscriber recorder = new Subscriber() {
        @Override
        public void published(Publication publication) {
            log.add(publication.channel() + "=" + publication.data().text());
        }

        @Override
        public void gap(Gap gap) {
            log.add("gap " + gap.channel() + " " + gap.reason());
        }
    };

    private static List<ChannelPattern> patterns(String... texts) {
        return Stream.of(texts).map(ChannelPattern::of).toList();
    }

    private static void sweep(Exchange exchange, int times) {
        for (int i = 0; i < times; i++) {
            ((DefaultExchange) exchange).patterns.sweep();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "news, news, true",
        "news, newsx, false",
        "news, new, false",
        "news, news/a, false",
        "a/*, a/b, true",
        "a/*, a, false",
        "a/*, a/, true",
        "a/*, a/b/c, false",
        "a/*/c, a/b/c, true",
        "a/*/c, a/b/d, false",
        "*, a, true",
        "*, a/b, false",
        "**, a/b/c, true",
        "a/**, a, true",
        "a/**, a/b/c, true",
        "a/**, ab, false",
        "a/*/**, a, false",
        "a/*/**, a/b, true"
    })
    void patternMatchesByLevel(String pattern, String channel, boolean matches) {
        assertThat(ChannelPattern.of(pattern).matches(channel)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a*", "**/a", "a/**/b", "a/***", "a/b*/c"})
    void malformedPatternIsRejected(String pattern) {
        assertThatThrownBy(() -> ChannelPattern.of(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pattern: '" + pattern + "' (expected: * as a whole level, ** at the end only)");
    }

    @Test
    void firstPublicationOfAMatchingChannelIsDelivered() {
        try (Exchange exchange = Exchange.inMemory()) {
            exchange.publish("jobs/0", 0);
            exchange.subscribeMatching(patterns("jobs/*", "log/**"), loop, recorder);
            exchange.publish("jobs/1", 1);
            exchange.publish("log/a/b", 2);
            exchange.publish("other", 3);
            exchange.publish("jobs/1", 4);
            loop.runReady();
            assertThat(log).containsExactly("jobs/1=1", "log/a/b=2", "jobs/1=4");
            assertThat(exchange.channels()).containsExactlyInAnyOrder("jobs/1", "log/a/b");
        }
    }

    @Test
    void subscribedChannelsAreIncluded() {
        try (Exchange exchange = Exchange.inMemory()) {
            exchange.subscribe("jobs/1", loop, publication -> {});
            exchange.subscribeMatching(patterns("jobs/*"), loop, recorder);
            exchange.subscribe("jobs/2", loop, publication -> {});
            loop.runReady();
            assertThat(exchange.subscribers("jobs/1")).isEqualTo(2);
            assertThat(exchange.subscribers("jobs/2")).isEqualTo(2);
            exchange.publish("jobs/1", 1);
            loop.runReady();
            assertThat(log).containsExactly("jobs/1=1");
        }
    }

    @Test
    void twoPatternSubscriptionsReceiveTheSame() {
        try (Exchange exchange = Exchange.inMemory()) {
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            exchange.publish("jobs/1", 1);
            exchange.subscribeMatching(patterns("jobs/**", "jobs/1"), loop, recorder);
            exchange.publish("jobs/1", 2);
            loop.runReady();
            assertThat(log).containsExactly("jobs/1=1", "jobs/1=2", "jobs/1=2");
        }
    }

    @Test
    void closedPatternSubscriptionReceivesNothing() {
        try (Exchange exchange = Exchange.inMemory()) {
            Subscription subscription = exchange.subscribeMatching(patterns("**"), loop, recorder);
            exchange.publish("jobs/1", 1);
            loop.runReady();
            subscription.close();
            subscription.close();
            assertThat(((DefaultExchange) exchange).patterns.opened()).isZero();
            exchange.publish("jobs/1", 2);
            exchange.publish("jobs/2", 3);
            loop.runReady();
            assertThat(log).containsExactly("jobs/1=1");
            assertThat(exchange.channels()).isEmpty();
        }
    }

    @Test
    void patternSubscriptionClosedWhileAChannelOpensEnds() {
        try (Exchange exchange = Exchange.inMemory()) {
            List<Subscription> subscription = new ArrayList<>();
            exchange.onSubscribed(channel -> subscription.getFirst().close());
            subscription.add(exchange.subscribeMatching(patterns("news"), loop, recorder));
            exchange.publish("news", 1);
            loop.runReady();
            exchange.publish("news", 2);
            loop.runReady();
            assertThat(exchange.subscribers("news")).isZero();
            assertThat(log).doesNotContain("news=2");
        }
    }

    @Test
    void unusedChannelIsClosedAndOpensAgain() {
        try (Exchange exchange = Exchange.inMemory()) {
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            exchange.publish("a", 1);
            exchange.publish("b", 1);
            exchange.subscribe("kept", loop, publication -> {});
            loop.runReady();
            sweep(exchange, 3);
            exchange.publish("b", 2);
            loop.runReady();
            sweep(exchange, 1);
            assertThat(exchange.channels()).containsExactlyInAnyOrder("b", "kept");
            assertThat(exchange.subscribers("kept")).isEqualTo(2);
            exchange.publish("a", 3);
            exchange.publish("kept", 4);
            loop.runReady();
            assertThat(log).containsExactly("a=1", "b=1", "b=2", "a=3", "kept=4");
        }
    }

    @Test
    void publicationsWaitUntilADistributedBrokerHasConfirmed() {
        StubBroker broker = new StubBroker();
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            CompletableFuture<Position> first = exchange.publish("news", 1);
            CompletableFuture<Position> second = exchange.publish("news", 2);
            assertThat(broker.calls).containsExactly("subscribe news");
            broker.subscribes.remove().complete(at(0));
            loop.runReady();
            assertThat(broker.calls).containsExactly("subscribe news", "publish news", "publish news");
            broker.deliver("news", 1);
            broker.deliver("news", 2);
            broker.publishes.remove().complete(at(1));
            broker.publishes.remove().complete(at(2));
            loop.runReady();
            assertThat(first).isCompletedWithValue(at(1));
            assertThat(second).isCompletedWithValue(at(2));
            assertThat(log).containsExactly("news=1", "news=2");
        }
    }

    @Test
    void messagesOfOtherProcessesKeepAChannelOpen() {
        StubBroker broker = new StubBroker();
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            exchange.publish("news", 1);
            broker.subscribes.remove().complete(at(0));
            loop.runReady();
            for (int i = 1; i <= 3; i++) {
                sweep(exchange, 3);
                broker.deliver("news", i);
                loop.runReady();
            }
            assertThat(log).hasSize(3);
            assertThat(exchange.isSubscribed("news")).isTrue();
        }
    }

    @Test
    void failedConfirmationDoesNotHoldPublications() {
        StubBroker broker = new StubBroker();
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            exchange.onError(error -> {});
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            exchange.publish("news", 1);
            broker.subscribes.remove().completeExceptionally(new IllegalStateException("down"));
            assertThat(broker.calls).containsExactly("subscribe news", "publish news");
            exchange.publish("news", 2);
            assertThat(broker.calls).containsExactly("subscribe news", "publish news", "subscribe news");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void reopenedChannelOfADistributedBrokerContinuesOrReportsAGap(boolean retained) {
        StubBroker broker = new StubBroker();
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            exchange.publish("news", 1);
            broker.subscribes.remove().complete(at(0));
            broker.deliver("news", 1);
            loop.runReady();
            sweep(exchange, 4);
            broker.unsubscribes.remove().complete(null);

            exchange.publish("news", 4);
            broker.subscribes.remove().complete(at(3));
            loop.runReady();
            broker.answerRead(retained ? StubBroker.log(2, 3) : StubBroker.lost(Broker.Continuity.TRIMMED, 3));
            loop.runReady();
            broker.deliver("news", 4);
            loop.runReady();
            assertThat(broker.calls).contains("read news e:1");
            if (retained) {
                assertThat(log).containsExactly("news=1", "news=2", "news=3", "news=4");
            } else {
                assertThat(log).containsExactly("news=1", "gap news too-old", "news=4");
            }
        }
    }

    @Test
    void channelsOfAPatternSubscriptionAreLimited() {
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        try (Exchange exchange = Exchange.inMemory()) {
            exchange.onError(errors::add);
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            for (int i = 0; i < PatternSubscriptions.MAX_CHANNELS + 5; i++) {
                exchange.publish("c" + i, 1);
            }
            loop.runReady();
            assertThat(log).hasSize(PatternSubscriptions.MAX_CHANNELS);
            assertThat(exchange.stats().drops()).containsEntry(io.heliograph.DropReason.TOO_MANY_CHANNELS, 5L);
            await().until(() -> errors.size() == 1);
            assertThat(errors.getFirst()).hasMessageContaining("has 10000 channels");

            sweep(exchange, 4);
            log.clear();
            exchange.publish("more", 1);
            loop.runReady();
            assertThat(log).containsExactly("more=1");
        }
    }

    @Test
    void waitingPublicationsAreLimited() {
        StubBroker broker = new StubBroker();
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            exchange.subscribeMatching(patterns("**"), loop, recorder);
            for (int i = 0; i < PatternSubscriptions.MAX_DEFERRED; i++) {
                assertThat(exchange.publish("news", 1)).isNotDone();
            }
            assertThatThrownBy(() -> exchange.publish("news", 1).join())
                    .hasCauseInstanceOf(QueueFullException.class)
                    .hasMessageContaining("at most 10000 pending publications");
            assertThat(exchange.stats().drops()).containsEntry(DropReason.QUEUE_FULL, 1L);
        }
    }

    @Test
    void dataIsConvertedOnceForEachFormat() {
        int[] encoded = new int[1];
        Codec other = new Codec() {
            @Override
            public String name() {
                return "other";
            }

            @Override
            public void encode(@Nullable Object value, FrameBuilder target) {
                encoded[0]++;
                target.write(Frame.utf8("<" + value + ">"));
            }

            @Override
            public @Nullable Object decode(Frame bytes, Type type) {
                return bytes.utf8();
            }

            @Override
            public @Nullable Object convert(@Nullable Object value, Type type) {
                return value;
            }
        };
        try (Exchange exchange = Exchange.inMemory()) {
            List<Publication> seen = new ArrayList<>();
            exchange.subscribe("news", loop, seen::add);
            loop.runReady();
            exchange.publish("news", "x");
            exchange.publish("news");
            loop.runReady();
            Publication publication = seen.getFirst();
            assertThat(publication.data(other).text()).isEqualTo("<x>");
            assertThat(publication.data(other)).isSameAs(publication.data(other));
            assertThat(publication.data(Codec.named("json"))).isSameAs(publication.data());
            assertThat(encoded[0]).isEqualTo(1);
            assertThat(seen.get(1).data(other).isPresent()).isFalse();
        }
    }

    @Test
    void topChannelsAreOrdered() {
        try (Exchange exchange = Exchange.inMemory()) {
            for (int i = 1; i <= 3; i++) {
                for (int n = 0; n < i; n++) {
                    exchange.subscribe("c" + i, loop, publication -> {});
                }
            }
            loop.runReady();
            exchange.publish("c1", "xxxxxxxxxxxxxxxxxx");
            exchange.publish("c2", 1);
            exchange.publish("c2", 2);
            exchange.publish("unsubscribed", 3);
            assertThat(exchange.top(2, ChannelOrder.SUBSCRIPTIONS))
                    .extracting(ChannelStats::channel)
                    .containsExactly("c3", "c2");
            assertThat(exchange.top(1, ChannelOrder.PUBLICATIONS)).containsExactly(new ChannelStats("c2", 2, 2, 2));
            assertThat(exchange.top(9, ChannelOrder.BYTES))
                    .containsExactly(
                            new ChannelStats("c1", 1, 1, 20),
                            new ChannelStats("c2", 2, 2, 2),
                            new ChannelStats("c3", 3, 0, 0));
        }
    }

    @Test
    void publicationNamesItsPublisherInThisProcess() {
        try (Exchange exchange = Exchange.builder()
                .history(HistoryLimits.of(10, Duration.ofMinutes(1)))
                .build()) {
            List<String> publishers = new ArrayList<>();
            exchange.onPublished(publication -> publishers.add("on " + publication.publisher()));
            exchange.subscribe(
                    "news",
                    loop,
                    publication -> publishers.add(publication.publisher() + " " + publication.traceContext()));
            exchange.publish(
                    "news", 1, PublishOptions.none().withPublisher("sc-1").withTraceContext("00-1"));
            exchange.publish("news", 2);
            loop.runReady();
            assertThat(publishers).containsExactly("on sc-1", "on null", "sc-1 00-1", "null null");
        }
    }
}
