package io.heliograph.server.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyTest {

    private static Latency of(long... micros) {
        LatencyRecorder recorder = new LatencyRecorder();
        for (long each : micros) {
            recorder.record(each * 1000);
        }
        return recorder.read();
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(micros * 1000);
    }

    @Test
    void bucketsAreExactToAnEighth() {
        for (long micros : new long[] {0, 1, 7, 8, 9, 15, 16, 17, 100, 1000, 123_456, 3_600_000_000L}) {
            int bucket = Latency.bucket(micros * 1000);
            assertThat(Latency.limit(bucket)).isGreaterThan(micros).isLessThanOrEqualTo(micros + 1 + micros / 8);
            assertThat(bucket == 0 ? 0 : Latency.limit(bucket - 1)).isLessThanOrEqualTo(micros);
        }
    }

    @Test
    void percentilesAreUpperLimitsOfBuckets() {
        Latency latency = of(1, 2, 3, 1000);
        assertThat(latency.count()).isEqualTo(4);
        assertThat(latency.sum()).isEqualTo(micros(1006));
        assertThat(latency.percentile(0.5)).isEqualTo(micros(3));
        assertThat(latency.percentile(0.75)).isEqualTo(micros(4));
        assertThat(latency.percentile(1)).isEqualTo(micros(1024));
        assertThat(Latency.none().percentile(0.99)).isZero();
    }

    @Test
    void negativeAndHugeDurationsAreKept() {
        Latency latency = of(-5, Long.MAX_VALUE / 1000);
        assertThat(latency.count()).isEqualTo(2);
        assertThat(latency.percentile(0.5)).isEqualTo(micros(1));
        assertThat(latency.percentile(1)).isGreaterThan(Duration.ofHours(1));
    }

    @Test
    void countBelowIsExactAtPowersOfTwo() {
        Latency latency = of(63, 64, 255, 256);
        assertThat(latency.countBelow(micros(64))).isEqualTo(1);
        assertThat(latency.countBelow(micros(256))).isEqualTo(3);
        assertThat(Latency.limits()).startsWith(micros(64), micros(256)).hasSize(11);
    }

    @Test
    void distributionsAddUpAndSubtract() {
        Latency sum = Latency.sum(List.of(of(1, 2), of(3)));
        assertThat(sum.count()).isEqualTo(3);
        assertThat(sum.since(of(1, 2)).percentile(1)).isEqualTo(micros(4));
        assertThat(sum.since(of(1, 2)).count()).isEqualTo(1);
    }
}
