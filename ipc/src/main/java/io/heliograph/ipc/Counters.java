package io.heliograph.ipc;

import io.heliograph.EndpointStats;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what an endpoint does. */
final class Counters {

    // Written by the event loop only.
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong receivedBytes = new AtomicLong();

    // Written by any thread.
    private final LongAdder sent = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final Map<String, LongAdder> drops = new ConcurrentHashMap<>();

    void opened() {
        add(open, 1);
        add(opened, 1);
    }

    void closed() {
        add(open, -1);
    }

    void receivedBytes(int bytes) {
        add(receivedBytes, bytes);
    }

    void receivedMessage() {
        add(received, 1);
    }

    void sent(int bytes) {
        sent.increment();
        sentBytes.add(bytes);
    }

    void drop(String reason, long count) {
        drops.computeIfAbsent(reason, key -> new LongAdder()).add(count);
    }

    EndpointStats read(long queuedBytes) {
        Map<String, Long> reasons = new HashMap<>();
        drops.forEach((reason, count) -> reasons.put(reason, count.sum()));
        return new EndpointStats(
                open.get(),
                opened.get(),
                received.get(),
                sent.sum(),
                receivedBytes.get(),
                sentBytes.sum(),
                queuedBytes,
                reasons);
    }

    /** One writer needs no atomic addition. */
    private static void add(AtomicLong counter, long count) {
        counter.lazySet(counter.getPlain() + count);
    }
}
