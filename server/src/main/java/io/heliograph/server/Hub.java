package io.heliograph.server;

import io.heliograph.Endpoint;
import io.heliograph.Subscription;
import io.heliograph.exchange.Channel;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.server.stats.HubStats;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Server that joins all protocols: one exchange for the channels, one registry of procedures, one identity and one set of permissions for the
 * connections of all listeners.
 *
 * <pre>
 * try (Hub hub = Hub.builder()
 *         .listen("unix:/run/app/app.sock", Protocols.ipc())
 *         .listen("ws://127.0.0.1:8000/socketcluster/", Protocols.socketCluster())
 *         .listen("ws://127.0.0.1:8000/rpc", Protocols.rpc())
 *         .build()) {
 *     hub.procedure("sum", Sum.class, (sum, call) -&gt; sum.a() + sum.b());
 *     hub.start().join();
 *     hub.closed().join();
 * }
 * </pre>
 *
 * <p><b>Names.</b> Names of channels and procedures have at most 1024 bytes of UTF-8, are not empty, and do not begin with {@code #} or a control
 * character. {@code /} separates levels.
 *
 * <p><b>Order.</b> All subscribers of a channel, whatever their protocol, receive its publications in one order.
 *
 * <p><b>Threads.</b> Thread-safe. No method blocks. Procedures and listeners run on the {@link io.heliograph.Dispatch} of the hub; no lock is
 * held meanwhile.
 */
public interface Hub extends Endpoint {

    static HubBuilder builder() {
        return new HubBuilder();
    }

    /**
     * Starts all listeners, or none, once.
     *
     * @return completes when clients can connect; fails with an exception that names the listener
     */
    CompletableFuture<Void> start();

    /** Whether all listeners are open and the hub does not close. {@code /readyz} on the ports for WebSocket answers the same with 200 or 503. */
    boolean isReady();

    /** Returns the listeners with their actual ports, in the order of the builder. Empty before the start. */
    List<Listener> listeners();

    // ---- channels

    Exchange exchange();

    /** Returns the handle of a channel, for this program: permissions do not apply. */
    default Channel channel(String name) {
        return exchange().channel(name);
    }

    /** Returns the members of a channel on all nodes. Only channels of the option {@code presence} have members. */
    CompletableFuture<List<Presence.Member>> presence(String channel);

    // ---- procedures

    /**
     * Registers a procedure.
     *
     * @param type type of the argument: {@link io.heliograph.codec.Payload}, a record, or any type that the codec can decode
     * @return removes the procedure
     * @throws IllegalArgumentException if the name is invalid
     * @throws IllegalStateException if the name is registered
     */
    <T> Subscription procedure(String name, Class<T> type, Procedure<? super T> procedure);

    /**
     * Registers each method of an interface as a procedure, named by the prefix and the method. Arguments are bound by position or by name; a
     * parameter of the type {@link Call} receives the call.
     *
     * @param prefix prefix of the names, such as {@code math/}
     * @return removes the procedures
     * @throws IllegalArgumentException if the type is no interface, or two methods have one name
     */
    <T> Subscription procedures(String prefix, Class<T> type, T service);

    /** Calls a procedure as this program. */
    CompletableFuture<@Nullable Object> call(String procedure, @Nullable Object argument);

    // ---- statistics

    /** Returns a snapshot of all figures. Reads counters and does not block; meant to be called at most once a second. */
    HubStats snapshot();

    /** Returns the figures of the open connections of this node, as a copy. */
    List<ConnectionStats> connectionStats();

    /** Returns the last 1000 ends of connections, the newest first, each with its cause and reason. */
    List<ConnectionEnd> recentEnds();

    // ---- connections

    /** Returns the open connections of this node, as a copy. */
    Collection<Connection> connections();

    /** Returns the open connection with an id. */
    Optional<Connection> connection(String id);

    /**
     * Ends the subscriptions of connections to a channel, on all nodes.
     *
     * @return the number of nodes that executed the command
     */
    CompletableFuture<Integer> kickOut(String channel, Command.Target target, String reason);

    /**
     * Closes connections, on all nodes.
     *
     * @return the number of nodes that executed the command
     */
    CompletableFuture<Integer> disconnect(Command.Target target, String reason);

    /**
     * Rejects the tokens of a target that were issued before now, on all nodes, and makes connections with such a token anonymous.
     *
     * @param until time after which all these tokens have expired
     * @return the number of nodes that executed the command
     */
    CompletableFuture<Integer> revoke(Command.Target target, Instant until);

    /**
     * Signs a token, with which a client of any protocol authenticates itself.
     *
     * @param claims claims, with the name of the user as {@code sub}; the token receives {@code iat} and, unless they have it, {@code exp}
     */
    String signToken(Map<String, Object> claims);

    /**
     * Replaces the keys of {@link HubBuilder#authKey}: the first one signs, all verify. Connections that are authenticated remain so.
     *
     * @throws IllegalArgumentException if a key in PEM is invalid; then the former keys remain
     */
    void authKeys(String... keys);

    // ---- operators

    /**
     * Sets the action of a command of operators, {@code POST /_helio/api/NAME} at the listener of {@link Protocols#management}, in place of an
     * earlier one. Default: none, and the response 404.
     *
     * @param action receives the members of the request; its result is the response. Must not block. The message of an {@link
     *     IllegalArgumentException} reaches the operator
     */
    void command(String name, Function<? super Map<String, Object>, ? extends CompletableFuture<?>> action);

    // ---- end

    /**
     * Drains and closes the hub: running calls are answered, and the connections are closed so that their clients connect again without a rush. A
     * further call does not change the plan; {@link #close} and {@link #closeGracefully} shorten it.
     *
     * @return completes when the hub has closed
     */
    CompletableFuture<Drain.Result> drain(Drain plan);

    /** Drains and closes the hub, whose connections are closed evenly over {@code time}: {@link Drain.Mode#ROLLING}. */
    default CompletableFuture<Drain.Result> drain(Duration time) {
        return drain(Drain.of(Drain.Mode.ROLLING).withTime(time));
    }

    // ---- listeners of events

    /** Adds a listener for accepted connections. */
    Subscription onConnection(Consumer<? super Connection> listener);

    /** Adds a listener for closed connections. */
    Subscription onDisconnection(Consumer<? super Disconnection> listener);

    /** Adds a listener for failures that have no caller: of a listener, an authority, a procedure, the exchange. Without one, they are logged. */
    Subscription onError(Consumer<? super Throwable> listener);
}
