package io.heliograph.endpoint;

import io.heliograph.EndpointStats;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what an endpoint does, for its {@link EndpointStats}. */
public final class Counters {

    // Written by the event loop only.
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong receivedBytes = new AtomicLong();

    // Written by any thread.
    private final LongAdder sent = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final Map<String, LongAdder> drops = new ConcurrentHashMap<>();

    /** A connection was opened; on the event loop, as all but {@link #sent} and {@link #drop}. */
    public void opened() {
        add(open, 1);
        add(opened, 1);
    }

    /** A connection has ended. */
    public void closed() {
        add(open, -1);
    }

    /** A part of a frame has arrived, or all of it. */
    public void receivedBytes(int bytes) {
        add(receivedBytes, bytes);
    }

    /** A message was decoded. */
    public void receivedMessage() {
        add(received, 1);
    }

    /** A message was accepted for one recipient. Any thread. */
    public void sent(int bytes) {
        sent.increment();
        sentBytes.add(bytes);
    }

    /** Something was not delivered, for a reason. Any thread. */
    public void drop(String reason, long count) {
        drops.computeIfAbsent(reason, key -> new LongAdder()).add(count);
    }

    /** A reading, with what waits to be written now. */
    public EndpointStats read(long queuedBytes) {
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
