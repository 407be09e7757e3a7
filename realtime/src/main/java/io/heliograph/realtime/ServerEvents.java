package io.heliograph.realtime;

import io.heliograph.connection.Lane;
import io.heliograph.event.Valve;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The events of a server. Those about a socket come on the lane of that socket, the others on the server's; a stream that is full
 * stops each lane that has something more to tell.
 */
final class ServerEvents {

    private final Lane lane;
    private final Stopper stopper = new Stopper();
    private final Events<ServerEvent> events;

    /**
     * @param lane of the events that are about no socket
     */
    ServerEvents(Lane lane, int capacity) {
        this.lane = lane;
        this.events = new Events<>("server", lane, stopper, capacity, this::failed);
    }

    Events<ServerEvent> source() {
        return events;
    }

    boolean isHeard(Class<? extends ServerEvent> kind) {
        return events.isHeard(kind);
    }

    /** Tells an event that is about no socket. Any thread. */
    void emit(ServerEvent event) {
        lane.execute(() -> deliver(event, lane));
    }

    /** Tells an event now, on that lane. */
    void deliver(ServerEvent event, Lane on) {
        if (isHeard(event.getClass())) {
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

    private static final class Stopper implements Valve {

        // Guarded by this; lanes are resumed outside.
        private final Set<Lane> stopped = new HashSet<>();
        private int pauses;

        private volatile boolean paused;

        @Override
        public synchronized void pause() {
            pauses++;
            paused = true;
        }

        synchronized void stop(Lane lane) {
            if (paused && stopped.add(lane)) {
                lane.pause();
            }
        }

        @Override
        public void resume() {
            List<Lane> going;
            synchronized (this) {
                pauses = Math.max(0, pauses - 1);
                if (pauses > 0) {
                    return;
                }
                paused = false;
                going = List.copyOf(stopped);
                stopped.clear();
            }
            going.forEach(Lane::resume);
        }
    }
}
