package io.heliograph.bench.load;

import java.time.Duration;

/** Time window of a measurement, after a warm-up. */
final class Window {

    private final long warmUpNanos;
    private final long nanos;
    private long began;
    private long countAtBegin = -1;
    private long ended;
    private long count;

    Window(String warmUpMillis, String millis) {
        this.warmUpNanos = Duration.ofMillis(Long.parseLong(warmUpMillis)).toNanos();
        this.nanos = Duration.ofMillis(Long.parseLong(millis)).toNanos();
    }

    void begin() {
        began = System.nanoTime();
    }

    /** Returns whether the measurement continues. */
    boolean isOpen(long sofar) {
        long now = System.nanoTime();
        if (countAtBegin < 0) {
            if (now - began >= warmUpNanos) {
                began = now;
                countAtBegin = sofar;
            }
            return true;
        }
        ended = now;
        count = sofar - countAtBegin;
        return now - began < nanos;
    }

    void report(String name) {
        System.out.println(name + " " + count);
        System.out.println("nanos " + (ended - began));
    }
}
