package io.heliograph.realtime;

import io.heliograph.connection.Counters;
import io.heliograph.connection.Lane;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;

/**
 * The {@code error} events of a client. Without a listener they are logged; so is what a listener of them throws. As they can be
 * made faster than listeners take them, there is a limit, beyond which they are counted only.
 */
final class ClientReports {

    static final int MAX_WAITING = 1024;

    private final Logger log;
    private final Lane lane;
    private final Events<ClientEvent> events;
    private final Counters counters;
    private final AtomicInteger waiting = new AtomicInteger();

    // Touched on the lane only.
    private boolean telling;

    ClientReports(Logger log, Lane lane, Events<ClientEvent> events, Counters counters) {
        this.log = log;
        this.lane = lane;
        this.events = events;
        this.counters = counters;
    }

    /** Tells an error, after the events given to the lane before. Any thread. */
    void report(Throwable error) {
        int before = waiting.getAndIncrement();
        if (before >= MAX_WAITING) {
            waiting.decrementAndGet();
            counters.drop("error-unreported", 1);
            if (before == MAX_WAITING) {
                log.warn(
                        "{} errors wait for their listener; until it has caught up, errors such as this one are only counted: {}",
                        MAX_WAITING,
                        error.toString());
            }
            return;
        }
        lane.execute(() -> {
            waiting.decrementAndGet();
            tell(error);
        });
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
            log.warn(
                    "{} (there is no error listener)",
                    error.toString(),
                    error instanceof io.heliograph.HeliographException ? null : error);
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
