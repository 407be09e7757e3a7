package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.endpoint.LogLimiter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLimiterTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final LogLimiter limiter = new LogLimiter(Duration.ofSeconds(10), nanos::get);

    private void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void firstEventOfEachKindIsPermitted() {
        assertThat(limiter.permit("a")).isZero();
        assertThat(limiter.permit("b")).isZero();
    }

    @Test
    void repeatedEventsAreSuppressedUntilTheIntervalEnds() {
        limiter.permit("a");
        assertThat(limiter.permit("a")).isEqualTo(LogLimiter.SUPPRESSED);
        advance(Duration.ofMillis(9999));
        assertThat(limiter.permit("a")).isEqualTo(LogLimiter.SUPPRESSED);
        advance(Duration.ofMillis(1));
        assertThat(limiter.permit("a")).isEqualTo(2);
        advance(Duration.ofSeconds(10));
        assertThat(limiter.permit("a")).isZero();
    }

    @Test
    void furtherKindsShareOneEventPerInterval() {
        for (int i = 0; i < LogLimiter.MAX_KINDS; i++) {
            assertThat(limiter.permit("kind " + i)).isZero();
        }
        assertThat(limiter.permit("a")).isZero();
        assertThat(limiter.permit("b")).isEqualTo(LogLimiter.SUPPRESSED);
        assertThat(limiter.permit("kind 0")).isEqualTo(LogLimiter.SUPPRESSED);
        advance(Duration.ofSeconds(10));
        assertThat(limiter.permit("a")).isZero();
        assertThat(limiter.permit("b")).isZero();
    }

    @Test
    void suppressedEventsAreTakenOnceTheirIntervalHasEnded() {
        limiter.permit("a");
        limiter.permit("a");
        limiter.permit("a");
        assertThat(limiter.takeSuppressed()).isEmpty();
        advance(Duration.ofSeconds(10));
        assertThat(limiter.takeSuppressed()).containsExactly(new LogLimiter.Suppressed("a", 2));
        assertThat(limiter.takeSuppressed()).isEmpty();
        assertThat(limiter.permit("a")).isZero();
    }

    @Test
    void suppressedEventsOfAForgottenKindAreStillCounted() {
        limiter.permit("a");
        limiter.permit("a");
        advance(Duration.ofSeconds(10));
        for (int i = 0; i < LogLimiter.MAX_KINDS; i++) {
            limiter.permit("kind " + i);
        }
        assertThat(limiter.takeSuppressed()).containsExactly(new LogLimiter.Suppressed("other failures", 1));
    }
}
