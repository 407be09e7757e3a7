package io.heliograph.ipc;

import io.heliograph.frame.Frame;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections of a server, and sending to them. Any thread may call; the loop alone adds and removes. */
final class ServerConnections {

    static final String SEND_AFTER_CLOSE = "Can not '.send()' after '.close()'";
    private static final String BROADCAST_AFTER_CLOSE = "Can not '.broadcast()' after '.close()'";

    private final EndpointCore<ConnectedClient> core;

    // From acceptance to the end; sent to are only those whose connection event has begun.
    private final Map<String, ServerSideConnection> connections = new ConcurrentHashMap<>();

    ServerConnections(EndpointCore<ConnectedClient> core) {
        this.core = core;
    }

    void add(ServerSideConnection connection) {
        connections.put(connection.id(), connection);
    }

    void remove(ServerSideConnection connection) {
        connections.remove(connection.id());
    }

    boolean isEmpty() {
        return connections.isEmpty();
    }

    void endAll(Duration timeout) {
        connections.values().forEach(connection -> connection.end(timeout));
    }

    long queuedBytes() {
        return connections.values().stream()
                .mapToLong(ServerSideConnection::queuedBytes)
                .sum();
    }

    Collection<ConnectedClient> connected() {
        return connections.values().stream()
                .filter(ServerSideConnection::isConnected)
                .<ConnectedClient>map(connection -> connection)
                .toList();
    }

    Optional<ConnectedClient> connected(String id) {
        ServerSideConnection connection = connections.get(id);
        return connection != null && connection.isConnected() ? Optional.of(connection) : Optional.empty();
    }

    /** Sends to the client called {@code id}, which may be anything. */
    boolean send(@Nullable String topic, @Nullable Object message, @Nullable String id) {
        if (core.isClosing()) {
            return afterClose(SEND_AFTER_CLOSE, topic, message);
        }
        ServerSideConnection connection = id == null ? null : connections.get(id);
        if (connection == null) {
            core.refuse(DropReason.BAD_CLIENT, new BadClientException(String.valueOf(id), topic, message));
            return false;
        }
        return send(connection, topic, message, true);
    }

    boolean send(ServerSideConnection to, @Nullable String topic, @Nullable Object message, boolean present) {
        if (core.isClosing()) {
            return afterClose(SEND_AFTER_CLOSE, topic, message);
        }
        if (!to.isConnected()) {
            core.refuse(DropReason.BAD_CLIENT, new BadClientException(to.id(), topic, message));
            return false;
        }
        return core.send(to, topic, message, present);
    }

    /** Encodes once and sends to all. */
    int broadcast(@Nullable String topic, @Nullable Object message, boolean present) {
        if (core.isClosing()) {
            afterClose(BROADCAST_AFTER_CLOSE, topic, message);
            return 0;
        }
        Frame frame = null;
        int accepted = 0;
        for (ServerSideConnection connection : connections.values()) {
            if (!connection.isConnected()) {
                continue;
            }
            if (frame == null) {
                try {
                    frame = core.encode(topic, message, present);
                } catch (EncodeException e) {
                    core.refuse(DropReason.ENCODE_ERROR, e);
                    return 0;
                }
                if (frame == null) {
                    return connected().size();
                }
            }
            if (core.transmit(connection, frame, topic, message, false)) {
                accepted++;
            }
        }
        return accepted;
    }

    private boolean afterClose(String text, @Nullable String topic, @Nullable Object message) {
        core.refuse(DropReason.AFTER_CLOSE, new SendAfterCloseException(text, topic, message));
        return false;
    }
}
