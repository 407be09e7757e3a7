package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.transport.EventLoop;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class SilenceTimerTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<String> events = new ArrayList<>();
    private final SilenceTimer timer = new SilenceTimer(loop, LIMIT, () -> events.add("silent"));

    @Test
    void silenceIsReportedOnceAtTheLimit() {
        timer.start();
        loop.advance(LIMIT.minusMillis(1));
        assertThat(events).isEmpty();
        loop.advance(Duration.ofMillis(1));
        assertThat(events).containsExactly("silent");
        loop.advance(LIMIT.multipliedBy(3));
        assertThat(events).hasSize(1);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void whatIsHeardStartsTheSilenceAgain() {
        timer.start();
        loop.advance(Duration.ofSeconds(19));
        timer.heard();
        loop.advance(Duration.ofSeconds(19));
        assertThat(events).isEmpty();
        loop.advance(Duration.ofSeconds(1));
        assertThat(events).containsExactly("silent");
    }

    @Test
    void resumeStartsTheSilenceAgain() {
        timer.start();
        loop.advance(Duration.ofSeconds(15));
        timer.resume();
        loop.advance(Duration.ofSeconds(19));
        assertThat(events).isEmpty();
        loop.advance(Duration.ofSeconds(1));
        assertThat(events).containsExactly("silent");
    }

    @Test
    void timeInWhichTheLoopStoodStillDoesNotCount() {
        timer.start();
        loop.advance(Duration.ofSeconds(10));
        loop.clock().stall(Duration.ofSeconds(35));
        loop.runReady();
        assertThat(events).isEmpty();
        loop.advance(Duration.ofSeconds(7));
        assertThat(events).isEmpty();
        loop.advance(Duration.ofSeconds(3));
        assertThat(events).containsExactly("silent");
    }

    @Test
    void peersThatAnswerAfterAStallAreNotSilent() {
        timer.start();
        for (int i = 0; i < 10; i++) {
            loop.clock().stall(Duration.ofSeconds(35));
            loop.runReady();
            timer.heard();
        }
        assertThat(events).isEmpty();
    }

    @Test
    void timeInWhichReadingIsPausedDoesNotCount() {
        timer.start();
        loop.advance(Duration.ofSeconds(19));
        timer.pause();
        loop.advance(Duration.ofSeconds(100));
        assertThat(events).isEmpty();
        timer.resume();
        loop.advance(Duration.ofSeconds(19));
        assertThat(events).isEmpty();
        loop.advance(Duration.ofSeconds(1));
        assertThat(events).containsExactly("silent");
    }

    @Test
    void timerThatStartsWhilePausedWaitsForTheResume() {
        timer.pause();
        timer.start();
        loop.advance(Duration.ofSeconds(100));
        assertThat(events).isEmpty();
        timer.resume();
        loop.advance(LIMIT);
        assertThat(events).containsExactly("silent");
    }

    @Test
    void stoppedTimerLeavesNoTimer() {
        timer.start();
        SilenceTimer other = new SilenceTimer(loop, LIMIT, () -> events.add("other"));
        other.start();
        timer.stop();
        timer.stop();
        timer.resume();
        timer.heard();
        loop.advance(LIMIT);
        assertThat(events).containsExactly("other");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void timerCanStartAgainAfterItHasReported() {
        timer.start();
        loop.advance(LIMIT);
        timer.start();
        loop.advance(LIMIT);
        assertThat(events).containsExactly("silent", "silent");
    }

    @Test
    void stoppedTimerKeepsNoLoop() {
        WeakReference<Object> reference = new WeakReference<>(usedLoop());
        await().until(() -> {
            System.gc();
            return reference.refersTo(null);
        });
    }

    private static Object usedLoop() {
        ManualEventLoop used = ManualEventLoop.create();
        SilenceTimer silence = new SilenceTimer(used, LIMIT, () -> {});
        silence.start();
        silence.stop();
        return used;
    }

    @Test
    void loopThatIsBlockedLongerThanTheLimitReportsNoSilence() {
        InMemoryTransport transport = InMemoryTransport.threaded(1);
        EventLoop real = transport.nextLoop();
        Duration limit = Duration.ofMillis(400);
        CompletableFuture<Long> silentAt = new CompletableFuture<>();
        CompletableFuture<Long> continuedAt = new CompletableFuture<>();
        real.execute(() -> {
            SilenceTimer silence = new SilenceTimer(real, limit, () -> silentAt.complete(System.nanoTime()));
            silence.start();
            long until = System.nanoTime() + 3 * limit.toNanos();
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(until - System.nanoTime()); // a loop that stands still
            }
            continuedAt.complete(System.nanoTime());
        });
        long listened = Await.value(silentAt) - Await.value(continuedAt);
        assertThat(Duration.ofNanos(listened)).isGreaterThan(limit.dividedBy(2));
        Await.value(transport.close());
    }
}
