package io.heliograph.endpoint;

import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.Subscription;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code error} event of an endpoint. Without a listener, errors go to those of another, or are logged.
 *
 * <p>Errors can be made faster than listeners take them, for example by sending in a loop to a queue that is full. Beyond a
 * limit they are logged and counted instead of waiting.
 */
public final class ErrorNotifier {

    /** How many errors may wait for their listeners. */
    public static final int MAX_WAITING = 1024;

    private final Logger log;
    private final SerialExecutor executor;
    private final Counters counters;
    private final Listeners<Consumer<? super Throwable>> listeners;
    private final @Nullable ErrorNotifier otherwise;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Errors that are logged when nobody listens.
     *
     * @param logger the name of the log
     */
    public ErrorNotifier(String logger, SerialExecutor executor, Counters counters) {
        this(LoggerFactory.getLogger(logger), executor, counters, null);
    }

    private ErrorNotifier(Logger log, SerialExecutor executor, Counters counters, @Nullable ErrorNotifier otherwise) {
        this.otherwise = otherwise;
        this.log = log;
        this.executor = executor;
        this.counters = counters;
        this.listeners = new Listeners<>(failure -> log.error("an error listener failed", failure));
    }

    /** Errors of a part of the endpoint, on its executor, which come to these listeners when nobody listens to them. */
    public ErrorNotifier part() {
        return new ErrorNotifier(log, executor, counters, this);
    }

    public Subscription on(Consumer<? super Throwable> listener) {
        return listeners.on(listener);
    }

    /** Emits an error after the events given to the executor before. Any thread. */
    public void report(Throwable error) {
        if (admit(error)) {
            emitAdmitted(error);
        }
    }

    /**
     * Asks for room for an error; if there is, {@link #emitAdmitted} or {@link #withdraw} must follow.
     *
     * @param error what is logged if there is no room
     */
    public boolean admit(Object error) {
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

    /** Emits an error that has been admitted, after the events given to the executor before. Any thread. */
    public void emitAdmitted(Throwable error) {
        executor.execute(() -> {
            waiting.decrementAndGet();
            emit(error);
        });
    }

    /** Gives back the room for an error that turned out to be none. */
    public void withdraw() {
        waiting.decrementAndGet();
    }

    /** Emits an error now; on the executor only. */
    public void emit(Throwable error) {
        if (!listeners.isEmpty()) {
            listeners.emit((listener, e, unused) -> listener.accept(e), error, null);
        } else if (otherwise != null) {
            otherwise.emit(error);
        } else {
            // Where one of ours was made says nothing; where a listener failed says all.
            log.warn(
                    "{} (there is no error listener)",
                    error.toString(),
                    error instanceof HeliographException ? null : error);
        }
    }
}
