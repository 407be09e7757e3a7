package io.heliograph.cli.console;

/** Blocks threads until it is open. Initially closed. Thread-safe. */
public final class Gate {

    // Guarded by this.
    private boolean open;

    /** Opens this gate; returns false if it was open before. */
    public synchronized boolean open() {
        boolean opened = !open;
        open = true;
        notifyAll();
        return opened;
    }

    public synchronized void close() {
        open = false;
    }

    /** Blocks while this gate is closed. */
    public synchronized void await() throws InterruptedException {
        while (!open) {
            wait();
        }
    }
}
