package io.heliograph.exchange;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters of an exchange. Thread-safe. */
final class Counters {

    private final LongAdder published = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final Map<io.heliograph.DropReason, LongAdder> drops = new ConcurrentHashMap<>();

    void published() {
        published.increment();
    }

    void delivered(int count) {
        delivered.add(count);
    }

    void drop(io.heliograph.DropReason reason, long count) {
        drops.computeIfAbsent(reason, key -> new LongAdder()).add(count);
    }

    ExchangeStats read(long channels, long subscriptions, long queuedBytes) {
        Map<io.heliograph.DropReason, Long> reasons = new HashMap<>();
        drops.forEach((reason, count) -> reasons.put(reason, count.sum()));
        return new ExchangeStats(channels, subscriptions, published.sum(), delivered.sum(), queuedBytes, reasons);
    }
}
