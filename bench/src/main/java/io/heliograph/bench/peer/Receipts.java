package io.heliograph.bench.peer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongConsumer;

/**
 * Flow control of the receiver, and the allocated bytes per message.
 *
 * <p>Not thread-safe, except {@link #report}.
 */
final class Receipts {

    private static final long WARM_UP_NANOS = 2_000_000_000L;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int ackEvery;

    private long received;
    private long began;

    // Guarded by this.
    private long countBefore;
    private long countAfter;
    private long bytesBefore;
    private long bytesAfter;

    Receipts(int ackEvery) {
        this.ackEvery = ackEvery;
    }

    /** Records a decoded message; {@code acknowledge} receives the count when an acknowledgement is due. */
    void received(Reading reading, LongConsumer acknowledge) {
        if (reading.id() != Ping.FIRST_ID + received) {
            throw Peer.failed("expected " + (Ping.FIRST_ID + received) + ", got " + reading.id());
        }
        received(1, acknowledge);
    }

    void received(int messages, LongConsumer acknowledge) {
        long dueBefore = received / ackEvery;
        received += messages;
        if (received / ackEvery != dueBefore) {
            acknowledge.accept(received - received % ackEvery);
            look();
        }
    }

    private synchronized void look() {
        long now = System.nanoTime();
        if (began == 0) {
            began = now;
        } else if (now - began >= WARM_UP_NANOS) {
            countAfter = received;
            bytesAfter = threads.getTotalThreadAllocatedBytes();
            if (countBefore == 0) {
                countBefore = countAfter;
                bytesBefore = bytesAfter;
            }
        }
    }

    synchronized void report() {
        if (countAfter > countBefore) {
            Peer.print("allocated", (bytesAfter - bytesBefore) / (countAfter - countBefore));
        }
    }
}
