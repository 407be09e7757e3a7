package io.heliograph.realtime.server;

import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.session.Events;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events of a server. Events of a connection run on the executor of the connection, all others on the server's. A full stream pauses
 * every executor that emits to it. Thread-safe.
 */
final class ServerEvents {

    private static final int MAX_SHOWN = 500;
    private static final String WARNING = Events.name(ServerEvent.Warning.class);
    private static final String FAILURE = Events.name(ServerEvent.Failure.class);

    private final SerialExecutor executor;
    private final FailureLog failures;
    private final ExecutorBackpressure backpressure = new ExecutorBackpressure();
    private final Events<ServerEvent> events;

    /**
     * @param executor executor of events that do not belong to a connection
     */
    ServerEvents(SerialExecutor executor, int capacity, FailureLog failures) {
        this.executor = executor;
        this.failures = failures;
        this.events = new Events<>(
                "server", executor, backpressure, capacity, (event, failure) -> failed(event, failure, executor, null));
    }

    Events<ServerEvent> source() {
        return events;
    }

    boolean isObserved(Class<? extends ServerEvent> kind) {
        return events.isObserved(kind);
    }

    /** Emits an event that does not belong to a connection. */
    void emit(ServerEvent event) {
        executor.execute(() -> deliver(event, executor, null));
    }

    /**
     * Emits an event on the current executor.
     *
     * @param socket connection of the event, or null
     */
    void deliver(ServerEvent event, SerialExecutor on, @Nullable RealtimeSocket socket) {
        if (isObserved(event.getClass())) {
            events.deliver(event, (name, failure) -> failed(name, failure, on, socket));
            if (backpressure.paused) {
                backpressure.pause(on);
            }
        } else if (event instanceof ServerEvent.Warning warning) {
            DefaultRealtimeServer.log.debug(
                    "Event without a listener: {}",
                    Printable.of(warning.warning().toString(), MAX_SHOWN));
        }
        // A failure without a listener is one of listen(), whose caller receives it.
    }

    static ServerEvent.Warning warning(Throwable failure, @Nullable RealtimeSocket socket) {
        return new ServerEvent.Warning(failure, socket, socket == null ? null : socket.request());
    }

    /** Logs the exception of a listener, and reports it unless the listener is one of reports. */
    private void failed(String event, Throwable failure, SerialExecutor on, @Nullable RealtimeSocket socket) {
        failures.userCode("listener=" + event, socket == null ? null : socket.id(), failure);
        if (!event.equals(WARNING) && !event.equals(FAILURE)) {
            on.execute(() -> deliver(warning(failure, socket), on, socket));
        }
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
