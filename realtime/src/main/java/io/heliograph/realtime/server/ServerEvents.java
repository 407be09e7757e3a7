package io.heliograph.realtime.server;

import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.session.Events;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Events of a server. Events of a connection run on the executor of the connection, all others on the server's. A full stream pauses
 * every executor that emits to it. Thread-safe.
 */
final class ServerEvents {

    private final SerialExecutor executor;
    private final ExecutorBackpressure backpressure = new ExecutorBackpressure();
    private final Events<ServerEvent> events;

    /**
     * @param executor executor of events that do not belong to a connection
     */
    ServerEvents(SerialExecutor executor, int capacity) {
        this.executor = executor;
        this.events = new Events<>("server", executor, backpressure, capacity, this::failed);
    }

    Events<ServerEvent> source() {
        return events;
    }

    boolean isObserved(Class<? extends ServerEvent> kind) {
        return events.isObserved(kind);
    }

    /** Emits an event that does not belong to a connection. */
    void emit(ServerEvent event) {
        executor.execute(() -> deliver(event, executor));
    }

    /** Emits an event on the current executor. */
    void deliver(ServerEvent event, SerialExecutor on) {
        if (isObserved(event.getClass())) {
            events.deliver(event);
            if (backpressure.paused) {
                backpressure.pause(on);
            }
        } else if (event instanceof ServerEvent.Warning warning) {
            DefaultRealtimeServer.log.debug(
                    "Event without a listener: {}", warning.warning().toString());
        } else if (event instanceof ServerEvent.Failure failure) {
            DefaultRealtimeServer.log.warn(
                    "Event without a listener: {}", failure.error().toString());
        }
    }

    /** Logs an exception of a listener; reporting it could fail again. */
    private void failed(Throwable failure) {
        DefaultRealtimeServer.log.error("Listener failed", failure);
    }

    /** Ends all streams after their elements. */
    void finish() {
        events.finish();
        backpressure.resume();
    }

    private static final class ExecutorBackpressure implements Pausable {

        // Guarded by this. Executors are resumed outside the lock because that may run listeners.
        private final Set<SerialExecutor> pausedExecutors = new HashSet<>();
        private int pauses;

        private volatile boolean paused;

        @Override
        public synchronized void pause() {
            pauses++;
            paused = true;
        }

        synchronized void pause(SerialExecutor executor) {
            if (paused && pausedExecutors.add(executor)) {
                executor.pause();
            }
        }

        @Override
        public void resume() {
            List<SerialExecutor> resumed;
            synchronized (this) {
                pauses = Math.max(0, pauses - 1);
                if (pauses > 0) {
                    return;
                }
                paused = false;
                resumed = List.copyOf(pausedExecutors);
                pausedExecutors.clear();
            }
            resumed.forEach(SerialExecutor::resume);
        }
    }
}
