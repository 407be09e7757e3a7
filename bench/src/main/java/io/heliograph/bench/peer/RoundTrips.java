package io.heliograph.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Clock of a closed loop: the next message is sent after the answer to the previous one, so that each round trip begins
 * at the end of the previous one.
 *
 * <p>Not thread-safe. Every round trip after the warm-up is recorded; the driver computes the percentiles.
 */
public final class RoundTrips {

    private static final int PER_SECOND = 500_000;

    private final int warmUpTrips;
    private final long warmUpNanos;
    private final long measuredNanos;
    private final int[] nanos;

    private int count;
    private int warmedUp;
    private boolean measuring;
    private long began;
    private long last;

    public RoundTrips(int warmUpTrips, Duration warmUp, Duration measured) {
        this.warmUpTrips = warmUpTrips;
        this.warmUpNanos = warmUp.toNanos();
        this.measuredNanos = measured.toNanos();
        this.nanos = new int[(int) Math.min(1 << 26, measured.toMillis() * PER_SECOND / 1000)];
    }

    public void begin() {
        began = System.nanoTime();
        last = began;
    }

    /** Records an answer; returns whether to send the next message. */
    public boolean more() {
        long now = System.nanoTime();
        long took = now - last;
        last = now;
        if (measuring) {
            nanos[count++] = (int) Math.min(took, Integer.MAX_VALUE);
            return now - began < measuredNanos && count < nanos.length;
        }
        warmedUp++;
        if (warmedUp >= warmUpTrips && now - began >= warmUpNanos) {
            measuring = true;
            began = now;
        }
        return true;
    }

    /** Prints the totals and writes the round trips to {@code file}: nanoseconds, four little-endian bytes each. */
    public void report(Path file) {
        ByteBuffer bytes = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(nanos, 0, count);
        try {
            Files.write(file, bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Peer.print("trips", count);
        Peer.print("nanos", last - began);
    }
}
