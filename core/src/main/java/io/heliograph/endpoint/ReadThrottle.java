package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import java.util.concurrent.RejectedExecutionException;

/**
 * Keeps what one connection has given to its executor within a limit, by not reading while there is too much.
 *
 * <p>Counting each message in and out would cost two threads a shared counter. Instead the loop sends a marker through the executor
 * after every half of the limit; when it comes out, so have all messages before it. Two markers on their way are the limit.
 * Touched by the loop only.
 */
public final class ReadThrottle {

    /** Stops reading, or starts again. */
    @FunctionalInterface
    public interface Reading {
        void wanted(boolean wanted);
    }

    private final SerialExecutor executor;
    private final EventLoop loop;
    private final Reading reading;
    private final int messagesPerMarker;
    private final long bytesPerMarker;
    private final int maxMarkers;

    private int messages;
    private long bytes;
    private int markers;
    private boolean paused;

    /**
     * One that stops the reading of a link.
     *
     * @param maxMessages how many messages may wait; positive
     * @param maxBytes how many bytes those that wait may have, give or take a message; positive
     */
    public ReadThrottle(SerialExecutor executor, Link link, int maxMessages, long maxBytes) {
        this(executor, link.loop(), maxMessages, maxBytes, link::reading);
    }

    /**
     * @param maxMessages how many messages may wait; positive
     * @param maxBytes how many bytes those that wait may have, give or take a message; positive
     * @param reading told on the loop
     */
    public ReadThrottle(SerialExecutor executor, EventLoop loop, int maxMessages, long maxBytes, Reading reading) {
        this.executor = executor;
        this.loop = loop;
        this.reading = reading;
        this.maxMarkers = maxMessages == 1 ? 1 : 2;
        this.messagesPerMarker = maxMessages / maxMarkers;
        this.bytesPerMarker = maxBytes / maxMarkers;
    }

    /** Whether reading is stopped. */
    public boolean isFull() {
        return paused;
    }

    /** A message has been given to the executor. */
    public void added(int size) {
        messages++;
        bytes += size;
        if (messages < messagesPerMarker && bytes < bytesPerMarker) {
            return;
        }
        messages = 0;
        bytes = 0;
        markers++;
        executor.execute(new Marker());
        if (!paused && markers >= maxMarkers) {
            paused = true;
            reading.wanted(false);
        }
    }

    private void markerDone() {
        markers--;
        if (paused && markers < maxMarkers) {
            paused = false;
            reading.wanted(true);
        }
    }

    private final class Marker extends SerialExecutor.Task {

        @Override
        protected void run() {
            if (loop.inLoop()) {
                markerDone();
            } else {
                try {
                    loop.execute(ReadThrottle.this::markerDone);
                } catch (RejectedExecutionException e) {
                    // The loop has ended, and there is nothing to read from.
                }
            }
        }
    }
}
