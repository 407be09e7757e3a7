package io.heliograph.rpc.server;

import io.heliograph.endpoint.InFlight;
import io.heliograph.endpoint.PendingBudget;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.rpc.wire.ErrorCode;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Messages of one socket that are not answered yet, with their limits in number and bytes. */
final class PendingWork {

    private final ReadThrottle throttle;
    private final PendingBudget.Account account;
    private final long maxResponseBytes;
    private final InFlight inFlight = new InFlight();
    private volatile @Nullable CompletableFuture<Void> drained;
    private volatile boolean closed;

    // Event loop only: the bytes of responses that batches keep.
    private long responseBytes;

    PendingWork(ReadThrottle throttle, PendingBudget.Account account, long maxResponseBytes) {
        this.throttle = throttle;
        this.account = account;
        this.maxResponseBytes = maxResponseBytes;
    }

    /** Counts a message; false if the server is closing and accepts no more calls. */
    boolean received() {
        return inFlight.begin();
    }

    /** Ends a message that has been answered at once, without a call. */
    void answered() {
        inFlight.end();
    }

    /** Reserves the bytes of a frame that is held for the connection listeners; false if they do not fit. */
    boolean hold(int bytes) {
        return account.reserve(bytes);
    }

    /** Releases the bytes of a held frame. */
    void unhold(int bytes) {
        account.release(bytes);
    }

    /**
     * Starts a call or a batch, whose message is kept until {@link #ended}. Event loop only.
     *
     * @return null, or the error to reject it with
     */
    @Nullable
    ErrorCode start(int bytes) {
        if (!account.reserve(bytes)) {
            return ErrorCode.SERVER_BUSY;
        }
        throttle.callStarted(bytes);
        return null;
    }

    /** Ends a call or a batch, after its response has been queued. Thread-safe. */
    void ended(int bytes) {
        account.release(bytes);
        throttle.callEnded(bytes);
        inFlight.end();
    }

    /** Ends calls that a backend will not answer, because the connection has closed. */
    void abandoned(long bytes) {
        account.release(bytes);
    }

    /** Counts a response that a batch keeps; false if the batches of this socket keep too many bytes. Event loop only. */
    boolean keepResponse(int bytes) {
        if (responseBytes + bytes > maxResponseBytes) {
            return false;
        }
        responseBytes += bytes;
        return true;
    }

    /** Subtracts the bytes of the responses that a batch has sent. Event loop only. */
    void takeResponses(long bytes) {
        responseBytes -= bytes;
    }

    /** Records whether the socket is logged in, so that the budget does not count it. Thread-safe. */
    void authenticated(boolean now) {
        account.authenticated(now);
    }

    /**
     * Rejects further calls. Thread-safe.
     *
     * @return completes when all messages have been answered, or the connection has closed
     */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> answered = inFlight.drain();
        drained = answered;
        if (closed) {
            answered.complete(null);
        }
        return answered;
    }

    /** Records that nobody can be answered any more. Calls that continue count in the budget until they end. */
    void close() {
        closed = true;
        account.authenticated(false);
        CompletableFuture<Void> draining = drained;
        if (draining != null) {
            draining.complete(null);
        }
    }
}
