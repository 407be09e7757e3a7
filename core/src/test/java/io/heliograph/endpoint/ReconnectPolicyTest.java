package io.heliograph.endpoint;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Delay;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReconnectPolicyTest {

    private static final Delay SECOND = Delay.fixed(ofSeconds(1));

    @Test
    void foreverHasNoLimits() {
        ReconnectPolicy forever = ReconnectPolicy.forever(SECOND, SECOND);
        assertThat(forever.maxAttempts()).isZero();
        assertThat(forever.maxElapsed()).isZero();
        assertThat(forever.afterLoss()).isTrue();
    }

    @Test
    void invalidValuesAreNamed() {
        assertThatThrownBy(() -> new ReconnectPolicy(SECOND, SECOND, -1, Duration.ZERO, true))
                .hasMessage("maxAttempts: -1 (expected: >= 0, 0 for no limit)");
        assertThatThrownBy(() -> new ReconnectPolicy(SECOND, SECOND, 0, ofSeconds(-1), true))
                .hasMessage("maxElapsed: PT-1S (expected: >= 0)");
    }
}
