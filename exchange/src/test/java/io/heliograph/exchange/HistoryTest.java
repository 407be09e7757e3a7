package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.memory.InMemoryBroker;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** History of channels and recovery of subscribers. */
class HistoryTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final AtomicLong time = new AtomicLong();
    private final List<String> got = new ArrayList<>();

    @Test
    void historyIsEmptyByDefault() {
        try (Exchange exchange = Exchange.inMemory()) {
            Position position = exchange.publish("news", 1).join();
            History history = exchange.history("news", null).join();
            assertThat(history.publications()).isEmpty();
            assertThat(history.head().offset()).isZero();
            assertThat(exchange.history("news", position).join().complete()).isFalse();
        }
    }

    @Test
    void historyRetainsTheLatestOfEachChannel() {
        try (Exchange exchange = exchange(HistoryLimits.of(3, Duration.ofMinutes(1)))) {
            Position first = publish(exchange, "news", 1, 5).getFirst();
            publish(exchange, "sports", 10, 10);

            History all = exchange.history("news", null).join();
            assertThat(texts(all)).containsExactly("3", "4", "5");
            assertThat(all.complete()).isFalse();
            assertThat(all.head()).isEqualTo(new Position(first.epoch(), 5));

            History since =
                    exchange.history("news", new Position(first.epoch(), 3)).join();
            assertThat(texts(since)).containsExactly("4", "5");
            assertThat(since.complete()).isTrue();
            assertThat(exchange.history("news", first).join().complete()).isFalse();
            assertThat(exchange.history("news", since.head()).join())
                    .extracting(History::publications, History::complete)
                    .containsExactly(List.of(), true);

            History other = exchange.history("sports", null).join();
            assertThat(texts(other)).containsExactly("10");
            assertThat(other.complete()).isTrue();
        }
    }

    @Test
    void historyDistinguishesAbsentDataFromNull() {
        try (Exchange exchange = exchange(HistoryLimits.of(3, Duration.ofMinutes(1)))) {
            exchange.publish("news");
            exchange.publish("news", (Object) null);
            assertThat(exchange.history("news", null).join().publications())
                    .extracting(Publication::hasData)
                    .containsExactly(false, true);
        }
    }

    @Test
    void expiredHistoryDiscardsTheChannel() {
        InMemoryBroker broker = broker(HistoryLimits.of(10, Duration.ofSeconds(5)));
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            Position first = publish(exchange, "news", 1, 1).getFirst();
            pass(3, broker);
            publish(exchange, "news", 2, 2);
            pass(3, broker);
            assertThat(texts(exchange.history("news", null).join())).containsExactly("2");
            assertThat(broker.size()).isEqualTo(1);
            pass(3, broker);
            assertThat(broker.size()).isZero();
            assertThat(broker.unusedSize()).isEqualTo(1);
            pass(300, broker);
            assertThat(broker.unusedSize()).isZero();
            Position next = exchange.publish("news", 3).join();
            assertThat(next.epoch()).isNotEqualTo(first.epoch());
            assertThat(next.offset()).isEqualTo(1);
        }
    }

    @Test
    void subscribedChannelKeepsItsEpochWithoutHistory() {
        InMemoryBroker broker = broker(HistoryLimits.of(10, Duration.ofSeconds(5)));
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            exchange.subscribe("news", loop, publication -> {});
            Position first = publish(exchange, "news", 1, 1).getFirst();
            pass(9, broker);
            assertThat(exchange.publish("news", 2).join()).isEqualTo(new Position(first.epoch(), 2));
        }
    }

    @Test
    void historyExpiresByTimer() {
        InMemoryBroker broker = new InMemoryBroker(channel -> HistoryLimits.of(10, Duration.ofMillis(20)));
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            publish(exchange, "news", 1, 3);
            await().until(() -> broker.size() == 0);
        }
    }

    @Test
    void historyExpiresASecondTime() {
        InMemoryBroker broker = new InMemoryBroker(channel -> HistoryLimits.of(10, Duration.ofMillis(20)));
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            for (int i = 0; i < 3; i++) {
                publish(exchange, "news", 1, 3);
                assertThat(broker.size()).isEqualTo(1);
                await().until(() -> broker.size() == 0);
            }
        }
    }

    @Test
    void historyIsReadUpToALimit() {
        try (Exchange exchange = exchange(HistoryLimits.of(1000, Duration.ofMinutes(1)))) {
            publish(exchange, "news", 1, 600);
            History first = exchange.history("news", null, 300).join();
            assertThat(first.publications()).hasSize(300);
            assertThat(first.head().offset()).isEqualTo(300);
            assertThat(first.complete()).isTrue();
            History rest = exchange.history("news", first.head(), 1000).join();
            assertThat(rest.publications()).hasSize(300);
            assertThat(rest.complete()).isTrue();
            assertThat(rest.head().offset()).isEqualTo(600);
            assertThatThrownBy(() -> exchange.history("news", null, 0).join())
                    .hasMessageContaining("limit: 0 (expected: > 0)");
        }
    }

    @Test
    void historyIsReadUpToMaxRecovered() {
        try (Exchange exchange = Exchange.builder()
                .history(HistoryLimits.of(1000, Duration.ofMinutes(1)))
                .maxRecovered(5)
                .build()) {
            publish(exchange, "news", 1, 9);
            assertThat(texts(exchange.history("news", null).join())).containsExactly("1", "2", "3", "4", "5");
        }
    }

    @Test
    void oldestOfAllChannelsIsEvictedFirst() {
        InMemoryBroker broker =
                broker(HistoryLimits.of(10, Duration.ofMinutes(1)).withBytes(3 * 257));
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            publish(exchange, "a", 1, 1);
            publish(exchange, "b", 2, 2);
            publish(exchange, "c", 3, 4);
            assertThat(broker.size()).isEqualTo(2);
            assertThat(texts(exchange.history("a", null).join())).isEmpty();
            assertThat(texts(exchange.history("b", null).join())).containsExactly("2");
            exchange.publish("big", "x".repeat(2000));
            assertThat(broker.size()).isZero();
        }
    }

    @Test
    void recoveryDeliversHistoryAndNewWithoutAGap() {
        try (Exchange exchange = exchange(HistoryLimits.of(10, Duration.ofMinutes(1)))) {
            Position first = publish(exchange, "news", 1, 4).getFirst();
            CompletableFuture<ChannelSubscription> subscription = recover(exchange, first);
            publish(exchange, "news", 5, 5);
            loop.runReady();
            publish(exchange, "news", 6, 6);
            loop.runReady();
            assertThat(got).containsExactly("future", "2", "3", "4", "5", "6");
            assertThat(subscription.join())
                    .extracting(
                            ChannelSubscription::recovered,
                            each -> each.position().offset())
                    .containsExactly(true, 4L);
        }
    }

    @Test
    void incompleteHistoryStartsAtTheHead() {
        try (Exchange exchange = exchange(HistoryLimits.of(2, Duration.ofMinutes(1)))) {
            Position first = publish(exchange, "news", 1, 4).getFirst();
            CompletableFuture<ChannelSubscription> late = recover(exchange, first);
            loop.runReady();
            CompletableFuture<ChannelSubscription> obsolete = recover(exchange, new Position("another", 3));
            loop.runReady();
            publish(exchange, "news", 5, 5);
            loop.runReady();
            assertThat(late.join().recovered()).isFalse();
            assertThat(obsolete.join().recovered()).isFalse();
            assertThat(got).containsExactly("future", "future", "5", "5");
        }
    }

    @Test
    void invalidLimitsAreRejected() {
        assertThatThrownBy(() -> HistoryLimits.of(-1, Duration.ofSeconds(1))).hasMessage("count: -1 (expected: >= 0)");
        assertThatThrownBy(() -> HistoryLimits.of(1, Duration.ZERO)).hasMessage("age: PT0S (expected: > 0)");
        assertThatThrownBy(() -> HistoryLimits.none().withBytes(0)).hasMessage("bytes: 0 (expected: > 0)");
        assertThatThrownBy(() -> new Position("", 1)).hasMessageContaining("epoch");
        assertThatThrownBy(() -> new Position("e", -1)).hasMessageContaining("offset: -1");
    }

    private InMemoryBroker broker(HistoryLimits limits) {
        return new InMemoryBroker(channel -> limits, time::get);
    }

    private CompletableFuture<ChannelSubscription> recover(Exchange exchange, Position after) {
        CompletableFuture<ChannelSubscription> subscription = exchange.subscribe(
                "news", loop, publication -> got.add(publication.data().text()), after);
        subscription.thenRun(() -> got.add("future"));
        return subscription;
    }

    private void pass(int seconds, InMemoryBroker broker) {
        time.addAndGet(Duration.ofSeconds(seconds).toNanos());
        broker.expire();
    }

    private static Exchange exchange(HistoryLimits limits) {
        return Exchange.builder().history(limits).build();
    }

    private static List<Position> publish(Exchange exchange, String channel, int from, int to) {
        List<Position> positions = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            positions.add(exchange.publish(channel, i).join());
        }
        return positions;
    }

    private static List<String> texts(History history) {
        return history.publications().stream()
                .map(publication -> publication.data().text())
                .toList();
    }
}
