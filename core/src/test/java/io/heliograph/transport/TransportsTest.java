package io.heliograph.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.transport.Transports.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransportsTest {

    private static final AtomicInteger created = new AtomicInteger();
    private static final AtomicInteger open = new AtomicInteger();

    /** The service of these tests. */
    public static final class CountingProvider implements TransportProvider {
        @Override
        public Transport create() {
            created.incrementAndGet();
            open.incrementAndGet();
            return new Counted();
        }
    }

    @BeforeEach
    void startFromNothing() {
        created.set(0);
        assertThat(open).hasValue(0);
    }

    @Test
    void theFirstLeaseCreatesAndTheLastOneCloses() {
        Lease first = Transports.acquire();
        Lease second = Transports.acquire();
        assertThat(second.transport()).isSameAs(first.transport());
        assertThat(created).hasValue(1);

        assertThat(first.release()).isCompleted();
        assertThat(open).hasValue(1);
        CompletableFuture<Void> last = second.release();
        assertThat(open).hasValue(0);
        assertThat(last).isNotDone();
        ((Counted) second.transport()).ended.complete(null);
        assertThat(last).isCompleted();
    }

    @Test
    void aLeaseIsGivenBackOnceHoweverOftenItIsReleased() {
        Lease first = Transports.acquire();
        Lease second = Transports.acquire();
        first.release();
        assertThat(first.release()).isCompleted();
        assertThat(open).hasValue(1);
        second.release();
        assertThat(open).hasValue(0);
    }

    @Test
    void afterTheLastLeaseANewTransportIsMade() {
        Lease before = Transports.acquire();
        before.release();
        Lease after = Transports.acquire();
        assertThat(after.transport()).isNotSameAs(before.transport());
        assertThat(created).hasValue(2);
        after.release();
    }

    @Test
    void underContentionThereIsOneTransportAtATimeAndNoneInTheEnd() throws Exception {
        List<Thread> threads = new ArrayList<>();
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                await(start);
                for (int i = 0; i < 2_000; i++) {
                    Lease lease = Transports.acquire();
                    if (((Counted) lease.transport()).closed) {
                        wrong.incrementAndGet();
                    }
                    lease.release();
                }
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).hasValue(0);
        assertThat(open).hasValue(0);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Counted implements Transport {

        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile boolean closed;

        @Override
        public boolean supports(Address address) {
            return false;
        }

        @Override
        public EventLoop nextLoop() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Attempt connect(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Acceptor> listen(
                Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> close() {
            closed = true;
            open.decrementAndGet();
            return ended;
        }
    }
}
