package io.heliograph.endpoint;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.EventStream;
import io.heliograph.endpoint.StreamTest.CountingValve;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream as a {@link Flow.Publisher}. The numbers are of the rules of Reactive Streams. */
@Timeout(20)
class FlowTest {

    /** Subscriber that records its signals and detects concurrent ones. */
    static class Probe implements Flow.Subscriber<@Nullable Integer> {

        private final long first;
        private final List<String> signals = new ArrayList<>();
        private final AtomicInteger inside = new AtomicInteger();
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

        Probe(long first) {
            this.first = first;
        }

        private void signal(String signal) {
            if (inside.incrementAndGet() != 1) {
                signal = "concurrent " + signal;
            }
            synchronized (signals) {
                signals.add(signal);
            }
            inside.decrementAndGet();
        }

        List<String> signals() {
            synchronized (signals) {
                return List.copyOf(signals);
            }
        }

        void request(long count) throws Exception {
            subscription.get(10, TimeUnit.SECONDS).request(count);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            signal("subscribe");
            subscription.complete(given);
            if (first != 0) {
                given.request(first);
            }
        }

        @Override
        public void onNext(@Nullable Integer item) {
            signal(String.valueOf(item));
        }

        @Override
        public void onError(Throwable failure) {
            signal("error " + failure.getClass().getSimpleName() + ": " + failure.getMessage());
        }

        @Override
        public void onComplete() {
            signal("complete");
        }
    }

    private final CountingValve pausable = new CountingValve();
    private final AtomicInteger closes = new AtomicInteger();
    private final StreamSource<Integer> source = new StreamSource<>("numbers", 4, pausable, closes::incrementAndGet);
    private final EventStream<Integer> stream = source.stream();

    private static ConditionFactory await() {
        return Awaitility.await().pollDelay(ZERO).pollInterval(ofMillis(1));
    }

    private static void awaitSignals(Probe probe, String... signals) {
        await().untilAsserted(() -> assertThat(probe.signals()).containsExactly(signals));
    }

    @Test
    void requestsAddUp() throws Exception {
        StreamSource<Integer> source = new StreamSource<>("numbers", 10, pausable, () -> {});
        Probe probe = new Probe(0);
        source.stream().subscribe(probe);
        probe.request(1);
        probe.request(2);
        for (int i = 1; i <= 4; i++) {
            source.emit(i);
        }
        Awaitility.await().until(() -> probe.signals().size() == 4);
        probe.request(1);
        Awaitility.await().until(() -> probe.signals().size() == 5);
        assertThat(probe.signals()).containsExactly("subscribe", "1", "2", "3", "4");
    }

    @Test
    void subscriberReceivesAsManyEventsAsRequested() throws Exception { // 1.1
        Probe probe = new Probe(0);
        stream.subscribe(probe);
        source.emit(1);
        source.emit(2);
        source.emit(3);
        awaitSignals(probe, "subscribe");
        probe.request(2);
        awaitSignals(probe, "subscribe", "1", "2");
        source.end();
        probe.request(5);
        awaitSignals(probe, "subscribe", "1", "2", "3", "complete");
    }

    @Test
    void completionNeedsNoRequest() { // 1.5
        Probe probe = new Probe(0);
        stream.subscribe(probe);
        source.end();
        awaitSignals(probe, "subscribe", "complete");
        assertThat(closes).hasValue(0);
    }

    @Test
    void endedStreamCompletesItsSubscriber() { // 1.9
        stream.close();
        Probe probe = new Probe(1);
        stream.subscribe(probe);
        awaitSignals(probe, "subscribe", "complete");
    }

    @Test
    void failedStreamFailsItsSubscriber() { // 1.4
        Probe probe = new Probe(Long.MAX_VALUE);
        stream.subscribe(probe);
        source.emit(1);
        source.fail(new IllegalStateException("refused"));
        awaitSignals(probe, "subscribe", "1", "error IllegalStateException: refused");
    }

    @Test
    void signalsAreSerialAndInOrder() { // 1.3
        Probe probe = new Probe(Long.MAX_VALUE);
        stream.subscribe(probe);
        for (int i = 0; i < 10_000; i++) {
            source.emit(i);
        }
        source.end();
        await().until(() -> probe.signals().contains("complete"));
        List<String> expected = new ArrayList<>(List.of("subscribe"));
        IntStream.range(0, 10_000).forEach(i -> expected.add(String.valueOf(i)));
        expected.add("complete");
        assertThat(probe.signals()).isEqualTo(expected);
        assertThat(pausable.paused).hasValue(0);
    }

    @Test
    void requestsAddUpWithoutOverflow() throws Exception { // 3.17
        Probe probe = new Probe(Long.MAX_VALUE);
        stream.subscribe(probe);
        probe.request(Long.MAX_VALUE);
        probe.request(1);
        source.emit(1);
        awaitSignals(probe, "subscribe", "1");
    }

