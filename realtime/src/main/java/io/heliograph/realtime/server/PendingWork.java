package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingBudget;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.realtime.session.PendingRequest;
import io.heliograph.transport.Link;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Limits of the received work of one connection that is not finished: queued messages, messages for listeners, and unanswered requests.
 * At the limits of the connection, reading pauses; at the budget of unauthenticated connections, the connection closes. Event loop only,
 * unless a method says otherwise.
 */
final class PendingWork {

    /** Length from which a message for listeners is worth a reservation. */
    private static final int MIN_RESERVED = 1024;

    private final DefaultRealtimeSocket socket;
    private final Link link;

    // Allocated at first use. Read by other threads.
    private volatile @Nullable ReadThrottle throttle;
    private volatile PendingBudget.@Nullable Account account;

    private volatile @Nullable UnansweredRequests requests;

    // Reserved bytes of queued messages.
    private long queuedBytes;

    PendingWork(DefaultRealtimeSocket socket, Link link) {
        this.socket = socket;
        this.link = link;
    }

    // ---- read throttle

    private ReadThrottle throttle() {
        ReadThrottle present = throttle;
        if (present == null) {
            long maxBytes = 2L * maxMessageBytes();
            present = new ReadThrottle(link, socket.inbound::reasonEnded)
                    .limitPending(socket.executor, socket.config.endpoint().maxPendingMessages(), maxBytes)
                    .limitCalls(socket.config.limits().maxPendingRequests(), maxBytes);
            throttle = present;
        }
        return present;
    }

    int maxMessageBytes() {
        return socket.server.webSocket.maxMessageBytes();
    }

    void pauseReading(ReadThrottle.Reason reason) {
        throttle().pause(reason);
    }

    void resumeReading(ReadThrottle.Reason reason) {
        ReadThrottle present = throttle;
        if (present != null) {
            present.resume(reason);
        }
    }

    /** Returns true while too many messages are pending for listeners, or too many requests are unanswered. */
    boolean isFull() {
        ReadThrottle present = throttle;
        return present != null
                && (present.isPaused(ReadThrottle.Reason.LISTENERS) || present.isPaused(ReadThrottle.Reason.CALLS));
    }

    boolean isReadingPaused() {
        ReadThrottle present = throttle;
        return present != null && present.isPaused();
    }

    // ---- messages for listeners

    /**
     * Counts a message that is enqueued for listeners; {@link #releaseAfterListeners} must follow.
     *
     * @return false if the message exceeds the budget, which closes the connection
     */
    boolean enqueue(int bytes) {
        if (bytes >= MIN_RESERVED && !reserve(bytes)) {
            return false;
        }
        throttle().enqueued(bytes);
        return true;
    }

    /** Releases a message after the listeners for which it is enqueued. */
    void releaseAfterListeners(int bytes) {
        if (bytes >= MIN_RESERVED) {
            socket.executor.execute(() -> release(bytes));
        }
    }

    // ---- unanswered requests

    /** Counts a request. Returns false if the request exceeds the budget; it has failed then. */
    boolean begin(PendingRequest<Payload> request, int bytes) {
        return requests().begin(request, bytes);
    }

    /** Counts a request that is enqueued for listeners. */
    void enqueued(int bytes) {
        throttle().enqueued(bytes);
    }

    /** Returns the number of requests that are not answered. Thread-safe. */
    long unansweredRequests() {
        UnansweredRequests present = requests;
        return present == null ? 0 : present.size();
    }

    private UnansweredRequests requests() {
        UnansweredRequests present = requests;
        if (present == null) {
            present = new UnansweredRequests(socket, throttle(), account());
            requests = present;
        }
        return present;
    }

    /** Returns a future that completes when all requests are answered. */
    CompletableFuture<Void> drain() {
        return requests().drain();
    }

    // ---- budget of unauthenticated connections

    private PendingBudget.Account account() {
        PendingBudget.Account present = account;
        if (present == null) {
            present = socket.server.budget.account();
            present.authenticated(isAuthenticated());
            account = present;
        }
        return present;
    }

    private boolean isAuthenticated() {
        return socket.auth.state() == AuthState.AUTHENTICATED;
    }

    void authenticationChanged() {
        PendingBudget.Account present = account;
        if (present != null) {
            present.authenticated(isAuthenticated());
        }
    }

    /** Reserves bytes. Returns false if they exceed the budget, which closes the connection. */
    private boolean reserve(int bytes) {
        if (account().reserve(bytes)) {
            return true;
        }
        socket.closer.limitExceeded(
                CloseCodes.TRY_AGAIN_LATER, DropReason.PENDING_BUDGET, "Too many bytes are pending");
        return false;
    }

    /** Releases reserved bytes. Thread-safe. */
    private void release(long bytes) {
        PendingBudget.Account present = account;
        if (present != null) {
            present.release(bytes);
        }
    }

    /** Reserves the bytes of a queued message. Returns false if they exceed the budget, which closes the connection. */
    boolean queue(Frame message) {
        if (!reserve(message.length())) {
            return false;
        }
        queuedBytes += message.length();
        return true;
    }

    void dequeue(Frame message) {
        if (queuedBytes >= message.length()) { // otherwise released by the close
            queuedBytes -= message.length();
            release(message.length());
        }
    }

    /** Releases the queued messages and the small requests, because the connection has closed. */
    void closed() {
        UnansweredRequests present = requests;
        if (present != null) {
            present.closed();
        }
        release(queuedBytes);
        queuedBytes = 0;
    }
}
