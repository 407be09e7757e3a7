package io.heliograph.endpoint;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.endpoint.LoopWatchdog.Watch;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LoopWatchdogTest {

    private static final long MS = 1_000_000;

    private final List<Dispatch.BlockedLoop> reports = new ArrayList<>();
    private final EventLoop loop = new NoLoop();
    private final Watch watch = new Watch(Dispatch.direct(ofMillis(100), reports::add), loop);

    @Test
    void longRunIsReportedOnceWithItsStack() {
        watch.begin();
        culprit(() -> {
            watch.check(0, 0);
            watch.check(99 * MS, 0);
            assertThat(reports).isEmpty();
            watch.check(100 * MS, 0);
            watch.check(500 * MS, 0);
        });
        watch.end();
        assertThat(reports).hasSize(1);
        Dispatch.BlockedLoop report = reports.getFirst();
        assertThat(report.atLeast()).isEqualTo(ofMillis(100));
        assertThat(report.thread()).isEqualTo(Thread.currentThread().getName());
        assertThat(report.stack()).anyMatch(call -> call.getMethodName().equals("culprit"));
    }

    @Test
    void timeInWhichTheProcessStoodStillDoesNotCount() {
        watch.begin();
        watch.check(0, 0);
        watch.check(35_050 * MS, 35_000 * MS);
        watch.check(35_099 * MS, 0);
        assertThat(reports).isEmpty();
        watch.check(35_100 * MS, 0);
        assertThat(reports).hasSize(1);
        assertThat(reports.getFirst().atLeast()).isEqualTo(ofMillis(100));
    }

    private static void culprit(Runnable body) {
        body.run();
    }

    @Test
    void shortRunsAreNotReported() {
        for (long i = 0; i < 100; i++) {
            watch.begin();
            watch.check(i * 99 * MS, 0);
            watch.end();
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void nothingIsReportedBetweenRuns() {
        watch.begin();
        watch.check(0, 0);
        watch.end();
        watch.check(200 * MS, 0);
        watch.check(400 * MS, 0);
        assertThat(reports).isEmpty();
    }

    @Test
    void eachLongRunIsReported() {
        for (long i = 0; i < 3; i++) {
            watch.begin();
            watch.check(i * 1_000 * MS, 0);
            watch.check((i * 1_000 + 150) * MS, 0);
            watch.end();
        }
        assertThat(reports).hasSize(3);
    }

    @Test
    void watchdogThreadFindsABlockedLoop() throws InterruptedException {
        BlockingQueue<Dispatch.BlockedLoop> found = new LinkedBlockingQueue<>();
        Watch live = LoopWatchdog.watch(Dispatch.direct(ofMillis(20), found::add), loop);
        CountDownLatch release = new CountDownLatch(1);
        Thread blocked = Thread.ofPlatform().name("blocked-loop").start(() -> blockedTurn(live, release));
        Dispatch.BlockedLoop report = found.poll(10, TimeUnit.SECONDS);
        release.countDown();
        blocked.join();
        assertThat(report).isNotNull();
        assertThat(report.thread()).isEqualTo("blocked-loop");
        assertThat(report.stack()).anyMatch(call -> call.getMethodName().equals("blockedTurn"));
        assertThat(found).isEmpty();
    }

    private static void blockedTurn(Watch watch, CountDownLatch release) {
        watch.begin();
        await(release);
        watch.end();
    }

    @Test
    void failingListenerDoesNotStopTheWatchdog() {
        AtomicInteger told = new AtomicInteger();
        Watch broken = LoopWatchdog.watch(
                Dispatch.direct(ofMillis(10), report -> {
                    told.incrementAndGet();
                    throw new IllegalStateException("expected in this test");
                }),
                loop);
        for (int i = 1; i <= 2; i++) {
            int times = i;
            broken.begin();
            Awaitility.await().until(() -> told.get() >= times);
            broken.end();
            assertThat(told).hasValue(times);
        }
    }

    @Test
    void executorsOfALoopShareAWatch() {
        Dispatch dispatch = Dispatch.direct(ofMillis(100), reports::add);
        Watch first = LoopWatchdog.watch(dispatch, loop);
        assertThat(LoopWatchdog.watch(dispatch, loop)).isSameAs(first);
        assertThat(LoopWatchdog.watch(dispatch, new NoLoop())).isNotSameAs(first);
        assertThat(LoopWatchdog.watch(Dispatch.direct(ofMillis(100), reports::add), loop))
                .isNotSameAs(first);
    }

    @Test
    void nestedRunIsPartOfTheOuterRun() {
        assertThat(watch.begin()).isTrue();
        watch.check(0, 0);
        assertThat(watch.begin()).isFalse();
        watch.check(150 * MS, 0);
        assertThat(reports).hasSize(1);
        watch.end();
    }

    /** Event loop of which a watch uses the identity only. */
    private static final class NoLoop implements EventLoop {

        @Override
        public boolean inLoop() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void execute(Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long nanoTime() {
            throw new UnsupportedOperationException();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
