package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.endpoint.MessageDeadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageDeadlineTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration ALMOST = Duration.ofSeconds(59);

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<String> events = new ArrayList<>();
    private final MessageDeadline deadline = new MessageDeadline(loop, TIMEOUT, () -> events.add("expired"));

    @Test
    void unfinishedMessageExpiresOnceAtTheTimeout() {
        deadline.update(true);
        loop.advance(TIMEOUT.minusMillis(1));
        assertThat(events).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(events).containsExactly("expired");
        loop.advance(TIMEOUT.multipliedBy(3));
        assertThat(events).hasSize(1);
    }

    @Test
    void furtherPartsDoNotExtendTheDeadline() {
        for (int i = 0; i < 6; i++) {
            deadline.update(true);
            loop.advance(Duration.ofSeconds(10));
        }
        assertThat(events).containsExactly("expired");
    }

    @Test
    void finishedMessageDoesNotExpire() {
        deadline.update(true);
        loop.advance(ALMOST);
        deadline.completed();
        deadline.update(false);
        loop.advance(TIMEOUT);
        assertThat(events).isEmpty();
        assertThat(loop.timers()).isZero();
        deadline.update(true);
        loop.advance(TIMEOUT);
        assertThat(events).containsExactly("expired");
    }

    @Test
    void nextMessageHasItsOwnTime() {
        for (int i = 0; i < 5; i++) {
            deadline.update(true);
            loop.advance(ALMOST);
            deadline.completed(); // the read that ends a message begins the next one
        }
        deadline.update(true);
        assertThat(events).isEmpty();
        loop.advance(TIMEOUT);
        assertThat(events).containsExactly("expired");
    }

    @Test
    void messageAfterAFinishedOneHasItsOwnTime() {
        deadline.update(true);
        loop.advance(ALMOST);
        deadline.update(false);
        deadline.update(true);
        loop.advance(ALMOST);
        assertThat(events).isEmpty();
        loop.advance(Duration.ofSeconds(1));
        assertThat(events).containsExactly("expired");
    }

    @Test
    void timeWithoutReadingDoesNotCount() {
        deadline.update(true);
        loop.advance(ALMOST);
        deadline.pause();
        loop.advance(TIMEOUT.multipliedBy(10));
        assertThat(events).isEmpty();
        deadline.resume();
        loop.advance(ALMOST);
        assertThat(events).isEmpty();
        loop.advance(Duration.ofSeconds(1));
        assertThat(events).containsExactly("expired");
    }

    @Test
    void timeOfASuspendedProcessDoesNotCount() {
        deadline.update(true);
        loop.clock().stall(Duration.ofHours(1));
        loop.runReady();
        assertThat(events).isEmpty();
    }

    @Test
    void stoppedDeadlineLeavesNoTimer() {
        deadline.update(true);
        deadline.stop();
        deadline.stop();
        assertThat(loop.timers()).isZero();
        loop.advance(TIMEOUT.multipliedBy(2));
        assertThat(events).isEmpty();
    }
}
