package io.heliograph.server.hub;

import io.heliograph.CloseReason;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.exchange.Subscriber;
import io.heliograph.server.CallException;
import io.heliograph.server.Connection;
import io.heliograph.server.HubAction;
import io.heliograph.server.Principal;
import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.server.stats.EndCause;
import io.heliograph.transport.EventLoop;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Connection as the bindings use it: every operation of a client goes through one of its methods, which decides about permissions.
 *
 * <p><b>Operations</b> ({@link #publish}, {@link #subscribe}, {@link #call}, {@link #authenticate(String, Outcome)}) are called on the event loop.
 * The result goes to an {@link Outcome}. The returned stage never fails; while it is incomplete, the binding must not process the next message of
 * the connection: a permission is deferred, or too many calls are active. A stage that is complete is a shared constant.
 */
public final class HubConnection implements Connection {

    /** Prefix of the procedures of the hub itself. */
    public static final String BUILT_IN = ProcedureRegistry.RESERVED;

    /** Result of an operation after which the next message may be processed. */
    public static final CompletionStage<Void> PROCEED = Access.ALLOWED;

    private final HubCore core;
    private final HubListener listener;
    private final HubPeer peer;
    private final String id;
    private final String remoteAddress;
    private final Instant since = Instant.now();
    private final ActiveCalls calls;
    private final ConnectionCaller caller = new ConnectionCaller(this);
    private final Identity identity;
    private final ConnectionChannels channels = new ConnectionChannels(this);
    private final ConnectionPublisher publisher = new ConnectionPublisher(this);

    // Event loop only.
    private boolean closed;
    private boolean denied;

    HubConnection(
            HubCore core, HubListener listener, HubPeer peer, String id, String remoteAddress, Principal initial) {
        this.core = core;
        this.listener = listener;
        this.peer = peer;
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.identity = new Identity(this, initial);
        this.calls = new ActiveCalls(peer.loop(), core.options().maxActiveCalls());
    }

    HubCore core() {
        return core;
    }

    EventLoop loop() {
        return peer.loop();
    }

    ActiveCalls calls() {
        return calls;
    }

    /** Event loop only. */
    boolean isClosed() {
        return closed;
    }

    HubPeer peer() {
        return peer;
    }

    public HubListener hubListener() {
        return listener;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String protocol() {
        return listener.protocol();
    }

    @Override
    public String listener() {
        return listener.url();
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public Principal principal() {
        return identity.principal();
    }

    @Override
    public Instant since() {
        return since;
    }

    @Override
    public String toString() {
        return id;
    }

    // ---- permissions

    /**
     * Decides about an action of this connection. Event loop only.
     *
     * @param name name of the channel or procedure in the hub
     * @return complete if the action is allowed; failed with a {@link CallException} if it is denied; incomplete if the decision is deferred
     */
    public CompletableFuture<Void> may(HubAction action, String name) {
        return core.access().decide(listener, principal(), action, name);
    }

    /**
     * Decides about the use of a channel by its client: like {@link #may}, and fails if the name is invalid.
     *
     * @param channel name in the hub
     */
    public CompletableFuture<Void> mayUse(HubAction action, String channel) {
        String problem = Names.problem("channel", channel);
        return problem == null
                ? may(action, channel)
                : CompletableFuture.failedFuture(HubErrors.invalidArguments(problem));
    }

    /** Runs an operation when it is allowed, at once if the decision is not deferred. Event loop only. */
    public <T> CompletionStage<Void> whenAllowed(
            HubAction action, String name, @Nullable Outcome<T> outcome, Runnable operation) {
        return after(may(action, name), outcome, operation);
    }

    @SuppressWarnings("ReferenceEquality") // a constant
    <T> CompletionStage<Void> after(
            CompletableFuture<Void> decision, @Nullable Outcome<T> outcome, Runnable operation) {
        if (decision == Access.ALLOWED) {
            operation.run();
            return PROCEED;
        }
        CompletableFuture<Void> proceed = new CompletableFuture<>();
        decision.whenComplete((allowed, failure) -> onLoop(() -> {
            try {
                if (failure != null) {
                    fail(outcome, failure);
                } else if (closed) {
                    fail(outcome, HubErrors.closing());
                } else {
                    operation.run();
                }
            } finally {
                proceed.complete(null);
            }
        }));
        return proceed.isDone() ? PROCEED : proceed;
    }

    void onLoop(Runnable task) {
        if (loop().inLoop()) {
            task.run();
        } else {
            loop().executeOrRun(task);
        }
    }

    static <T> void fail(@Nullable Outcome<T> outcome, Throwable failure) {
        if (outcome != null) {
            outcome.complete(null, HubErrors.of(failure));
        }
    }

    private <T> boolean isInvalid(String what, String name, @Nullable Outcome<T> outcome) {
        String problem = Names.problem(what, name);
        if (problem == null) {
            return false;
        }
        if (outcome != null) {
            outcome.complete(null, HubErrors.invalidArguments(problem));
        }
        return true;
    }

    // ---- channels

    /**
     * Publishes.
     *
     * @param data data in any format; absent for none
     * @param outcome receives the position on the event loop, after the delivery to this connection; null if nobody is interested
     */
    public CompletionStage<Void> publish(
            String channel, Payload data, PublishOptions options, @Nullable Outcome<Position> outcome) {
        return isInvalid("channel", channel, outcome)
                ? PROCEED
                : publisher.publish(id, channel, data, options, outcome);
    }

    /** Publishes for a call of {@code helio.publish}. */
    CompletionStage<Void> publishByCall(
            String channel, Payload data, PublishOptions options, Outcome<Position> outcome) {
        return publisher.publish(peer.publisherOfCalls(id), channel, data, options, outcome);
    }

    /**
     * Returns the data to publish.
     *
     * @throws CallException if the filter of the hub rejects the publication
     */
    public @Nullable Object filtered(String channel, Payload data) {
        return publisher.filtered(channel, data);
    }

    /**
     * Subscribes. The subscription ends with the connection, and when the rights of its principal end; then {@link HubPeer#kickOut} follows.
     *
     * @param since position of the last publication that the client has; null to receive new publications only
     * @param outcome receives the subscription on the event loop, before the first publication
     */
    public CompletionStage<Void> subscribe(
            String channel, Subscriber subscriber, @Nullable Position since, Outcome<ChannelSubscription> outcome) {
        if (isInvalid("channel", channel, outcome)) {
            return PROCEED;
        }
        Principal decided = principal();
        return whenAllowed(
                HubAction.SUBSCRIBE,
                channel,
                outcome,
                () -> channels.subscribe(channel, subscriber, since, decided, outcome));
    }

    /** Ends a subscription. Event loop only. Returns whether there was one. */
    public boolean unsubscribe(String channel) {
        return channels.unsubscribe(channel);
    }

    /** The channels of {@link #subscribe}. Event loop only. */
    public Collection<String> channels() {
        return channels.names();
    }

    /** Subscribes to patterns without a decision; the binding decides about each channel with {@link #may}. */
    public Subscription subscribeMatching(Collection<ChannelPattern> patterns, Subscriber subscriber) {
        return core.exchange().subscribeMatching(patterns, loop(), subscriber);
    }

    /** Makes this connection a member of a channel to which the binding has subscribed by itself. Event loop only. */
    public void entered(String channel) {
        channels.entered(channel);
    }

    /** Ends the membership of a channel. Event loop only. */
    public void left(String channel) {
        channels.left(channel);
    }

    /** The memberships and presence watches of this connection. Event loop only. */
    Memberships memberships() {
        return channels.memberships();
    }

    /** Returns the procedure of a name that the client has called, or null if a rule hides it. */
    public @Nullable String procedureOf(String name) {
        return name.startsWith(BUILT_IN) ? name : listener.names().procedure(name);
    }

    /** Returns the channel of a name that the client wants to read, or null if a rule hides it in one of the directions. */
    public @Nullable String channelToRead(String name) {
        return listener.names().channelToRead(name);
    }

    // ---- calls

    /**
     * Calls a procedure.
     *
     * @param argument argument in any format; absent for none
     * @param outcome receives the result on any thread; null for a one-way call. It may throw a {@link io.heliograph.codec.CodecException} if the
     *     result cannot be encoded, and is called again with an error then
     */
    public CompletionStage<Void> call(String procedure, Payload argument, @Nullable Outcome<Object> outcome) {
        return isInvalid("procedure", procedure, outcome) ? PROCEED : caller.call(procedure, argument, outcome);
    }

    /** Returns the names by which this connection may call procedures now, except the built-in ones. Event loop only. */
    List<String> callable() {
        return core.callable(this).stream()
                .flatMap(procedure -> listener.names().namesOfProcedure(procedure).stream())
                .toList();
    }

    /** Returns the names of the procedures that this connection may call now. Event loop only. */
    public List<String> callableAndBuiltIn() {
        return Stream.concat(callable().stream(), BuiltIns.NAMES.stream()).toList();
    }

    // ---- identity

    /**
     * Verifies a token and makes its principal that of the connection.
     *
     * @param outcome receives the principal on the event loop
     */
    public CompletionStage<Void> authenticate(String token, Outcome<Principal> outcome) {
        return after(
                core.verify(token).thenAccept(this::authenticate),
                (none, failure) -> outcome.complete(null, failure),
                () -> outcome.complete(principal(), null));
    }

    /**
     * Changes the principal. Thread-safe.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    public void authenticate(Principal next) {
        Principal changed = identity.change(next);
        onLoop(() -> {
            if (!closed && identity.isCurrent(changed)) {
                identity.changed(changed);
                peer.authenticated(changed);
                channels.principalChanged(changed);
                if (core.isRevoked(changed)) {
                    deauthenticate(); // The revocation came between the verification of the token and this change.
                }
            }
        });
    }

    /** Returns to the principal that the connection had at its start. Thread-safe. */
    public void deauthenticate() {
        authenticate(identity.initial());
    }

    /** Decides about all subscriptions again, because the permissions have changed. Thread-safe. */
    void recheck() {
        onLoop(() -> {
            if (!closed) {
                channels.recheck();
            }
        });
    }

    // ---- connection

    /**
     * Decides whether the connection may stay. Called once, by the binding.
     *
     * @param onAllowed starts the connection; runs on the event loop. A connection that is denied is closed
     */
    public CompletionStage<Void> admit(Runnable onAllowed) {
        Outcome<Void> denied = (none, failure) -> deny(failure == null ? "" : failure.getMessage());
        return whenAllowed(HubAction.CONNECT, listener.url(), denied, () -> {
            if (identity.initial().isAuthenticated()) {
                memberships();
            }
            onAllowed.run();
            core.connected(this);
        });
    }

    /** Closes the connection because it is not allowed. Event loop only. */
    public void deny(String reason) {
        denied = true;
        peer.close(reason);
    }

    /** The figures of this connection now. Thread-safe. */
    ConnectionStats stats() {
        return new ConnectionStats(
                id,
                protocol(),
                listener(),
                remoteAddress,
                principal().name(),
                since,
                channels.count() + peer.subscriptions(),
                calls.count(),
                peer.stats());
    }

    @Override
    public void send(String name, @Nullable Object data) {
        Payload payload = data instanceof Payload given ? given : Payload.ofValue(core.codec(), data);
        onLoop(() -> {
            if (!closed) {
                peer.send(name, payload);
            }
        });
    }

    @Override
    public void kickOut(String channel, String reason) {
        onLoop(() -> channels.kickOut(channel, reason));
    }

    @Override
    public void close(String reason) {
        onLoop(() -> {
            if (!closed) {
                peer.close(reason);
            }
        });
    }

    /** Ends everything of this connection, as {@link #closed(EndCause, String)} does. */
    public void closed(CloseReason reason) {
        closed(EndCause.of(reason), EndDescription.of(reason));
    }

    /** Ends everything of this connection. Called once by the binding, on the event loop, when the connection has closed. */
    public void closed(EndCause cause, String reason) {
        if (closed) {
            return;
        }
        closed = true;
        identity.stop();
        channels.close();
        calls.close();
        core.disconnected(this, denied ? EndCause.DENIED : cause, reason);
    }
}
