package io.heliograph.cli.client;

import io.heliograph.Endpoint;
import io.heliograph.cli.console.Event;
import io.heliograph.codec.Payload;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Client of a hub, with the same operations over each protocol. The results of operations fail if the server rejects them. Thread-safe. */
interface HubClient {

    /** Receives what happens on a connection. By default, nothing is done. */
    interface Listener {

        /** Reports a connection; {@code id} is empty if the protocol has none. */
        default void connected(String id) {}

        default void disconnected(Event event) {}

        default void subscribed(Event event) {}

        /** Reports a subscription that the server has refused. */
        default void refused(Throwable failure) {}

        default void message(String channel, Payload data) {}

        /** Reports the end of a subscription, a gap, or a change of the members of a channel. */
        default void notice(Event event) {}

        /** Reports a failure that belongs to no operation, after the first connection. */
        default void failed(Throwable failure) {}
    }

    /** Connects. The result fails with the first attempt; a client that reconnects continues with further ones. */
    CompletableFuture<Void> connect();

    boolean isConnected();

    /** Authenticates with a token. */
    CompletableFuture<Void> authenticate(String token);

    /** Logs in with credentials. */
    CompletableFuture<Void> login(Payload credentials);

    /**
     * Subscribes to a channel, also after a reconnect.
     *
     * @param data data for the middleware of a SocketCluster server
     */
    CompletableFuture<Void> subscribe(String channel, @Nullable Payload data);

    CompletableFuture<Void> unsubscribe(String channel);

    CompletableFuture<Void> publish(String channel, Payload data);

    /** Calls a procedure. */
    CompletableFuture<Payload> call(String procedure, @Nullable Payload data);

    /** Calls a procedure without a response. */
    CompletableFuture<Void> transmit(String procedure, @Nullable Payload data);

    Endpoint endpoint();
}
