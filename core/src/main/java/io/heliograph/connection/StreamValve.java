package io.heliograph.connection;

import io.heliograph.event.Valve;

/**
 * Lets full streams hold up the lane, until the endpoint's time to close has run out: then a stream that nobody reads does not
 * keep it from closing, and what is left goes into the streams beyond their capacity.
 */
public final class StreamValve implements Valve {

    private final Lane lane;

    // Guarded by this. The lane is resumed outside the lock, because that may run listeners.
    private int pauses;
    private boolean open;

    public StreamValve(Lane lane) {
        this.lane = lane;
    }

    @Override
    public synchronized void pause() {
        if (!open) {
            pauses++;
            lane.pause();
        }
    }

    @Override
    public void resume() {
        synchronized (this) {
            if (open) {
                return;
            }
            pauses--;
        }
        lane.resume();
    }

    /** Ends all pauses, and has no others. */
    public void forceOpen() {
        int left;
        synchronized (this) {
            open = true;
            left = pauses;
            pauses = 0;
        }
        for (int i = 0; i < left; i++) {
            lane.resume();
        }
    }
}
