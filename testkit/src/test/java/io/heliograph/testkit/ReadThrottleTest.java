package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.ReadThrottle.Reason;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.PeerCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class ReadThrottleTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<Boolean> reading = new ArrayList<>();
    private final List<Runnable> tasks = new ArrayList<>();
    private final SerialExecutor executor = new SerialExecutor((Executor) tasks::add);

    private final Link link = new Link() {
        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public Address peer() {
            throw new AssertionError();
        }

        @Override
        public Optional<PeerCredentials> credentials() {
            return Optional.empty();
        }

        @Override
        public boolean send(Frame frame) {
            throw new AssertionError();
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void reading(boolean wanted) {
            reading.add(wanted);
        }

        @Override
        public void end() {}

        @Override
        public void close(CloseReason reason) {}
    };

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
        }
        loop.runReady();
    }

    @Test
    void readingResumesWhenTheLastReasonEnds() {
        ReadThrottle throttle = new ReadThrottle(link);
        throttle.pause(Reason.RATE);
        throttle.pause(Reason.RATE);
        throttle.pause(Reason.MIDDLEWARE);
        throttle.resume(Reason.RATE);
        assertThat(reading).containsExactly(false);
        assertThat(throttle.isPaused(Reason.RATE)).isFalse();
        assertThat(throttle.isPaused(Reason.MIDDLEWARE)).isTrue();
        throttle.resume(Reason.MIDDLEWARE);
        throttle.resume(Reason.MIDDLEWARE);
        assertThat(reading).containsExactly(false, true);
        assertThat(throttle.isPaused()).isFalse();
    }

    @Test
    void everyEndOfAReasonIsReported() {
        List<String> resumed = new ArrayList<>();
        ReadThrottle throttle = new ReadThrottle(link, () -> resumed.add("resumed"));
        throttle.pause(Reason.RATE);
        throttle.pause(Reason.QUEUE);
        throttle.resume(Reason.RATE);
        throttle.resume(Reason.RATE);
        assertThat(resumed).hasSize(1);
        throttle.resume(Reason.QUEUE);
        assertThat(resumed).hasSize(2);
    }

    @Test
    void pendingMessagesPauseReadingAtTheLimit() {
        ReadThrottle throttle = new ReadThrottle(link).limitPending(executor, 4, 1000);
        for (int i = 0; i < 3; i++) {
            throttle.enqueued(1);
        }
        assertThat(reading).isEmpty();
        throttle.enqueued(1);
        assertThat(throttle.isPaused(Reason.LISTENERS)).isTrue();
        runTasks();
        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void pendingBytesPauseReadingAtTheLimit() {
        ReadThrottle throttle = new ReadThrottle(link).limitPending(executor, 1000, 100);
        throttle.enqueued(99);
        assertThat(reading).isEmpty();
        throttle.enqueued(50);
        assertThat(reading).containsExactly(false);
        runTasks();
        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void oneAllowedMessagePausesReadingAtOnce() {
        ReadThrottle throttle = new ReadThrottle(link).limitPending(executor, 1, 1000);
        throttle.enqueued(1);
        assertThat(reading).containsExactly(false);
    }

    @Test
    void directExecutorNeverPauses() {
        SerialExecutor direct = new SerialExecutor(Dispatch.direct(), loop);
        ReadThrottle throttle = new ReadThrottle(link).limitPending(direct, 2, 1000);
        loop.execute(() -> {
            for (int i = 0; i < 10; i++) {
                throttle.enqueued(1);
            }
        });
        loop.runReady();
        assertThat(throttle.isPaused()).isFalse();
    }

    @Test
    void runningCallsPauseReadingAtTheLimitAndResumeAtHalf() {
        ReadThrottle throttle = new ReadThrottle(link).limitCalls(4);
        for (int i = 0; i < 4; i++) {
            throttle.callStarted();
        }
        assertThat(throttle.isPaused(Reason.CALLS)).isTrue();
        throttle.callEnded();
        loop.runReady();
        assertThat(throttle.isPaused(Reason.CALLS)).isTrue();
        throttle.callEnded();
        loop.runReady();
        assertThat(throttle.isPaused(Reason.CALLS)).isFalse();
        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void bytesOfRunningCallsPauseReadingAtTheLimitAndResumeAtHalf() {
        ReadThrottle throttle = new ReadThrottle(link).limitCalls(100, 1000);
        throttle.callStarted(600);
        assertThat(reading).isEmpty();
        throttle.callStarted(600);
        assertThat(throttle.isPaused(Reason.CALLS)).isTrue();
        throttle.callEnded(600);
        loop.runReady();
        assertThat(throttle.isPaused(Reason.CALLS)).isTrue();
        throttle.callEnded(600);
        loop.runReady();
        assertThat(reading).containsExactly(false, true);
        throttle.callStarted(999);
        assertThat(throttle.isPaused()).isFalse();
    }

    @Test
    void callsResumeOnlyWhenNumberAndBytesAreLow() {
        ReadThrottle throttle = new ReadThrottle(link).limitCalls(4, 1000);
        throttle.callStarted(900);
        for (int i = 0; i < 3; i++) {
            throttle.callStarted(1);
        }
        for (int i = 0; i < 3; i++) {
            throttle.callEnded(1);
        }
        loop.runReady();
        assertThat(throttle.isPaused(Reason.CALLS)).isTrue();
        throttle.callEnded(900);
        loop.runReady();
        assertThat(throttle.isPaused(Reason.CALLS)).isFalse();
    }

    @Test
    void messagesBeyondTheLimitKeepReadingPausedUntilTheyRan() {
        ReadThrottle throttle = new ReadThrottle(link).limitPending(executor, 2, 1000);
        throttle.enqueued(1);
        executor.execute(executor::pause);
        for (int i = 0; i < 3; i++) {
            throttle.enqueued(1); // frames of a read that has begun still arrive
        }
        runTasks();
        assertThat(reading).containsExactly(false);
        executor.resume();
        runTasks();
        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void bytesOfEarlierMessagesAreNotCountedAgain() {
        ReadThrottle throttle = new ReadThrottle(link).limitPending(executor, 1000, 100);
        throttle.enqueued(50);
        runTasks();
        throttle.enqueued(49);
        throttle.enqueued(0);
        assertThat(reading).isEmpty();
    }

    @Test
    void callThatEndsWhileReadingIsPausedResumesIt() throws InterruptedException {
        ReadThrottle throttle = new ReadThrottle(link).limitCalls(1, 1000);
        for (int i = 0; i < 20_000; i++) {
            CyclicBarrier start = new CyclicBarrier(2);
            Thread ending = Thread.ofVirtual().start(() -> {
                meet(start);
                throttle.callEnded(1);
            });
            meet(start);
            throttle.callStarted(1);
            ending.join();
            loop.runReady();
            assertThat(throttle.isPaused()).isFalse();
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
