package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.endpoint.InFlight;
import io.heliograph.testkit.ManualEventLoop;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RunningCallsTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final InFlight all = new InFlight();
    private final RunningCalls calls = new RunningCalls(loop, all);
    private int ended;

    private RunningCalls.Running begin() {
        return Objects.requireNonNull(calls.begin(() -> ended++));
    }

    @Test
    void callEndsOnce() {
        RunningCalls.Running call = begin();
        begin();
        call.end();
        call.end();
        loop.runReady();
        assertThat(ended).isEqualTo(1);
        assertThat(all.size()).isEqualTo(1);
    }

    @Test
    void closedConnectionEndsItsCallsOnce() {
        RunningCalls.Running call = begin();
        calls.close();
        assertThat(all.size()).isZero();
        call.end();
        loop.runReady();
        assertThat(all.size()).isZero();
        assertThat(ended).isZero();
    }

    @Test
    void connectionIsIdleAfterItsLastCall() {
        RunningCalls.Running call = begin();
        CompletableFuture<Void> idle = calls.idle();
        assertThat(idle).isNotDone();
        call.end();
        loop.runReady();
        assertThat(idle).isDone();
        assertThat(new RunningCalls(loop, all).idle()).isDone();
    }

    @Test
    void noCallBeginsWhileTheListenerDrains() {
        begin();
        CompletableFuture<Void> drained = all.drain();
        assertThat(calls.begin(() -> {})).isNull();
        calls.close();
        assertThat(drained).isDone();
    }
}
