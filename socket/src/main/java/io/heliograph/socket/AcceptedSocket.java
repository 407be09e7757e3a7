package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Link;
import java.time.Duration;
import java.util.function.BiConsumer;

/** A server's side of one connection. */
final class AcceptedSocket extends AbstractSocket {

    private final SocketConnection connection;

    // Whether its connection event has begun.
    private volatile boolean announced;

    /**
     * @param onEnded told on the loop when it has ended
     */
    AcceptedSocket(SocketCore core, Link link, BiConsumer<? super AcceptedSocket, CloseReason> onEnded) {
        super(core, core.errors.part());
        this.connection = new SocketConnection(core, link, events, reason -> onEnded.accept(this, reason));
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
    boolean transmit(Frame frame) {
        return connection.transmit(frame);
    }

    @Override
    public boolean isOpen() {
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
        end(core.linger);
    }

    void end(Duration timeout) {
        connection.end(timeout);
    }

    @Override
    public String toString() {
        return "Socket[" + connection.peer() + "]";
    }
}
