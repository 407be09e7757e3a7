package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.endpoint.InFlight;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InFlightTest {

    private final InFlight work = new InFlight();

    @Test
    void drainCompletesWithTheLastWork() {
        assertThat(work.begin()).isTrue();
        assertThat(work.begin()).isTrue();
        CompletableFuture<Void> drained = work.drain();
        work.end();
        assertThat(drained).isNotDone();
        assertThat(work.size()).isOne();
        work.end();
        assertThat(drained).isCompleted();
    }

    @Test
    void drainWithoutWorkCompletesAtOnce() {
        work.begin();
        work.end();
        assertThat(work.drain()).isCompleted();
        assertThat(work.drain()).isCompleted();
    }

    @Test
    void workIsRejectedWhileDraining() {
        work.begin();
        CompletableFuture<Void> drained = work.drain();
        assertThat(work.begin()).isFalse();
        assertThat(drained).isNotDone();
        work.end();
        assertThat(drained).isCompleted();
        assertThat(work.begin()).isFalse();
        assertThat(work.size()).isZero();
    }

    @Test
    void concurrentWorkIsEitherRejectedOrAwaited() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            InFlight shared = new InFlight();
            AtomicInteger running = new AtomicInteger();
            CountDownLatch done = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                Thread.ofVirtual().start(() -> {
                    while (shared.begin()) {
                        running.incrementAndGet();
                        Thread.onSpinWait();
                        running.decrementAndGet();
                        shared.end();
                    }
                    done.countDown();
                });
            }
            Await.value(shared.drain());
            assertThat(running.get()).isZero();
            done.await();
        }
    }
}
