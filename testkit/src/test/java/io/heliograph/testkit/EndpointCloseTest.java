package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.CloseReason;
import io.heliograph.Dispatch;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointCloseTest {

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> answered = new CompletableFuture<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final ManualEventLoop manual = ManualEventLoop.create();
    private final InMemoryTransport transport = InMemoryTransport.threaded(1);

    @AfterEach
    void end() {
        never.countDown();
        transport.close();
    }

    /** Role whose work in flight ends when `answered` completes, and which finishes at its shutdown. */
    private final class RecordingRole implements EndpointLifecycle.Role {

        @SuppressWarnings("NullAway.Init")
        private EndpointLifecycle lifecycle;

        @Override
        public void begin(Transport transport, EventLoop loop) {
            lifecycle.executor().execute(lifecycle::started);
        }

        @Override
        public CompletableFuture<Void> drain(Duration timeout) {
            events.add("drain " + timeout.toMillis());
            return answered;
        }

        @Override
        public void shutdown(Duration timeout) {
            events.add("shutdown " + timeout.toMillis());
            lifecycle.finish(new CloseReason.Local());
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

    private EndpointLifecycle running(Dispatch dispatch, EventLoop loop) {
        return running(dispatch, loop, false);
    }

    private EndpointLifecycle running(Dispatch dispatch, EventLoop loop, boolean server) {
        RecordingRole role = new RecordingRole();
        role.lifecycle = new EndpointLifecycle(
                role,
                EndpointLifecycle.Restart.NEVER,
                "test",
                new EndpointOptions(dispatch, Duration.ofSeconds(5), 1, 1, 1, transport, loop, !server, server),
                new Counters());
        CompletableFuture<Void> started = role.lifecycle.listen();
        manual.runReady();
        Await.value(started);
        return role.lifecycle;
    }

    private void block() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- work in flight

    @Test
    void gracefulCloseWaitsForTheWorkInFlight() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        CompletableFuture<Void> closed = endpoint.closeGracefully(Duration.ofSeconds(5));
        manual.runReady();
        assertThat(events).containsExactly("drain 5000");
        manual.advance(Duration.ofSeconds(1));
        answered.complete(null);
        manual.runReady();
        assertThat(events).containsExactly("drain 5000", "shutdown 4000", "ended");
        assertThat(closed).isCompleted();
        assertThat(manual.timers()).isZero();
    }

    @Test
    void messagesAreAcceptedUntilTheShutdown() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        assertThat(endpoint.acceptsMessages()).isTrue();
        endpoint.closeGracefully(Duration.ofSeconds(5));
        manual.runReady();
        assertThat(endpoint.acceptsMessages()).isTrue();
        endpoint.executor().pause(); // delays the last events
        answered.complete(null);
        manual.runReady();
        assertThat(endpoint.acceptsMessages()).isFalse();
        endpoint.executor().resume();
        manual.runReady();
        assertThat(endpoint.closed()).isCompleted();
    }

    @Test
    void closeRejectsMessagesAtOnce() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        endpoint.closeGracefully(Duration.ofSeconds(5));
        endpoint.close(Duration.ofSeconds(1));
        assertThat(endpoint.acceptsMessages()).isFalse();
    }

    @Test
    void gracefulCloseKeepsTimeForTheShutdown() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        CompletableFuture<Void> closed = endpoint.closeGracefully(Duration.ofSeconds(5));
        manual.runReady();
        manual.advance(Duration.ofMillis(3999));
        assertThat(events).containsExactly("drain 5000");
        manual.advance(Duration.ofMillis(1));
        assertThat(events).containsExactly("drain 5000", "shutdown 1000", "ended");
        assertThat(closed).isCompleted();
        answered.complete(null);
        manual.runReady();
        assertThat(events).hasSize(3);
    }

    @Test
    void closeDoesNotWaitForTheWorkInFlight() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        endpoint.closeGracefully(Duration.ofSeconds(5));
        manual.runReady();
        endpoint.close(Duration.ofSeconds(1));
        manual.runReady();
        assertThat(events).containsExactly("drain 5000", "shutdown 1000", "ended");
        assertThat(manual.timers()).isZero();
    }

    @Test
    void secondGracefulCloseShortensTheWait() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        endpoint.closeGracefully(Duration.ofSeconds(50));
        endpoint.closeGracefully(Duration.ofSeconds(1));
        manual.runReady();
        manual.advance(Duration.ofMillis(800));
        assertThat(events).containsExactly("drain 50000", "shutdown 200", "ended");
    }

    @Test
    void failedDrainIsFollowedByTheShutdown() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        endpoint.closeGracefully(Duration.ofSeconds(5));
        manual.runReady();
        answered.completeExceptionally(new IllegalStateException("expected in this test"));
        manual.runReady();
        assertThat(events).containsExactly("drain 5000", "shutdown 5000", "ended");
    }

    @Test
    void shutdownThatHasBegunIsNotFollowedByADrain() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        endpoint.executor().pause(); // delays the last events
        endpoint.close(Duration.ofSeconds(5));
        endpoint.closeGracefully(Duration.ofSeconds(1));
        manual.runReady();
        assertThat(events).doesNotContain("drain 1000").contains("shutdown 5000");
        endpoint.executor().resume();
        manual.runReady();
        assertThat(endpoint.closed()).isCompleted();
    }

    // ---- user code that does not return

    @Test
    void listenerThatNeverReturnsDoesNotDelayTheEnd() {
        EndpointLifecycle endpoint = running(Dispatch.virtual(), transport.nextLoop());
        CompletableFuture<String> pending = new CompletableFuture<>();
        endpoint.executor().execute(this::block);
        endpoint.executor().execute(() -> pending.complete("value"));
        endpoint.executor().execute(new SerialExecutor.Task() {
            @Override
            protected void run() {
                events.add("message");
            }

            @Override
            protected boolean isDroppable() {
                return true;
            }
        });
        Await.value(endpoint.close(Duration.ofMillis(100)));
        assertThat(Await.value(pending)).isEqualTo("value");
        await().until(() -> events.contains("ended"));
        assertThat(events).doesNotContain("message");
    }

    @Test
    void everyTaskBehindListenersThatNeverReturnIsRun() {
        EndpointLifecycle endpoint = running(Dispatch.virtual(), transport.nextLoop());
        CountDownLatch entered = new CountDownLatch(100);
        CompletableFuture<String> pending = new CompletableFuture<>();
        for (int i = 0; i < 100; i++) {
            endpoint.executor().execute(() -> {
                entered.countDown();
                block();
            });
        }
        endpoint.executor().execute(() -> pending.complete("value"));
        Await.value(endpoint.close(Duration.ZERO));
        assertThat(Await.value(pending)).isEqualTo("value");
        CompletableFuture<String> late = new CompletableFuture<>();
        endpoint.executor().execute(() -> late.complete("late"));
        assertThat(Await.value(late)).isEqualTo("late");
    }

    @Test
    void listenerThatBlocksTheEventLoopDoesNotDelayTheEnd() {
        EventLoop loop = transport.nextLoop();
        EndpointLifecycle endpoint = running(Dispatch.direct(), loop);
        loop.execute(() -> endpoint.executor().execute(this::block));
        Await.value(endpoint.close(Duration.ofMillis(100)));
    }

    @Test
    void listenersThatSpinOnAllVirtualThreadsDoNotDelayTheEnd() {
        EndpointLifecycle endpoint = running(Dispatch.virtual(), transport.nextLoop());
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            Thread.ofVirtual().start(() -> {
                while (never.getCount() > 0) {
                    Thread.onSpinWait();
                }
            });
        }
        endpoint.executor().execute(this::block);
        Await.value(endpoint.close(Duration.ofMillis(100)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listenerOnAnExecutorThatIsFullDoesNotDelayTheEnd(boolean gracefully) {
        try (ExecutorService single = Executors.newSingleThreadExecutor()) {
            EndpointLifecycle endpoint = running(Dispatch.on(single), transport.nextLoop());
            endpoint.executor().execute(this::block);
            Await.value(
                    gracefully
                            ? endpoint.closeGracefully(Duration.ofMillis(100))
                            : endpoint.close(Duration.ofMillis(100)));
            never.countDown();
        }
    }

    @Test
    void tasksThatRaceWithTheForcedEndRunOnce() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            EndpointLifecycle endpoint = running(Dispatch.virtual(), transport.nextLoop());
            CountDownLatch released = new CountDownLatch(1);
            CountDownLatch ran = new CountDownLatch(1000);
            endpoint.executor().execute(() -> {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            List<Integer> order = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 1000; i++) {
                int task = i;
                endpoint.executor().execute(() -> {
                    order.add(task);
                    ran.countDown();
                });
            }
            CompletableFuture<Void> closed = endpoint.close(Duration.ZERO);
            closed.whenComplete((done, failure) -> released.countDown());
            assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
            Await.value(closed);
            assertThat(order).doesNotHaveDuplicates().hasSize(1000);
        }
    }

    @Test
    void laterCloseDoesNotExtendTheForcedEnd() {
        EndpointLifecycle endpoint = running(Dispatch.virtual(), transport.nextLoop());
        endpoint.executor().execute(this::block);
        long start = System.nanoTime();
        endpoint.close(Duration.ofMillis(100));
        Await.value(endpoint.close(Duration.ofSeconds(25)));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void laterCloseShortensTheForcedEnd() {
        EndpointLifecycle endpoint = running(Dispatch.virtual(), transport.nextLoop());
        endpoint.executor().execute(this::block);
        long start = System.nanoTime();
        endpoint.close(Duration.ofSeconds(25));
        Await.value(endpoint.close(Duration.ofMillis(100)));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void repeatedFinishEmitsTheLastEventsOnce() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        endpoint.finish(new CloseReason.Local());
        endpoint.finish(new CloseReason.Local());
        endpoint.close(Duration.ofSeconds(1));
        manual.runReady();
        assertThat(events).containsExactly("ended");
        assertThat(endpoint.closed()).isCompleted();
    }

    @Test
    void streamThatFillsAfterTheTimeoutDoesNotPauseTheExecutor() {
        EndpointLifecycle endpoint = running(Dispatch.direct(), manual);
        endpoint.backpressure().pause();
        endpoint.backpressure().release();
        endpoint.backpressure().pause();
        List<String> ran = new CopyOnWriteArrayList<>();
        endpoint.executor().execute(() -> ran.add("task"));
        manual.runReady();
        assertThat(ran).containsExactly("task");
        endpoint.backpressure().resume();
        endpoint.executor().pause();
        endpoint.executor().execute(() -> ran.add("later"));
        manual.runReady();
        assertThat(ran).containsExactly("task");
        endpoint.executor().resume();
    }

    // ---- reachability

    @Test
    void closedEndpointIsNotReachable() {
        WeakReference<Object> reference = new WeakReference<>(closedEndpoint(false));
        await().until(() -> {
            System.gc();
            return reference.refersTo(null);
        });
    }

    @Test
    void closedServerWithShutdownHookIsNotReachable() {
        WeakReference<Object> reference = new WeakReference<>(closedEndpoint(true));
        await().until(() -> {
            System.gc();
            return reference.refersTo(null);
        });
    }

    private Object closedEndpoint(boolean server) {
        EndpointLifecycle endpoint = running(Dispatch.virtual(), transport.nextLoop(), server);
        answered.complete(null);
        Await.value(endpoint.closeGracefully(Duration.ofSeconds(30)));
        return endpoint;
    }
}
