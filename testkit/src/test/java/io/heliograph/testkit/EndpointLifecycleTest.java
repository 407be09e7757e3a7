package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class EndpointLifecycleTest {

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ManualEventLoop loop = ManualEventLoop.create();

    /** A role that records its calls, and finishes when the test requests it. */
    private final class RecordingRole implements EndpointLifecycle.Role {

        @Override
        public void begin(Transport transport, EventLoop loop) {
            events.add("begin");
        }

        @Override
        public void shutdown(Duration timeout) {
            events.add("shutdown " + timeout.toSeconds());
        }

        @Override
        public void abort() {
            events.add("abort");
        }

        @Override
        public void ended() {
            events.add("ended");
        }
    }

    private EndpointLifecycle lifecycle(Dispatch dispatch, EventLoop on) {
        return new EndpointLifecycle(
                new RecordingRole(),
                EndpointLifecycle.Restart.NEVER,
                "test",
                EndpointOptions.DEFAULTS.withDispatch(dispatch).withTransport(InMemoryTransport.on(loop), on),
                new Counters());
    }

    private EndpointLifecycle running() {
        EndpointLifecycle endpoint = lifecycle(Dispatch.direct(), loop);
        endpoint.listen();
        loop.runReady();
        endpoint.executor().execute(endpoint::started);
        loop.runReady();
        return endpoint;
    }

    @Test
    void secondListenFails() {
        EndpointLifecycle endpoint = running();
        assertThat(Await.failure(endpoint.listen())).hasMessage("listen: called twice (expected: once)");
    }

    @Test
    void listenAfterCloseFails() {
        EndpointLifecycle endpoint = lifecycle(Dispatch.virtual(), loop);
        Await.value(endpoint.close(Duration.ZERO));
        assertThat(Await.failure(endpoint.listen()))
                .isInstanceOf(ClosedException.class)
                .hasMessage("listen: the server is closed");
    }

    @Test
    void failedStartHoldsNothingAndCanBeClosed() {
        EndpointLifecycle endpoint = lifecycle(Dispatch.direct(), loop);
        CompletableFuture<Void> started = endpoint.listen();
        loop.runReady();
        assertThat(endpoint.loop()).isSameAs(loop);
        endpoint.failStart(new IllegalStateException("port in use"));
        loop.runReady();
        assertThat(Await.failure(started)).hasMessage("port in use");
        assertThatThrownBy(endpoint::loop).hasMessage("the endpoint is not running");
        Await.value(endpoint.close(Duration.ofMinutes(1))); // at once, not at the deadline
        assertThat(events).containsExactly("begin", "ended");
    }

    @Test
    void connectReturnsThePendingOrCompletedFuture() {
        EndpointLifecycle endpoint = lifecycle(Dispatch.direct(), loop);
        CompletableFuture<Void> first = endpoint.connect();
        CompletableFuture<Void> second = endpoint.connect();
        loop.runReady();
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        endpoint.executor().execute(endpoint::started);
        loop.runReady();
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(endpoint.connect()).isCompleted();
        assertThat(events).containsExactly("begin");
    }

    @Test
    void connectAfterCloseFails() {
        EndpointLifecycle endpoint = lifecycle(Dispatch.virtual(), loop);
        Await.value(endpoint.close(Duration.ZERO));
        assertThat(Await.failure(endpoint.connect())).hasMessage("connect: the client is closed");
    }

    @Test
    void abortFollowsWhenTheTimeoutExpires() {
        EndpointLifecycle endpoint = running();
        endpoint.close(Duration.ofSeconds(3));
        loop.runReady();
        loop.advance(Duration.ofMillis(2999));
        assertThat(events).containsExactly("begin", "shutdown 3");
        loop.advance(Duration.ofMillis(1));
        assertThat(events).containsExactly("begin", "shutdown 3", "abort");
    }

    @Test
    void secondCloseShortensTheTimeout() {
        EndpointLifecycle endpoint = running();
        endpoint.close(Duration.ofSeconds(30));
        endpoint.close(Duration.ofSeconds(1));
        loop.runReady();
        loop.advance(Duration.ofSeconds(1));
        assertThat(events).containsExactly("begin", "shutdown 30", "shutdown 1", "abort");
    }

    @Test
    void secondCloseDoesNotExtendTheTimeout() {
        EndpointLifecycle endpoint = running();
        endpoint.close(Duration.ofSeconds(1));
        endpoint.close(Duration.ofSeconds(30));
        loop.runReady();
        loop.advance(Duration.ofSeconds(1));
        assertThat(events).contains("abort");
    }

    @Test
    void closedEndpointLeavesNoTimer() {
        EndpointLifecycle endpoint = running();
        CompletableFuture<Void> closed = endpoint.close(Duration.ofSeconds(30));
        loop.runReady();
        assertThat(loop.timers()).isOne();
        endpoint.finish(new CloseReason.Local());
        loop.runReady();
        assertThat(closed).isCompleted();
        assertThat(loop.timers()).isZero();
    }

    @Test
    void fullStreamDelaysTheCloseUntilTheTimeoutExpires() {
        EndpointLifecycle endpoint = running();
        endpoint.backpressure().pause();
        CompletableFuture<Void> closed = endpoint.close(Duration.ofSeconds(2));
        endpoint.finish(new CloseReason.Local());
        loop.runReady();
        assertThat(closed).isNotDone();
        loop.advance(Duration.ofSeconds(2));
        loop.runReady();
        assertThat(closed).isCompleted();
        assertThat(events).containsExactly("begin", "ended");
    }

    /** An event loop that ends with its first task, because another thread closes the endpoint at that moment. */
    private static final class Ending implements EventLoop {

        final List<EndpointLifecycle> endpoints = new ArrayList<>();
        private boolean over;

        @Override
        public boolean inLoop() {
            return false;
        }

        @Override
        public void execute(Runnable task) {
            if (!over) {
                over = true;
                endpoints.forEach(endpoint -> endpoint.close(Duration.ZERO));
            }
            throw new RejectedExecutionException("ended");
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            throw new RejectedExecutionException("ended");
        }

        @Override
        public long nanoTime() {
            return 0;
        }
    }

    @Test
    void endpointClosedBeforeItBeginsFailsItsStart() {
        Ending ending = new Ending();
        EndpointLifecycle endpoint = lifecycle(Dispatch.virtual(), ending);
        ending.endpoints.add(endpoint);
        CompletableFuture<Void> started = endpoint.start(IllegalStateException::new);
        assertThat(Await.failure(started)).isInstanceOf(ClosedException.class);
        Await.value(endpoint.closed());
        assertThat(events).containsExactly("ended");
    }
}
