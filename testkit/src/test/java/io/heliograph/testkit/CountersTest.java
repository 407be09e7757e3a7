package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.endpoint.Counters;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountersTest {

    private final Counters counters = new Counters();

    @Test
    void countsOfAllLoopsAndThreadsAddUp() {
        Counters.OfLoop first = counters.ofLoop();
        Counters.OfLoop second = counters.ofLoop();
        first.opened();
        second.opened();
        second.closed();
        first.receivedBytes(3);
        first.receivedBytes(4);
        first.receivedMessage();
        second.received(10);
        second.sent(5);
        counters.opened();
        counters.received(100);
        counters.sent(20);
        counters.closed();
        assertThat(counters.read(9)).isEqualTo(new EndpointStats(1, 3, 3, 2, 117, 25, 9, Map.of()));
    }

    @Test
    void onlyReasonsThatOccurredAreRead() {
        counters.drop(DropReason.QUEUE_FULL, 2);
        counters.drop(DropReason.QUEUE_FULL, 1);
        EndpointStats stats = counters.read(0);
        assertThat(stats.drops()).containsExactly(Map.entry(DropReason.QUEUE_FULL, 3L));
        assertThat(stats.drops(DropReason.QUEUE_FULL)).isEqualTo(3);
        assertThat(stats.drops(DropReason.EXPIRED)).isZero();
    }

    @Test
    void keysAreLowerCaseWords() {
        assertThat(DropReason.TOO_MANY_CONNECTIONS.key()).isEqualTo("too-many-connections");
        assertThat(Arrays.stream(DropReason.values()).map(DropReason::key)).allMatch(key -> key.matches("[a-z-]+"));
    }
}
