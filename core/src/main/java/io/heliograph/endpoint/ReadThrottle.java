package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Pauses reading from one link for as long as at least one reason holds.
 *
 * <p>{@link Reason#LISTENERS}, {@link Reason#ALL_CONNECTIONS} and {@link Reason#CALLS} are managed here, from the
 * messages and calls that are pending; the owner {@linkplain #pause pauses} and {@linkplain #resume resumes} for all
 * others. Event loop only, unless a method says otherwise.
 *
 * <p>Counting each pending message in and out would make two threads write one counter. Instead a marker is queued in
 * the serial executor after every half of the limit; when a marker runs, so have all messages before it. Two pending
 * markers are the limit.
 */
public final class ReadThrottle {

    /** Reasons not to read. */
    public enum Reason {

        /** Too many received messages are pending for listeners. */
        LISTENERS,

        /** Too many received messages of all connections are pending for listeners. */
        ALL_CONNECTIONS,

        /** Too many calls are running. */
        CALLS,

        /** The peer has used up its messages of the current second. */
        RATE,

        /** Middleware has not decided about received messages. */
        MIDDLEWARE,

        /** Received messages are queued behind one that is still being processed. */
        QUEUE,

        /** Connection listeners have not run yet. */
        CONNECTION,

        /** Received data is queued for another peer, or for a consumer that reads at its own pace. */
        CONSUMER
    }

    private final Link link;
    private final EventLoop loop;
    private final @Nullable Runnable onResume;

    // Reasons that hold, one bit each.
    private int reasons;

    private @Nullable SerialExecutor executor;
    private int messagesPerMarker;
    private long bytesPerMarker;
    private int maxMarkers;
    private int messages;
    private long bytes;
    private int markers;
    private @Nullable PendingSum sum;

    private volatile boolean pausedForCalls;
    private @Nullable RunningCalls calls;

    /** Creates a throttle of a link that is being read. */
    public ReadThrottle(Link link) {
        this(link, null);
    }

    /**
     * Creates a throttle of a link that is being read.
     *
     * @param onResume runs whenever a reason ends, also while others hold
     */
    public ReadThrottle(Link link, @Nullable Runnable onResume) {
        this.link = link;
        this.loop = link.loop();
        this.onResume = onResume;
    }

    /** Returns whether reading is paused. */
    public boolean isPaused() {
        return reasons != 0;
    }

    /** Returns whether reading is paused for this reason. */
    public boolean isPaused(Reason reason) {
        return (reasons & bit(reason)) != 0;
    }

    /** Pauses reading; repeated calls with one reason count once. */
    public void pause(Reason reason) {
        int before = reasons;
        reasons = before | bit(reason);
        if (before == 0) {
            link.reading(false);
        }
    }

    /** Ends a reason, and resumes reading if it was the last one. */
    public void resume(Reason reason) {
        int before = reasons;
        reasons = before & ~bit(reason);
        if (reasons == before) {
            return;
        }
        if (reasons == 0) {
            link.reading(true);
        }
        if (onResume != null) {
            onResume.run();
        }
    }

    @SuppressWarnings("EnumOrdinal") // bit of a mask
    private static int bit(Reason reason) {
        return 1 << reason.ordinal();
    }

    // ---- messages pending for listeners

    /**
     * Limits the messages that are pending in a serial executor. Reading pauses for {@link Reason#LISTENERS} at the
     * limit, and resumes at half of it.
     *
     * @param maxMessages maximum number of pending messages; positive
     * @param maxBytes maximum number of bytes of pending messages, exceeded by one message at most; positive
     * @return this throttle
     */
    public ReadThrottle limitPending(SerialExecutor executor, int maxMessages, long maxBytes) {
        this.executor = executor;
        this.maxMarkers = maxMessages == 1 ? 1 : 2;
        this.messagesPerMarker = maxMessages / maxMarkers;
        this.bytesPerMarker = maxBytes / maxMarkers;
        return this;
    }

    /**
     * Limits the messages that are pending, together with the other connections of a server. Reading pauses for {@link
     * Reason#ALL_CONNECTIONS} at the limit.
     *
     * @return this throttle
     */
    public ReadThrottle limitSum(PendingSum sum) {
        this.sum = sum;
        return this;
    }

    EventLoop loop() {
        return loop;
    }

    /** Counts a message that was given to the serial executor. */
    public void enqueued(long size) {
        PendingSum all = sum;
        if (all != null) {
            all.enqueued(this, size);
        }
        messages++;
        bytes += size;
        SerialExecutor to = executor;
        if (to == null || (messages < messagesPerMarker && bytes < bytesPerMarker)) {
            return;
        }
        messages = 0;
        bytes = 0;
        markers++;
        to.execute(new Marker());
        if (markers >= maxMarkers) {
            pause(Reason.LISTENERS);
        }
    }

    private void markerDone() {
        markers--;
        if (markers < maxMarkers) {
            resume(Reason.LISTENERS);
        }
    }

    private final class Marker extends SerialExecutor.Task {

        @Override
        protected void run() {
            if (loop.inLoop()) {
                markerDone();
            } else {
                execute(ReadThrottle.this::markerDone);
            }
        }
    }

    // ---- running calls

    /**
     * Limits the calls that are running. Reading pauses for {@link Reason#CALLS} at a limit, and resumes at half of it.
     *
     * @param max maximum number of running calls; positive
     * @param maxBytes maximum number of bytes of the messages of running calls, exceeded by one message at most;
     *     positive
     * @return this throttle
     */
    public ReadThrottle limitCalls(int max, long maxBytes) {
        calls = new RunningCalls(max, maxBytes);
        return this;
    }

    /** Limits the number of running calls only; see {@link #limitCalls(int, long)}. */
    public ReadThrottle limitCalls(int max) {
        return limitCalls(max, Long.MAX_VALUE);
    }

    /** Counts a call that starts, without its bytes. */
    public void callStarted() {
        callStarted(0);
    }

    /** Counts a call that has ended and was counted without its bytes. Thread-safe. */
    public void callEnded() {
        callEnded(0);
    }

    /**
     * Counts a call that starts.
     *
     * @param size bytes of its message, which {@link #callEnded} must receive too
     */
    public void callStarted(long size) {
        RunningCalls running = calls;
        if (running != null && running.start(size) && !pausedForCalls) {
            pausedForCalls = true;
            pause(Reason.CALLS);
            resumeAfterCalls(running); // calls may have ended meanwhile
        }
    }

    /** Counts a call that has ended. Thread-safe. */
    public void callEnded(long size) {
        RunningCalls running = calls;
        if (running != null && running.end(size) && pausedForCalls) {
            execute(() -> resumeAfterCalls(running));
        }
    }

    private void resumeAfterCalls(RunningCalls running) {
        if (pausedForCalls && running.isHalfFree()) {
            pausedForCalls = false;
            resume(Reason.CALLS);
        }
    }

    /** Number and bytes of running calls. Thread-safe. */
    private static final class RunningCalls {

        private final int max;
        private final long maxBytes;
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();

        RunningCalls(int max, long maxBytes) {
            this.max = max;
            this.maxBytes = maxBytes;
        }

        /** Returns whether a limit is reached. */
        boolean start(long size) {
            boolean full = count.incrementAndGet() >= max;
            return bytes.addAndGet(size) >= maxBytes || full;
        }

        /** Returns whether reading may resume. */
        boolean end(long size) {
            count.decrementAndGet();
            bytes.addAndGet(-size);
            return isHalfFree();
        }

        boolean isHalfFree() {
            return count.get() <= max / 2 && bytes.get() <= maxBytes / 2;
        }
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and the link with it.
        }
    }
}
