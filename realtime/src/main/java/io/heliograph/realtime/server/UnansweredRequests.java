package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.InFlight;
import io.heliograph.endpoint.PendingBudget;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.session.PendingRequest;
import java.lang.ref.Cleaner;
import java.util.concurrent.CompletableFuture;

/**
 * Requests of one connection that user code has not answered. Their number and bytes pause reading; the bytes of an unauthenticated
 * connection also count against the budget of the server.
 *
 * <p>A request ends with its response. A large request also ends when user code has dropped it without a response and it is garbage
 * collected, a small one when the connection closes.
 */
final class UnansweredRequests {

    /** Length from which a request is worth a cleaner. */
    private static final int LARGE = 1024;

    /** Bytes of small requests that do not count against the budget, so that connections seldom share a counter. */
    private static final int FREE_BYTES = 16 << 10;

    private static final Cleaner CLEANER = Cleaner.create();

    private final DefaultRealtimeSocket socket;
    private final ReadThrottle throttle;
    private final PendingBudget.Account account;
    private final InFlight inFlight = new InFlight();

    // Guarded by this.
    private long smallBytes;
    private long reservedBytes; // of small requests

    UnansweredRequests(DefaultRealtimeSocket socket, ReadThrottle throttle, PendingBudget.Account account) {
        this.socket = socket;
        this.throttle = throttle;
        this.account = account;
    }

    /** Counts a request. Returns false if the request exceeds the budget; it has failed then. Event loop only. */
    boolean begin(PendingRequest<Payload> request, int bytes) {
        boolean large = bytes >= LARGE;
        if (large ? !account.reserve(bytes) : !reserveSmall(bytes)) {
            socket.events.dropped(DropReason.PENDING_BUDGET, 1);
            request.fail(RealtimeException.of("ServerBusyError", "Too many requests are pending"));
            return false;
        }
        boolean counted = inFlight.begin();
        throttle.callStarted(bytes);
        if (large) {
            request.onEnd(CLEANER, () -> {
                account.release(bytes);
                ended(bytes, counted);
            });
        } else {
            request.onEnd(() -> smallEnded(bytes, counted));
        }
        return true;
    }

    private synchronized boolean reserveSmall(int bytes) {
        long excess = smallBytes + bytes - FREE_BYTES;
        if (excess > reservedBytes) {
            if (!account.reserve(excess - reservedBytes)) {
                return false;
            }
            reservedBytes = excess;
        }
        smallBytes += bytes;
        return true;
    }

    private void smallEnded(int bytes, boolean counted) {
        synchronized (this) {
            smallBytes -= bytes;
            releaseTo(Math.max(0, smallBytes - FREE_BYTES));
        }
        ended(bytes, counted);
    }

    /** @param counted whether a drain waits for the request, because it has begun before */
    private void ended(int bytes, boolean counted) {
        if (counted) {
            inFlight.end();
        }
        throttle.callEnded(bytes);
    }

    /** Returns the number of requests that have not ended. Thread-safe. */
    long size() {
        return inFlight.size();
    }

    /** Returns a future that completes when all requests have ended. */
    CompletableFuture<Void> drain() {
        return inFlight.drain();
    }

    /** Releases the bytes of small requests, because the connection has closed. */
    synchronized void closed() {
        releaseTo(0);
    }

    private void releaseTo(long bytes) {
        if (reservedBytes > bytes) {
            account.release(reservedBytes - bytes);
            reservedBytes = bytes;
        }
    }
}
