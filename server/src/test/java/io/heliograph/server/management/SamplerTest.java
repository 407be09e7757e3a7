package io.heliograph.server.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.ExchangeStats;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.JvmStats;
import io.heliograph.server.stats.ListenerStats;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Sampler sampler = new Sampler(() -> stats(0, 0, 0));

    private static HubStats stats(long second, long total, long dropped) {
        Map<DropReason, Long> drops = dropped == 0 ? Map.of() : Map.of(DropReason.CONFLATED, dropped);
        EndpointStats endpoint = new EndpointStats(3, 3, total, 2 * total, 10 * total, 20 * total, 77, drops);
        return new HubStats(
                START.plusSeconds(second),
                Duration.ofSeconds(second),
                true,
                List.of(new ListenerStats("rpc", "ws://x", endpoint, Map.of())),
                new ExchangeStats(1, 2, total, 5 * total, 0, Map.of()),
                BrokerState.CONNECTED,
                0,
                List.of(),
                0,
                List.of(),
                0,
                0,
                Duration.ofMillis(4),
                new JvmStats(100, 200, 0, 9, Duration.ofMillis(500 * second), Duration.ZERO, -1, -1));
    }

    @Test
    void pointsHaveRatesPerSecond() {
        sampler.sample(stats(0, 0, 0));
        sampler.sample(stats(2, 100, 0));
        assertThat(sampler.history(0))
                .containsEntry("time", List.of(START.getEpochSecond() + 2))
                .containsEntry("connections", List.of(3L))
                .containsEntry("published", List.of(50L))
                .containsEntry("delivered", List.of(250L))
                .containsEntry("received", List.of(50L))
                .containsEntry("sent", List.of(100L))
                .containsEntry("bytesSent", List.of(1000L))
                .containsEntry("queuedBytes", List.of(77L))
                .containsEntry("cpuPercent", List.of(50L))
                .containsEntry("loopLagMillis", List.of(4L));
        assertThat(sampler.history(START.getEpochSecond() + 2)).containsEntry("time", List.of());
    }

    @Test
    void dropsAreLoggedBySecondAndReason() {
        sampler.sample(stats(0, 0, 1));
        sampler.sample(stats(1, 0, 4));
        sampler.sample(stats(2, 0, 4));
        sampler.sample(stats(3, 0, 5));
        assertThat(sampler.drops())
                .extracting(Sampler.Drop::number, Sampler.Drop::at, Sampler.Drop::reason, Sampler.Drop::count)
                .containsExactly(
                        tuple(2L, START.plusSeconds(3), DropReason.CONFLATED, 1L),
                        tuple(1L, START.plusSeconds(1), DropReason.CONFLATED, 3L));
    }

    @Test
    void hourAndLastThousandDropsAreKept() {
        for (int i = 0; i <= Sampler.MAX_POINTS + 10; i++) {
            sampler.sample(stats(i, i, i));
        }
        assertThat((List<?>) sampler.history(0).get("time"))
                .hasSize(Sampler.MAX_POINTS)
                .first()
                .isEqualTo(START.getEpochSecond() + 11);
        assertThat(sampler.drops()).hasSize(Sampler.MAX_DROPS);
    }
}
