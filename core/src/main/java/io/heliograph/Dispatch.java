package io.heliograph;

import static io.heliograph.internal.Check.positive;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads on which listeners, procedures and middleware run.
 *
 * <ul>
 *   <li>{@link #virtual()}, the default: virtual threads. User code may block.
 *   <li>{@link #direct()}: the event loop that has read the message, for the shortest round trip. User code must not block; a
 *       watchdog reports violations.
 *   <li>{@link #on(Executor)}: an executor of the application.
 * </ul>
 *
 * <p><b>Order.</b> A serial executor runs one task at a time, in order. Each module states how many serial executors an endpoint
 * has:
 *
 * <table>
 *   <caption>Serial executors by endpoint</caption>
 *   <tr><th>endpoint</th><th>serial executors</th></tr>
 *   <tr><td>IPC, channel, typed socket; client or server</td><td>one: all listeners run in order</td></tr>
 *   <tr><td>RPC client</td><td>one</td></tr>
 *   <tr><td>RPC server</td><td>one for the listeners of the server. Methods run concurrently: each call is one task of the
 *       executor. Under {@code direct()} the calls of a connection run in order on its event loop.</td></tr>
 *   <tr><td>realtime client</td><td>one</td></tr>
 *   <tr><td>realtime server</td><td>one for each connection and one for the server. A server-wide listener of connection events
 *       runs on the serial executor of the connection, hence concurrently for several connections. Each decision of a
 *       middleware is one task of the executor; the actions of a connection wait for it in order.</td></tr>
 *   <tr><td>exchange</td><td>one for each listener</td></tr>
 * </table>
 *
 * <p>A listener that blocks on an {@link EventStream} or on a future of this library releases its serial executor: the next
 * tasks run on another thread while the listener waits (managed blocking). Under {@link #direct()} it does not.
 */
public final class Dispatch {

    private static final Logger log = LoggerFactory.getLogger(Dispatch.class);
    private static final Duration DEFAULT_BLOCKED_AFTER = Duration.ofMillis(100);

    private static final Duration BLOCKED_LOG_INTERVAL = Duration.ofSeconds(10);

    // Time of the last logged violation, or 0, and the number of violations since that were not logged.
    private static final AtomicLong blockedLoggedAt = new AtomicLong();
    private static final AtomicLong blockedSuppressed = new AtomicLong();

    private static final ThreadFactory LISTENERS =
            Thread.ofVirtual().name("heliograph-listener-", 0).factory();
    private static final Dispatch VIRTUAL = on(task -> LISTENERS.newThread(task).start());
    private static final Dispatch DIRECT = direct(DEFAULT_BLOCKED_AFTER, Dispatch::logBlocked);

    private final @Nullable Executor executor;
    private final Duration blockedAfter;
    private final Consumer<BlockedLoop> onBlocked;

    private Dispatch(@Nullable Executor executor, Duration blockedAfter, Consumer<BlockedLoop> onBlocked) {
        this.executor = executor;
        this.blockedAfter = blockedAfter;
        this.onBlocked = onBlocked;
    }

    /** Selects virtual threads. A burst of messages starts one thread. */
    public static Dispatch virtual() {
        return VIRTUAL;
    }

    /** Selects the event loop. A listener that blocks the loop for 100 ms is logged as a warning with its stack, at most once per 10 s. */
    public static Dispatch direct() {
        return DIRECT;
    }

    /**
     * Selects the event loop with a user-defined watchdog.
     *
     * @param blockedAfter maximum duration of a listener before it is reported; must be positive
     * @param onBlocked called once for each violation, on the watchdog thread
     */
    public static Dispatch direct(Duration blockedAfter, Consumer<BlockedLoop> onBlocked) {
        return new Dispatch(null, positive("blockedAfter", blockedAfter), onBlocked);
    }

    /** Selects {@code executor}, which receives one task for a burst of messages and must not drop it. */
    public static Dispatch on(Executor executor) {
        return new Dispatch(executor, DEFAULT_BLOCKED_AFTER, Dispatch::logBlocked);
    }

    /** Executor of listeners, or null for the event loop. */
    public @Nullable Executor executor() {
        return executor;
    }

    /** Maximum duration of a listener on an event loop before {@link #onBlocked()} is called. */
    public Duration blockedAfter() {
        return blockedAfter;
    }

    /** Returns the receiver of watchdog reports. */
    public Consumer<BlockedLoop> onBlocked() {
        return onBlocked;
    }

    /** Logs a violation, with the number of those that were not logged in the {@link #BLOCKED_LOG_INTERVAL} before. */
    private static void logBlocked(BlockedLoop blocked) {
        long now = System.nanoTime();
        long logged = blockedLoggedAt.get();
        boolean suppress = logged != 0 && now - logged < BLOCKED_LOG_INTERVAL.toNanos();
        if (suppress || !blockedLoggedAt.compareAndSet(logged, now == 0 ? 1 : now)) {
            blockedSuppressed.incrementAndGet();
            return;
        }
        long repeated = blockedSuppressed.getAndSet(0);
        if (log.isWarnEnabled()) {
            StringBuilder stack = new StringBuilder();
            blocked.stack().forEach(call -> stack.append("\n\tat ").append(call));
            log.warn(
                    "Listener blocks the event loop: use Dispatch.virtual() for blocking code thread={} millis={} repeated={}{}",
                    blocked.thread(),
                    blocked.atLeast().toMillis(),
                    repeated,
                    stack);
        }
    }

    /**
     * Report of an event loop that a listener blocks.
     *
     * @param thread name of the event loop's thread
     * @param atLeast running time of the listener when it was reported
     * @param stack stack trace of the listener, innermost call first
     */
    public record BlockedLoop(String thread, Duration atLeast, List<StackTraceElement> stack) {

        public BlockedLoop {
            stack = List.copyOf(stack);
        }
    }
}
