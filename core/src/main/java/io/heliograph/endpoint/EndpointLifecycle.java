package io.heliograph.endpoint;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import io.heliograph.transport.Transports;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life cycle of a server or client: transport lease, event loop, serial executor, start and close.
 *
 * <pre>
 * IDLE ──start──► STARTING ──► RUNNING ──close──► CLOSING ──► closed
 *   ▲                            │
 *   └──── failed, may restart ───┴── failed for good ──► FAILED ──close──► closed
 * </pre>
 *
 * <p>Thread-safe. An endpoint is closed once, however often {@link #close} is called; the transport is released after the last
 * event.
 *
 * <p>The close completes within its time-out and a short grace period, whatever user code does: an endpoint whose listener does not
 * return, or blocks the event loop, is closed without waiting for it. A warning with the stack of the listener is logged then.
 */
public final class EndpointLifecycle {

    /** Actions of a particular endpoint. */
    public interface Role {

        /**
         * Opens connections. Ends with {@link #started}, with {@link #failStart}, or when the endpoint is shut down. Event loop
         * only.
         */
        void begin(Transport transport, EventLoop loop);

        /**
         * Accepts no more connections and no more work, and lets the work in flight be answered. Called once, by {@link
         * #closeGracefully} only. {@link #shutdown} follows when the returned future completes, also exceptionally, or when most
         * of {@code timeout} has passed. Event loop only.
         *
         * @param timeout time until {@link Role#abort}
         * @return completes on any thread when the answers have been accepted for sending; see {@link InFlight}
         */
        default CompletableFuture<Void> drain(Duration timeout) {
            return CompletableFuture.completedFuture(null);
        }

        /**
         * Closes all connections in order and then calls {@link #finish}. Called again, with another time-out, by a further
         * {@link #close}. Event loop only.
         *
         * @param timeout time until {@link #abort}
         */
        void shutdown(Duration timeout);

        /** Aborts the connections that are open when the close time-out expires. Event loop only. */
        default void abort() {}

        /** Emits the last events. Runs on the serial executor. */
        void ended();
    }

    /** Whether an endpoint may be started again after a failed start. */
    public enum Restart {
        NEVER,
        AFTER_FAILURE
    }

    private enum Phase {

        /** Not started, or ready to be started again after a failure; holds no resources. */
        IDLE,
        STARTING,
        RUNNING,

        /** The last start has failed; holds no resources. */
        FAILED,
        CLOSING
    }

    private static final Logger log = LoggerFactory.getLogger(EndpointLifecycle.class);

    private final Role role;
    private final Restart restart;
    private final EndpointOptions options;
    private final @Nullable Transport givenTransport;
    private final @Nullable EventLoop givenLoop;
    private final DetachableEventLoop executorLoop = new DetachableEventLoop();
    private final SerialExecutor executor;
    private final ErrorNotifier errors;
    private final StreamBackpressure backpressure;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);
    private final AtomicBoolean finished = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new BlockableFuture<>();
    private final CloseSequence sequence;
    private final CloseDeadline deadline = new CloseDeadline(this::force);

    // Written before the phase becomes RUNNING.
    private volatile CompletableFuture<Void> outcome = new BlockableFuture<>();
    private volatile Transports.@Nullable Lease lease;
    private volatile @Nullable EventLoop loop;

    // Whether listeners may still answer although the endpoint is closing.
    private volatile boolean draining;

    /**
     * Creates the life cycle of an endpoint that has not been started.
     *
     * @param logger name of the logger of its errors
     */
    public EndpointLifecycle(Role role, Restart restart, String logger, EndpointOptions options, Counters counters) {
        this.role = role;
        this.restart = restart;
        this.options = options;
        this.givenTransport = options.transport();
        this.givenLoop = options.loop();
        this.executor = new SerialExecutor(options.dispatch(), executorLoop);
        this.errors = new ErrorNotifier(logger, executor, counters);
        this.backpressure = new StreamBackpressure(executor);
        this.sequence = new CloseSequence(role, backpressure, finished, () -> draining = false);
    }

    /** Returns the serial executor of the endpoint's own events. */
    public SerialExecutor executor() {
        return executor;
    }

    /** Returns the notifier of errors that have no caller. */
    public ErrorNotifier errors() {
        return errors;
    }

    /** Returns the backpressure of full streams on the serial executor, which ends when the close time-out expires. */
    public StreamBackpressure backpressure() {
        return backpressure;
    }

    /**
     * Returns the event loop of the endpoint.
     *
     * @throws IllegalStateException if the endpoint was not started or has closed
     */
    public EventLoop loop() {
        EventLoop present = loop;
        if (present == null) {
            throw new IllegalStateException("the endpoint is not running");
        }
        return present;
    }

    public boolean isRunning() {
        return phase.get() == Phase.RUNNING;
    }

    public boolean isClosing() {
        return phase.get() == Phase.CLOSING;
    }

    /** Returns whether messages are accepted for sending: until the close, and while a graceful close drains. */
    public boolean acceptsMessages() {
        return draining || !isClosing();
    }

    // ---- start

    /**
     * Starts the endpoint on an event loop.
     *
     * @param rejection creates the error of a start that is not allowed: a second one, or one after {@link #close}
     * @return a future that {@link #started} completes; fails with the rejection, with the start, or if the endpoint is closed
     *     before it has started
     */
    public CompletableFuture<Void> start(Supplier<RuntimeException> rejection) {
        CompletableFuture<Void> begun = new BlockableFuture<>();
        if (!begin(begun)) {
            RuntimeException rejected = rejection.get();
            errors.reportThrown(rejected);
            return CompletableFuture.failedFuture(rejected);
        }
        return run(begun);
    }

    /**
     * Enters state STARTING, with {@code begun} as the future of the start. Returns false if the endpoint cannot be
     * started.
     */
    private synchronized boolean begin(CompletableFuture<Void> begun) {
        if (!phase.compareAndSet(Phase.IDLE, Phase.STARTING)) {
            return false;
        }
        outcome = begun;
        if (!options.daemon()) {
            KeepAlive.hold(this);
        }
        if (options.closeOnShutdown()) {
            ShutdownHook.add(this, limit -> closeGracefully(CloseSequence.shorter(options.linger(), limit)));
        }
        return true;
    }

    private CompletableFuture<Void> run(CompletableFuture<Void> begun) {
        Transport transport;
        EventLoop chosen;
        try {
            transport = givenTransport == null ? acquire() : givenTransport;
            chosen = givenLoop == null ? transport.nextLoop() : givenLoop;
        } catch (RuntimeException e) {
            failStart(e);
            return begun.copy();
        }
        loop = chosen;
        executorLoop.attach(chosen);
        if (!phase.compareAndSet(Phase.STARTING, Phase.RUNNING) || !begin(transport, chosen)) {
            finish(new CloseReason.Local());
        }
        return begun.copy();
    }

    /**
     * Starts a server by its method {@code listen()}; a second call, or one after {@link #close}, fails.
     *
     * @return as {@link #start} does
     */
    public CompletableFuture<Void> listen() {
        return start(() -> isClosing()
                ? new ClosedException("listen: the server is closed", new CloseReason.Local(), true)
                : new IllegalStateException("listen: called twice (expected: once)"));
    }

    /**
     * Starts a client by its method {@code connect()}, unless it has been started.
     *
     * @return as {@link #start} does; the pending or completed future of a previous start, and a failed one after
     *     {@link #close}
     */
    public CompletableFuture<Void> connect() {
        CompletableFuture<Void> begun = new BlockableFuture<>();
        @Nullable CompletableFuture<Void> current;
        synchronized (this) {
            current = begin(begun) ? null : outcome;
        }
        if (current == null) {
            return run(begun);
        }
        if (!isClosing()) {
            return current.copy();
        }
        ClosedException rejected = new ClosedException("connect: the client is closed", new CloseReason.Local(), true);
        errors.reportThrown(rejected);
        return CompletableFuture.failedFuture(rejected);
    }

    /** Lets the role begin; false if the endpoint was closed meanwhile, and its loop has ended. */
    private boolean begin(Transport transport, EventLoop chosen) {
        try {
            chosen.execute(() -> role.begin(transport, chosen));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private Transport acquire() {
        Transports.Lease acquired = Transports.acquire();
        lease = acquired;
        return acquired.transport();
    }

    /** Completes the start. Runs on the serial executor. */
    public void started() {
        outcome.complete(null);
    }

    /** Fails the start. The role must have released the resources of the start before. */
    public void failStart(Throwable failure) {
        executor.execute(() -> {
            CompletableFuture<Void> failed = outcome;
            if (isClosing()) {
                finish(new CloseReason.Local());
                return;
            }
            release();
            Phase next = restart == Restart.NEVER ? Phase.FAILED : Phase.IDLE;
            if (phase.compareAndSet(Phase.RUNNING, next) || phase.compareAndSet(Phase.STARTING, next)) {
                errors.emitThrown(failure);
                failed.completeExceptionally(failure);
            } else {
                finish(new CloseReason.Local());
            }
        });
    }

    // ---- close

    /**
     * Closes the endpoint without waiting for work in flight; messages that were accepted for sending are written.
     *
     * @param timeout time limit; connections that are open then are {@linkplain Role#abort aborted}
     * @return {@link #closed()}
     */
    public CompletableFuture<Void> close(Duration timeout) {
        return close(timeout, false);
    }

    /**
     * Closes the endpoint after {@linkplain Role#drain the work in flight} has been answered.
     *
     * @param timeout time limit of drain and close; connections that are open then are {@linkplain Role#abort aborted}
     * @return {@link #closed()}
     */
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return close(timeout, true);
    }

    private CompletableFuture<Void> close(Duration timeout, boolean gracefully) {
        if (!gracefully) {
            draining = false;
        } else if (isRunning()) {
            draining = true;
        }
        Phase before = phase.getAndSet(Phase.CLOSING);
        if (!closed.isDone()) {
            deadline.start(loop, timeout);
        }
        switch (before) {
            case IDLE, FAILED -> finish(new CloseReason.Local());
            case STARTING -> {} // start() notices the phase
            case RUNNING, CLOSING -> shutdownOnLoop(timeout, gracefully);
        }
        return closed();
    }

    private void shutdownOnLoop(Duration timeout, boolean gracefully) {
        EventLoop present = loop;
        if (present == null) {
            return;
        }
        try {
            present.execute(() -> {
                if (!closed.isDone()) {
                    sequence.run(present, timeout, gracefully);
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it all connections.
            finish(new CloseReason.Local());
        }
    }

    /**
     * Emits the last events and releases the transport, once all connections have closed. Repeated calls have no effect.
     *
     * @param reason reason for a start that is still pending
     */
    public void finish(CloseReason reason) {
        phase.set(Phase.CLOSING);
        if (!finished.compareAndSet(false, true)) {
            return;
        }
        executor.execute(() -> {
            outcome.completeExceptionally(
                    reason instanceof CloseReason.Failed failed
                            ? failed.cause()
                            : new ClosedException("closed before it was ready", reason, true));
            draining = false;
            role.ended();
            EventLoop ended = loop;
            if (ended != null) {
                ended.executeOrRun(sequence::cancelTimers);
            }
            release().whenComplete((done, failed) -> complete());
        });
    }

    private void complete() {
        deadline.cancel();
        closed.complete(null);
    }

    /** Ends a close that has not completed in time, because user code is still running. Runs on a thread of its own. */
    private void force() {
        Thread running = executor.runner();
        StringBuilder stack = new StringBuilder();
        if (running != null) {
            for (StackTraceElement call : running.getStackTrace()) {
                stack.append("\n\tat ").append(call);
            }
        }
        log.warn(
                "Closed without waiting for user code that is still running: endpoint={} thread={}{}",
                role,
                running == null ? "none" : running.getName(),
                stack);
        executor.abandon();
        finish(new CloseReason.Local());
        release();
        complete();
    }

    private CompletableFuture<Void> release() {
        KeepAlive.release(this);
        ShutdownHook.remove(this);
        executorLoop.detach();
        loop = null;
        Transports.Lease released = lease;
        lease = null;
        return released == null ? CompletableFuture.completedFuture(null) : released.release();
    }

    /** Returns a future that completes when the endpoint has closed; a new one for each call. */
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /** Runs a task on the event loop, or on the calling thread if the endpoint has no event loop or the loop has ended. */
    public void executeOrRun(Runnable task) {
        EventLoop present = loop;
        if (present == null) {
            task.run();
        } else {
            present.executeOrRun(task);
        }
    }
}
