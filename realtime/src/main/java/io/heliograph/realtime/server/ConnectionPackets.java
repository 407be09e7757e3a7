package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.session.CloseCodes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Processing of the packets of one connection. Event loop only. */
final class ConnectionPackets {

    private final DefaultRealtimeSocket socket;

    ConnectionPackets(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    /** Processes a pong, in order with the packets. */
    void pong() {
        if (!isPremature()) {
            socket.auth.checkExpiry();
        }
    }

    void undecodable(RuntimeException cause) {
        socket.server.counters.drop(DropReason.DECODE_ERROR, 1);
        socket.report(cause);
        isPremature();
    }

    void raw(Frame message) {
        if (!isPremature()) {
            socket.events.emitIfObserved(SocketEvent.Raw.class, message, SocketEvent.Raw::new);
        }
    }

    void response(String rid, Payload data, Payload error) {
        if (!isPremature()) {
            socket.settle(rid, data, error);
        }
    }

    /** Returns true for a packet before the handshake under {@code strictHandshake} or with a backend, and closes the connection. */
    private boolean isPremature() {
        if (socket.state() != SocketState.CONNECTING
                || (socket.backend == null && !socket.config.protocol().strictHandshake())) {
            return false;
        }
        socket.closer.closeWith(CloseCodes.MESSAGE_BEFORE_HANDSHAKE);
        return true;
    }

    void event(String event, @Nullable String cid, Payload data) {
        if (!event.isEmpty() && event.charAt(0) == '#') {
            special(event, cid, data);
        } else if (!isPremature()) {
            user(event, cid, data);
        }
    }

    private void special(String event, @Nullable String cid, Payload data) {
        if (event.equals("#handshake")) {
            if (cid == null) {
                reject("Handshake request was malformatted");
            } else if (socket.state() != SocketState.CONNECTING) {
                reject("The handshake was completed before");
            } else {
                new ConnectionHandshake(socket, cid, data).begin();
            }
            return;
        }
        if (isPremature()) {
            return;
        }
        switch (event) {
            case "#authenticate" -> {
                if (cid == null) {
                    reject("Authenticate request was malformatted");
                } else {
                    socket.auth.authenticate(cid, data);
                }
            }
            case "#removeAuthToken" -> {
                socket.auth.deauthenticateSelf();
                socket.offerReceiver(event, data);
            }
            case "#publish" -> {
                Optional<AuthTokenException> expired = socket.auth.checkExpiry();
                socket.publications.publish(cid, data, expired);
            }
            case "#subscribe" -> {
                Optional<AuthTokenException> expired = socket.auth.checkExpiry();
                socket.subscriptions.subscribe(cid, data, expired);
            }
            case "#unsubscribe" -> {
                socket.auth.checkExpiry();
                socket.subscriptions.unsubscribe(cid, data);
            }
            default -> user(event, cid, data);
        }
    }

    private boolean isTooLong(String event) {
        int limit = socket.config.limits().maxEventNameBytes();
        return event.length() > limit / 3
                && (event.length() > limit || event.getBytes(StandardCharsets.UTF_8).length > limit);
    }

    /** Reports a malformed packet of the protocol and closes the connection. */
    private void reject(String message) {
        socket.report(new InvalidActionException(message));
        socket.closer.closeWith(CloseCodes.HANDSHAKE_REJECTED);
    }

    /** Processes an event or request of the application. */
    private void user(String event, @Nullable String cid, Payload data) {
        Optional<AuthTokenException> expired = socket.auth.checkExpiry();
        if (isTooLong(event)) {
            InvalidActionException error = new InvalidActionException(
                    "Event name was longer than " + socket.config.limits().maxEventNameBytes() + " bytes");
            socket.events.dropped(DropReason.EVENT_NAME_TOO_LONG, 1);
            socket.report(error);
            socket.fail(cid, error);
            return;
        }
        if (cid == null) {
            if (!socket.server.middlewares.has(ActionKind.TRANSMIT)) {
                socket.offerEvent(event, data);
                return;
            }
            socket.steps.ask(
                    ActionKind.TRANSMIT,
                    new Action.Transmit(socket, event, data, expired),
                    data,
                    replaced -> socket.offerEvent(event, replaced),
                    error -> {});
        } else {
            if (!socket.server.middlewares.has(ActionKind.INVOKE)) {
                socket.offerProcedure(event, cid, data);
                return;
            }
            socket.steps.ask(
                    ActionKind.INVOKE,
                    new Action.Invoke(socket, event, data, expired),
                    data,
                    replaced -> socket.offerProcedure(event, cid, replaced),
                    error -> socket.fail(cid, error));
        }
    }
}
