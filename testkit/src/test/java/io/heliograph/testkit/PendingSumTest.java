package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.endpoint.PendingSum;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.PeerCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PendingSumTest {

    private static final int KIB = 1024;

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final List<Runnable> tasks = new ArrayList<>();
    private final List<Integer> resumed = new ArrayList<>();

    /** Link that records when its reading resumes, by its number. */
    private record NumberedLink(int number, EventLoop loop, List<Integer> resumed) implements Link {

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
            if (wanted) {
                resumed.add(number);
            }
        }

        @Override
        public void end() {}

        @Override
        public void close(CloseReason reason) {}
    }

    private List<ReadThrottle> throttles(int count, PendingSum sum) {
        return IntStream.range(0, count)
                .mapToObj(number -> new ReadThrottle(new NumberedLink(number, loop, resumed)).limitSum(sum))
                .toList();
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.removeFirst().run();
        }
        loop.runReady();
    }

    @Test
    void connectionsBeyondTheSumPauseUntilHalfHasRun() {
        SerialExecutor executor = new SerialExecutor((Executor) tasks::add);
        PendingSum sum = new PendingSum(executor, 160 * KIB);
        List<ReadThrottle> throttles = throttles(200, sum);
        // Each connection delivers 1 KiB at a time for as long as it is read.
        for (int round = 0; round < 10; round++) {
            throttles.stream().filter(each -> !each.isPaused()).forEach(each -> each.enqueued(KIB));
        }
        assertThat(throttles).allMatch(ReadThrottle::isPaused);
        assertThat(sum.pendingBytes()).isBetween(160L * KIB, (160 + 200L) * KIB);
        runTasks();
        assertThat(throttles).noneMatch(ReadThrottle::isPaused);
        assertThat(sum.pendingBytes()).isZero();
    }

    @Test
    void connectionsResumeInTheOrderOfTheirPauses() {
        SerialExecutor executor = new SerialExecutor((Executor) tasks::add);
        PendingSum sum = new PendingSum(executor, 200 * KIB);
        List<ReadThrottle> throttles = throttles(10, sum);
        throttles.get(7).enqueued(200 * KIB);
        throttles.reversed().forEach(each -> each.enqueued(KIB));
        tasks.removeFirst().run();
        loop.runReady();
        // Idle connections do not keep others from resuming.
        assertThat(resumed).containsExactly(7, 9, 8, 6, 5, 4, 3, 2, 1, 0);
    }

    @Test
    void onlyAsManyConnectionsResumeAsThereIsRoomFor() {
        SerialExecutor executor = new SerialExecutor((Executor) tasks::add);
        PendingSum sum = new PendingSum(executor, 128 * KIB);
        List<ReadThrottle> throttles = throttles(50, sum);
        throttles.getFirst().enqueued(128 * KIB);
        throttles.forEach(each -> each.enqueued(0));
        tasks.removeFirst().run();
        loop.execute(() -> {
            assertThat(resumed).hasSize(3);
            resumed.forEach(number -> throttles.get(number).enqueued(64 * KIB));
        });
        loop.runReady();
        assertThat(resumed).hasSize(3);
        runTasks();
        assertThat(resumed).hasSizeGreaterThanOrEqualTo(50);
        assertThat(throttles).noneMatch(ReadThrottle::isPaused);
    }

    @Test
    void handledMessagesDoNotCount() {
        SerialExecutor direct = new SerialExecutor(Dispatch.direct(), loop);
        PendingSum sum = new PendingSum(direct, 16 * KIB);
        ReadThrottle throttle = throttles(1, sum).getFirst();
        loop.execute(() -> {
            for (int i = 0; i < 100; i++) {
                throttle.enqueued(KIB);
                assertThat(throttle.isPaused()).isFalse();
            }
        });
        loop.runReady();
        assertThat(sum.pendingBytes()).isLessThanOrEqualTo(KIB);
    }

    @Test
    void runningCallsCountUntilTheyEnd() {
        PendingSum sum = new PendingSum(new SerialExecutor((Executor) tasks::add), 16 * KIB);
        List<ReadThrottle> throttles = throttles(2, sum);
        sum.callStarted(throttles.get(0), 12 * KIB);
        assertThat(throttles.get(0).isPaused()).isFalse();
        sum.callStarted(throttles.get(1), 4 * KIB);
        assertThat(throttles.get(1).isPaused()).isTrue();
        sum.callEnded(throttles.get(1), 4 * KIB);
        assertThat(throttles.get(1).isPaused()).isTrue();
        sum.callEnded(throttles.get(0), 12 * KIB);
        assertThat(throttles.get(1).isPaused()).isFalse();
        assertThat(sum.pendingBytes()).isZero();
    }

    @Test
    void readingPausesExactlyAtTheLimit() {
        SerialExecutor executor = new SerialExecutor((Executor) tasks::add);
        PendingSum sum = new PendingSum(executor, 100);
        ReadThrottle throttle = throttles(1, sum).getFirst();
        throttle.enqueued(99);
        assertThat(throttle.isPaused()).isFalse();
        throttle.enqueued(1);
        assertThat(throttle.isPaused()).isTrue();
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> PendingSum.checkMaxBytes(0)).hasMessage("maxPendingBytes: 0 (expected: > 0)");
        assertThat(PendingSum.defaultMaxBytes())
                .isEqualTo(Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8));
    }
}
