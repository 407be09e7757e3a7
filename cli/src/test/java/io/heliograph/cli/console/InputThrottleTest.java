package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InputThrottleTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();

    /** Returns the number of queued bytes, which then decreases by {@code step}. */
    private InputThrottle throttle(long step, Duration stallTimeout) {
        return new InputThrottle(
                () -> {
                    reads.incrementAndGet();
                    return queued.getAndUpdate(bytes -> Math.max(0, bytes - step));
                },
                100,
                stallTimeout);
    }

    @Test
    void lineThatFitsDoesNotWait() throws InterruptedException {
        queued.set(40);
        throttle(0, LONG).await(60);
        assertThat(reads).hasValue(1);
    }

    @Test
    void lineLongerThanTheQueueWaitsUntilTheQueueIsEmpty() throws InterruptedException {
        queued.set(3);
        throttle(1, LONG).await(1000);
        assertThat(reads).hasValue(4);
    }

    @Test
    void lineWaitsUntilTheQueueHasSpace() throws InterruptedException {
        queued.set(100);
        throttle(1, LONG).await(60);
        assertThat(reads).hasValue(61);
    }

    @Test
    void stalledQueueEndsTheWaitUntilItHasSpaceAgain() throws InterruptedException {
        queued.set(100);
        InputThrottle throttle = throttle(0, Duration.ofMillis(20));
        throttle.await(60);
        long waited = reads.getAndSet(0);
        assertThat(waited).isGreaterThan(1);
        throttle.await(60);
        assertThat(reads).hasValue(1);

        queued.set(0);
        throttle.await(60);
        queued.set(100);
        reads.set(0);
        throttle.await(60);
        assertThat(reads).hasValueGreaterThan(1);
    }

    @Test
    void interruptEndsTheWait() {
        queued.set(100);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> throttle(0, LONG).await(60)).isInstanceOf(InterruptedException.class);
    }
}
