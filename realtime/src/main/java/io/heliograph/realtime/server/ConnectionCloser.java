package io.heliograph.realtime.server;

import io.heliograph.CloseReason;
import io.heliograph.QueueFullException;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.realtime.DropReason;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketProtocolException;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.StreamCleanup;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.transport.Link;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** How one socket ends, and what it tells then. The loop's own. */
final class ConnectionCloser {

    private final DefaultRealtimeSocket socket;
    private final Link link;
    private final CompletableFuture<Void> linkEnded = new CompletableFuture<>();

    ConnectionCloser(DefaultRealtimeSocket socket, Link link) {
        this.socket = socket;
        this.link = link;
    }

    /** Completes when the link has ended. Any thread. */
    CompletableFuture<Void> linkEnded() {
        return linkEnded;
    }

    private boolean isOver() {
        return socket.state() == SocketState.CLOSED;
    }

    // ---- from this side

    /** Closes with a code whose reason both sides know. */
    void closeWith(int code) {
        close(code, null, "");
    }

    /**
     * Closes in order.
     *
     * @param reason what is told on this side
     * @param told what the client is told
     */
    void close(int code, @Nullable String reason, String told) {
        if (!isOver()) {
            socket.outbound.flush();
            over(code, reason);
            link.end(code, told);
        }
    }

    void terminate() {
        over(CloseCodes.HUNG_UP, null);
        link.close(new CloseReason.Local());
    }

    /** Ends the link, whatever it waits for. Any thread. */
    void cutOff() {
        link.close(new CloseReason.Local());
    }

    /** The client has broken a limit. */
    void violated(io.heliograph.DropReason reason, String text) {
        if (!isOver()) {
            socket.events.dropped(reason, 1);
            close(1008, text, text);
        }
    }

    /** Too much waits for the client. */
    void tooSlow() {
        if (!isOver()) {
            socket.events.dropped(DropReason.SLOW_CONSUMER, 1);
            over(1008, "More than " + socket.config.limits().maxQueuedBytes() + " bytes waited to be read");
            link.close(new CloseReason.Local());
        }
    }

    // ---- from the other side

    void linkClosed(CloseReason reason) {
        switch (reason) {
            case CloseReason.Local local -> over(CloseCodes.HUNG_UP, null);
            case CloseReason.Remote remote ->
                over(remote.code() == 0 ? CloseCodes.NO_STATUS : remote.code(), remote.text());
            case CloseReason.Failed failed -> failed(failed.cause());
        }
        linkEnded.complete(null);
    }

    private void failed(Throwable cause) {
        if (isOver()) {
            return;
        }
        if (cause instanceof QueueFullException) {
            tooSlow();
            return;
        }
        if (cause instanceof FrameTooLongException) {
            socket.events.dropped(DropReason.MESSAGE_TOO_LONG, 1);
        }
        socket.report(cause);
        over(CloseCodes.HUNG_UP, null);
    }

    // ---- what follows

    private void over(int code, @Nullable String given) {
        if (isOver()) {
            return;
        }
        String reason = CloseCodes.reason(code, given);
        boolean opened = socket.state() == SocketState.OPEN;
        socket.state(SocketState.CLOSED);
        socket.door.stop();
        socket.endBatch();
        socket.outbound.stop();
        socket.failCalls(opened ? "disconnect" : "connectAbort", code, reason);
        socket.server.ended(socket);
        socket.pausable.release();
        if (socket.config.protocol().streamCleanup() == StreamCleanup.KILL) {
            // What was received and waits for listeners is dropped, and so does not hold up the
            // news.
            socket.inbound.stop();
            socket.killListeners();
            socket.executor.execute(() -> tell(opened, code, reason));
        } else {
            socket.executor.executeFirst(() -> tell(opened, code, reason));
        }
        socket.subscriptions.leaveAll(this::unsubscribed);
    }

    private void tell(boolean opened, int code, @Nullable String reason) {
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
            events.deliver(new SocketEvent.Failure(error), new ServerEvent.Warning(error));
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
