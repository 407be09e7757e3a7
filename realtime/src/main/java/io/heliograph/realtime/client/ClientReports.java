package io.heliograph.realtime.client;

import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.internal.PrintableFailure;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.session.Events;
import org.slf4j.Logger;

/** Reports failures of a client as {@code error} events, and logs them if there is no listener. */
final class ClientReports {

    private final Logger log;
    private final SerialExecutor executor;
    private final Events<ClientEvent> events;

    // Limits pending errors, and logs errors without a listener.
    private final ErrorNotifier fallback;

    // Executor only.
    private boolean emitting;

    ClientReports(Logger log, SerialExecutor executor, Events<ClientEvent> events, ErrorNotifier fallback) {
        this.log = log;
        this.executor = executor;
        this.events = events;
        this.fallback = fallback;
    }

    /** Reports an error, after the preceding events of the executor. Thread-safe. */
    void report(Throwable error) {
        report(error, true);
    }

    /** Emits an error event as {@link #report} does; without a listener, the error is not logged. Thread-safe. */
    void reportQuietly(Throwable error) {
        report(error, false);
    }

    private void report(Throwable error, boolean logged) {
        if (fallback.admit(error)) {
            executor.execute(() -> {
                fallback.withdraw();
                if (logged || events.isObserved(ClientEvent.Failure.class)) {
                    emit(error);
                }
            });
        }
    }

    /** Emits a refused subscription, and logs it if the event has no listener. Thread-safe. */
    void subscriptionRefused(ClientEvent.SubscribeFail refusal, String address) {
        if (!events.isObserved(ClientEvent.SubscribeFail.class)) {
            fallback.failures()
                    .expected(
                            "subscription refused",
                            "Subscription refused: " + ClientFailures.describe(refusal.error()) + " channel="
                                    + refusal.channel() + " address=" + address);
        }
        events.emit(refusal);
    }

    /** Reports the exception of a listener. Executor only. */
    void listenerFailed(Throwable failure) {
        if (emitting) {
            log.error("Error listener failed", PrintableFailure.of(failure));
        } else {
            emit(failure);
        }
    }

    private void emit(Throwable error) {
        if (!events.isObserved(ClientEvent.Failure.class)) {
            fallback.emit(error);
            return;
        }
        emitting = true;
        try {
            events.deliver(new ClientEvent.Failure(error));
        } finally {
            emitting = false;
        }
    }
}
