package io.heliograph.realtime.server;

import io.heliograph.EndpointStats;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a server does; most of it on each event loop by itself. */
final class ServerCounters {

    private final Map<io.heliograph.DropReason, LongAdder> drops = new ConcurrentHashMap<>();

    /** Any thread. */
    void drop(io.heliograph.DropReason reason, long count) {
        drops.computeIfAbsent(reason, key -> new LongAdder()).add(count);
    }

    EndpointStats read(Collection<OfLoop> loops, long connections, long queuedBytes) {
        long opened = 0;
        long received = 0;
        long receivedBytes = 0;
        long sent = 0;
        long sentBytes = 0;
        for (OfLoop loop : loops) {
            opened += loop.opened.get();
            received += loop.received.get();
            receivedBytes += loop.receivedBytes.get();
            sent += loop.sent.get();
            sentBytes += loop.sentBytes.get();
        }
        Map<io.heliograph.DropReason, Long> reasons = new HashMap<>();
        drops.forEach((reason, count) -> reasons.put(reason, count.sum()));
        return new EndpointStats(connections, opened, received, sent, receivedBytes, sentBytes, queuedBytes, reasons);
    }

    /** The counters of one loop, which alone writes them. */
    static final class OfLoop {

        private final AtomicLong opened = new AtomicLong();
        private final AtomicLong received = new AtomicLong();
        private final AtomicLong receivedBytes = new AtomicLong();
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong sentBytes = new AtomicLong();

        void opened() {
            add(opened, 1);
        }

        void received(int bytes) {
            add(received, 1);
            add(receivedBytes, bytes);
        }

        void sent(int bytes) {
            add(sent, 1);
            add(sentBytes, bytes);
        }

        /** One writer needs no atomic addition. */
        private static void add(AtomicLong counter, long count) {
            counter.lazySet(counter.getPlain() + count);
        }
    }
}
