package io.heliograph.ipc;

import io.heliograph.CloseReason;
import io.heliograph.transport.Link;
import org.jspecify.annotations.Nullable;

/** A client's connection, seen from the client. */
final class ClientSideConnection extends Connection<ServerConnection> implements ServerConnection {

    private final EndpointCore<ServerConnection> core;

    ClientSideConnection(EndpointCore<ServerConnection> core, Link link) {
        super(core, link);
        this.core = core;
    }

    @Override
    public void disconnect() {
        end(core.linger);
    }

    @Override
    ServerConnection peer() {
        return this;
    }

    @Override
    @Nullable
    String clientId() {
        return null;
    }

    @Override
    String name() {
        return "the server";
    }

    @Override
    SendException gone(@Nullable String topic, @Nullable Object message) {
        return new NoServerException(topic, message);
    }

    @Override
    io.heliograph.DropReason goneReason() {
        return DropReason.NO_SERVER;
    }

    @Override
    SendException sentAfterClose(@Nullable String topic, @Nullable Object message) {
        return new SendAfterCloseException(DefaultIpcClient.SEND_AFTER_CLOSE, topic, message);
    }

    /** {@inheritDoc} The connector tells the client. */
    @Override
    void ended(CloseReason reason) {}

    @Override
    public String toString() {
        return "ServerConnection";
    }
}
