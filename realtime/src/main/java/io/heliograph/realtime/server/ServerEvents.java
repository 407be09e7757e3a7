package io.heliograph.realtime.server;

import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.session.Events;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The events of a server. Those about a socket come on the executor of that socket, the others on the server's; a stream that is full
 * stops each executor that has something more to tell.
 */
final class ServerEvents {

    private final SerialExecutor executor;
    private final Stopper stopper = new Stopper();
    private final Events<ServerEvent> events;

    /**
     * @param executor of the events that are about no socket
     */
    ServerEvents(SerialExecutor executor, int capacity) {
        this.executor = executor;
        this.events = new Events<>("server", executor, stopper, capacity, this::failed);
    }

    Events<ServerEvent> source() {
        return events;
    }

    boolean isObserved(Class<? extends ServerEvent> kind) {
        return events.isObserved(kind);
    }

    /** Tells an event that is about no socket. Any thread. */
    void emit(ServerEvent event) {
        executor.execute(() -> deliver(event, executor));
    }

    /** Tells an event now, on that executor. */
    void deliver(ServerEvent event, SerialExecutor on) {
        if (isObserved(event.getClass())) {
            events.deliver(event);
            if (stopper.paused) {
                stopper.stop(on);
            }
        } else if (event instanceof ServerEvent.Warning warning) {
            DefaultRealtimeServer.log.debug(
                    "{} (there is no listener)", warning.warning().toString());
        } else if (event instanceof ServerEvent.Failure failure) {
            DefaultRealtimeServer.log.warn(
                    "{} (there is no listener)", failure.error().toString());
        }
    }

    /** A listener has failed; one of warnings is only logged, lest it fail again. */
    private void failed(Throwable failure) {
        DefaultRealtimeServer.log.error("a listener failed", failure);
    }

    /** Nothing follows. */
    void finish() {
        events.finish();
        stopper.resume();
    }

    private static final class Stopper implements Pausable {

        // Guarded by this; executors are resumed outside.
        private final Set<SerialExecutor> stopped = new HashSet<>();
        private int pauses;

        private volatile boolean paused;

        @Override
        public synchronized void pause() {
            pauses++;
            paused = true;
        }

        synchronized void stop(SerialExecutor executor) {
            if (paused && stopped.add(executor)) {
                executor.pause();
            }
        }

        @Override
        public void resume() {
            List<SerialExecutor> going;
            synchronized (this) {
                pauses = Math.max(0, pauses - 1);
                if (pauses > 0) {
                    return;
                }
                paused = false;
                going = List.copyOf(stopped);
                stopped.clear();
            }
            going.forEach(SerialExecutor::resume);
        }
    }
}
