package io.heliograph.ipc;

import io.heliograph.connection.Lane;
import io.heliograph.transport.Link;

/**
 * Keeps the messages of one connection that wait for listeners within a limit, by not reading while there are too many.
 *
 * <p>Counting each message in and out would cost two threads a shared counter. Instead the loop sends a marker through the lane
 * after every half of the limit; when it comes out, so have all messages before it. Two markers on their way are the limit.
 * Touched by the loop only.
 */
final class Backlog {

    private final EndpointCore<?> core;
    private final Link link;
    private final int messagesPerMarker;
    private final long bytesPerMarker;
    private final int maxMarkers;

    private int messages;
    private long bytes;
    private int markers;
    private boolean paused;

    Backlog(EndpointCore<?> core, Link link) {
        this.core = core;
        this.link = link;
        this.maxMarkers = core.maxPendingMessages == 1 ? 1 : 2;
        this.messagesPerMarker = core.maxPendingMessages / maxMarkers;
        this.bytesPerMarker = core.maxPendingBytes / maxMarkers;
    }

    /** A message has been given to the lane. */
    void added(int size) {
        messages++;
        bytes += size;
        if (messages < messagesPerMarker && bytes < bytesPerMarker) {
            return;
        }
        messages = 0;
        bytes = 0;
        markers++;
        core.lane.execute(new Marker());
        if (!paused && markers >= maxMarkers) {
            paused = true;
            link.reading(false);
        }
    }

    private void markerDone() {
        markers--;
        if (paused && markers < maxMarkers) {
            paused = false;
            link.reading(true);
        }
    }

    private final class Marker extends Lane.Task {

        @Override
        protected void run() {
            if (link.loop().inLoop()) {
                markerDone();
            } else {
                core.onLoop(Backlog.this::markerDone);
            }
        }
    }
}
