package io.heliograph.socket;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Endpoint;
import io.heliograph.Subscription;
import io.heliograph.tls.ServerTls;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens on a TCP port and exchanges typed values with those who connect.
 *
 * <p><b>Life.</b> Built, it takes listeners; {@link #listen()} starts it, {@link #close()} ends it and all its connections for
 * good.
 *
 * <p><b>Listeners</b> of the server and of all its sockets run one at a time, in order, where the {@link
 * io.heliograph.Dispatch} of the options says. What a socket receives comes after its {@code connection} event, so that listeners
 * added there miss nothing. A listener that takes long holds back its server: reading stops, so that in the end the peers'
 * sending does.
 */
public interface SocketServer extends Endpoint {

    /** Options of a server on all interfaces, port 4000. */
    static Builder builder() {
        return builder(4000);
    }

    /** Options of a server on all interfaces; whoever reaches the machine can connect. */
    static Builder builder(int port) {
        return builder("0.0.0.0", port);
    }

    /**
     * Options of a server.
     *
     * @param hostInterface the address to listen on, or a name of it
     * @param port 0 to 65535; 0 takes a free one
     */
    static Builder builder(String hostInterface, int port) {
        return new Builder(hostInterface, port);
    }

    /**
     * Starts to listen; after a failure it may be called again.
     *
     * @return completes after the listening listeners; fails, as the error listeners are told, with a {@link
     *     io.heliograph.TransportException} that has the system's code, with an {@link IllegalStateException} while it listens,
     *     or with a {@link io.heliograph.ClosedException}
     */
    CompletableFuture<Void> listen();

    /** The port it listens on; before that, the port it was told, which may be 0. */
    int port();

    /** The connections open now: those whose {@code connection} event has begun. A copy. */
    Collection<Socket> sockets();

    /** Calls {@code listener} with the port when it listens, before the first connection. */
    Subscription onListening(Consumer<? super Integer> listener);

    /** Calls {@code listener} for each connection, with TLS after the handshake. */
    Subscription onConnection(Consumer<? super Socket> listener);

    /** Calls {@code listener} with what went wrong, also on a socket that has no error listener. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Options of a server; {@link #build()} makes it. For one thread at a time. */
    final class Builder extends SocketOptions<Builder> {

        int maxConnections = 4096;

        @Nullable
        ServerTls tls;

        Builder(String hostInterface, int port) {
            super(hostInterface, port);
        }

        /** Default 4096: how many connections may be open; further ones are closed at once. 1 or more. */
        public Builder maxConnections(int maxConnections) {
            this.maxConnections = positive("maxConnections", maxConnections);
            return this;
        }

        /** Default none: TLS over all connections. */
        public Builder tls(ServerTls tls) {
            this.tls = tls;
            return this;
        }

        /**
         * A server with these options, which does not see later changes of them. Does no I/O.
         *
         * @throws IllegalArgumentException if a type needs what this runtime has not
         */
        public SocketServer build() {
            checkTypes();
            return new DefaultSocketServer(this);
        }
    }
}
