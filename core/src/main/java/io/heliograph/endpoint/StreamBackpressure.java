package io.heliograph.endpoint;

/**
 * Lets full streams hold up the executor, until the endpoint's time to close has run out: then a stream that nobody reads does not
 * keep it from closing, and what is left goes into the streams beyond their capacity.
 */
public final class StreamBackpressure implements Pausable {

    private final SerialExecutor executor;

    // Guarded by this. The executor is resumed outside the lock, because that may run listeners.
    private int pauses;
    private boolean open;

    public StreamBackpressure(SerialExecutor executor) {
        this.executor = executor;
    }

    @Override
    public synchronized void pause() {
        if (!open) {
            pauses++;
            executor.pause();
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
        executor.resume();
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
            executor.resume();
        }
    }
}
