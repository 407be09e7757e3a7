package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.exchange.memory.InMemoryBroker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The broker in memory keeps the contract, its rule of history, and its limits. */
class InMemoryBrokerTest extends BrokerContract {

    private final AtomicLong time = new AtomicLong();

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
