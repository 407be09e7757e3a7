package io.heliograph.cli;

/** Lets threads pass while it is open. It begins closed. */
final class Gate {

    // Guarded by this.
    private boolean open;

    synchronized void open() {
        open = true;
        notifyAll();
    }

    synchronized void close() {
        open = false;
    }

    /** Returns when it is open. */
    synchronized void await() throws InterruptedException {
        while (!open) {
            wait();
        }
    }
}
