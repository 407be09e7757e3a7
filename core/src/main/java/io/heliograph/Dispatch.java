package io.heliograph;

import static io.heliograph.internal.Check.positive;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the user's listeners run.
 *
 * <p>Whatever the choice, listeners of one endpoint run one at a time and in order. They differ in what a listener may do:
 *
 * <ul>
 *   <li>{@link #virtual()}, the default: on a virtual thread; a listener may block.
 *   <li>{@link #direct()}: on the event loop that read the message, for the shortest round trip; a listener must not block,
 *       and a watchdog reports one that does.
 *   <li>{@link #on(Executor)}: on threads of the user's.
 * </ul>
 */
public final class Dispatch {

    private static final Logger log = LoggerFactory.getLogger(Dispatch.class);
    private static final Duration DEFAULT_LIMIT = Duration.ofMillis(100);

    private static final ThreadFactory LISTENERS =
            Thread.ofVirtual().name("heliograph-listener-", 0).factory();
    private static final Dispatch VIRTUAL = on(task -> LISTENERS.newThread(task).start());
    private static final Dispatch DIRECT = direct(DEFAULT_LIMIT, Dispatch::logBlocked);

    private final @Nullable Executor executor;
    private final Duration blockedAfter;
    private final Consumer<BlockedLoop> onBlocked;

    private Dispatch(@Nullable Executor executor, Duration blockedAfter, Consumer<BlockedLoop> onBlocked) {
        this.executor = executor;
        this.blockedAfter = blockedAfter;
        this.onBlocked = onBlocked;
    }

    /** On a virtual thread, started when there is something to do; a burst of messages is one start. */
    public static Dispatch virtual() {
        return VIRTUAL;
    }

    /** On the event loop; a listener that holds it for 100 ms is logged once, as a warning with its stack. */
    public static Dispatch direct() {
        return DIRECT;
    }

    /**
     * On the event loop, with a watchdog of the user's.
     *
     * @param blockedAfter how long a listener may run before it is reported; positive
     * @param onBlocked told of it, once for each time, on the watchdog's thread
     */
    public static Dispatch direct(Duration blockedAfter, Consumer<BlockedLoop> onBlocked) {
        return new Dispatch(null, positive("blockedAfter", blockedAfter), onBlocked);
    }

    /** On {@code executor}, which is given one task for a burst of messages and must not drop it. */
    public static Dispatch on(Executor executor) {
        return new Dispatch(executor, DEFAULT_LIMIT, Dispatch::logBlocked);
    }

    /** Where listeners run, or null for the event loop. */
    public @Nullable Executor executor() {
        return executor;
    }

    /** How long a listener may hold an event loop before {@link #onBlocked()} is told. */
    public Duration blockedAfter() {
        return blockedAfter;
    }

    public Consumer<BlockedLoop> onBlocked() {
        return onBlocked;
    }

    private static void logBlocked(BlockedLoop blocked) {
        if (log.isWarnEnabled()) {
            StringBuilder text = new StringBuilder();
            blocked.stack().forEach(call -> text.append("\n\tat ").append(call));
            log.warn(
                    "a listener has held the event loop {} for at least {} ms; use Dispatch.virtual() for code that blocks{}",
                    blocked.thread(),
                    blocked.atLeast().toMillis(),
                    text);
        }
    }
}
