package io.heliograph.testkit;

/** The bytes on the way in one direction, as many as fit; what a kernel keeps for a socket. Any thread may call. */
final class Pipe {

    /** How the input of an empty pipe goes on. */
    enum State {
        OPEN,
        ENDED,
        RESET
    }

    // Guarded by this: a ring.
    private final byte[] bytes;
    private int from;
    private int size;
    private State state = State.OPEN;
    private boolean abandoned;

    Pipe(int capacity) {
        bytes = new byte[capacity];
    }

    /** How many bytes can be put, or -1 if nobody reads any more. */
    synchronized int room() {
        return abandoned ? -1 : bytes.length - size;
    }

    /** Puts the first {@code count} bytes of {@code source}, for which there is room; lost if nobody reads any more. */
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

    /** Takes up to {@code most} bytes; an empty array if there is none. */
    synchronized byte[] take(int most) {
        byte[] taken = new byte[Math.min(most, size)];
        int first = Math.min(taken.length, bytes.length - from);
        System.arraycopy(bytes, from, taken, 0, first);
        System.arraycopy(bytes, 0, taken, first, taken.length - first);
        from = (from + taken.length) % bytes.length;
        size -= taken.length;
        return taken;
    }

    /** What comes after the bytes; open while there are some. */
    synchronized State state() {
        return size > 0 ? State.OPEN : state;
    }

    /** The writer's last word, of which the first counts. */
    synchronized void end(State last) {
        if (state == State.OPEN) {
            state = last;
        }
    }

    /** The line is cut: bytes on the way are lost. */
    synchronized void cut() {
        size = 0;
        state = State.RESET;
        abandoned = true;
    }

    /**
     * The reader leaves.
     *
     * @return whether there were bytes that it had not read
     */
    synchronized boolean abandon() {
        boolean unread = size > 0;
        abandoned = true;
        size = 0;
        return unread;
    }
}
