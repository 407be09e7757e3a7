package io.heliograph.exchange.redis;

import io.heliograph.NotConnectedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Connection to the Redis master that has the keys of nodes and commands. Thread-safe. No method blocks. */
interface ControlLink {

    /**
     * Calls a function of the control library, after the calls before it.
     *
     * @param function name without prefix and hash, such as {@code beat}
     * @param keys keys with prefix and tag
     * @return the reply: a string, a {@code Long}, a list of replies, or null. Fails within the time-out of the engine, and
     *     when the connection is lost; the function may have been called then
     */
    CompletableFuture<@Nullable Object> call(String function, List<String> keys, List<String> arguments);

    /** Returns the failure of a call without a connection, which names the server. */
    NotConnectedException notConnected();

    /**
     * Subscribes to a sharded channel.
     *
     * @param message receives the messages
     * @param connected called after each subscription, the first and those after a reconnection
     */
    void listen(String channel, Consumer<String> message, Runnable connected);
}
