package io.heliograph.bench.peer;

import java.time.Duration;

/**
 * The sender's flow control, the same for all contestants: the receiver acknowledges every so many messages, and the sender
 * keeps at most a window of them on their way.
 *
 * <p>The sender waits in {@link #await}, another thread may call {@link #acknowledged}. The rate is measured between two
 * acknowledgements, so it counts messages that were received and decoded.
 */
final class Credit {

    private final int window;
    private final long warmUpNanos;
    private final long measuredNanos;

    // Guarded by this.
    private long acked;
    private long began = System.nanoTime();
    private long countBefore = -1;
    private long countAfter = -1;
    private long took;

    Credit(int window, Duration warmUp, Duration measured) {
        this.window = window;
        this.warmUpNanos = warmUp.toNanos();
        this.measuredNanos = measured.toNanos();
    }

    /** ManagedBlocking until a message may be sent after {@code sent} of them; how many may, or 0 when the measurement is over. */
    synchronized int await(long sent) throws InterruptedException {
        while (sent - acked >= window && countAfter < 0) {
            wait();
        }
        return countAfter < 0 ? (int) (window - (sent - acked)) : 0;
    }

    /** ManagedBlocking until all of {@code sent} messages are acknowledged, so that the connection can end in order. */
    synchronized void awaitAll(long sent) throws InterruptedException {
        while (acked < sent) {
            wait();
        }
    }

    /** The receiver has decoded {@code count} messages. */
    synchronized void acknowledged(long count) {
        long now = System.nanoTime();
        acked = count;
        if (countBefore < 0) {
            if (now - began >= warmUpNanos) {
                countBefore = count;
                began = now;
            }
        } else if (countAfter < 0 && now - began >= measuredNanos) {
            countAfter = count;
            took = now - began;
        }
        notifyAll();
    }

    synchronized void report() {
        Peer.print("messages", countAfter - countBefore);
        Peer.print("nanos", took);
    }
}
