package io.heliograph.ipc;

import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import io.heliograph.connection.Lane;
import io.heliograph.event.Listeners;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;

/**
 * The {@code error} event of an endpoint. Without a listener, errors are logged.
 *
 * <p>Errors can be made faster than listeners take them, for example by sending in a loop to a queue that is full. Beyond a
 * limit they are logged and counted instead of waiting.
 */
final class ErrorEvents {

    static final int MAX_WAITING = 1024;

    private final Logger log;
    private final Lane lane;
    private final Counters counters;
    private final Listeners<Consumer<? super Throwable>> listeners;
    private final AtomicInteger waiting = new AtomicInteger();

    ErrorEvents(Logger log, Lane lane, Counters counters) {
        this.log = log;
        this.lane = lane;
        this.counters = counters;
        this.listeners = new Listeners<>(failure -> log.error("an error listener failed", failure));
    }

    Subscription on(Consumer<? super Throwable> listener) {
        return listeners.on(listener);
    }

    /** Emits an error after the events given to the lane before. Any thread. */
    void report(Throwable error) {
        if (admit(error)) {
            emitAdmitted(error);
        }
    }

    /**
     * Asks for room for an error; if there is, {@link #emitAdmitted} or {@link #withdraw} must follow.
     *
     * @param error what is logged if there is no room
     */
    boolean admit(Object error) {
        int before = waiting.getAndIncrement();
        if (before < MAX_WAITING) {
            return true;
        }
        waiting.decrementAndGet();
        counters.drop(DropReason.ERROR_UNREPORTED, 1);
        if (before == MAX_WAITING) {
            log.warn(
                    "{} errors wait for their listener; until it has caught up, errors such as this one are only counted: {}",
                    MAX_WAITING,
                    String.valueOf(error));
        }
        return false;
    }

    /** Emits an error that has been admitted, after the events given to the lane before. Any thread. */
    void emitAdmitted(Throwable error) {
        lane.execute(() -> {
            waiting.decrementAndGet();
            emit(error);
        });
    }

    /** Gives back the room for an error that turned out to be none. */
    void withdraw() {
        waiting.decrementAndGet();
    }

    /** Emits an error now; on the lane only. */
    void emit(Throwable error) {
        if (listeners.isEmpty()) {
            // Where one of ours was made says nothing; where a listener failed says all.
            log.warn(
                    "{} (there is no error listener)",
                    error.toString(),
                    error instanceof HeliographException ? null : error);
        } else {
            listeners.emit((listener, e, unused) -> listener.accept(e), error, null);
        }
    }
}
