package io.heliograph.server.hub;

import io.heliograph.codec.Payload;
import io.heliograph.server.Principal;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The protocol's side of a connection: what the hub can do to it. Implemented by bindings. All methods
 * run on the event loop, unless they say otherwise. */
public interface HubPeer {

    /** The event loop of the connection. Thread-safe. */
    EventLoop loop();

    /** Sends a message to this connection alone. */
    void send(String name, Payload data);

    /**
     * Notifies the client that the subscription to a channel has ended. The hub has ended its own subscription before.
     *
     * @param channel name in the hub
     */
    void kickOut(String channel, String reason);

    /** Closes the connection. */
    void close(String reason);

    /**
     * Returns a future that completes, on any thread, when the messages that the client has sent so far are answered. Called once, when the hub
     * drains the connection; {@link #end} follows.
     */
    default CompletableFuture<Void> answered() {
        return CompletableFuture.completedFuture(null);
    }

    /** Closes the connection because the hub drains, after everything that was accepted for sending. */
    default void end(ReconnectHint hint) {
        close("the server is closing");
    }

    /** Decides again about the subscriptions that the binding has made by itself, because rights may have ended. */
    default void recheck() {}

    /** Notifies the client of its new principal, by a protocol that has a form for it. */
    default void authenticated(Principal principal) {}

    /**
     * Returns the publisher of publications that the client makes by a call; null if the binding must not take them for messages of the client.
     */
    default @Nullable String publisherOfCalls(String connectionId) {
        return connectionId;
    }

    /** Figures of the link of the client. Thread-safe. */
    default LinkStats stats() {
        return LinkStats.NONE;
    }

    /** Number of the subscriptions that the binding has made by itself. Thread-safe. */
    default int subscriptions() {
        return 0;
    }

    /** Notifies the client of a member of a channel that it watches. */
    default void presence(PresenceChange change) {}
}
