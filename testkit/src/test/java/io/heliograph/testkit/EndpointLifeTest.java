package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndpointLifeTest {

    private final List<String> told = new CopyOnWriteArrayList<>();

    private final class Told implements EndpointLifecycle.Role {

        @Override
        public void begin(Transport transport, EventLoop loop) {
            told.add("begin");
        }

        @Override
        public void shutdown(Duration timeout) {
            told.add("shutdown");
        }

        @Override
        public void ended() {
            told.add("ended");
        }
    }

    /** A loop that ends when the endpoint gives it its first task, because another thread closes the endpoint just then. */
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
    void whoIsClosedBeforeItBeginsFailsItsStart() throws Exception {
        Ending loop = new Ending();
        EndpointLifecycle life = new EndpointLifecycle(
                new Told(),
                EndpointLifecycle.Restart.NEVER,
                "test",
                Dispatch.virtual(),
                new Counters(),
                InMemoryTransport.on(ManualEventLoop.create()),
                loop);
        loop.endpoints.add(life);
        CompletableFuture<Void> started = life.start(IllegalStateException::new);
        assertThatThrownBy(() -> started.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(ClosedException.class);
        life.closed().get(10, TimeUnit.SECONDS);
        assertThat(told).containsExactly("ended");
    }
}
