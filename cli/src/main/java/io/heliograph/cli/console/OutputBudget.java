package io.heliograph.cli.console;

import java.util.function.LongSupplier;

/** Limit of the output per minute, with the number of events that were dropped beyond it. Guarded by itself. */
public final class OutputBudget {

    private static final double NANOS_PER_MINUTE = 60e9;

    private final double bytesPerMinute;
    private final LongSupplier nanoTime;
    private double available;
    private long refilledAt;
    private long dropped;

    /** Creates a budget with the clock of the system. */
    public OutputBudget(long bytesPerMinute) {
        this(bytesPerMinute, System::nanoTime);
    }

    OutputBudget(long bytesPerMinute, LongSupplier nanoTime) {
        this.bytesPerMinute = bytesPerMinute;
        this.nanoTime = nanoTime;
        this.available = bytesPerMinute;
        this.refilledAt = nanoTime.getAsLong();
    }

    /** Takes the size of an event. Returns false, and counts the event, if it exceeds the budget. */
    synchronized boolean take(int bytes) {
        long now = nanoTime.getAsLong();
        available = Math.min(bytesPerMinute, available + (now - refilledAt) / NANOS_PER_MINUTE * bytesPerMinute);
        refilledAt = now;
        if (available < Math.min(bytes, bytesPerMinute)) {
            dropped++;
            return false;
        }
        available -= bytes;
        return true;
    }

    /** Returns the number of events dropped since the last call. */
    synchronized long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }
}
