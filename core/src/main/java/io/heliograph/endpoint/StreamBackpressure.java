package io.heliograph.endpoint;

/**
 * Lets full streams pause a serial executor until the close time-out of the endpoint expires; after that a stream that is not
 * read no longer delays the close, and further events exceed the stream's capacity. Thread-safe.
 */
public final class StreamBackpressure implements Pausable {

    private final SerialExecutor executor;

    // Guarded by this. The executor is resumed outside the lock because that may run listeners.
    private int pauses;
    private boolean released;

    public StreamBackpressure(SerialExecutor executor) {
        this.executor = executor;
    }

    @Override
    public synchronized void pause() {
        if (!released) {
            pauses++;
            executor.pause();
        }
    }

    @Override
    public void resume() {
        synchronized (this) {
            if (released) {
                return;
            }
            pauses--;
        }
        executor.resume();
    }

    /** Ends all pauses and ignores further ones. */
    public void release() {
        int pending;
        synchronized (this) {
            released = true;
            pending = pauses;
            pauses = 0;
        }
        for (int i = 0; i < pending; i++) {
            executor.resume();
        }
    }
}
