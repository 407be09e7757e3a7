package io.heliograph.transport;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.unix.SocketFile;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A set of event loops that connects and accepts links. Thread-safe.
 *
 * <p>Endpoints lease the shared transport of the process from {@link Transports}.
 */
public interface Transport {

    /** Whether the transport can connect to and listen on an address of this kind. */
    boolean supports(Address address);

    /**
     * Whether a Unix address names a file that other processes can connect to and replace, so that its directory and the user of a
     * peer must be checked. A transport inside one process has none.
     */
    default boolean hasSocketFiles() {
        return true;
    }

    /** The event loop for the next endpoint or link. */
    EventLoop nextLoop();

    /**
     * Makes one attempt to connect.
     *
     * @param loop the event loop of the link, which belongs to this transport
     * @param handler called once with the outcome, on {@code loop} after this method has returned, unless the attempt is canceled
     */
    Attempt connect(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler);

    /**
     * Listens. Neither replaces an existing socket file nor removes it at the close; {@link SocketFile} does both.
     *
     * @param loop the event loop of all accepted links, or null to distribute them over all event loops
     * @return fails with a {@link HeliographException}: {@link io.heliograph.TransportException} with the error code of
     *     the operating system
     */
    CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler);

    /**
     * Makes one attempt to open a WebSocket.
     *
     * @param handler called with the outcome as by the other {@code connect}; a response other than 101 is an
     *     {@link io.heliograph.http.UpgradeRefusedException}
     * @throws UnsupportedOperationException if this transport has no WebSockets
     */
    default Attempt connect(WebSocketTarget target, EventLoop loop, WebSocketOptions options, ConnectHandler handler) {
        throw new UnsupportedOperationException(this + " has no WebSockets");
    }

    /**
     * Listens for HTTP and WebSockets.
     *
     * @param loop the event loop of all connections, or null to distribute them over all event loops
     * @return fails as by the other {@code listen}
     * @throws UnsupportedOperationException if this transport has no HTTP
     */
    default CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, HttpOptions options, HttpAcceptHandler handler) {
        throw new UnsupportedOperationException(this + " has no HTTP");
    }

    /**
     * Closes every link and acceptor, then terminates the event loops.
     *
     * @return completes when the threads have ended
     */
    CompletableFuture<Void> close();

    /** Receives the outcome of an attempt to connect. */
    interface ConnectHandler {

        /** Reports success; returns the handler of the link. */
        LinkHandler connected(Link link);

        /**
         * Reports failure. The cause of an {@link io.heliograph.UnreachableException} has the error code of the
         * operating system.
         */
        void failed(HeliographException cause);
    }

    /** Receives accepted links. */
    interface AcceptHandler {

        /**
         * Reports that the address is bound: the file of a Unix address exists; where the platform allows, peers cannot connect
         * yet. An exception fails the attempt to listen. Called on the acceptor's event loop.
         */
        default void bound() {}

        /** Reports a connected peer; returns the handler of the link, or null to close it. Called on the link's event loop. */
        @Nullable
        LinkHandler accepted(Link link);

        /** Reports a connection that could not be accepted, for lack of file descriptors for instance; listening continues. */
        void failed(HeliographException cause);
    }

    /** A pending attempt to connect. */
    @FunctionalInterface
    interface Attempt {

        /** Cancels the attempt. If called on the event loop, the handler is not called afterwards. */
        void cancel();
    }
}
