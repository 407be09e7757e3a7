package io.heliograph.socket;

import static io.heliograph.internal.Check.positive;

import io.heliograph.CloseReason;
import io.heliograph.Endpoint;
import io.heliograph.Subscription;
import io.heliograph.endpoint.PendingSum;
import io.heliograph.socket.spi.SocketBackend;
import io.heliograph.tls.ServerTls;
import io.heliograph.transport.UnfinishedMessages;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Server on a TCP port that exchanges typed values with its clients.
 *
 * <p><b>Life cycle.</b> {@link #listen()} starts the server; {@link #close()} closes it and all its connections for good.
 *
 * <p><b>Listeners</b> of the server and all its sockets run one at a time, in order, where the option {@code dispatch} selects.
 * Data of a socket is delivered after the {@link #onConnection} listeners, so listeners that are added there miss nothing. A slow
 * listener pauses reading, so that backpressure reaches the peers.
 */
public interface SocketServer extends Endpoint {

    /** Returns a builder for all interfaces, port 4000. */
    static Builder builder() {
        return builder(4000);
    }

    /** Returns a builder for all interfaces, which every host of the network can reach. */
    static Builder builder(int port) {
        return builder("0.0.0.0", port);
    }

    /**
     * Returns a builder.
     *
     * @param hostInterface the address to listen on, or its host name
     * @param port the port, 0 to 65535; 0 for a free port
     */
    static Builder builder(String hostInterface, int port) {
        return new Builder(hostInterface, port);
    }

    /**
     * Starts to listen. May be called again after a failure.
     *
     * @return a future that completes after the {@link #onListening} listeners. It fails, and the failure is reported to the error
     *     listeners, with a {@link io.heliograph.TransportException} that carries the error code of the operating system, an
     *     {@link IllegalStateException} for a second call, or a {@link io.heliograph.ClosedException}
     */
    CompletableFuture<Void> listen();

    /** The port that the server listens on; before, the configured port, possibly 0. */
    int port();

    /**
     * Stops listening. Open connections stay open. Connections that
     * the operating system has accepted for the server are served. Repeated calls have no effect.
     *
     * @return completes when the address is released, at once before {@link #listen()} has succeeded
     */
    CompletableFuture<Void> stopListening();

    /** Returns a copy of the open connections whose {@link #onConnection} event has begun. */
    Collection<Socket> connections();

    /** Calls {@code listener} with the port when the server listens, before the first connection. */
    Subscription onListening(Consumer<? super Integer> listener);

    /** Calls {@code listener} for each connection, after the TLS handshake if there is one. */
    Subscription onConnection(Consumer<? super Socket> listener);

    /** Calls {@code listener} for each connection that has ended, after {@link Socket#onDisconnect}. */
    Subscription onDisconnection(BiConsumer<? super Socket, ? super CloseReason> listener);

    /** Calls {@code listener} for each failure, including failures of sockets without error listeners. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} when the server has closed and all its connections have ended. */
    Subscription onClose(Runnable listener);

    /** Builder of a server. For one thread at a time. */
    final class Builder extends SocketBuilder<Builder> {

        static {
            SocketBackend.BuildMethod.install(Builder::build);
        }

        private int maxConnections = 4096;
        private long maxUnfinishedBytes = UnfinishedMessages.defaultMaxBytes();
        private long maxPendingBytes = PendingSum.defaultMaxBytes();
        private @Nullable ServerTls tls;

        Builder(String hostInterface, int port) {
            super(hostInterface, port);
            daemon(false);
        }

        /** Limits the open connections; further ones are closed at once. Default: 4096. Must be positive. */
        public Builder maxConnections(int maxConnections) {
            this.maxConnections = positive("maxConnections", maxConnections);
            return this;
        }

        /**
         * Limits the bytes that all connections together hold of messages that are not complete. A connection whose
         * message exceeds the limit is closed. The limit is at least twice {@code maxMessageBytes}. Default: 256 MiB,
         * or an eighth of the heap if that is less. Must be positive.
         */
        public Builder maxUnfinishedBytes(long maxUnfinishedBytes) {
            this.maxUnfinishedBytes = UnfinishedMessages.checkMaxBytes(maxUnfinishedBytes);
            return this;
        }

        /**
         * Limits the total size of the received items that are pending for listeners, of all connections. Reading pauses at the limit and
         * resumes at half of it. Default: 64 MiB, or an eighth of the heap if that is less. Must be positive.
         */
        public Builder maxPendingBytes(long maxPendingBytes) {
            this.maxPendingBytes = PendingSum.checkMaxBytes(maxPendingBytes);
            return this;
        }

        /**
         * Selects whether several processes of one user may listen on the port at once, if each has this option: the
         * operating system divides new connections among them. Linux only; elsewhere {@link SocketServer#listen} fails. Default: false.
         */
        public Builder reusePort(boolean reusePort) {
            this.reusePort = reusePort;
            return this;
        }

        /** Selects TLS for all connections. Default: none. */
        public Builder tls(ServerTls tls) {
            this.tls = tls;
            return this;
        }

        /**
         * Builds a server. Performs no I/O.
         *
         * @throws IllegalArgumentException if the runtime does not support a type
         */
        public SocketServer build() {
            return build(null);
        }

        private SocketServer build(@Nullable SocketBackend backend) {
            return new DefaultSocketServer(
                    options(), maxConnections, maxUnfinishedBytes, maxPendingBytes, tls, backend);
        }
    }
}
