package io.heliograph.rpc.wire;

import io.heliograph.EndpointStats;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what an endpoint does, from any thread. */
public final class Counters {

    private final LongAdder open = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final Map<io.heliograph.DropReason, LongAdder> drops = new ConcurrentHashMap<>();

    public void opened() {
        open.increment();
        opened.increment();
    }

    public void closed() {
        open.decrement();
    }

    public void received(int bytes) {
        received.increment();
        receivedBytes.add(bytes);
    }

    public void sent(int bytes) {
        sent.increment();
        sentBytes.add(bytes);
    }

    public void drop(io.heliograph.DropReason reason, long count) {
        drops.computeIfAbsent(reason, key -> new LongAdder()).add(count);
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
