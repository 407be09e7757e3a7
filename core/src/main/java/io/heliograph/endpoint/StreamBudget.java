package io.heliograph.endpoint;

import static io.heliograph.internal.Check.checkArgument;

import java.util.ArrayList;
import java.util.List;

/**
 * Limit in bytes of the events that several streams of an endpoint hold. At the limit each stream that receives an event pauses its
 * producer; all of them resume when half of the limit is free. Thread-safe.
 */
public final class StreamBudget {

    private final long maxBytes;

    // Guarded by this.
    private long bytes;
    private boolean full;
    private List<StreamSource<?>> paused = List.of();

    /** @param maxBytes maximum number of bytes of all streams, exceeded by one event at most; must be positive */
    public StreamBudget(long maxBytes) {
        checkArgument(maxBytes > 0, "maxBytes: %d (expected: > 0)", maxBytes);
        this.maxBytes = maxBytes;
    }

    /** Returns the bytes that the streams hold. */
    public synchronized long usedBytes() {
        return bytes;
    }

    /** Counts an event. Returns true if the limit is reached. */
    synchronized boolean add(long length) {
        bytes += length;
        full |= bytes >= maxBytes;
        return full;
    }

    /** Records a stream that stays paused until half of the limit is free. Returns false if the limit is not reached. */
    synchronized boolean pause(StreamSource<?> source) {
        if (full) {
            if (paused.isEmpty()) {
                paused = new ArrayList<>();
            }
            paused.add(source);
        }
        return full;
    }

    /** Subtracts removed events. {@link #resume} must follow, without the lock of the caller. */
    synchronized void remove(long length) {
        bytes -= length;
    }

    /** Resumes the paused streams if half of the limit is free. */
    void resume() {
        List<StreamSource<?>> resumed;
        synchronized (this) {
            if (!full || bytes > maxBytes / 2) {
                return;
            }
            full = false;
            resumed = paused;
            paused = List.of();
        }
        resumed.forEach(StreamSource::resumeIfLow);
    }
}
