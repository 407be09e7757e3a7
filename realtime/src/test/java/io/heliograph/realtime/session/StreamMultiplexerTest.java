package io.heliograph.realtime.session;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.DeadlineExceededException;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBackpressure;
import io.heliograph.realtime.Streams;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StreamMultiplexerTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final SerialExecutor executor = new SerialExecutor(TestPeerSession.DIRECT, loop);
    private final List<Throwable> failures = new ArrayList<>();
    private final StreamMultiplexer<Integer> demux = newDemux(100);

    private StreamMultiplexer<Integer> newDemux(int capacity) {
        return new StreamMultiplexer<>("thing", executor, new StreamBackpressure(executor), capacity, failures::add);
    }

    private EventStream<Integer> stream(String name) {
        return demux.stream(name, Function.identity());
    }

    private void emit(String name, int from, int to) {
        for (int i = from; i <= to; i++) {
            demux.emit(name, i);
        }
        loop.runReady();
    }

    private static List<Integer> all(EventStream<Integer> stream) {
        List<Integer> all = new ArrayList<>();
        stream.forEach(all::add);
        return all;
    }

    @Test
    @Checklist("SC 183")
    void consumerReceivesItemsAfterItsCreation() {
        emit("a", 1, 2);
        EventStream<Integer> early = stream("a");
        emit("a", 3, 4);
        EventStream<Integer> late = stream("a");
        List<Integer> listened = new ArrayList<>();
        demux.on("a", listened::add);
        emit("a", 5, 6);
        emit("b", 100, 101);
        demux.close("a");
        loop.runReady();
        assertThat(all(early)).containsExactly(3, 4, 5, 6);
        assertThat(all(late)).containsExactly(5, 6);
        assertThat(listened).containsExactly(5, 6);
    }

    @Test
    @Checklist("SC 183")
    void consumersAreIndependent() {
        EventStream<Integer> slow = stream("a");
        EventStream<Integer> quick = stream("a");
        emit("a", 1, 3);
        Iterator<Integer> taken = quick.iterator();
        assertThat(taken.next()).isEqualTo(1);
        assertThat(taken.next()).isEqualTo(2);
        assertThat(slow.next(ofSeconds(1))).isEqualTo(1);
        assertThat(taken.next()).isEqualTo(3);
        assertThat(slow.next(ofSeconds(1))).isEqualTo(2);
        slow.close();
        quick.close();
    }

    @Test
    @Checklist("SC 183")
    void consumerCreatedByListenerReceivesNextItems() {
        List<Integer> inner = new ArrayList<>();
        demux.once("first", item -> demux.on("second", inner::add));
        demux.emit("first", 1);
        demux.emit("second", 2);
        loop.runReady();
        assertThat(inner).containsExactly(2);
    }

    @Test
    @Checklist("SC 184")
    void closedStreamDrainsAndIsReusable() {
        EventStream<Integer> stream = stream("a");
        List<Integer> listened = new ArrayList<>();
        demux.on("a", listened::add);
        for (int i = 1; i <= 3; i++) {
            demux.emit("a", i);
        }
        demux.close("a");
        demux.emit("a", 4);
        loop.runReady();
        assertThat(all(stream)).containsExactly(1, 2, 3);
        assertThat(listened).containsExactly(1, 2, 3);
        assertThat(demux.consumers()).isEmpty();

        EventStream<Integer> again = stream("a");
        emit("a", 5, 5);
        demux.closeAll();
        loop.runReady();
        assertThat(all(again)).containsExactly(5);
    }

    @Test
    @Checklist({"SC 184", "SC 185"})
    void killedStreamStopsAndIsReusable() {
        EventStream<Integer> stream = stream("a");
        emit("a", 1, 10);
        List<Integer> seen = new ArrayList<>();
        for (int item : stream) {
            seen.add(item);
            if (item == 3) {
                assertThat(demux.backpressure("a")).isEqualTo(7);
                demux.kill("a");
                assertThat(demux.backpressure("a")).isZero();
            }
        }
        assertThat(seen).containsExactly(1, 2, 3);
        assertThat(demux.consumers()).isEmpty();

        EventStream<Integer> again = stream("a");
        emit("a", 11, 11);
        assertThat(again.next(ofSeconds(1))).isEqualTo(11);
        again.close();
    }

    @Test
    @Checklist("SC 185")
    void killDropsPendingItems() {
        List<Integer> listened = new ArrayList<>();
        demux.on("a", listened::add);
        demux.emit("a", 1);
        demux.emit("a", 2);
        assertThat(demux.backpressure("a")).isEqualTo(2);
        demux.kill("a");
        assertThat(demux.backpressure("a")).isZero();
        demux.on("a", listened::add);
        demux.emit("a", 3);
        loop.runReady();
        assertThat(listened).containsExactly(3);
        assertThat(demux.backpressure("a")).isZero();
    }

    @Test
    @Checklist("SC 185")
    void killWakesBlockedReader() throws Exception {
        EventStream<Integer> stream = stream("a");
        CompletableFuture<Boolean> waiting =
                CompletableFuture.supplyAsync(() -> stream.iterator().hasNext());
        demux.killAll();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    @Checklist("SC 186")
    void nextTimeoutIgnoresOtherStreams() {
        EventStream<Integer> stream = stream("a");
        emit("b", 1, 5);
        assertThatThrownBy(() -> stream.next(ofMillis(1))).isInstanceOf(DeadlineExceededException.class);
        emit("a", 6, 6);
        assertThat(stream.next(ofMillis(1))).isEqualTo(6);
        stream.close();
    }

    @Test
    @Checklist("SC 187")
    void nextFailsWhenStreamEnds() {
        EventStream<Integer> stream = stream("a");
        demux.close("a");
        loop.runReady();
        assertThatThrownBy(() -> stream.next(ofSeconds(60))).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    @Checklist("SC 187")
    void onceListenerOfEndedStreamIsNeverCalled() {
        List<Integer> listened = new ArrayList<>();
        demux.once("a", listened::add);
        demux.close("a");
        emit("a", 1, 1);
        assertThat(listened).isEmpty();
        demux.once("a", listened::add);
        emit("a", 2, 3);
        assertThat(listened).containsExactly(2);
    }

    @Test
    @Checklist("SC 188")
    void backpressureIncludesEndMarkUntilTaken() {
        EventStream<Integer> stream = stream("a");
        emit("a", 1, 10);
        assertThat(demux.backpressure("a")).isEqualTo(10);
        demux.close("a");
        assertThat(demux.backpressure("a")).isEqualTo(11);
        loop.runReady();
        assertThat(demux.backpressure("a")).isEqualTo(11);
        all(stream);
        assertThat(demux.backpressure("a")).isZero();
    }

    @Test
    @Checklist("SC 188")
    void takenItemIsReleased() {
        EventStream<Integer> stream = stream("a");
        emit("a", 1, 20);
        demux.close("a");
        loop.runReady();
        int k = 0;
        for (int item : stream) {
            k++;
            assertThat(item).isEqualTo(k);
            assertThat(demux.backpressure("a")).isEqualTo(21 - k);
        }
        assertThat(demux.backpressure()).isZero();
    }

    @Test
    @Checklist("SC 188")
    void itemIsReleasedBeforeListenerIsCalled() {
        List<Long> seen = new ArrayList<>();
        demux.on("a", item -> seen.add(demux.backpressure("a")));
        for (int i = 1; i <= 20; i++) {
            demux.emit("a", i);
        }
        demux.close("a");
        assertThat(demux.backpressure("a")).isEqualTo(21);
        loop.runReady();
        assertThat(seen).hasSize(20).startsWith(20L, 19L).endsWith(2L, 1L);
        assertThat(demux.backpressure("a")).isZero();
    }

    @Test
    @Checklist({"SC 188", "SC 190"})
    void closedDrainedStreamStillHasEndMark() {
        EventStream<Integer> closed = stream("a");
        EventStream<Integer> killed = stream("b");
        emit("a", 1, 1);
        emit("b", 1, 3);
        closed.next(ofSeconds(1));
        demux.close("a");
        demux.kill("b");
        loop.runReady();
        assertThat(demux.backpressure("a")).isEqualTo(1);
        assertThat(demux.backpressure("b")).isZero();
        assertThat(all(closed)).isEmpty();
        assertThat(all(killed)).isEmpty();
        assertThat(demux.backpressure()).isZero();
    }

    @Test
    @Checklist("SC 188")
    void backpressureIsThatOfSlowestConsumer() {
        EventStream<Integer> quick = stream("a");
        EventStream<Integer> slow = stream("a");
        EventStream<Integer> other = stream("b");
        emit("a", 1, 5);
        emit("b", 1, 2);
        quick.next(ofSeconds(1));
        quick.next(ofSeconds(1));
        slow.next(ofSeconds(1));
        assertThat(demux.backpressure("a")).isEqualTo(4);
        assertThat(demux.backpressure("b")).isEqualTo(2);
        assertThat(demux.backpressure("c")).isZero();
        assertThat(demux.backpressure()).isEqualTo(4);
        assertThat(demux.consumers("a"))
                .extracting(Streams.Consumer::backpressure)
                .containsExactly(3L, 4L);
        slow.close();
        assertThat(demux.backpressure()).isEqualTo(3);
        quick.close();
        other.close();
        assertThat(demux.backpressure()).isZero();
    }

    @Test
    @Checklist("SC 189")
    void consumersAreNumberedInOrderOfCreation() {
        EventStream<Integer> first = stream("foo/subscribe");
        Subscription second = demux.on("bar/subscribe", item -> {});
        EventStream<Integer> third = stream("foo/subscribe");
        assertThat(demux.consumers())
                .containsExactly(
                        new Streams.Consumer(1, "foo/subscribe", 0),
                        new Streams.Consumer(2, "bar/subscribe", 0),
                        new Streams.Consumer(3, "foo/subscribe", 0));
        assertThat(demux.consumers("foo/subscribe"))
                .extracting(Streams.Consumer::id)
                .containsExactly(1L, 3L);
        assertThat(demux.consumers("other")).isEmpty();
        second.close();
        first.close();
        assertThat(demux.consumers()).extracting(Streams.Consumer::id).containsExactly(3L);
        assertThat(demux.isConsumed("bar/subscribe")).isFalse();
        third.close();
        assertThat(demux.isConsumed("foo/subscribe")).isFalse();
    }

    @Test
    void singleConsumerCanBeKilled() {
        EventStream<Integer> first = stream("a");
        EventStream<Integer> second = stream("a");
        emit("a", 1, 2);
        demux.killConsumer(1);
        demux.killConsumer(99);
        assertThat(all(first)).isEmpty();
        demux.close("a");
        loop.runReady();
        assertThat(all(second)).containsExactly(1, 2);
    }

    @Test
    void fullStreamPausesExecutorWithoutLoss() {
        StreamMultiplexer<Integer> small = newDemux(4);
        EventStream<Integer> stream = small.stream("a", Function.identity());
        List<Integer> listened = new ArrayList<>();
        small.on("b", listened::add);
        for (int i = 1; i <= 6; i++) {
            small.emit("a", i);
        }
        small.emit("b", 7);
        loop.runReady();
        assertThat(listened).isEmpty();
        assertThat(small.backpressure("a")).isEqualTo(6);
        Iterator<Integer> items = stream.iterator();
        for (int i = 1; i <= 6; i++) {
            assertThat(items.next()).isEqualTo(i);
            loop.runReady();
        }
        assertThat(listened).containsExactly(7);
        stream.close();
    }

    @Test
    void killedFullStreamResumesExecutor() {
        StreamMultiplexer<Integer> small = newDemux(2);
        EventStream<Integer> stream = small.stream("a", Function.identity());
        List<Integer> listened = new ArrayList<>();
        small.on("b", listened::add);
        for (int i = 1; i <= 6; i++) {
            small.emit("a", i);
        }
        small.emit("b", 7);
        loop.runReady();
        assertThat(listened).isEmpty();
        small.killAll();
        loop.runReady();
        assertThat(listened).isEmpty(); // "b" was killed as well
        small.on("b", listened::add);
        small.emit("b", 8);
        loop.runReady();
        assertThat(listened).containsExactly(8);
        assertThat(all(stream)).isEmpty();
    }

    @Test
    void listenerExceptionIsReportedAndOthersContinue() {
        List<Integer> listened = new ArrayList<>();
        IllegalStateException failure = new IllegalStateException("no");
        demux.on("a", item -> {
            throw failure;
        });
        EventStream<Integer> stream = demux.stream("a", item -> {
            if (item == 1) {
                throw failure;
            }
            return item;
        });
        demux.on("a", listened::add);
        emit("a", 1, 2);
        assertThat(failures).containsExactly(failure, failure, failure);
        assertThat(listened).containsExactly(1, 2);
        assertThat(stream.next(ofSeconds(1))).isEqualTo(2);
        stream.close();
    }

    @Test
    void finishedStreamHasNoConsumers() {
        EventStream<Integer> before = stream("a");
        emit("a", 1, 1);
        demux.finish();
        loop.runReady();
        assertThat(all(before)).containsExactly(1);
        assertThat(all(stream("a"))).isEmpty();
        List<Integer> listened = new ArrayList<>();
        demux.on("a", listened::add);
        emit("a", 2, 2);
        assertThat(listened).isEmpty();
        assertThat(demux.consumers()).isEmpty();
    }

    @Test
    void listenerRemovedByEarlierListenerIsNotCalled() {
        List<Integer> second = new ArrayList<>();
        List<Subscription> later = new ArrayList<>();
        demux.on("a", item -> later.getFirst().close());
        later.add(demux.on("a", second::add));
        emit("a", 1, 2);
        assertThat(second).isEmpty();
    }
}
