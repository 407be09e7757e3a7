package io.heliograph.server;

import io.heliograph.server.binding.SocketBinding;
import io.heliograph.server.hub.Binding;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketServer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Typed socket. The URL is {@code tcp://HOST:PORT}.
 *
 * <p>Each received value is published, and each publication is sent to all connections, by default in the channel {@code socket/PORT}. A single
 * number is a JSON number, several numbers are an array. A publication that the send type cannot represent is dropped as {@code not-convertible}.
 */
public final class SocketProtocol extends Protocol<SocketProtocol> {

    private @Nullable String publish;
    private @Nullable String deliver;
    private @Nullable String call;
    private @Nullable Consumer<SocketServer.Builder> configuration;

    private @Nullable Consumer<SocketServer> onServer;

    SocketProtocol() {
        super("socket", false, "tcp");
    }

    /** Selects the types of received and sent values. Default: {@link DataType#STRING}. */
    public SocketProtocol types(DataType receive, DataType send) {
        return configure(builder -> builder.receive(receive).send(send));
    }

    /** Selects whether a length prefix precedes each message. Default: false. */
    public SocketProtocol framed(boolean framed) {
        return configure(builder -> builder.rawBytes(!framed));
    }

    /** Selects the channel of received values. Default: {@code socket/PORT}. */
    public SocketProtocol publish(String channel) {
        this.publish = channel;
        return this;
    }

    /** Selects the channel whose publications are sent. Default: {@code socket/PORT}. */
    public SocketProtocol deliver(String channel) {
        this.deliver = channel;
        return this;
    }

    /**
     * Selects the procedure that each received value calls. The results are sent back in the order of the calls; a failed call has none. Nothing is
     * published or delivered then. Default: none.
     */
    public SocketProtocol call(String procedure) {
        this.call = procedure;
        return this;
    }

    /** Changes options of the server, before it is built. Address, exchange, transport and dispatch are the hub's. */
    public SocketProtocol configure(Consumer<? super SocketServer.Builder> configuration) {
        this.configuration = and(this.configuration, configuration);
        return this;
    }

    /** Gives access to the server, after it is built and before it listens. */
    public SocketProtocol server(Consumer<? super SocketServer> action) {
        this.onServer = and(onServer, action);
        return this;
    }

    @Override
    Binding.Factory factory() {
        return (hub, listener) -> new SocketBinding(
                hub, listener, new SocketBinding.Options(publish, deliver, call), configuration, onServer);
    }
}
