package io.heliograph.endpoint;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Dispatch;
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

/**
 * The way of an endpoint, a server or a client, from its start to its end: the transport it holds between them, the event loop
 * its connections live on, and the executor its events run on.
 *
 * <p>All methods may be called on any thread. What was started is ended once, whoever asks for it and however often; the
 * transport is given back after the last event.
 */
public final class EndpointLifecycle {

    /** What is particular to an endpoint. */
    public interface Role {

        /** Opens connections; on the loop. Ends with {@link #started} or {@link #failStart}, or when it is shut down. */
        void begin(Transport transport, EventLoop loop);

        /**
         * Ends everything within {@code timeout} and then calls {@link #finish}; on the loop. May come again, with another
         * timeout.
         */
        void shutdown(Duration timeout);

        /** Emits the last events; on the executor. */
        void ended();
    }

    /** Whether there may be another start after one that failed. */
    public enum Restart {
        NEVER,
        AFTER_FAILURE
    }

    private enum Phase {

        /** Not started, or started in vain and to be started again; it holds nothing. */
        IDLE,

        /** A transport is being made. */
        STARTING,
        RUNNING,

        /** It was started, in vain, for the last time; it holds nothing. */
        FAILED,
        CLOSING
    }

    private final Role role;
    private final Restart restart;
    private final @Nullable Transport givenTransport;
    private final @Nullable EventLoop givenLoop;
    private final DetachableEventLoop executorLoop = new DetachableEventLoop();
    private final SerialExecutor executor;
    private final ErrorNotifier errors;
    private final StreamBackpressure pausable;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.IDLE);
    private final AtomicBoolean finished = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new BlockableFuture<>();

    // Written before the phase becomes RUNNING.
    private volatile CompletableFuture<Void> outcome = new BlockableFuture<>();
    private volatile Transports.@Nullable Lease lease;
    private volatile @Nullable EventLoop loop;

    /**
     * An endpoint that has not been started.
     *
     * @param name of its errors in the log
     * @param transport to use, or null for that of this process
     * @param loop to use, or null for the transport's next
     */
    public EndpointLifecycle(
            Role role,
            Restart restart,
            String name,
            Dispatch dispatch,
            Counters counters,
            @Nullable Transport transport,
            @Nullable EventLoop loop) {
        this.role = role;
        this.restart = restart;
        this.givenTransport = transport;
        this.givenLoop = loop;
        this.executor = new SerialExecutor(dispatch, executorLoop);
        this.errors = new ErrorNotifier(name, executor, counters);
        this.pausable = new StreamBackpressure(executor);
    }

    public SerialExecutor executor() {
        return executor;
    }

    public ErrorNotifier errors() {
        return errors;
    }

    /** Holds up the executor for streams that are full, until the time to close has run out. */
    public StreamBackpressure pausable() {
        return pausable;
    }

    /**
     * Starts the endpoint on a loop.
     *
     * @param refusal makes the error for a start that comes too late or twice
     * @return completed by {@link #started}, or failed: by the refusal, with the start or with the end that came before
     */
    public CompletableFuture<Void> start(Supplier<RuntimeException> refusal) {
        if (!phase.compareAndSet(Phase.IDLE, Phase.STARTING)) {
            RuntimeException refused = refusal.get();
            errors.report(refused);
            return CompletableFuture.failedFuture(refused);
        }
        CompletableFuture<Void> begun = new BlockableFuture<>();
        outcome = begun;
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

    /** Has the role begin; false if the endpoint was closed meanwhile, and its loop has ended. */
    private boolean begin(Transport transport, EventLoop chosen) {
        try {
            chosen.execute(() -> role.begin(transport, chosen));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private Transport acquire() {
        Transports.Lease taken = Transports.acquire();
        lease = taken;
        return taken.transport();
    }

    /** The start has succeeded; on the executor. */
    public void started() {
        outcome.complete(null);
    }

    /** The start has failed and left nothing behind. */
    public void failStart(Throwable failure) {
        executor.execute(() -> {
            CompletableFuture<Void> failed = outcome;
            if (isClosing()) {
                finish(new CloseReason.Local());
                return;
            }
            release();
            Phase then = restart == Restart.NEVER ? Phase.FAILED : Phase.IDLE;
            if (phase.compareAndSet(Phase.RUNNING, then) || phase.compareAndSet(Phase.STARTING, then)) {
                errors.emit(failure);
                failed.completeExceptionally(failure);
            } else {
                finish(new CloseReason.Local());
            }
        });
    }

    public boolean isClosing() {
        return phase.get() == Phase.CLOSING;
    }

    /**
     * Ends the endpoint.
     *
     * @param timeout for what is under way
     * @return completed after the last event, when the transport was given back
     */
    public CompletableFuture<Void> close(Duration timeout) {
        switch (phase.getAndSet(Phase.CLOSING)) {
            case IDLE, FAILED -> finish(new CloseReason.Local());
            case STARTING -> {} // start() will notice
            case RUNNING, CLOSING -> shutdownOnLoop(timeout);
        }
        return closed();
    }

    private void shutdownOnLoop(Duration timeout) {
        EventLoop present = loop;
        if (present == null) {
            return;
        }
        try {
            present.execute(() -> {
                if (!finished.get()) {
                    role.shutdown(timeout);
                }
                if (!closed.isDone()) {
                    present.schedule(timeout, pausable::forceOpen);
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it all there was to end.
            finish(new CloseReason.Local());
        }
    }

    /**
     * Everything has ended: has the last events emitted, once, and gives the transport back.
     *
     * @param reason why, for those who still wait for the start
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
            role.ended();
            release().whenComplete((done, failed) -> closed.complete(null));
        });
    }

    private CompletableFuture<Void> release() {
        executorLoop.detach();
        loop = null;
        Transports.Lease taken = lease;
        lease = null;
        return taken == null ? CompletableFuture.completedFuture(null) : taken.release();
    }

    /** Completed when the endpoint has ended; each call has a future of its own. */
    public CompletableFuture<Void> closed() {
        return closed.copy();
    }

    /** Runs a task on the loop, or here if there is none and nothing else can be running. */
    public void onLoop(Runnable task) {
        EventLoop present = loop;
        if (present != null) {
            try {
                present.execute(task);
                return;
            } catch (RejectedExecutionException e) {
                // as if there were none
            }
        }
        task.run();
    }
}
