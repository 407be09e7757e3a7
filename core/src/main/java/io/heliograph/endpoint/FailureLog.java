package io.heliograph.endpoint;

import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.internal.Printable;
import io.heliograph.internal.PrintableFailure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Log of failures that may repeat: the first failure of a kind is logged at once; repeated ones are counted, and their number is
 * logged once per interval of 10 s. Thread-safe.
 *
 * <p>The kind of an exception of user code is its class and the place where it was thrown; the kind of an expected failure is its
 * class and code. A peer can therefore not create kinds, and what it sends is escaped and truncated.
 */
public final class FailureLog {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final int MAX_CHARS = 500;

    private final Logger log;
    private final LogLimiter limiter;
    private final Executor atIntervalEnd;
    private final AtomicBoolean summaryPending = new AtomicBoolean();

    /** Creates a log that writes to {@code log}. */
    public FailureLog(Logger log) {
        this(
                log,
                new LogLimiter(INTERVAL, System::nanoTime),
                CompletableFuture.delayedExecutor(
                        INTERVAL.toMillis() + 1,
                        TimeUnit.MILLISECONDS,
                        task -> Thread.ofVirtual()
                                .name("heliograph-failure-log")
                                .start(task)));
    }

    /**
     * Creates a log.
     *
     * @param atIntervalEnd runs a task after the interval of {@code limiter}
     */
    public FailureLog(Logger log, LogLimiter limiter, Executor atIntervalEnd) {
        this.log = log;
        this.limiter = limiter;
        this.atIntervalEnd = atIntervalEnd;
    }

    /**
     * Logs an exception of user code at WARN, with its stack.
     *
     * @param what subject of the failure, such as {@code procedure=sum} or {@code topic=hello}
     * @param connection id or address of the connection; null without one
     */
    public void userCode(String what, @Nullable String connection, Throwable failure) {
        long repeated = permit("user code: " + describe(failure) + place(failure));
        if (repeated != LogLimiter.SUPPRESSED) {
            log.warn(
                    "User code failed: {}{}{}",
                    Printable.of(what, MAX_CHARS),
                    connection == null ? "" : " connection=" + Printable.of(connection, MAX_CHARS),
                    repeated == 0 ? "" : " repeated=" + repeated,
                    PrintableFailure.of(failure));
        }
    }

    /**
     * Logs a failure that is expected in operation at WARN, in one line without a stack.
     *
     * @param kind kind of the failure; must not contain what a peer has sent
     * @param message the event, and its details as {@code key=value}
     */
    public void expected(String kind, String message) {
        long repeated = permit(kind);
        if (repeated != LogLimiter.SUPPRESSED) {
            log.warn("{}{}", Printable.of(message, MAX_CHARS), repeated == 0 ? "" : " repeated=" + repeated);
        }
    }

    /**
     * Logs a failure that nobody else receives: one of this library by its message, in one line; an exception of user code or a
     * defect, with its stack.
     */
    public void unreported(Throwable failure) {
        boolean ours = failure instanceof HeliographException;
        String kind = describe(failure) + (ours ? "" : place(failure));
        long repeated = permit(kind);
        if (repeated != LogLimiter.SUPPRESSED) {
            log.warn(
                    "{} (no error listener){}",
                    Printable.of(failure.getMessage() == null ? name(failure) : failure.getMessage(), MAX_CHARS),
                    repeated == 0 ? "" : " repeated=" + repeated,
                    ours ? null : PrintableFailure.of(failure));
        }
    }

    /** Returns the name of a failure, with the code of the operating system. */
    private static String describe(Throwable failure) {
        String name = name(failure);
        return failure instanceof TransportException system && !system.code().isEmpty()
                ? name + " " + system.code()
                : name;
    }

    /** Returns the class of a failure; of one of this library the simple name, as users know it: {@code ClosedError}. */
    private static String name(Throwable failure) {
        Class<?> type = failure.getClass();
        return failure instanceof HeliographException
                ? type.getSimpleName().replaceFirst("Exception$", "Error")
                : type.getName();
    }

    private static String place(Throwable failure) {
        StackTraceElement[] stack = failure.getStackTrace();
        return stack.length == 0 ? "" : " at " + stack[0];
    }

    private long permit(String kind) {
        long repeated = limiter.permit(kind);
        if (repeated == LogLimiter.SUPPRESSED && summaryPending.compareAndSet(false, true)) {
            atIntervalEnd.execute(this::summarize);
        }
        return repeated;
    }

    private void summarize() {
        summaryPending.set(false);
        List<LogLimiter.Suppressed> suppressed = limiter.takeSuppressed();
        suppressed.forEach(each -> log.warn("Failures repeated: kind={} repeated={}", each.kind(), each.count()));
    }
}
