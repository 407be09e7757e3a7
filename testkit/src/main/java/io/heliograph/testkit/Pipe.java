package io.heliograph.testkit;

/** The bytes in transit in one direction, up to a capacity, like the buffers of a kernel. Thread-safe. */
final class Pipe {

    /** State of the input after the bytes of the pipe. */
    enum State {
        OPEN,
        ENDED,
        RESET
    }

    // Guarded by this: a ring buffer.
    private final byte[] bytes;
    private int from;
    private int size;
    private State state = State.OPEN;
    private boolean abandoned;

    Pipe(int capacity) {
        bytes = new byte[capacity];
    }

    /** Returns the number of bytes that fit, or -1 if the reader has closed its end. */
    synchronized int room() {
        return abandoned ? -1 : bytes.length - size;
    }

    /**
     * Puts the first {@code count} bytes of {@code source}, which must fit; they are lost if the reader has closed its
     * end.
     */
    synchronized void put(byte[] source, int count) {
        if (abandoned) {
            return;
        }
        int to = (from + size) % bytes.length;
        int first = Math.min(count, bytes.length - to);
        System.arraycopy(source, 0, bytes, to, first);
        System.arraycopy(source, first, bytes, 0, count - first);
        size += count;
    }

    /** Takes up to {@code most} bytes; an empty array if the pipe is empty. */
    synchronized byte[] take(int most) {
        byte[] taken = new byte[Math.min(most, size)];
        int first = Math.min(taken.length, bytes.length - from);
        System.arraycopy(bytes, from, taken, 0, first);
        System.arraycopy(bytes, 0, taken, first, taken.length - first);
        from = (from + taken.length) % bytes.length;
        size -= taken.length;
        return taken;
    }

    /** The state after the bytes; open while the pipe has bytes. */
    synchronized State state() {
        return size > 0 ? State.OPEN : state;
    }

    /** Ends the pipe on the side of the writer; the first call counts. */
    synchronized void end(State last) {
        if (state == State.OPEN) {
            state = last;
        }
    }

    /** Breaks the connection: bytes in transit are lost. */
    synchronized void cut() {
        size = 0;
        state = State.RESET;
        abandoned = true;
    }

    /**
     * Ends the pipe on the side of the reader.
     *
     * @return whether unread bytes were lost
     */
    synchronized boolean abandon() {
        boolean unread = size > 0;
        abandoned = true;
        size = 0;
        return unread;
    }
}
