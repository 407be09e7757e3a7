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
    private final TimerHeap alarms = new TimerHeap(loop);
    private final List<String> rung = new ArrayList<>();

    private class Ringing extends TimerHeap.Alarm {

        private final String name;

        Ringing(String name) {
            this.name = name;
        }

        @Override
        void due(long now) {
            rung.add(name);
        }
    }

    private long in(int millis) {
        return loop.nanoTime() + ofMillis(millis).toNanos();
    }

    @Test
    void alarmsGoOffInTheOrderOfTheirTimes() {
        alarms.put(new Ringing("third"), in(30));
        alarms.put(new Ringing("first"), in(10));
        alarms.put(new Ringing("second"), in(20));
        loop.advance(ofMillis(9));
        assertThat(rung).isEmpty();
        loop.advance(ofMillis(11));
        assertThat(rung).containsExactly("first", "second");
        loop.advance(ofMillis(10));
        assertThat(rung).containsExactly("first", "second", "third");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void anyNumberOfAlarmsIsOneTimer() {
        for (int i = 1; i <= 100; i++) {
            alarms.put(new Ringing("x"), in(i));
        }
        assertThat(loop.timers()).isEqualTo(1);
        loop.advance(ofMillis(100));
        assertThat(rung).hasSize(100);
    }

    @Test
    void anAlarmThatIsPutAgainGoesOffAtItsNewTimeOnly() {
        Ringing later = new Ringing("later");
        Ringing earlier = new Ringing("earlier");
        alarms.put(later, in(10));
        alarms.put(earlier, in(50));
        alarms.put(later, in(40));
        alarms.put(earlier, in(20));
        loop.advance(ofMillis(20));
        assertThat(rung).containsExactly("earlier");
        loop.advance(ofMillis(20));
        assertThat(rung).containsExactly("earlier", "later");
    }

    @Test
    void anAlarmThatIsRemovedIsSilentAndTheLastOneTakesTheTimerAlong() {
        Ringing first = new Ringing("first");
        Ringing second = new Ringing("second");
        alarms.put(first, in(10));
        alarms.put(second, in(20));
        alarms.remove(first);
        alarms.remove(first);
        loop.advance(ofMillis(20));
        assertThat(rung).containsExactly("second");
        alarms.put(first, in(10));
        alarms.remove(first);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void anAlarmMayBePutAgainWhenItGoesOff() {
        alarms.put(
                new TimerHeap.Alarm() {
                    @Override
                    void due(long now) {
                        rung.add("tick");
                        alarms.put(this, now + ofMillis(10).toNanos());
                    }
                },
                in(10));
        loop.advance(ofMillis(35));
        assertThat(rung).containsExactly("tick", "tick", "tick");
        assertThat(loop.timers()).isEqualTo(1);
    }

    @Test
    void anAlarmThatFailsDoesNotKeepOthersFromGoingOff() {
        alarms.put(
                new TimerHeap.Alarm() {
                    @Override
                    void due(long now) {
                        throw new IllegalStateException("expected in this test");
                    }
                },
                in(10));
        alarms.put(new Ringing("next"), in(10));
        try {
            loop.advance(ofMillis(10));
        } catch (IllegalStateException expected) {
            loop.advance(ofMillis(1));
        }
        assertThat(rung).containsExactly("next");
    }

    @Test
    void theOrderHoldsForManyThatComeAndGo() {
        List<Integer> times = new ArrayList<>(IntStream.range(0, 1000).boxed().toList());
        Random random = new Random(42);
        Collections.shuffle(times, random);
        Map<Integer, Ringing> all = new TreeMap<>();
        for (int time : times) {
            Ringing alarm = new Ringing("at " + time);
            all.put(time, alarm);
            alarms.put(alarm, in(1) + time * 1000L);
            if (random.nextInt(3) == 0) {
                int other = times.get(random.nextInt(times.size()));
                Ringing removed = all.remove(other);
                if (removed != null) {
                    alarms.remove(removed);
                }
            }
        }
        loop.advance(ofMillis(3));
        assertThat(rung)
                .containsExactlyElementsOf(
                        all.keySet().stream().map(time -> "at " + time).toList());
    }
}