    @Test
    void requestInsideOnNextContinues() { // 3.2, 3.3
        Probe probe = new Probe(1) {
            @Override
            public void onNext(@Nullable Integer item) {
                super.onNext(item);
                subscription.join().request(1);
            }
        };
        stream.subscribe(probe);
        for (int i = 0; i < 3; i++) {
            source.emit(i);
        }
        awaitSignals(probe, "subscribe", "0", "1", "2");
    }

    @Test
    void slowSubscriberPausesTheSource() throws Exception {
        Probe probe = new Probe(0);
        stream.subscribe(probe);
        for (int i = 0; i < 4; i++) {
            source.emit(i);
        }
        assertThat(pausable.paused).hasValue(1);
        probe.request(2);
        await().until(() -> pausable.paused.get() == 0);
    }

    @Test
    void cancelClosesTheStream() throws Exception { // 1.8, 3.5
        Probe probe = new Probe(0);
        stream.subscribe(probe);
        for (int i = 0; i < 4; i++) {
            source.emit(i);
        }
        Flow.Subscription subscription = probe.subscription.get(10, TimeUnit.SECONDS);
        subscription.cancel();
        subscription.cancel();
        subscription.request(1);
        source.emit(5);
        assertThat(closes).hasValue(1);
        assertThat(pausable.paused).hasValue(0);
        awaitSignals(probe, "subscribe");
        assertThat(stream).isEmpty();
    }

    @Test
    void cancelInsideOnNextStopsAtOnce() { // 1.8
        Probe probe = new Probe(10) {
            @Override
            public void onNext(@Nullable Integer item) {
                super.onNext(item);
                subscription.join().cancel();
            }
        };
        source.emit(1);
        source.emit(2);
        stream.subscribe(probe);
        await().until(() -> closes.get() == 1);
        awaitSignals(probe, "subscribe", "1");
    }

    @Test
    void requestOfZeroIsAnError() throws Exception { // 3.9
        Probe probe = new Probe(0);
        stream.subscribe(probe);
        probe.request(0);
        awaitSignals(probe, "subscribe", "error IllegalArgumentException: request: 0 (expected: > 0)");
        await().until(() -> closes.get() == 1);
    }

    @Test
    void invalidRequestFollowedByCancelClosesTheStream() {
        for (int i = 0; i < 10; i++) {
            AtomicInteger closed = new AtomicInteger();
            StreamSource<Integer> each = new StreamSource<>("n", 4, pausable, closed::incrementAndGet);
            each.stream().subscribe(new Probe(0) {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                    given.request(-1);
                    given.cancel();
                }
            });
            await().until(() -> closed.get() == 1);
        }
    }

    @Test
    void secondSubscriberIsRejectedWithoutEffect() throws Exception { // 1.11
        Probe first = new Probe(10);
        Probe second = new Probe(10);
        stream.subscribe(first);
        stream.subscribe(second);
        awaitSignals(
                second,
                "subscribe",
                "error IllegalStateException: the stream already has a subscriber (expected: one)");
        second.subscription.get(10, TimeUnit.SECONDS).cancel();
        source.emit(1);
        awaitSignals(first, "subscribe", "1");
        assertThat(closes).hasValue(0);
    }

    @Test
    void invalidRequestOfSecondSubscriberHasNoEffect() {
        Probe first = new Probe(10);
        stream.subscribe(first);
        stream.subscribe(new Probe(-1));
        stream.subscribe(new Probe(0) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.request(-1);
                given.cancel();
            }
        });
        for (int i = 0; i < 50; i++) {
            source.emit(i);
        }
        await().until(() -> first.signals().contains("9"));
        assertThat(closes).hasValue(0);
        assertThat(stream.next(ZERO)).isGreaterThanOrEqualTo(10);
    }

    @Test
    void nullEventIsAnError() { // 2.13
        Probe probe = new Probe(10);
        stream.subscribe(probe);
        source.emit(1);
        source.emit(null);
        source.emit(2);
        awaitSignals(
                probe,
                "subscribe",
                "1",
                "error NullPointerException: a null event cannot be delivered to a subscriber (expected: a loop over the stream)");
        await().until(() -> closes.get() == 1);
    }

    @Test
    void failingSubscriberIsCancelled() { // 2.13
        Probe probe = new Probe(10) {
            @Override
            public void onNext(@Nullable Integer item) {
                super.onNext(item);
                throw new IllegalStateException("expected in this test");
            }
        };
        stream.subscribe(probe);
        source.emit(1);
        source.emit(2);
        await().until(() -> closes.get() == 1);
        awaitSignals(probe, "subscribe", "1");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void nullSubscriberIsRejected() { // 1.9
        assertThatThrownBy(() -> stream.subscribe(null)).isInstanceOf(NullPointerException.class);
    }
}
