package io.heliograph.channel.election;

import io.heliograph.EndpointStats;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a channel does. Any thread. */
public final class Counters {

    public final LongAdder open = new LongAdder();
    public final LongAdder opened = new LongAdder();
    public final LongAdder received = new LongAdder();
    public final LongAdder receivedBytes = new LongAdder();
    public final LongAdder sent = new LongAdder();
    public final LongAdder sentBytes = new LongAdder();
    private final Map<io.heliograph.DropReason, LongAdder> drops = new ConcurrentHashMap<>();

    public void drop(io.heliograph.DropReason reason) {
        drops.computeIfAbsent(reason, key -> new LongAdder()).increment();
    }

    public EndpointStats read(long queuedBytes) {
        Map<io.heliograph.DropReason, Long> reasons = new HashMap<>();
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
