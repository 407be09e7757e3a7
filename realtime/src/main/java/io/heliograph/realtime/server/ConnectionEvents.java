package io.heliograph.realtime.server;

import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.realtime.session.Events;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What one socket tells: its own listeners first, then those of the server, all on the socket's executor. */
final class ConnectionEvents {

    private final DefaultRealtimeSocket socket;

    // Made when somebody wants to be told.
    private volatile @Nullable Events<SocketEvent> own;

    // The reasons of drops that stand in the log. The loop's own.
    private @Nullable Set<io.heliograph.DropReason> logged;

    ConnectionEvents(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Where listeners are added. */
    Events<SocketEvent> own() {
        Events<SocketEvent> present = own;
        if (present == null) {
            synchronized (this) {
                present = own;
                if (present == null) {
                    present = new Events<>(
                            "socket",
                            socket.executor,
                            socket.pausable,
                            socket.config.limits().maxPendingMessages(),
                            socket::report);
                    own = present;
                }
            }
        }
        return present;
    }

    long backpressure() {
        Events<SocketEvent> present = own;
        return present == null ? 0 : present.listeners().backpressure();
    }

    /**
     * Whether somebody may hear of what is told now: who listens already, or who may begin to before its turn comes. Most sockets
     * have no listeners, and what nobody hears need not be said. Any thread.
     */
    boolean isObserved(Class<? extends ServerEvent> also) {
        return own != null || !socket.executor.isIdle() || socket.server.events.isObserved(also);
    }

    /** Tells an event, after what was told before. Any thread. */
    void emit(SocketEvent event, @Nullable ServerEvent also) {
        socket.executor.execute(new Telling(event, also));
    }

    private final class Telling extends SerialExecutor.Task {

        private final SocketEvent event;
        private final @Nullable ServerEvent also;

        Telling(SocketEvent event, @Nullable ServerEvent also) {
            this.event = event;
            this.also = also;
        }

        @Override
        protected void run() {
            deliver(event, also);
        }
    }

    /** Tells an event now; on the executor. */
    void deliver(SocketEvent event, @Nullable ServerEvent also) {
        Events<SocketEvent> present = own;
        if (present != null) {
            present.deliver(event);
        }
        if (also != null) {
            socket.server.events.deliver(also, socket.executor);
        }
    }

    /** Tells of a message if somebody listens for such events now. */
    <T extends SocketEvent> void emitIfHeard(Class<T> kind, Frame message, Function<Frame, T> event) {
        Events<SocketEvent> present = own;
        if (present != null && present.isObserved(kind)) {
            socket.counted(message.length());
            emit(event.apply(message), null);
        }
    }

    void report(Throwable error) {
        emit(new SocketEvent.Failure(error), new ServerEvent.Warning(error));
    }

    /** Counts and tells that a limit had messages dropped, or something refused. On the loop. */
    void dropped(io.heliograph.DropReason reason, long messages) {
        socket.server.counters.drop(reason, messages);
        emit(new SocketEvent.Dropped(reason, messages), new ServerEvent.Dropped(socket, reason, messages));
        Set<io.heliograph.DropReason> before = logged;
        if (before == null) {
            before = new HashSet<>();
            logged = before;
        }
        if (before.add(reason)) {
            DefaultRealtimeServer.log.warn("{} from {}: {}; more of it is only counted", socket, socket.peer(), reason);
        }
    }

    /** Nothing follows; on the executor. */
    void finish(StreamCleanup cleanup) {
        Events<SocketEvent> present = own;
        if (present == null) {
            return;
        }
        switch (cleanup) {
            case KILL -> present.listeners().killAll();
            case CLOSE -> present.finish();
            case NONE -> {}
        }
    }
}
