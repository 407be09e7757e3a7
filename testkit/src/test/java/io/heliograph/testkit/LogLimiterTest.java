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
    void onlyTheLastKindsAreRemembered() {
        limiter.permit("a");
        for (int i = 0; i < 64; i++) {
            limiter.permit("kind " + i);
        }
        assertThat(limiter.permit("a")).isZero();
    }
}
