package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.transport.Link;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A client's connection to a server. */
final class ServerSideConnection extends Connection<ConnectedClient> implements ConnectedClient {

    private final DefaultIpcServer server;
    private final ServerConnections clients;
    private final EndpointCore<ConnectedClient> core;
    private final String id = UUID.randomUUID().toString();

    // Whether its connection event has begun.
    private volatile boolean announced;

    ServerSideConnection(
            DefaultIpcServer server, ServerConnections clients, EndpointCore<ConnectedClient> core, Link link) {
        super(core, link);
        this.server = server;
        this.clients = clients;
        this.core = core;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean send(@Nullable String topic, @Nullable Object message) {
        return clients.send(this, topic, message, true);
    }

    @Override
    public boolean send(@Nullable String topic) {
        return clients.send(this, topic, null, false);
    }

    @Override
    public void disconnect() {
        end(core.linger);
    }

    void announce() {
        announced = true;
    }

    boolean isConnected() {
        return announced && isOpen();
    }

    @Override
    ConnectedClient peer() {
        return this;
    }

    @Override
    String clientId() {
        return id;
    }

    @Override
    String name() {
        return "client " + id;
    }

    @Override
    SendException gone(@Nullable String topic, @Nullable Object message) {
        return new BadClientException(id, topic, message);
    }

    @Override
    io.heliograph.DropReason goneReason() {
        return DropReason.BAD_CLIENT;
    }

    @Override
    SendException sentAfterClose(@Nullable String topic, @Nullable Object message) {
        return new SendAfterCloseException(ServerConnections.SEND_AFTER_CLOSE, topic, message);
    }

    @Override
    void ended(CloseReason reason) {
        server.ended(this, reason);
    }

    @Override
    public String toString() {
        return "ConnectedClient[" + id + "]";
    }
}
