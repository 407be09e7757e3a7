package io.heliograph.transport;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.unix.SocketFile;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes links: a set of event loops, and the ways to connect and to listen with them.
 *
 * <p>Endpoints share one, which they take and give back through {@link Transports}.
 */
public interface Transport {

    /** Whether it can connect to and listen on such an address. */
    boolean supports(Address address);

    /** The loop to put the next endpoint or link on. */
    EventLoop nextLoop();

    /**
     * Tries once to connect.
     *
     * @param loop the loop of the link, one of this transport's
     * @param handler told of the outcome, on {@code loop} after this returned, exactly once, unless the attempt is cancelled before
     */
    Attempt connect(Address address, EventLoop loop, LinkOptions options, ConnectHandler handler);

    /**
     * Listens. A socket file at the path of a Unix address is neither removed before nor after; see {@link SocketFile}.
     *
     * @param loop the loop of all accepted links, or null to spread them over all loops
     * @return fails with a {@link HeliographException}: {@link io.heliograph.TransportException} with the system's code
     */
    CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, LinkOptions options, AcceptHandler handler);

    /**
     * Tries once to open a WebSocket.
     *
     * @param handler told of the outcome as by the other {@code connect}; a response other than 101 is an
     *     {@link io.heliograph.http.UpgradeRefusedException}
     * @throws UnsupportedOperationException if this transport has no WebSockets
     */
    default Attempt connect(WebSocketTarget target, EventLoop loop, WebSocketOptions options, ConnectHandler handler) {
        throw new UnsupportedOperationException(this + " has no WebSockets");
    }

    /**
     * Listens for HTTP and WebSockets.
     *
     * @param loop the loop of all connections, or null to spread them over all loops
     * @return fails as by the other {@code listen}
     * @throws UnsupportedOperationException if this transport has no HTTP
     */
    default CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop loop, HttpOptions options, HttpAcceptHandler handler) {
        throw new UnsupportedOperationException(this + " has no HTTP");
    }

    /**
     * Closes every link and acceptor, then ends the loops.
     *
     * @return completes when the threads have ended
     */
    CompletableFuture<Void> close();

    /** The outcome of an attempt to connect. */
    interface ConnectHandler {

        /** Connected; returns what is to handle the link. */
        LinkHandler connected(Link link);

        /** Not connected. The cause of an {@link io.heliograph.UnreachableException} tells the system's code. */
        void failed(HeliographException cause);
    }

    /** Told of accepted links. */
    interface AcceptHandler {

        /**
         * The address is bound, so that the file of a Unix address exists; where the platform allows, nobody can connect yet.
         * What it throws ends the attempt to listen. Called on the acceptor's loop.
         */
        default void bound() {}

        /** A peer has connected; returns what is to handle the link, or null to close it. Called on the link's loop. */
        @Nullable
        LinkHandler accepted(Link link);

        /** A connection could not be accepted, for example for want of file descriptors; listening goes on. */
        void failed(HeliographException cause);
    }

    /** A connection in the making. */
    @FunctionalInterface
    interface Attempt {

        /** Gives up. Called on the loop, it makes sure that the handler hears nothing from now on. */
        void cancel();
    }
}
