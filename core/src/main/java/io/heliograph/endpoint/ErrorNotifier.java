package io.heliograph.endpoint;

import io.heliograph.DropReason;
import io.heliograph.Subscription;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies the error listeners of an endpoint of failures that have no caller. Thread-safe.
 *
 * <p>An error without a listener goes to the notifier of the enclosing endpoint, or to the {@link FailureLog}. Exceptions of user
 * code are logged in any case.
 *
 * <p>At most {@value #MAX_PENDING} errors are pending for listeners. Further errors are counted as
 * {@link DropReason#ERROR_UNREPORTED}, and logged once per interval.
 */
public final class ErrorNotifier {

    /** Maximum number of errors that may be pending for listeners. */
    public static final int MAX_PENDING = 1024;

    private final Logger log;
    private final SerialExecutor executor;
    private final Counters counters;
    private final Listeners<Consumer<? super Throwable>> listeners;
    private final @Nullable ErrorNotifier parent;
    private final FailureLog failures;
    private final AtomicInteger pending = new AtomicInteger();

    /**
     * Creates a notifier of an endpoint.
     *
     * @param logger name of the logger
     */
    public ErrorNotifier(String logger, SerialExecutor executor, Counters counters) {
        this(LoggerFactory.getLogger(logger), executor, counters);
    }

    /** Creates a notifier of an endpoint. */
    public ErrorNotifier(Logger logger, SerialExecutor executor, Counters counters) {
        this(logger, executor, counters, null, null);
    }

    private ErrorNotifier(
            Logger log,
            SerialExecutor executor,
            Counters counters,
            @Nullable ErrorNotifier parent,
            @Nullable FailureLog failures) {
        this.parent = parent;
        this.log = log;
        this.executor = executor;
        this.counters = counters;
        this.failures = failures == null ? new FailureLog(log) : failures;
        this.listeners = new Listeners<>(failure -> this.failures.userCode("error listener", null, failure));
    }

    /** Creates a notifier of a part of the endpoint, whose errors go to this notifier if the part has no listener. */
    public ErrorNotifier part() {
        return new ErrorNotifier(log, executor, counters, this, failures);
    }

    /** Adds a listener. */
    public Subscription on(Consumer<? super Throwable> listener) {
        return listeners.on(listener);
    }

    /** Emits an error after the events that the serial executor already has. */
    public void report(Throwable error) {
        if (admit(error)) {
            emitAdmitted(error);
        }
    }

    /**
     * Reserves room for an error; {@link #emitAdmitted} or {@link #withdraw} must follow.
     *
     * @param error error to log if there is no room
     * @return whether there is room
     */
    public boolean admit(Object error) {
        int before = pending.getAndIncrement();
        if (before < MAX_PENDING) {
            return true;
        }
        pending.decrementAndGet();
        counters.drop(DropReason.ERROR_UNREPORTED, 1);
        failures.expected(
                "errors pending",
                "Errors are only counted until the error listener catches up pending=" + MAX_PENDING + " error="
                        + error);
        return false;
    }

    /** Emits an admitted error after the events that the serial executor already has. */
    public void emitAdmitted(Throwable error) {
        executor.execute(() -> {
            pending.decrementAndGet();
            emit(error);
        });
    }

    /** Releases the room of an admitted error that is not emitted. */
    public void withdraw() {
        pending.decrementAndGet();
    }

    /** Emits an error now. Runs on the serial executor. */
    public void emit(Throwable error) {
        if (!listeners.isEmpty()) {
            listeners.emit((listener, e, unused) -> listener.accept(e), error, null);
        } else if (parent != null) {
            parent.emit(error);
        } else {
            failures.unreported(error);
        }
    }

    /**
     * Emits an error that the caller of a method receives as an exception as well: without a listener, it is not logged. Runs on the
     * serial executor.
     */
    public void emitThrown(Throwable error) {
        if (hasListener()) {
            emit(error);
        }
    }

    /** Emits an error as {@link #emitThrown} does, after the events that the serial executor already has. */
    public void reportThrown(Throwable error) {
        if (hasListener()) {
            report(error);
        }
    }

    /** Returns the log of failures that have no listener, which limits repeated ones. */
    public FailureLog failures() {
        return failures;
    }

    /**
     * Logs an exception of user code, and emits it after the events that the serial executor already has.
     *
     * @param what subject of the failure, such as {@code procedure=sum} or {@code topic=hello}
     * @param connection id or address of the connection; null without one
     */
    public void userCode(String what, @Nullable String connection, Throwable failure) {
        failures.userCode(what, connection, failure);
        if (hasListener() && admit(failure)) {
            emitAdmitted(failure);
        }
    }

    /** Logs an exception of user code as {@link #userCode} does, and emits it now. Runs on the serial executor. */
    public void emitUserCode(String what, @Nullable String connection, Throwable failure) {
        failures.userCode(what, connection, failure);
        if (hasListener()) {
            emit(failure);
        }
    }

    private boolean hasListener() {
        return !listeners.isEmpty() || (parent != null && parent.hasListener());
    }
}
