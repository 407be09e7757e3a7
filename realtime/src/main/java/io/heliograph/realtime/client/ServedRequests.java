package io.heliograph.realtime.client;

import io.heliograph.codec.Payload;
import io.heliograph.endpoint.InFlight;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.realtime.session.PendingRequest;
import java.lang.ref.Cleaner;
import java.util.concurrent.CompletableFuture;

/**
 * Requests of the server on one connection that user code has not answered. Their number and bytes pause reading. Event loop only.
 *
 * <p>A request ends with its response, or when user code has dropped it without a response and it is garbage collected.
 */
final class ServedRequests {

    private static final Cleaner CLEANER = Cleaner.create();

    private final ReadThrottle throttle;
    private final InFlight inFlight = new InFlight();

    ServedRequests(ReadThrottle throttle) {
        this.throttle = throttle;
    }

    /** Counts a request. Returns false while the client drains: the request must not be served. */
    boolean begin(PendingRequest<Payload> request, int bytes) {
        if (!inFlight.begin()) {
            return false;
        }
        throttle.callStarted(bytes);
        request.onEnd(CLEANER, () -> {
            inFlight.end();
            throttle.callEnded(bytes);
        });
        return true;
    }

    /** Rejects further requests; the future completes, on any thread, when the others are answered. */
    CompletableFuture<Void> drain() {
        return inFlight.drain();
    }
}
