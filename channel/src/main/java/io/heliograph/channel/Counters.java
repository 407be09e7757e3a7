package io.heliograph.channel;

import io.heliograph.EndpointStats;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a channel does. Any thread. */
final class Counters {

    final LongAdder open = new LongAdder();
    final LongAdder opened = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder receivedBytes = new LongAdder();
    final LongAdder sent = new LongAdder();
    final LongAdder sentBytes = new LongAdder();
    private final Map<String, LongAdder> drops = new ConcurrentHashMap<>();

    void drop(String reason) {
        drops.computeIfAbsent(reason, key -> new LongAdder()).increment();
    }

    EndpointStats read(long queuedBytes) {
        Map<String, Long> reasons = new HashMap<>();
        drops.forEach((reason, count) -> reasons.put(reason, count.sum()));
        return new EndpointStats(
                open.sum(),
                opened.sum(),
                received.sum(),
                sent.sum(),
                receivedBytes.sum(),
                sentBytes.sum(),
                queuedBytes,
                reasons);
    }
}
