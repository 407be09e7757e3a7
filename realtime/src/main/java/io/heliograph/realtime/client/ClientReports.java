package io.heliograph.realtime.client;

import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.session.Events;
import org.slf4j.Logger;

/** The {@code error} events of a client. Without a listener they are logged; so is what a listener of them throws. */
final class ClientReports {

    private final Logger log;
    private final SerialExecutor executor;
    private final Events<ClientEvent> events;

    // Limits how many wait, and logs those that nobody listens to.
    private final ErrorNotifier unheard;

    // Touched on the executor only.
    private boolean telling;

    ClientReports(Logger log, SerialExecutor executor, Events<ClientEvent> events, Counters counters) {
        this.log = log;
        this.executor = executor;
        this.events = events;
        this.unheard = new ErrorNotifier(log.getName(), executor, counters);
    }

    /** Tells an error, after the events given to the executor before. Any thread. */
    void report(Throwable error) {
        if (unheard.admit(error)) {
            executor.execute(() -> {
                unheard.withdraw();
                tell(error);
            });
        }
    }

    /** Tells what a listener has thrown; on the executor. */
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
