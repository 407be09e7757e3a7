package io.heliograph.endpoint;

import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Close of a running endpoint: drain, shutdown and abort of its {@link EndpointLifecycle.Role}, each within its time. Event loop
 * only.
 */
final class CloseSequence {

    /** Maximum part of the time of a graceful close that is reserved for the shutdown; the drain must end before it. */
    private static final Duration MAX_SHUTDOWN_TIME = Duration.ofSeconds(1);

    private final EndpointLifecycle.Role role;
    private final StreamBackpressure backpressure;
    private final AtomicBoolean finished;
    private final Runnable onShutdown;

    private EventLoop.@Nullable Timer abortTimer;
    private EventLoop.@Nullable Timer drainTimer;
    private long abortAt;
    private boolean draining;
    private boolean shutDown;

    /**
     * @param finished whether the role has finished; set by the life cycle
     * @param onShutdown runs before the shutdown of the role, after the drain
     */
    CloseSequence(
            EndpointLifecycle.Role role, StreamBackpressure backpressure, AtomicBoolean finished, Runnable onShutdown) {
        this.role = role;
        this.backpressure = backpressure;
        this.finished = finished;
        this.onShutdown = onShutdown;
    }

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * Starts the sequence, or shortens its time.
     *
     * @param gracefully whether to drain, unless the shutdown has begun
     */
    void run(EventLoop loop, Duration timeout, boolean gracefully) {
        scheduleAbort(loop, timeout);
        if (gracefully && !shutDown) {
            drain(loop, timeout);
        } else {
            shutdown(timeout);
        }
    }

    void cancelTimers() {
        cancelAbort();
        cancelDrain();
    }

    private void drain(EventLoop loop, Duration timeout) {
        if (!draining) {
            draining = true;
            CompletableFuture<Void> drained = role.drain(timeout);
            if (drained.isDone()) {
                shutdown(timeout);
                return;
            }
            drained.whenComplete((done, failure) -> loop.executeOrRun(() -> endDrain(loop)));
        }
        cancelDrain();
        Duration left = left(loop);
        Duration reserved = shorter(left.dividedBy(5), MAX_SHUTDOWN_TIME);
        drainTimer = loop.schedule(left.minus(reserved), () -> {
            drainTimer = null;
            endDrain(loop);
        });
    }

    private void endDrain(EventLoop loop) {
        if (!shutDown) {
            shutdown(left(loop));
        }
    }

    private void shutdown(Duration timeout) {
        shutDown = true;
        cancelDrain();
        onShutdown.run();
        if (!finished.get()) {
            role.shutdown(timeout);
        }
    }

    /** Returns the time until the abort. */
    private Duration left(EventLoop loop) {
        return Duration.ofNanos(Math.max(0, abortAt - loop.nanoTime()));
    }

    /** Schedules the abort; of several time-outs the earliest counts. */
    private void scheduleAbort(EventLoop loop, Duration timeout) {
        long at = loop.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
        if (abortTimer == null || at - abortAt < 0) {
            cancelAbort();
            abortAt = at;
            abortTimer = loop.schedule(timeout, this::abort);
        }
    }

    private void abort() {
        abortTimer = null;
        backpressure.release();
        if (!finished.get()) {
            role.abort();
        }
    }

    private void cancelAbort() {
        if (abortTimer != null) {
            abortTimer.cancel();
            abortTimer = null;
        }
    }

    private void cancelDrain() {
        if (drainTimer != null) {
            drainTimer.cancel();
            drainTimer = null;
        }
    }
}
