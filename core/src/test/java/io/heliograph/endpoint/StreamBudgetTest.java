package io.heliograph.endpoint;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.EventStream;
import io.heliograph.endpoint.StreamTest.CountingValve;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StreamBudgetTest {

    private final CountingValve pausable = new CountingValve();
    private final StreamBudget budget = new StreamBudget(100);

    private StreamSource<String> source() {
        return new StreamSource<String>("texts", 1000, pausable, () -> {}).limitBytes(budget);
    }

    @Test
    void fullBudgetPausesUntilHalfEmpty() {
        StreamSource<String> source = source();
        EventStream<String> stream = source.stream();
        source.emit("a", 40);
        source.emit("b", 40);
        assertThat(pausable.paused).hasValue(0);
        source.emit("c", 40);
        assertThat(pausable.paused).hasValue(1);
        assertThat(stream.next(ZERO)).isEqualTo("a");
        assertThat(pausable.paused).hasValue(1);
        assertThat(stream.next(ZERO)).isEqualTo("b");
        assertThat(pausable.paused).hasValue(0);
        assertThat(budget.usedBytes()).isEqualTo(40);
    }

    @Test
    void emptyStreamResumesWhenOtherStreamFreesBudget() {
        StreamSource<String> large = source();
        StreamSource<String> small = source();
        EventStream<String> slow = large.stream();
        EventStream<String> fast = small.stream();
        large.emit("a", 99);
        small.emit("b", 1);
        assertThat(pausable.paused).hasValue(1);
        assertThat(fast.next(ZERO)).isEqualTo("b");
        assertThat(pausable.paused).hasValue(1);
        assertThat(slow.next(ZERO)).isEqualTo("a");
        assertThat(pausable.paused).hasValue(0);
        small.emit("c", 99);
        assertThat(pausable.paused).hasValue(0);
    }

    @Test
    void streamFullOfEventsResumesWhenOtherStreamFreesBudget() {
        StreamSource<String> narrow = new StreamSource<String>("n", 1, pausable, () -> {}).limitBytes(budget);
        EventStream<String> fast = narrow.stream();
        StreamSource<String> large = source();
        EventStream<String> slow = large.stream();
        narrow.emit("a", 1);
        large.emit("b", 100);
        assertThat(pausable.paused).hasValue(2);
        assertThat(fast.next(ZERO)).isEqualTo("a");
        assertThat(slow.next(ZERO)).isEqualTo("b");
        assertThat(pausable.paused).hasValue(0);
    }

    @Test
    void closedStreamFreesBudget() {
        StreamSource<String> source = source();
        EventStream<String> stream = source.stream();
        StreamSource<String> other = source();
        EventStream<String> open = other.stream();
        source.emit("a", 100);
        other.emit("b", 1);
        assertThat(pausable.paused).hasValue(2);
        stream.close();
        assertThat(budget.usedBytes()).isEqualTo(1);
        assertThat(pausable.paused).hasValue(0);
        assertThat(open.next(ZERO)).isEqualTo("b");
    }

    @Test
    void eventBeyondBudgetIsDelivered() {
        StreamSource<String> source = source();
        EventStream<String> stream = source.stream();
        source.emit("a", 1000);
        assertThat(pausable.paused).hasValue(1);
        assertThat(stream.next(ZERO)).isEqualTo("a");
        assertThat(pausable.paused).hasValue(0);
    }

    @Test
    void concurrentStreamsLeaveBudgetEmptyAndPausableResumed() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            StreamSource<String> source = source();
            EventStream<String> stream = source.stream();
            boolean closing = i == 0;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 2000; n++) {
                    source.emit("x", ThreadLocalRandom.current().nextInt(60));
                }
                source.end();
            }));
            threads.add(Thread.ofVirtual().start(() -> {
                int left = closing ? 500 : Integer.MAX_VALUE;
                Iterator<String> events = stream.iterator();
                while (left > 0 && events.hasNext()) {
                    events.next();
                    left--;
                }
                stream.close();
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(budget.usedBytes()).isZero();
        assertThat(pausable.paused).hasValue(0);
        assertThat(pausable.pauses).hasPositiveValue();
    }

    @Test
    void limitMustBePositive() {
        assertThatThrownBy(() -> new StreamBudget(0)).hasMessage("maxBytes: 0 (expected: > 0)");
    }
}
