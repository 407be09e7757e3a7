package io.heliograph;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DelayTest {

    private final Random random = new Random(42);

    @Test
    void fixedDelayIsConstant() {
        Delay delay = Delay.fixed(ofMillis(20));
        assertThat(delay.delay(1, random)).isEqualTo(ofMillis(20));
        assertThat(delay.delay(100, random)).isEqualTo(ofMillis(20));
        assertThat(Delay.fixed(Duration.ZERO).delay(1, random)).isZero();
    }

    @Test
    void randomDelayIsInclusiveAndInMilliseconds() {
        Delay delay = Delay.between(ofMillis(3), ofMillis(6));
        assertThat(IntStream.range(0, 1000)
                        .mapToObj(i -> delay.delay(1, random))
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(ofMillis(3), ofMillis(4), ofMillis(5), ofMillis(6));
    }

    @Test
    void randomDelayMayHaveEqualBounds() {
        assertThat(Delay.between(ofMillis(5), ofMillis(5)).delay(1, random)).isEqualTo(ofMillis(5));
    }

    @Test
    void invalidValuesAreRejected() {
        assertThatThrownBy(() -> Delay.fixed(ofMillis(-1))).hasMessage("pause: PT-0.001S (expected: >= 0)");
        assertThatThrownBy(() -> Delay.between(ofMillis(-1), ofMillis(5)))
                .hasMessage("min: PT-0.001S (expected: >= 0)");
        assertThatThrownBy(() -> Delay.between(ofMillis(6), ofMillis(5)))
                .hasMessage("max: PT0.005S (expected: >= min, which is PT0.006S)");
    }
}
