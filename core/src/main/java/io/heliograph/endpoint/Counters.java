package io.heliograph.endpoint;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters of an endpoint, for its {@link EndpointStats}.
 *
 * <p>Thread-safe. Connections that live on one event loop use {@link #ofLoop()} instead, whose counters cost no atomic
 * instruction; a reading adds all counters up.
 */
@SuppressWarnings("EnumOrdinal") // index of an array of counters
public final class Counters {

    private final LongAdder open = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder[] drops = new LongAdder[DropReason.values().length];
    private final List<OfLoop> loops = new CopyOnWriteArrayList<>();

    public Counters() {
        Arrays.setAll(drops, reason -> new LongAdder());
    }

    /** Creates counters for the connections of one event loop. */
    public OfLoop ofLoop() {
        OfLoop counters = new OfLoop();
        loops.add(counters);
        return counters;
    }

    /** Counts a connection that has opened. */
    public void opened() {
        open.increment();
        opened.increment();
    }

    /** Counts a connection that has closed. */
    public void closed() {
        open.decrement();
    }

    /** Counts a received message. */
    public void received(int bytes) {
        received.increment();
        receivedBytes.add(bytes);
    }

    /** Counts a message that was accepted for one recipient. */
    public void sent(int bytes) {
        sent.increment();
        sentBytes.add(bytes);
    }

    /** Counts what was not delivered. */
    public void drop(DropReason reason, long count) {
        drops[reason.ordinal()].add(count);
    }

    /**
     * Returns a reading of all counters.
     *
     * @param queuedBytes bytes that are queued now
     */
    public EndpointStats read(long queuedBytes) {
        long openNow = open.sum();
        long everOpened = opened.sum();
        long messagesReceived = received.sum();
        long bytesReceived = receivedBytes.sum();
        long messagesSent = sent.sum();
        long bytesSent = sentBytes.sum();
        for (OfLoop loop : loops) {
            openNow += loop.open.get();
            everOpened += loop.opened.get();
            messagesReceived += loop.received.get();
            bytesReceived += loop.receivedBytes.get();
            messagesSent += loop.sent.get();
            bytesSent += loop.sentBytes.get();
        }
        return new EndpointStats(
                openNow, everOpened, messagesReceived, messagesSent, bytesReceived, bytesSent, queuedBytes, drops());
    }

    /** Returns the drops by reason; a reason that never occurred is absent. */
    public Map<DropReason, Long> drops() {
        Map<DropReason, Long> occurred = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            long count = drops[reason.ordinal()].sum();
            if (count != 0) {
                occurred.put(reason, count);
            }
        }
        return occurred;
    }

    /** Counters of the connections of one event loop. Event loop only. */
    public static final class OfLoop {

        // Written by one thread, so that no atomic addition is needed; read by any.
        private final AtomicLong open = new AtomicLong();
        private final AtomicLong opened = new AtomicLong();
        private final AtomicLong received = new AtomicLong();
        private final AtomicLong receivedBytes = new AtomicLong();
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong sentBytes = new AtomicLong();

        private OfLoop() {}

        /** Counts a connection that has opened. */
        public void opened() {
            add(open, 1);
            add(opened, 1);
        }

        /** Counts a connection that has closed. */
        public void closed() {
            add(open, -1);
        }

        /** Counts a received message. */
        public void received(int bytes) {
            add(received, 1);
            add(receivedBytes, bytes);
        }

        /** Counts a message that was received in parts, whose bytes {@link #receivedBytes} has counted. */
        public void receivedMessage() {
            add(received, 1);
        }

        /** Counts received bytes of a message that may not be complete. */
        public void receivedBytes(int bytes) {
            add(receivedBytes, bytes);
        }

        /** Counts a message that was accepted for one recipient. */
        public void sent(int bytes) {
            add(sent, 1);
            add(sentBytes, bytes);
        }

        private static void add(AtomicLong counter, long count) {
            counter.lazySet(counter.getPlain() + count);
        }
    }
}
