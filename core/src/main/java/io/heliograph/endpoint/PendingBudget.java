package io.heliograph.endpoint;

import static io.heliograph.internal.Check.checkArgument;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Budget in bytes for the unfinished work of all connections of a server that are not authenticated: messages that are
 * incomplete, pending for user code, or kept by calls that run. Thread-safe.
 *
 * <p>An account may hold a quarter of the bytes that the other accounts have left free. A single connection therefore
 * takes a fifth of the budget at most, and any number of greedy connections leaves room for the short messages of
 * another one.
 */
public final class PendingBudget {

    private static final int SHARE = 4;

    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();

    /** @param maxBytes maximum number of bytes of all accounts; must be positive */
    public PendingBudget(long maxBytes) {
        checkArgument(maxBytes > 0, "maxBytes: %d (expected: > 0)", maxBytes);
        this.maxBytes = maxBytes;
    }

    /** Creates the account of a connection that is not authenticated. */
    public Account account() {
        return new Account();
    }

    /** Returns the bytes of all accounts. */
    public long usedBytes() {
        return used.get();
    }

    /** Account of one connection. Thread-safe. */
    public final class Account {

        // Guarded by this.
        private long pending;
        private boolean authenticated;

        private Account() {}

        /**
         * Reserves bytes of received work. {@link #release} must follow, when the work has ended or is dropped.
         *
         * @return false if they do not fit: the message must be dropped, and its call rejected or its connection closed, with {@link
         *     io.heliograph.DropReason#PENDING_BUDGET}
         */
        public synchronized boolean reserve(long bytes) {
            if (!authenticated && !take(bytes)) {
                return false;
            }
            pending += bytes;
            return true;
        }

        private boolean take(long bytes) {
            while (true) {
                long before = used.get();
                if (pending + bytes > (maxBytes - before) / SHARE) {
                    return false;
                }
                if (used.compareAndSet(before, before + bytes)) {
                    return true;
                }
            }
        }

        /** Releases reserved bytes. */
        public synchronized void release(long bytes) {
            pending -= bytes;
            if (!authenticated) {
                used.addAndGet(-bytes);
            }
        }

        /** Returns the bytes that are reserved. */
        public synchronized long pendingBytes() {
            return pending;
        }

        /**
         * Records whether the connection is authenticated. The budget does not count an authenticated connection; a connection that
         * is no longer authenticated counts at once with all its pending bytes.
         */
        public synchronized void authenticated(boolean now) {
            if (authenticated != now) {
                authenticated = now;
                used.addAndGet(now ? -pending : pending);
            }
        }
    }
}
