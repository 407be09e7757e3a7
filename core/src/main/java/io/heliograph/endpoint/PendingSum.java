package io.heliograph.endpoint;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.transport.EventLoop;
import java.util.ArrayDeque;

/**
 * Limit in bytes of the received messages that are pending for listeners or kept by running calls, over all connections of a server, which share one event loop and
 * one serial executor. At the limit, reading pauses on each connection that delivers a further message; so the limit is exceeded by one read
 * of each connection at most. Below half of it, reading resumes, in the order of the pauses. Event loop only.
 *
 * <p>A marker is queued in the serial executor after every sixteenth of the limit; when a marker runs, so have all messages before it.
 */
public final class PendingSum {

    private static final long DEFAULT = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);
    private static final int MARKERS = 16;

    /** Bytes that a connection is expected to deliver at once when its reading resumes. */
    private static final int READ_BYTES = 64 * 1024;

    private final SerialExecutor executor;
    private final long maxBytes;
    private final long bytesPerMarker;

    // Bytes before the markers that have not run, and bytes since the last marker.
    private long marked;
    private long unmarked;

    // Bytes of running calls.
    private long running;
    private final ArrayDeque<ReadThrottle> paused = new ArrayDeque<>();
    private boolean resuming;

    /**
     * @param executor executor of the listeners
     * @param maxBytes most bytes of all connections; must be positive
     */
    public PendingSum(SerialExecutor executor, long maxBytes) {
        this.executor = executor;
        this.maxBytes = checkMaxBytes(maxBytes);
        this.bytesPerMarker = Math.max(1, maxBytes / MARKERS);
    }

    /** Returns 64 MiB, or an eighth of the heap if that is less. */
    public static long defaultMaxBytes() {
        return DEFAULT;
    }

    /**
     * Checks the value of an option {@code maxPendingBytes}, and returns it.
     *
     * @throws IllegalArgumentException if the value is not positive
     */
    public static long checkMaxBytes(long maxBytes) {
        checkArgument(maxBytes > 0, "maxPendingBytes: %d (expected: > 0)", maxBytes);
        return maxBytes;
    }

    /** Returns the bytes that are pending, rounded up by a sixteenth of the limit at most. */
    public long pendingBytes() {
        return marked + unmarked + running;
    }

    /** Counts a message that was given to the serial executor. */
    void enqueued(ReadThrottle from, long bytes) {
        unmarked += bytes;
        if (unmarked < bytesPerMarker && pendingBytes() < maxBytes) {
            return;
        }
        mark(from.loop());
        pauseIfFull(from);
    }

    /** Counts a call that starts. {@link #callEnded} must follow, also if the connection closes. */
    public void callStarted(ReadThrottle from, long bytes) {
        running += bytes;
        pauseIfFull(from);
    }

    /** Counts a call that has ended. */
    public void callEnded(ReadThrottle from, long bytes) {
        running -= bytes;
        if (!resuming) {
            resume(from.loop());
        }
    }

    private void pauseIfFull(ReadThrottle from) {
        if (pendingBytes() >= maxBytes && !from.isPaused(ReadThrottle.Reason.ALL_CONNECTIONS)) {
            from.pause(ReadThrottle.Reason.ALL_CONNECTIONS);
            paused.add(from);
        }
    }

    private void mark(EventLoop loop) {
        long bytes = unmarked;
        marked += bytes;
        unmarked = 0;
        executor.execute(new SerialExecutor.Task() {
            @Override
            protected void run() {
                if (loop.inLoop()) {
                    handled(bytes, loop);
                } else {
                    loop.executeOrRun(() -> handled(bytes, loop));
                }
            }
        });
    }

    private void handled(long bytes, EventLoop loop) {
        marked -= bytes;
        if (!resuming) {
            resume(loop);
        }
    }

    /** Resumes as many connections as there is room for; more of them in the next loop iteration, as these may be idle. */
    private void resume(EventLoop loop) {
        resuming = false;
        if (paused.isEmpty() || pendingBytes() > maxBytes / 2) {
            return;
        }
        for (long room = (maxBytes - pendingBytes()) / READ_BYTES + 1; room > 0 && !paused.isEmpty(); room--) {
            paused.remove().resume(ReadThrottle.Reason.ALL_CONNECTIONS);
        }
        if (!paused.isEmpty()) {
            resuming = true;
            loop.executeOrRun(() -> resume(loop));
        }
    }
}
