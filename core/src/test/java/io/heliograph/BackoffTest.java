package io.heliograph;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final RandomGenerator random = new Random(42);

    @Test
    void delayDoublesUpToTheCeiling() {
        var backoff = new Backoff(ofMillis(100), ofMillis(350), 0);
        var waits = IntStream.rangeClosed(1, 4).mapToObj(attempt -> backoff.delay(attempt, random));
        assertThat(waits).containsExactly(ofMillis(100), ofMillis(200), ofMillis(350), ofMillis(350));
    }

    @Test
    void nextDelayIsTwiceTheDelayWithoutJitter() {
        var backoff = new Backoff(ofMillis(100), ofMillis(350), 1);
        assertThat(backoff.next(ofMillis(100))).isEqualTo(ofMillis(200));
        assertThat(backoff.next(ofMillis(200))).isEqualTo(ofMillis(350));
    }

    @Test
    void delayStaysAtTheCeiling() {
        var backoff = new Backoff(Duration.ofNanos(1), ofDays(1), 0);
        assertThat(backoff.delay(Integer.MAX_VALUE, random)).isEqualTo(ofDays(1));
    }

    @Test
    void jitterSubtractsAtMostItsShare() {
        var backoff = new Backoff(ofSeconds(1), ofSeconds(1), 0.25);
        var waits =
                IntStream.range(0, 1000).mapToObj(i -> backoff.delay(1, random)).toList();
        assertThat(waits).allMatch(w -> w.compareTo(ofMillis(750)) >= 0);
        assertThat(waits).allMatch(w -> w.compareTo(ofSeconds(1)) <= 0);
        assertThat(waits).anyMatch(w -> w.compareTo(ofMillis(800)) < 0);
        assertThat(waits).anyMatch(w -> w.compareTo(ofMillis(950)) > 0);
    }

    @Test
    void fullJitterIsNeverNegative() {
        var backoff = new Backoff(ofMillis(1), ofMillis(1), 1);
        assertThat(IntStream.range(0, 1000).mapToObj(i -> backoff.delay(1, random)))
                .noneMatch(Duration::isNegative);
    }

    @Test
    void defaultsAreFrom100MillisTo30Seconds() {
        assertThat(Backoff.defaults()).isEqualTo(new Backoff(ofMillis(100), ofSeconds(30), 0.5));
        assertThat(Backoff.defaults().withCeiling(ofSeconds(1)).ceiling()).isEqualTo(ofSeconds(1));
    }

    @Test
    void invalidValuesAreRejected() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, ofSeconds(1), 0))
                .hasMessage("initial: PT0S (expected: > 0)");
        assertThatThrownBy(() -> new Backoff(ofSeconds(2), ofSeconds(1), 0))
                .hasMessage("ceiling: PT1S (expected: PT2S to PT24H)");
        assertThatThrownBy(() -> new Backoff(ofSeconds(1), ofDays(2), 0))
                .hasMessage("ceiling: PT48H (expected: PT1S to PT24H)");
        assertThatThrownBy(() -> new Backoff(ofSeconds(1), ofSeconds(1), 1.5))
                .hasMessage("jitter: 1.5 (expected: 0 to 1)");
        assertThatThrownBy(() -> new Backoff(ofSeconds(1), ofSeconds(1), Double.NaN))
                .hasMessage("jitter: NaN (expected: 0 to 1)");
        assertThatThrownBy(() -> Backoff.defaults().delay(0, random)).hasMessage("attempt: 0 (expected: >= 1)");
    }
}
