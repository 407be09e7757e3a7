package io.heliograph.socket;

import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;

/** Server side of one connection. */
final class AcceptedSocket implements EventSocket {

    private final SocketEvents events;
    private final SocketConnection connection;

    // Whether the connection event has begun.
    private volatile boolean announced;

    AcceptedSocket(DefaultSocketServer server, Link link) {
        this.events = new SocketEvents(server, server.errors.part());
        this.connection = new SocketConnection(server, link, events, reason -> server.connectionEnded(this, reason));
    }

    @Override
    public SocketEvents events() {
        return events;
    }

    SocketConnection connection() {
        return connection;
    }

    void announce() {
        announced = true;
    }

    boolean isAnnounced() {
        return announced;
    }

    @Override
    public boolean transmit(Frame frame) {
        return connection.transmit(frame);
    }

    @Override
    public boolean isConnected() {
        return connection.isOpen();
    }

    @Override
    public long queuedBytes() {
        return connection.queuedBytes();
    }

    @Override
    public String remoteHost() {
        return connection.peer().host();
    }

    @Override
    public int remotePort() {
        return connection.peer().port();
    }

    @Override
    public void close() {
        connection.disconnect();
    }

    @Override
    public String toString() {
        return "Socket[" + connection.peer() + "]";
    }
}
