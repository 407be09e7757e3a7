package io.heliograph.endpoint;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.DeadlineExceededException;
import io.heliograph.EventStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StreamTest {

    /** Pausable that counts pauses, as a serial executor does. */
    static final class CountingValve implements Pausable {
        final AtomicInteger pauses = new AtomicInteger();
        final AtomicInteger paused = new AtomicInteger();

        @Override
        public void pause() {
            pauses.incrementAndGet();
            paused.incrementAndGet();
        }

        @Override
        public void resume() {
            paused.decrementAndGet();
        }
    }

    private final CountingValve pausable = new CountingValve();
    private final AtomicInteger closes = new AtomicInteger();
    private final StreamSource<Integer> source = new StreamSource<>("numbers", 4, pausable, closes::incrementAndGet);
    private final EventStream<Integer> stream = source.stream();

    private void emit(int... events) {
        IntStream.of(events).forEach(source::emit);
    }

    @Test
    void eventsArriveInOrderBeforeTheEnd() {
        emit(1, 2, 3);
        source.end();
        emit(4);
        assertThat(stream).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> stream.iterator().next()).isInstanceOf(NoSuchElementException.class);
        assertThat(closes).hasValue(0);
    }

    @Test
    void loopWaitsForEvents() throws Exception {
        List<Integer> seen = new ArrayList<>();
        Thread loop = Thread.ofVirtual().start(() -> stream.forEach(seen::add));
        for (int i = 0; i < 1_000; i++) {
            source.emit(i);
        }
        source.end();
        assertThat(loop.join(ofSeconds(10))).isTrue();
        assertThat(seen).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
        assertThat(pausable.paused).hasValue(0);
    }

    @Test
    void fullStreamPausesItsSourceUntilHalfEmpty() {
        emit(1, 2, 3);
        assertThat(pausable.paused).hasValue(0);
        emit(4);
        assertThat(pausable.paused).hasValue(1);
        assertThat(stream.next(ZERO)).isEqualTo(1);
        assertThat(pausable.paused).hasValue(1);
        assertThat(stream.next(ZERO)).isEqualTo(2);
        assertThat(pausable.paused).hasValue(0);
        emit(5, 6);
        assertThat(pausable.paused).hasValue(1);
        assertThat(pausable.pauses).hasValue(2);
    }

    @Test
    void eventsThatArriveWhilePausedAreKept() {
        emit(1, 2, 3, 4, 5, 6);
        assertThat(pausable.pauses).hasValue(1);
        source.end();
        assertThat(stream).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(pausable.paused).hasValue(0);
    }

    @Test
    void streamOfCapacityOnePausesAtEachEvent() {
        StreamSource<Integer> narrow = new StreamSource<>("n", 1, pausable, () -> {});
        EventStream<Integer> one = narrow.stream();
        for (int i = 0; i < 3; i++) {
            narrow.emit(i);
            assertThat(pausable.paused).hasValue(1);
            assertThat(one.next(ZERO)).isEqualTo(i);
            assertThat(pausable.paused).hasValue(0);
        }
    }

    @Test
    void closeDropsEventsAndResumesTheSource() {
        emit(1, 2, 3, 4);
        stream.close();
        stream.close();
        emit(5);
        assertThat(pausable.paused).hasValue(0);
        assertThat(closes).hasValue(1);
        assertThat(stream).isEmpty();
        assertThatThrownBy(() -> stream.next(ZERO))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("the stream of numbers has ended");
    }

    @Test
    void closeEndsAWaitingLoop() throws Exception {
        Thread loop = Thread.ofVirtual().start(() -> stream.forEach(event -> {}));
        await().until(() -> loop.getState() == Thread.State.WAITING);
        stream.close();
        assertThat(loop.join(ofSeconds(10))).isTrue();
    }

    @Test
    void nextFailsAfterItsTimeout() {
        assertThatThrownBy(() -> stream.next(ofMillis(5)))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessage("no numbers within PT0.005S");
        emit(1);
        assertThat(stream.next(ZERO)).isEqualTo(1);
        source.end();
        assertThatThrownBy(() -> stream.next(ofSeconds(100))).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void failedStreamThrowsAfterItsBufferedEvents() {
        RuntimeException refusal = new IllegalStateException("refused");
        emit(1);
        source.fail(refusal);
        source.end();
        Iterator<Integer> events = stream.iterator();
        assertThat(events.next()).isEqualTo(1);
        assertThatThrownBy(events::hasNext).isSameAs(refusal);
        assertThatThrownBy(() -> stream.next(ofSeconds(100))).isSameAs(refusal);
        stream.close();
        assertThat(stream).isEmpty();
    }

    @Test
    void failureEndsAWaitingLoop() throws Exception {
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread loop = Thread.ofVirtual().start(() -> {
            try {
                stream.forEach(event -> {});
            } catch (IllegalStateException e) {
                outcome.complete(e);
            }
        });
        await().until(() -> loop.getState() == Thread.State.WAITING);
        source.fail(new IllegalStateException("refused"));
        assertThat(outcome.get(10, TimeUnit.SECONDS)).hasMessage("refused");
    }

    @Test
    void nullEventIsReturned() {
        source.emit(null);
        source.emit(1);
        source.emit(null);
        assertThat(stream.next(ZERO)).isNull();
        source.end();
        List<Integer> rest = new ArrayList<>();
        stream.forEach(rest::add);
        assertThat(rest).containsExactly(1, null);
    }

    @Test
    void interruptedThreadStopsWaitingAndStaysInterrupted() throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread loop = Thread.ofPlatform().start(() -> {
            try {
                outcome.complete("" + stream.iterator().hasNext());
            } catch (CancellationException e) {
                outcome.complete("cancelled " + Thread.currentThread().isInterrupted());
            }
        });
        await().until(() -> loop.getState() == Thread.State.WAITING);
        loop.interrupt();
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo("cancelled true");
        emit(1);
        assertThat(stream.next(ZERO)).isEqualTo(1);

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> stream.next(ofSeconds(10))).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void concurrentLoopsShareTheEventsAndEnd() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 300; round++) {
                StreamSource<Integer> shared = new StreamSource<>("n", 8, pausable, () -> {});
                EventStream<Integer> events = shared.stream();
                ConcurrentLinkedQueue<Integer> seen = new ConcurrentLinkedQueue<>();
                List<Future<?>> loops = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    loops.add(threads.submit(() -> events.forEach(seen::add)));
                }
                for (int i = 0; i < 50; i++) {
                    shared.emit(i);
                }
                shared.end();
                for (Future<?> loop : loops) {
                    loop.get(10, TimeUnit.SECONDS); // throws what the loop threw
                }
                assertThat(seen)
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.range(0, 50).boxed().toList());
            }
        }
        assertThat(pausable.paused).hasValue(0);
    }

    @Test
    void eventSeenByHasNextIsNotTakenByAnotherLoop() {
        emit(1);
        Iterator<Integer> first = stream.iterator();
        Iterator<Integer> second = stream.iterator();
        assertThat(first.hasNext()).isTrue();
        assertThat(first.hasNext()).isTrue();
        emit(2);
        assertThat(second.hasNext()).isTrue();
        source.end();
        assertThat(second.next()).isEqualTo(2);
        assertThat(first.next()).isEqualTo(1);
        assertThat(first.hasNext()).isFalse();
    }

    @Test
    void streamsThatShareAPausableLeaveItResumed() throws Exception {
        for (int round = 0; round < 200; round++) {
            CountingValve shared = new CountingValve();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                StreamSource<Integer> each = new StreamSource<>("n", 2, shared, () -> {});
                EventStream<Integer> events = each.stream();
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int n = 0; n < 100; n++) {
                        each.emit(n);
                    }
                    each.end();
                }));
                boolean closing = i == 0;
                threads.add(Thread.ofVirtual().start(() -> {
                    int left = closing ? 10 : Integer.MAX_VALUE;
                    for (int event : events) {
                        if (left-- == event) {
                            break;
                        }
                    }
                    events.close();
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(shared.paused).hasValue(0);
        }
    }

    @Test
    void abandonedStreamIsClosed() {
        collectAbandonedStream();
        assertThat(pausable.paused).hasValue(0);
    }

    private StreamSource<Integer> forget(CountDownLatch closed) {
        StreamSource<Integer> forgotten = new StreamSource<>("forgotten things", 2, pausable, closed::countDown);
        forgotten.stream();
        forgotten.emit(1);
        forgotten.emit(2);
        assertThat(pausable.paused).hasValue(1);
        return forgotten;
    }

    @Test
    void streamInUseIsNotAbandoned() throws Exception {
        compileNext();
        List<StreamSource<Integer>> sources = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sources.add(new StreamSource<>("n", 2, pausable, closes::incrementAndGet));
        }
        CompletableFuture<Integer> next = new CompletableFuture<>();
        CompletableFuture<Integer> loop = new CompletableFuture<>();
        FlowTest.Probe probe = new FlowTest.Probe(1);
        List<Thread> threads = List.of(
                Thread.ofVirtual()
                        .start(() -> next.complete(sources.get(0).stream().next(ofSeconds(100)))),
                Thread.ofVirtual().start(() -> {
                    for (int event : sources.get(1).stream()) {
                        loop.complete(event);
                        break;
                    }
                }));
        sources.get(2).stream().subscribe(probe);
        await().until(() -> threads.stream().allMatch(StreamTest::isWaiting)
                && !probe.signals().isEmpty());

        // Two collections, each complete when it has closed an abandoned stream.
        collectAbandonedStream();
        collectAbandonedStream();

        assertThat(closes).hasValue(0);
        sources.forEach(each -> each.emit(7));
        assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(loop.get(10, TimeUnit.SECONDS)).isEqualTo(7);
        await().until(() -> probe.signals().contains("7"));
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    /** Has the method {@code next} compiled, because the interpreter keeps every object reachable that a variable has referred to. */
    private static void compileNext() {
        StreamSource<Integer> source = new StreamSource<>("n", 2, new CountingValve(), () -> {});
        EventStream<Integer> warm = source.stream();
        for (int i = 0; i < 20_000; i++) {
            source.emit(i);
            warm.next(ZERO);
        }
        warm.close();
    }

    private void collectAbandonedStream() {
        CountDownLatch closed = new CountDownLatch(1);
        StreamSource<Integer> forgotten = forget(closed);
        await().atMost(ofSeconds(10)).until(() -> {
            System.gc();
            return closed.getCount() == 0;
        });
        forgotten.emit(6);
    }

    @Test
    void sourceMayKillTheStream() throws Exception {
        EventStream<Integer> stream = source.stream();
        emit(1, 2, 3, 4);
        assertThat(pausable.paused.get()).isEqualTo(1);
        source.kill();
        assertThat(pausable.paused.get()).isZero();
        assertThat(closes.get()).isEqualTo(1);
        assertThat(stream.iterator().hasNext()).isFalse();
        emit(5);
        source.kill();
        stream.close();
        assertThat(source.size()).isZero();
        assertThat(closes.get()).isEqualTo(1);
    }

    @Test
    void killCompletesTheSubscriber() {
        FlowTest.Probe probe = new FlowTest.Probe(1);
        source.stream().subscribe(probe);
        await().until(() -> !probe.signals().isEmpty());
        source.kill();
        await().until(() -> probe.signals().contains("complete"));
    }

    @Test
    void sizeCountsTheEndUntilItIsReached() {
        EventStream<Integer> stream = source.stream();
        assertThat(source.size()).isZero();
        emit(1, 2);
        assertThat(source.size()).isEqualTo(2);
        source.end();
        assertThat(source.size()).isEqualTo(3);
        Iterator<Integer> events = stream.iterator();
        assertThat(events.next()).isEqualTo(1);
        assertThat(events.next()).isEqualTo(2);
        assertThat(source.size()).isEqualTo(1);
        assertThat(events.hasNext()).isFalse();
        assertThat(source.size()).isZero();
    }

    @Test
    void capacityMustBePositive() {
        assertThatThrownBy(() -> new StreamSource<>("n", 0, pausable, () -> {}))
                .hasMessage("capacity: 0 (expected: > 0)");
    }
}
