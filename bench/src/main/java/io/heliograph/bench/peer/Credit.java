package io.heliograph.bench.peer;

import java.time.Duration;

/**
 * Flow control of the sender, equal for all contestants: the receiver acknowledges every so many messages, and the
 * sender keeps at most a window of unacknowledged messages.
 *
 * <p>Thread-safe: the sender blocks in {@link #await}, another thread calls {@link #acknowledged}. The rate is measured
 * between two acknowledgements, so it counts received and decoded messages.
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

    /**
     * Waits until a message may follow the {@code sent} messages; returns the number of messages that may follow, or 0
     * at the end of the measurement.
     */
    synchronized int await(long sent) throws InterruptedException {
        while (sent - acked >= window && countAfter < 0) {
            wait();
        }
        return countAfter < 0 ? (int) (window - (sent - acked)) : 0;
    }

    /** Waits until all {@code sent} messages are acknowledged, so that the connection can close in order. */
    synchronized void awaitAll(long sent) throws InterruptedException {
        while (acked < sent) {
            wait();
        }
    }

    /** Records an acknowledgement of {@code count} messages. */
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
