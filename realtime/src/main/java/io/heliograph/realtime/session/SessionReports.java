package io.heliograph.realtime.session;

import io.heliograph.codec.Payload;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeException;

/** Failures of the handlers of a session, and the packets that have no handler. Thread-safe. */
final class SessionReports implements Handlers.Reports {

    private static final int MAX_NAME_CHARS = 200;

    private final PeerSession session;
    private final SessionSettings settings;

    SessionReports(PeerSession session, SessionSettings settings) {
        this.session = session;
        this.settings = settings;
    }

    @Override
    public void invalidData(InvalidMessageException failure) {
        session.report(failure);
    }

    @Override
    public void userCode(String what, Throwable failure) {
        session.userCodeFailed(what, failure);
    }

    @Override
    public void unreceived(String event, Payload data) {
        session.receiveUnconsumed(event, data);
    }

    @Override
    public void unserved(PendingRequest<Payload> request) {
        if (session.requestUnserved(request)) {
            return;
        }
        if (settings.rejectUnknownProcedures()) {
            request.failUnanswered(RealtimeException.of(
                    "ProcedureNotFoundError",
                    "Procedure '" + Printable.of(request.procedure(), MAX_NAME_CHARS) + "' is not registered"));
        } else {
            request.abandon();
        }
    }
}
