package io.heliograph.rpc.client;

import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a client that is connecting: encoded, in order, until the attempt to connect succeeds or fails. Limited in number
 * and in bytes. Thread-safe.
 */
final class WaitingRequests {

    private final int maxRequests;
    private final int maxBytes;

    // Guarded by this.
    private final Map<CompletableFuture<?>, Frame> requests = new LinkedHashMap<>();
    private long bytes;
    private int pendingConnects;
    private boolean connecting;

    WaitingRequests(int maxRequests, int maxBytes) {
        this.maxRequests = maxRequests;
        this.maxBytes = maxBytes;
    }

    /** Records a call of {@code connect()}: requests wait from now on. */
    synchronized void connectCalled() {
        pendingConnects++;
    }

    /** Records that the event loop has processed a call of {@code connect()}: an attempt runs, unless the client is connected. */
    synchronized void attemptStarted() {
        pendingConnects--;
        connecting = true;
    }

    /**
     * Adds a request.
     *
     * @return null if the request waits; otherwise the reason that it cannot wait
     */
    synchronized @Nullable HeliographException add(CompletableFuture<?> future, Frame frame) {
        if (!connecting && pendingConnects == 0) {
            return notConnected(null);
        }
        if (requests.size() >= maxRequests) {
            return new QueueFullException(
                    requests.size() + " requests are waiting for a connection (expected: less than " + maxRequests
                            + ")",
                    maxRequests);
        }
        if (!requests.isEmpty() && bytes + frame.length() > maxBytes) {
            return new QueueFullException("queue of " + maxBytes + " bytes is full", maxBytes);
        }
        requests.put(future, frame);
        bytes += frame.length();
        return null;
    }

    /** Removes a request that has been canceled or has timed out, if it is waiting. */
    @SuppressWarnings("CollectionUndefinedEquality") // futures are equal if they are the same
    synchronized void remove(CompletableFuture<?> future) {
        Frame removed = requests.remove(future);
        if (removed != null) {
            bytes -= removed.length();
        }
    }

    /**
     * Takes all requests, in order, to be sent on a new connection.
     *
     * @param ready runs if no request is waiting: further requests are sent at once
     * @return empty after {@code ready}
     */
    synchronized Map<CompletableFuture<?>, Frame> take(Runnable ready) {
        Map<CompletableFuture<?>, Frame> taken = new LinkedHashMap<>(requests);
        if (taken.isEmpty()) {
            ready.run();
        }
        clear();
        return taken;
    }

    /**
     * Records the end of an attempt or a connection.
     *
     * @param more whether a further attempt is scheduled or running
     * @param failed whether an attempt failed, and with it the requests that have waited for it
     * @return the requests to fail
     */
    synchronized List<CompletableFuture<?>> ended(boolean more, boolean failed) {
        connecting = more;
        if (pendingConnects > 0 || (more && !failed)) {
            return List.of();
        }
        return clear();
    }

    /** Ends the waiting, because the client has closed. Returns all requests. */
    synchronized List<CompletableFuture<?>> close() {
        connecting = false;
        pendingConnects = 0;
        return clear();
    }

    private List<CompletableFuture<?>> clear() {
        List<CompletableFuture<?>> cleared = new ArrayList<>(requests.keySet());
        requests.clear();
        bytes = 0;
        return cleared;
    }

    synchronized long queuedBytes() {
        return bytes;
    }

    /** Returns the failure of a request without a connection. */
    static NotConnectedException notConnected(@Nullable Throwable cause) {
        return new NotConnectedException("socket not ready" + (cause == null ? "" : ": " + cause.getMessage()), cause);
    }
}
