package io.heliograph.transport;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.TransportException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Limit of the bytes that all connections of a server hold of messages that are not complete. Counts allocated memory,
 * which may exceed the received bytes. Thread-safe.
 */
public final class UnfinishedMessages {

    private static final long DEFAULT =
            Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);
    private static final int OVERHEAD = 8 * 1024;

    private final long maxBytes;
    private final int maxMessageBytes;
    private final Consumer<? super Address> exceeded;
    private final AtomicLong used = new AtomicLong();

    /**
     * @param maxBytes maximum number of bytes of all connections; must be positive. The limit is at least twice {@code
     *     maxMessageBytes}, because a buffer doubles when it grows and a single message must never be rejected
     * @param exceeded receives the address of a peer whose message does not fit, before its connection is closed.
     *     Thread-safe
     */
    public UnfinishedMessages(long maxBytes, int maxMessageBytes, Consumer<? super Address> exceeded) {
        this.maxBytes = checkMaxBytes(maxBytes);
        this.maxMessageBytes = maxMessageBytes;
        this.exceeded = exceeded;
    }

    /** Returns 256 MiB, or an eighth of the heap if that is less. */
    public static long defaultMaxBytes() {
        return DEFAULT;
    }

    /**
     * Checks the value of an option {@code maxUnfinishedBytes}, and returns it.
     *
     * @throws IllegalArgumentException if the value is not positive
     */
    public static long checkMaxBytes(long maxBytes) {
        checkArgument(maxBytes > 0, "maxUnfinishedBytes: %d (expected: > 0)", maxBytes);
        return maxBytes;
    }

    /** Returns the limit. */
    public long maxBytes() {
        return limit(maxMessageBytes);
    }

    private long limit(int longestMessage) {
        return Math.max(maxBytes, 2L * longestMessage + OVERHEAD);
    }

    /** Returns the bytes of all connections. */
    public long usedBytes() {
        return used.get();
    }

    /** Creates the account of a connection. */
    public Account account(Address peer) {
        return account(peer, maxMessageBytes);
    }

    /** Creates the account of a connection with another maximum length of a message. */
    public Account account(Address peer, int maxMessageBytes) {
        return new Account(peer, limit(maxMessageBytes));
    }

    /** Account of one connection. Event loop only. */
    public final class Account {

        private final Address peer;
        private final long limit;
        private int counted;

        private Account(Address peer, long limit) {
            this.peer = peer;
            this.limit = limit;
        }

        /**
         * Sets the bytes of the unfinished message, or releases them if all connections exceed the limit.
         *
         * @return false if the limit is exceeded, which has been reported: the message must be rejected
         */
        public boolean set(int bytes) {
            int change = bytes - counted;
            if (change != 0 && !add(change)) {
                end();
                exceeded.accept(peer);
                return false;
            }
            counted = bytes;
            return true;
        }

        /**
         * Sets the bytes of the unfinished message, as {@link #set} does.
         *
         * @throws TransportException if all connections exceed the limit: the connection must be closed with this reason
         */
        public void update(int bytes) {
            if (!set(bytes)) {
                throw new TransportException(
                        "ENOBUFS",
                        "connection to " + peer + ": the unfinished messages of all connections exceed " + limit
                                + " bytes (limit: maxUnfinishedBytes)",
                        null);
            }
        }

        private boolean add(int change) {
            while (true) {
                long before = used.get();
                if (change > 0 && before + change > limit) {
                    return false;
                }
                if (used.compareAndSet(before, before + change)) {
                    return true;
                }
            }
        }

        /** Releases the bytes of the connection, which is closed. */
        public void end() {
            used.addAndGet(-counted);
            counted = 0;
        }
    }
}
