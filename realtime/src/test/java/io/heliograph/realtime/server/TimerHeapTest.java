package io.heliograph.realtime.server;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.ManualEventLoop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimerHeapTest {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final TimerHeap heap = new TimerHeap(loop);
    private final List<String> expired = new ArrayList<>();

    private class RecordedTimer extends TimerHeap.Timer {

        private final String name;

        RecordedTimer(String name) {
            this.name = name;
        }

        @Override
        void expired(long now) {
            expired.add(name);
        }
    }

    private long in(int millis) {
        return loop.nanoTime() + ofMillis(millis).toNanos();
    }

    @Test
    void timersExpireInOrder() {
        heap.schedule(new RecordedTimer("third"), in(30));
        heap.schedule(new RecordedTimer("first"), in(10));
        heap.schedule(new RecordedTimer("second"), in(20));
        loop.advance(ofMillis(9));
        assertThat(expired).isEmpty();
        loop.advance(ofMillis(11));
        assertThat(expired).containsExactly("first", "second");
        loop.advance(ofMillis(10));
        assertThat(expired).containsExactly("first", "second", "third");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void allTimersShareOneLoopTimer() {
        for (int i = 1; i <= 100; i++) {
            heap.schedule(new RecordedTimer("x"), in(i));
        }
        assertThat(loop.timers()).isEqualTo(1);
        loop.advance(ofMillis(100));
        assertThat(expired).hasSize(100);
    }

    @Test
    void rescheduledTimerExpiresAtNewTimeOnly() {
        RecordedTimer later = new RecordedTimer("later");
        RecordedTimer earlier = new RecordedTimer("earlier");
        heap.schedule(later, in(10));
        heap.schedule(earlier, in(50));
        heap.schedule(later, in(40));
        heap.schedule(earlier, in(20));
        loop.advance(ofMillis(20));
        assertThat(expired).containsExactly("earlier");
        loop.advance(ofMillis(20));
        assertThat(expired).containsExactly("earlier", "later");
    }

    @Test
    void lastCancellationCancelsLoopTimer() {
        RecordedTimer first = new RecordedTimer("first");
        RecordedTimer second = new RecordedTimer("second");
        heap.schedule(first, in(10));
        heap.schedule(second, in(20));
        heap.cancel(first);
        heap.cancel(first);
        loop.advance(ofMillis(20));
        assertThat(expired).containsExactly("second");
        heap.schedule(first, in(10));
        heap.cancel(first);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void expiredTimerCanRescheduleItself() {
        heap.schedule(
                new TimerHeap.Timer() {
                    @Override
                    void expired(long now) {
                        expired.add("tick");
                        heap.schedule(this, now + ofMillis(10).toNanos());
                    }
                },
                in(10));
        loop.advance(ofMillis(35));
        assertThat(expired).containsExactly("tick", "tick", "tick");
        assertThat(loop.timers()).isEqualTo(1);
    }

    @Test
    void failedTimerDoesNotPreventOthers() {
        heap.schedule(
                new TimerHeap.Timer() {
                    @Override
                    void expired(long now) {
                        throw new IllegalStateException("expected in this test");
                    }
                },
                in(10));
        heap.schedule(new RecordedTimer("next"), in(10));
        try {
            loop.advance(ofMillis(10));
        } catch (IllegalStateException expected) {
            loop.advance(ofMillis(1));
        }
        assertThat(expired).containsExactly("next");
    }

    @Test
    void orderHoldsForRandomSchedulesAndCancellations() {
        List<Integer> times = new ArrayList<>(IntStream.range(0, 1000).boxed().toList());
        Random random = new Random(42);
        Collections.shuffle(times, random);
        Map<Integer, RecordedTimer> all = new TreeMap<>();
        for (int time : times) {
            RecordedTimer timer = new RecordedTimer("at " + time);
            all.put(time, timer);
            heap.schedule(timer, in(1) + time * 1000L);
            if (random.nextInt(3) == 0) {
                int other = times.get(random.nextInt(times.size()));
                RecordedTimer removed = all.remove(other);
                if (removed != null) {
                    heap.cancel(removed);
                }
            }
        }
        loop.advance(ofMillis(3));
        assertThat(expired)
                .containsExactlyElementsOf(
                        all.keySet().stream().map(time -> "at " + time).toList());
    }
}
