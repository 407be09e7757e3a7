package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.exchange.memory.InMemoryBroker;
import io.heliograph.testkit.ManualEventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The broker in memory keeps the contract, its rule of history, and its limits. */
class InMemoryBrokerTest extends BrokerContract {

    private final AtomicLong time = new AtomicLong();
    private final ManualEventLoop loop = ManualEventLoop.create();

    @Override
    protected Broker newBroker() {
        return Broker.inMemory(HistoryLimits.of(RETAINED, Duration.ofMinutes(5)));
    }

    @Test
    void historyFollowsTheRuleOfTheChannel() {
        try (Exchange exchange = Exchange.builder()
                .history(channel -> channel.startsWith("chat/")
                        ? HistoryLimits.of(2, Duration.ofMinutes(1))
                        : channel.startsWith("log/")
                                ? HistoryLimits.of(3, Duration.ofMinutes(1))
                                : HistoryLimits.none())
                .build()) {
            for (String channel : List.of("chat/a", "log/a", "other")) {
                for (int i = 0; i < 5; i++) {
                    exchange.publish(channel, i).join();
                }
            }
            assertThat(exchange.history("chat/a", null).join().publications()).hasSize(2);
            assertThat(exchange.history("log/a", null).join().publications()).hasSize(3);
            assertThat(exchange.history("other", null).join().publications()).isEmpty();
        }
    }

    @Test
    void channelsWithEqualLimitsShareTheirBytes() {
        try (Exchange exchange = Exchange.builder()
                .history(channel -> HistoryLimits.of(channel.startsWith("a") ? 10 : 11, Duration.ofMinutes(1))
                        .withBytes(3 * 257))
                .build()) {
            for (String channel : List.of("a1", "a2", "b1")) {
                exchange.publish(channel, 1).join();
                exchange.publish(channel, 2).join();
            }
            assertThat(exchange.history("a1", null).join().publications()).hasSize(1);
            assertThat(exchange.history("a2", null).join().publications()).hasSize(2);
            assertThat(exchange.history("b1", null).join().publications()).hasSize(2);
        }
    }

    @Test
    void ruleWithTooManyLimitsFailsTheOperation() {
        try (Exchange exchange = Exchange.builder()
                .history(channel -> HistoryLimits.of(Integer.parseInt(channel), Duration.ofMinutes(1)))
                .build()) {
            exchange.onError(error -> {});
            for (int i = 1; i <= 16; i++) {
                assertThat(exchange.publish(Integer.toString(i), 1)).isCompleted();
            }
            assertThatThrownBy(() -> exchange.publish("17", 1).join())
                    .hasMessageContaining("too many different limits (expected: at most 16)");
            assertThat(exchange.publish("16", 1)).isCompleted();
        }
    }

    /** Lets the only subscriber leave, publishes, and returns the outcome of its recovery. */
    private Recovery recoveryOfOnlySubscriber(Exchange exchange, int missed, Duration absence, InMemoryBroker broker) {
        CompletableFuture<ChannelSubscription> first = exchange.subscribe("news", loop, publication -> {});
        loop.runReady();
        ChannelSubscription only = first.join();
        Position position = only.position();
        only.unsubscribe();
        loop.runReady();
        for (int i = 0; i < missed; i++) {
            exchange.publish("news", i).join();
        }
        time.addAndGet(absence.toNanos());
        broker.expire();
        CompletableFuture<ChannelSubscription> again = exchange.subscribe("news", loop, publication -> {}, position);
        loop.runReady();
        Recovery recovery = again.join().recovery();
        again.join().unsubscribe();
        loop.runReady();
        return recovery;
    }

