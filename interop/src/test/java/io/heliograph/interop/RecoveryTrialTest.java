package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Short form of the trial. */
class RecoveryTrialTest {

    @Test
    void clientsReceiveEverythingAcrossDrops() throws IOException {
        RecoveryTrial.Size size = new RecoveryTrial.Size(
                50, 40, 10, 50, 4, 10_000, Duration.ofSeconds(8), Duration.ofSeconds(3), Duration.ofSeconds(2));
        RecoveryTrial.Outcome outcome = new RecoveryTrial(size, 1812).run();
        assertThat(outcome.violations()).isEmpty();
        assertThat(outcome.gaps()).as("gaps").isZero();
        assertThat(outcome.publications()).isGreaterThan(9_900);
        assertThat(outcome.drops()).as("drops").isGreaterThan(100);
    }
}
