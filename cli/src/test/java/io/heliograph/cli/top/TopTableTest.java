package io.heliograph.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopTableTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:12:30Z");

    private static Map<String, Object> row(String principal, long queued) {
        return Map.of(
                "id",
                "sc-7f3k2m9q",
                "principal",
                principal,
                "protocol",
                "socketcluster",
                "receivedPerSecond",
                12.0,
                "sentPerSecond",
                1050.0,
                "queuedBytes",
                queued,
                "since",
                "2026-01-01T00:00:00Z",
                "channels",
                3L);
    }

    @Test
    void columnsAreAligned() {
        assertThat(TopTable.of(TopView.CONNECTIONS, NOW).lines(List.of(row("ada", 626_688), row("grace", 0))))
                .containsExactly(
                        "ID           PRINCIPAL  PROTOCOL       IN/S   OUT/S   QUEUED  CALLS     AGE  CHANNELS",
                        "sc-7f3k2m9q  ada        socketcluster    12  1.05 k  612 KiB      0  12 min         3",
                        "sc-7f3k2m9q  grace      socketcluster    12  1.05 k      0 B      0  12 min         3");
    }

    @Test
    void textOfClientsIsEscaped() {
        assertThat(TopTable.of(TopView.CONNECTIONS, NOW)
                        .lines(List.of(row("\u001b[31m\n", 0)))
                        .get(1))
                .doesNotContain("\u001b", "\n");
    }

    @Test
    void figuresAreRatesBetweenTwoReadings() {
        Map<String, Object> first = Map.of(
                "at",
                "2026-01-01T00:00:00Z",
                "uptimeSeconds",
                100L,
                "exchange",
                Map.of("published", 1000L, "delivered", 5000L),
                "total",
                Map.of("connections", 2014L, "drops", Map.of("conflated", 3L)));
        Map<String, Object> second = Map.of(
                "at",
                "2026-01-01T00:00:02Z",
                "uptimeSeconds",
                11_529L,
                "ready",
                true,
                "exchange",
                Map.of("published", 9200L, "delivered", 2_425_000L),
                "total",
                Map.of("connections", 2014L, "drops", Map.of("conflated", 5L), "queuedBytes", 2048L));
        assertThat(TopFigures.of(first, second).line())
                .isEqualTo("up 3:12:09   2,014 connections   4.10 k pub/s   1.21 M del/s   0 calls/s   p99 0.0 ms"
                        + "   2.00 KiB queued   2 drops");
        assertThat(TopFigures.of(null, first).published()).isEqualTo(10);
    }
}
