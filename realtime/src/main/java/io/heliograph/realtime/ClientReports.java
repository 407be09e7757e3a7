package io.heliograph.realtime;

import io.heliograph.connection.Counters;
import io.heliograph.connection.ErrorEvents;
import io.heliograph.connection.Lane;
import org.slf4j.Logger;

/** The {@code error} events of a client. Without a listener they are logged; so is what a listener of them throws. */
final class ClientReports {

    private final Logger log;
    private final Lane lane;
    private final Events<ClientEvent> events;

    // Limits how many wait, and logs those that nobody listens to.
    private final ErrorEvents unheard;

    // Touched on the lane only.
    private boolean telling;

    ClientReports(Logger log, Lane lane, Events<ClientEvent> events, Counters counters) {
        this.log = log;
        this.lane = lane;
        this.events = events;
        this.unheard = new ErrorEvents(log.getName(), lane, counters);
    }

    /** Tells an error, after the events given to the lane before. Any thread. */
    void report(Throwable error) {
        if (unheard.admit(error)) {
            lane.execute(() -> {
                unheard.withdraw();
                tell(error);
            });
        }
    }

    /** Tells what a listener has thrown; on the lane. */
    void listenerFailed(Throwable failure) {
        if (telling) {
            log.error("an error listener failed", failure);
        } else {
            tell(failure);
        }
    }

    private void tell(Throwable error) {
        if (!events.isHeard(ClientEvent.Failure.class)) {
            unheard.emit(error);
            return;
        }
        telling = true;
        try {
            events.deliver(new ClientEvent.Failure(error));
        } finally {
            telling = false;
        }
    }
}
