package io.heliograph.endpoint;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.internal.Printable;

/** Counts refused requests and connections of an endpoint, and logs them with the address of the client. Thread-safe. */
public final class Refusals {

    private static final int MAX_SHOWN = 100;

    private final FailureLog log;
    private final Counters counters;

    public Refusals(FailureLog log, Counters counters) {
        this.log = log;
        this.counters = counters;
    }

    /**
     * Counts a refusal, and logs it unless one with this reason was logged within the interval of the log.
     *
     * @param peer remote address
     * @param value value that was refused, as sent by the peer
     */
    public void refused(DropReason reason, Address peer, String value) {
        counters.drop(reason, 1);
        log.expected(
                "refused: " + reason,
                "Request refused: reason=" + reason + " peer=" + peer + " value=" + Printable.of(value, MAX_SHOWN));
    }

    /** Counts and logs the close of a connection whose unfinished message exceeds the limit of all connections. */
    public void unfinished(Address peer) {
        counters.drop(DropReason.PENDING_BUDGET, 1);
        log.expected(
                "closed: unfinished messages",
                "Connection closed: unfinished messages of all connections exceed maxUnfinishedBytes peer=" + peer);
    }
}
