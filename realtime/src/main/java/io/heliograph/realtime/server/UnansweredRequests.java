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

    private static final Cleaner CLEANER = Cleaner.create();

    private final DefaultRealtimeSocket socket;
    private final ReadThrottle throttle;
    private final PendingBudget.Account account;
    private final InFlight inFlight = new InFlight();

    // Guarded by this.
    private long smallBytes;
    private boolean closed;

    UnansweredRequests(DefaultRealtimeSocket socket, ReadThrottle throttle, PendingBudget.Account account) {
        this.socket = socket;
        this.throttle = throttle;
        this.account = account;
    }

    /** Counts a request. Returns false if the request exceeds the budget; it has failed then. Event loop only. */
    boolean begin(PendingRequest<Payload> request, int bytes) {
        if (!account.reserve(bytes)) {
            socket.events.dropped(DropReason.PENDING_BUDGET, 1);
            request.fail(RealtimeException.of("ServerBusyError", "Too many requests are pending"));
            return false;
        }
        inFlight.begin();
        throttle.callStarted(bytes);
        if (bytes >= LARGE) {
            request.onEnd(CLEANER, () -> {
                account.release(bytes);
                ended(bytes);
            });
        } else {
            countSmall(bytes);
            request.onEnd(() -> smallEnded(bytes));
        }
        return true;
    }

    private synchronized void countSmall(int bytes) {
        smallBytes += bytes;
    }

    private void smallEnded(int bytes) {
        synchronized (this) {
            if (!closed) {
                smallBytes -= bytes;
                account.release(bytes);
            }
        }
        ended(bytes);
    }

    private void ended(int bytes) {
        inFlight.end();
        throttle.callEnded(bytes);
    }

    /** Returns a future that completes when all requests have ended. */
    CompletableFuture<Void> drain() {
        return inFlight.drain();
    }

    /** Releases the bytes of small requests, because the connection has closed. */
    synchronized void closed() {
        closed = true;
        account.release(smallBytes);
        smallBytes = 0;
    }
}
