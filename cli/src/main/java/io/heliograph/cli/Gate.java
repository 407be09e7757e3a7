package io.heliograph.cli;

/** Lets threads pass while it is open. It begins closed. */
final class Gate {

    // Guarded by this.
    private boolean open;

    /** Opens it; false if it was open. */
    synchronized boolean open() {
        boolean opened = !open;
        open = true;
        notifyAll();
        return opened;
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
