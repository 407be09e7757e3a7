package io.heliograph.realtime.server;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketProtocolException;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.transport.Link;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Close of one connection, from either side, and its events. Event loop only. */
final class ConnectionCloser {

    private final DefaultRealtimeSocket socket;
    private final Link link;

    // Event loop only.
    private @Nullable DropReason exceeded;
    private boolean closedByClient;
    private final CompletableFuture<Void> linkClosed = new CompletableFuture<>();

    ConnectionCloser(DefaultRealtimeSocket socket, Link link) {
        this.socket = socket;
        this.link = link;
    }

    /** Returns a future that completes when the link has closed. Thread-safe. */
    CompletableFuture<Void> linkClosed() {
        return linkClosed;
    }

    /** Returns the limit at which the connection was closed, or null. Event loop only. */
    @Nullable
    DropReason exceeded() {
        return exceeded;
    }

    /** Whether the client closed the connection, in order. Event loop only. */
    boolean isClosedByClient() {
        return closedByClient;
    }

    private boolean isClosed() {
        return socket.state() == SocketState.CLOSED;
    }

    // ---- from this side

    /** Closes with a code and reason of the application. Thread-safe. */
    void disconnect(int code, String reason) {
        checkArgument(
                CloseCodes.isSendable(code),
                "code: %d (expected: 1000 to 1014 except 1004 to 1006, or 3000 to 4999)",
                code);
        int bytes = reason.getBytes(StandardCharsets.UTF_8).length;
        checkArgument(bytes <= 123, "reason: %d bytes (expected: at most 123)", bytes);
        socket.onLoop(() -> close(code, reason.isEmpty() ? null : reason, reason));
    }

    /**
     * Closes as the server ends.
     *
     * @param wireCode code of the close frame; 0 for none
     */
    void end(int wireCode) {
        if (!isClosed()) {
            socket.outbound.flush();
            socket.flushCollected();
            closed(CloseCodes.DISCONNECTED, null);
            link.end(wireCode, "");
        }
    }

    /** Closes with a code whose reason the protocol defines. */
    void closeWith(int code) {
        close(code, null, "");
    }

    /**
     * Closes after the accepted packets.
     *
     * @param reason the reason in local events
     * @param wireReason the reason in the close frame
     */
    void close(int code, @Nullable String reason, String wireReason) {
        if (!isClosed()) {
            socket.outbound.flush();
            socket.flushCollected();
            closed(code, reason);
            link.end(code, wireReason);
        }
    }

    /** Closes without a close frame. */
    void terminate() {
        closed(CloseCodes.HUNG_UP, null);
        link.close(new CloseReason.Local());
    }

    /** Aborts the link, whatever is pending. Thread-safe. */
    void abort() {
        link.close(new CloseReason.Local());
    }

    /** Closes a connection whose client exceeded a limit. */
    void limitExceeded(DropReason reason, String message) {
        limitExceeded(CloseCodes.POLICY_VIOLATION, reason, message);
    }

    void limitExceeded(int code, DropReason reason, String message) {
        if (!isClosed()) {
            socket.events.dropped(reason, 1);
            exceeded = reason;
            close(code, message, message);
        }
    }

    /** Disconnects a slow consumer. */
    void slowConsumer() {
        if (!isClosed()) {
            socket.events.dropped(DropReason.SLOW_CONSUMER, 1);
            exceeded = DropReason.SLOW_CONSUMER;
            closed(1008, "More than " + socket.config.endpoint().maxQueuedBytes() + " bytes waited to be read");
            link.close(new CloseReason.Local());
        }
    }

    // ---- from the client

    void linkClosed(CloseReason reason) {
        switch (reason) {
            case CloseReason.Local local -> closed(CloseCodes.HUNG_UP, null);
            case CloseReason.Remote remote -> {
                closedByClient = true;
                closed(remote.code() == 0 ? CloseCodes.NO_STATUS : remote.code(), remote.text());
            }
            case CloseReason.Failed failed -> failed(failed.cause());
        }
        linkClosed.complete(null);
    }

    private void failed(Throwable cause) {
        if (isClosed()) {
            return;
        }
        if (cause instanceof QueueFullException) {
            slowConsumer();
            return;
        }
        if (cause instanceof FrameTooLongException) {
            socket.events.dropped(DropReason.MESSAGE_TOO_LONG, 1);
            exceeded = DropReason.MESSAGE_TOO_LONG;
        }
        socket.report(cause);
        closed(CloseCodes.HUNG_UP, null);
    }

    // ---- events

    private void closed(int code, @Nullable String given) {
        if (isClosed()) {
            return;
        }
        String reason = CloseCodes.reason(code, given);
        boolean opened = socket.state() == SocketState.OPEN;
        socket.state(SocketState.CLOSED);
        socket.inbound.stopReceiving();
        socket.endBatch();
        socket.outbound.stop();
        socket.failCalls(opened ? "disconnect" : "connectAbort", code, reason);
        socket.server.registry.remove(socket);
        socket.context.closed();
        socket.pending.closed();
        socket.pausable.release();
        if (socket.config.protocol().streamCleanup() == StreamCleanup.KILL) {
            // Pending messages are dropped so that they do not delay the close events.
            socket.inbound.stop();
            socket.killListeners();
            socket.executor.execute(() -> emitClosed(opened, code, reason));
        } else {
            socket.executor.executeFirst(() -> emitClosed(opened, code, reason));
        }
        if (socket.backend != null) {
            socket.backend.closed(code, reason == null ? "" : reason);
        }
        socket.subscriptions.leaveAll(this::unsubscribed);
    }

    private void emitClosed(boolean opened, int code, @Nullable String reason) {
        ConnectionEvents events = socket.events;
        if (opened) {
            events.deliver(
                    new SocketEvent.Disconnect(code, reason), new ServerEvent.Disconnection(socket, code, reason));
        } else {
            events.deliver(
                    new SocketEvent.ConnectAbort(code, reason), new ServerEvent.ConnectionAbort(socket, code, reason));
        }
        events.deliver(new SocketEvent.Close(code, reason), new ServerEvent.Closure(socket, code, reason));
        if (!CloseCodes.isIgnored(code)) {
            SocketProtocolException error = CloseCodes.error(code, reason);
            events.deliver(new SocketEvent.Failure(error), ServerEvents.warning(error, socket));
        }
    }

    private void unsubscribed() {
        socket.executor.execute(() -> {
            socket.events.deliver(new SocketEvent.End(), null);
            switch (socket.config.protocol().streamCleanup()) {
                case KILL -> socket.killListeners();
                case CLOSE -> socket.finishListeners();
                case NONE -> {}
            }
            socket.events.finish(socket.config.protocol().streamCleanup());
        });
    }
}
