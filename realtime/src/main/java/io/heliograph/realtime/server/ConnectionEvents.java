package io.heliograph.realtime.server;

import io.heliograph.DropReason;
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

/** Events of one connection, for its own listeners first and then those of the server. They run on the serial executor. */
final class ConnectionEvents {

    private final DefaultRealtimeSocket socket;

    // Allocated with the first listener.
    private volatile @Nullable Events<SocketEvent> own;

    // Logged reasons of drops. Event loop only.
    private @Nullable Set<DropReason> logged;

    ConnectionEvents(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Returns the source of the connection's events. Thread-safe. */
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
                            socket.config.endpoint().maxPendingMessages(),
                            this::listenerFailed);
                    own = present;
                }
            }
        }
        return present;
    }

    /** Reports the exception of a listener, unless the listener is one of reports. */
    private void listenerFailed(String event, Throwable failure) {
        String code = "listener=" + event;
        if (event.equals(Events.name(SocketEvent.Failure.class))) {
            socket.server.failures.userCode(code, socket.id(), failure);
        } else {
            socket.userCodeFailed(code, failure);
        }
    }

    long backpressure() {
        Events<SocketEvent> present = own;
        return present == null ? 0 : present.listeners().backpressure();
    }

    /**
     * Returns true if an event may have a listener when it runs: a present one, or one that a pending task of the executor may add. Most
     * connections have no listeners and skip their events. Thread-safe.
     */
    boolean isObserved(Class<? extends ServerEvent> also) {
        return own != null || !socket.executor.isIdle() || socket.server.events.isObserved(also);
    }

    /** Emits an event after all earlier events. Thread-safe. */
    void emit(SocketEvent event, @Nullable ServerEvent also) {
        socket.executor.execute(new EventTask(event, also));
    }

    private final class EventTask extends SerialExecutor.Task {

        private final SocketEvent event;
        private final @Nullable ServerEvent also;

        EventTask(SocketEvent event, @Nullable ServerEvent also) {
            this.event = event;
            this.also = also;
        }

        @Override
        protected void run() {
            deliver(event, also);
        }
    }

    /** Emits an event now. Runs on the serial executor. */
    void deliver(SocketEvent event, @Nullable ServerEvent also) {
        Events<SocketEvent> present = own;
        if (present != null) {
            present.deliver(event);
        }
        if (also != null) {
            socket.server.events.deliver(also, socket.executor, socket);
        }
    }

    /** Emits a message event if it has a listener now. Event loop only. */
    <T extends SocketEvent> void emitIfObserved(Class<T> kind, Frame message, Function<Frame, T> event) {
        Events<SocketEvent> present = own;
        if (present != null && present.isObserved(kind)) {
            if (socket.pending.enqueue(message.length())) {
                emit(event.apply(message), null);
                socket.pending.releaseAfterListeners(message.length());
            }
        }
    }

    void report(Throwable error) {
        emit(new SocketEvent.Failure(error), ServerEvents.warning(error, socket));
    }

    /** Counts, reports and logs that a limit dropped or rejected messages. Event loop only. */
    void dropped(DropReason reason, long messages) {
        socket.server.counters.drop(reason, messages);
        emit(new SocketEvent.Dropped(reason, messages), new ServerEvent.Dropped(socket, reason, messages));
        Set<DropReason> before = logged;
        if (before == null) {
            before = new HashSet<>();
            logged = before;
        }
        if (before.add(reason)) {
            socket.server.failures.expected(
                    "limit " + reason,
                    "Limit exceeded: further events are counted only reason="
                            + reason
                            + " connection="
                            + socket.id()
                            + " peer="
                            + socket.peer());
        }
    }

    /** Ends the streams of the connection. Runs on the serial executor. */
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
