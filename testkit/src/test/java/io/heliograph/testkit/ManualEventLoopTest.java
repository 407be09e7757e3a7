package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualEventLoopTest {

    private final ManualClock clock = new ManualClock();
    private final ManualEventLoop loop = clock.newLoop();
    private final List<String> ran = new ArrayList<>();

    @Test
    void nothingRunsBeforeTheTestRunsIt() {
        loop.execute(() -> ran.add("task"));
        loop.schedule(Duration.ZERO, () -> ran.add("timer"));
        assertThat(ran).isEmpty();
        assertThat(loop.runReady()).isEqualTo(2);
        assertThat(ran).containsExactly("task", "timer");
        assertThat(loop.runReady()).isZero();
    }

    @Test
    void nestedTasksRunInTheSameCall() {
        loop.execute(() -> {
            loop.execute(() -> ran.add("second"));
            ran.add("first");
        });
        loop.runReady();
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void timersRunInOrderAtTheirTime() {
        for (int delay : new int[] {30, 10, 20, 10}) {
            loop.schedule(Duration.ofMillis(delay), () -> ran.add(delay + " at " + loop.nanoTime() / 1_000_000));
        }
        assertThat(loop.untilNextTimer()).contains(Duration.ofMillis(10));
        loop.advance(Duration.ofMillis(29));
        assertThat(ran).containsExactly("10 at 10", "10 at 10", "20 at 20");
        assertThat(loop.nanoTime()).isEqualTo(29_000_000);
        assertThat(loop.timers()).isEqualTo(1);
        loop.advance(Duration.ofMillis(1));
        assertThat(ran).endsWith("30 at 30");
        assertThat(loop.untilNextTimer()).isEmpty();
    }

    @Test
    void nestedTimerRunsAtItsOwnTime() {
        loop.schedule(
                Duration.ofSeconds(1), () -> loop.schedule(Duration.ofSeconds(1), () -> ran.add("at " + seconds())));
        loop.advance(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("at 2");
        assertThat(seconds()).isEqualTo(5);
    }

    private long seconds() {
        return loop.nanoTime() / 1_000_000_000;
    }

    @Test
    void canceledDueTimerDoesNotRun() {
        EventLoop.Timer[] second = new EventLoop.Timer[1];
        loop.schedule(Duration.ofMillis(1), () -> second[0].cancel());
        second[0] = loop.schedule(Duration.ofMillis(1), () -> ran.add("cancelled"));
        loop.advance(Duration.ofMillis(1));
        assertThat(ran).isEmpty();
    }

    @Test
    void onlyTheRunningThreadIsInTheLoop() {
        ManualEventLoop other = clock.newLoop();
        loop.execute(() -> ran.add(loop.inLoop() + " " + other.inLoop()));
        assertThat(loop.inLoop()).isFalse();
        loop.runReady();
        assertThat(ran).containsExactly("true false");
        assertThat(loop.inLoop()).isFalse();
    }

    @Test
    void loopsOfOneClockAlternate() {
        ManualEventLoop other = clock.newLoop();
        loop.execute(() -> ran.add("a1"));
        loop.execute(() -> ran.add("a2"));
        other.execute(() -> ran.add("b1"));
        other.execute(() -> ran.add("b2"));
        clock.runReady();
        assertThat(ran).containsExactly("a1", "b1", "a2", "b2");
    }

    @Test
    void exceptionOfTaskReachesTheTest() {
        loop.execute(() -> {
            throw new IllegalArgumentException("broken");
        });
        loop.execute(() -> ran.add("rest"));
        assertThatThrownBy(loop::runReady).hasMessage("broken");
        assertThat(loop.inLoop()).isFalse();
        loop.runReady();
        assertThat(ran).containsExactly("rest");
    }

    @Test
    void taskCannotRunTheLoop() {
        loop.execute(loop::runReady);
        assertThatThrownBy(loop::runReady).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyThreadsMayAddTasks() throws InterruptedException {
        List<Thread> givers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            givers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 1_000; i++) {
                    loop.execute(() -> ran.add("task"));
                }
            }));
        }
        while (givers.stream().anyMatch(Thread::isAlive)) {
            loop.runReady();
        }
        for (Thread giver : givers) {
            giver.join();
        }
        loop.runReady();
        assertThat(ran).hasSize(4_000);
    }
}
