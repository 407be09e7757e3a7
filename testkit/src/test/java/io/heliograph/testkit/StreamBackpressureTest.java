package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBackpressure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamBackpressureTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final SerialExecutor executor = new SerialExecutor(Dispatch.direct(), loop);
    private final StreamBackpressure backpressure = new StreamBackpressure(executor);
    private final List<String> log = new ArrayList<>();

    private void run(String task) {
        executor.execute(() -> log.add(task));
        loop.runReady();
    }

    @Test
    void executorRunsWhenEachPauseHasEnded() {
        backpressure.pause();
        backpressure.pause();
        run("a");
        backpressure.resume();
        loop.runReady();
        assertThat(log).isEmpty();
        backpressure.resume();
        loop.runReady();
        assertThat(log).containsExactly("a");
    }

    @Test
    void releaseEndsPendingPausesOnly() {
        backpressure.pause();
        backpressure.resume();
        backpressure.pause();
        backpressure.release();
        loop.runReady();
        executor.pause();
        run("a");
        assertThat(log).isEmpty();
        executor.resume();
        loop.runReady();
        assertThat(log).containsExactly("a");
    }

    @Test
    void pausesAfterTheReleaseAreIgnored() {
        backpressure.release();
        backpressure.pause();
        run("a");
        assertThat(log).containsExactly("a");
        backpressure.resume();
        executor.pause();
        run("b");
        assertThat(log).containsExactly("a");
    }
}