    @Test
    void onlySubscriberRecoversWhatItMissed() {
        InMemoryBroker broker = new InMemoryBroker(channel -> HistoryLimits.of(9, Duration.ofMinutes(1)), time::get);
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            Duration moment = Duration.ofSeconds(2);
            assertThat(recoveryOfOnlySubscriber(exchange, 0, moment, broker)).isEqualTo(new Recovery.Recovered(0));
            assertThat(recoveryOfOnlySubscriber(exchange, 3, moment, broker)).isEqualTo(new Recovery.Recovered(3));
            // The history expires, and the head is kept for five minutes more.
            assertThat(recoveryOfOnlySubscriber(exchange, 3, Duration.ofSeconds(61), broker))
                    .isEqualTo(new Recovery.Lost(GapReason.TRIMMED));
            assertThat(recoveryOfOnlySubscriber(exchange, 0, Duration.ofMinutes(4), broker))
                    .isEqualTo(new Recovery.Recovered(0));
            assertThat(recoveryOfOnlySubscriber(exchange, 0, Duration.ofMinutes(6), broker))
                    .isEqualTo(new Recovery.Lost(GapReason.FORKED));
        }
    }

    @Test
    void withoutHistoryOnlyMissedPublicationsAreLost() {
        InMemoryBroker broker = new InMemoryBroker(channel -> HistoryLimits.none(), time::get);
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            Duration moment = Duration.ofSeconds(2);
            assertThat(recoveryOfOnlySubscriber(exchange, 0, moment, broker)).isEqualTo(new Recovery.Recovered(0));
            assertThat(recoveryOfOnlySubscriber(exchange, 1, moment, broker))
                    .isEqualTo(new Recovery.Lost(GapReason.TRIMMED));
            assertThat(broker.unusedSize()).isEqualTo(1);
        }
        assertThat(broker.unusedSize()).isZero();
    }

    @Test
    void idIsForgottenAfterItsWindow() {
        InMemoryBroker broker = new InMemoryBroker(channel -> HistoryLimits.of(9, Duration.ofHours(1)), time::get);
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            PublicationId id = new PublicationId("abcdefghijklmnopqrstuv", 1);
            Position first = exchange.publish("news", 1, id).join();
            time.addAndGet(Duration.ofSeconds(119).toNanos());
            assertThat(exchange.publish("news", 1, id).join()).isEqualTo(first);
            time.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(exchange.publish("news", 1, id).join().offset()).isEqualTo(2);
        }
    }

    @Test
    void publishersOfIdsAreLimited() {
        try (Exchange exchange = Exchange.builder()
                .history(HistoryLimits.of(1, Duration.ofHours(1)))
                .build()) {
            for (int i = 0; i < 10_000; i++) {
                exchange.publish("news", 1, id(i)).join();
            }
            assertThat(exchange.publish("news", 1, id(0)).join().offset()).isEqualTo(1);
            exchange.publish("news", 1, id(10_000)).join();
            // The publisher that was quiet longest is forgotten; the first was just used.
            assertThat(exchange.publish("news", 1, id(0)).join().offset()).isEqualTo(1);
            assertThat(exchange.publish("news", 1, id(1)).join().offset()).isEqualTo(10_002);
        }
    }

    private static PublicationId id(int publisher) {
        return new PublicationId("abcdefghijklmnopqrstuv" + publisher, 1);
    }

    @Test
    void idIsPublishedOnceWithoutSubscribersAndHistory() {
        InMemoryBroker broker = new InMemoryBroker(channel -> HistoryLimits.none());
        try (Exchange exchange = Exchange.builder().broker(broker).build()) {
            PublicationId id = new PublicationId("abcdefghijklmnopqrstuv", 1);
            Position first = exchange.publish("news", 1, id).join();
            assertThat(broker.size()).isZero();
            assertThat(exchange.publish("news", 1, id).join()).isEqualTo(first);
        }
    }

    @Test
    void malformedPublisherOfAnIdIsRejected() {
        try (Exchange exchange = Exchange.inMemory()) {
            for (String publisher : List.of("short", "x".repeat(65), "a".repeat(21), "a".repeat(21) + ":")) {
                assertThatThrownBy(() -> exchange.publish("news", 1, new PublicationId(publisher, 1))
                                .join())
                        .hasCauseInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("22 to 64 characters");
            }
            assertThat(exchange.publish("news", 1, new PublicationId("A-z_09".repeat(4), 1)))
                    .isCompleted();
            assertThatThrownBy(() -> new PublicationId("x", -1)).hasMessage("sequence: -1 (expected: >= 0)");
            assertThatThrownBy(() -> new PublicationId("", 1)).hasMessageContaining("publisher: empty");
        }
    }
}
