package io.heliograph.server.binding;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Recovery;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.spi.RpcBackend;
import io.heliograph.rpc.spi.RpcPeer;
import io.heliograph.rpc.spi.RpcReply;
import io.heliograph.rpc.spi.RpcSubscription;
import io.heliograph.scan.ValueFormat;
import io.heliograph.server.CallException;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.HubPeer;
import io.heliograph.server.hub.Outcome;
import io.heliograph.server.hub.PresenceChange;
import io.heliograph.server.hub.ReconnectHint;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Connection of an RPC listener. Event loop only. */
final class RpcConnection implements RpcBackend.Session, HubPeer {

    private static final String LOGIN = "rpc.login";

    /** Procedure that receives a login without a token. */
    private static final String LOGIN_PROCEDURE = "login";

    private static final int POLICY_VIOLATION = 1008;
    private static final int SERVICE_RESTART = 1012;

    private final RpcBinding binding;
    private final RpcPeer peer;
    private final RpcNames names;
    private final Map<String, EventSubscriber> subscribers = new HashMap<>();
    private @Nullable HubConnection connection;

    RpcConnection(RpcBinding binding, RpcPeer peer, RpcNames names) {
        this.binding = binding;
        this.peer = peer;
        this.names = names;
    }

    /**
     * Opens the connection.
     *
     * @param token bearer token; null for none. An invalid token closes the connection
     * @return completes when the connection may be used
     */
    CompletionStage<Void> open(Principal principal, @Nullable String token) {
        HubConnection opened =
                binding.hub().connect(binding.listener(), this, peer.peer().toString(), principal);
        connection = opened;
        if (token == null) {
            return opened.admit(() -> {});
        }
        CompletionStage<Void> authenticated = opened.authenticate(token, (verified, failure) -> {
            if (failure == null) {
                peer.await(opened.admit(() -> {}));
            } else {
                opened.deny(failure.getMessage());
            }
        });
        return authenticated;
    }

    private HubConnection connection() {
        HubConnection present = connection;
        if (present == null) {
            throw new IllegalStateException("the connection has not been opened");
        }
        return present;
    }

    // ---- calls

    @Override
    public CompletionStage<Void> call(String method, Payload params, @Nullable RpcReply reply) {
        if (method.equals(LOGIN)) {
            return login(params, reply);
        }
        String procedure = method.startsWith(HubConnection.BUILT_IN) ? method : names.procedure(method);
        if (procedure == null) {
            answer(reply, null, HubErrors.procedureNotFound(method));
            return RpcBackend.ACCEPTED;
        }
        return connection().call(procedure, params, reply == null ? null : outcome(reply));
    }

    private static Outcome<Object> outcome(RpcReply reply) {
        return (result, failure) -> answer(reply, result, failure);
    }

    private static void answer(@Nullable RpcReply reply, @Nullable Object result, @Nullable CallException failure) {
        if (reply == null) {
            return;
        }
        if (failure == null) {
            reply.succeed(result);
        } else {
            reply.fail(
                    failure.code(),
                    failure.getMessage(),
                    failure.data() == null ? Map.of("name", failure.errorName()) : failure.data());
        }
    }

    /** Authenticates by a token, or calls the procedure for logins. The result is true if the client is authenticated and has no other. */
    private CompletionStage<Void> login(Payload params, @Nullable RpcReply reply) {
        String token = token(params);
        if (token != null) {
            return connection()
                    .authenticate(token, (principal, failure) -> answer(reply, failure == null ? true : null, failure));
        }
        String procedure = connection().procedureOf(LOGIN_PROCEDURE);
        if (procedure == null) {
            answer(reply, null, HubErrors.procedureNotFound(LOGIN));
            return RpcBackend.ACCEPTED;
        }
        return connection().call(procedure, params, (result, failure) -> {
            answer(reply, result == null ? connection().principal().isAuthenticated() : result, failure);
        });
    }

    /** Returns the token of parameters that consist of it, named, or null. */
    private static @Nullable String token(Payload params) {
        ValueFormat format = ValueFormat.of(params.codec());
        if (format == null || !params.isPresent()) {
            return null;
        }
        Frame named = params.frame();
        if (format.isArray(named)) {
            List<Frame> elements = format.elements(named, Integer.MAX_VALUE);
            if (elements.size() != 1) {
                return null;
            }
            named = elements.get(0);
        }
        if (!format.isObject(named)) {
            return null;
        }
        Frame token = format.members(named, "token")[0];
        return token != null && format.isString(token) ? (String) params.codec().decode(token, String.class) : null;
    }

    @Override
    public Collection<String> methods() {
        Set<String> methods = new LinkedHashSet<>();
        for (String name : connection().callableAndBuiltIn()) {
            String method = name.startsWith(HubConnection.BUILT_IN) ? name : names.method(name);
            if (method != null) {
                methods.add(method);
            }
            if (name.equals(LOGIN_PROCEDURE)) {
                methods.add(LOGIN);
            }
        }
        return methods;
    }

    // ---- events

    @Override
    public CompletionStage<Void> subscribe(RpcSubscription subscription) {
        String channel = names.channelToRead(subscription.event());
        EventSubscriber earlier = channel == null ? null : subscribers.get(channel);
        if (earlier != null && !earlier.settled().isDone()) {
            // The client has unsubscribed before the answer, which ends the earlier subscription.
            return earlier.settled().thenCompose(done -> subscribe(subscription));
        }
        if (channel == null || earlier != null) {
            subscription.reject("provided event invalid");
            return RpcBackend.ACCEPTED;
        }
        Position since = null;
        String requested = subscription.since();
        if (requested != null && !requested.isEmpty()) {
            try {
                since = Position.parse(requested);
            } catch (IllegalArgumentException invalid) {
                forbid(subscription, HubErrors.invalidArguments("since: " + invalid.getMessage()));
                return RpcBackend.ACCEPTED;
            }
        }
        EventSubscriber subscriber = new EventSubscriber(
                connection(),
                peer,
                names,
                channel,
                subscription,
                binding.listener().echo());
        subscribers.put(channel, subscriber);
        return connection().subscribe(channel, subscriber, since, (subscribed, failure) -> {
            if (failure == null && subscribed != null) {
                accept(subscription, subscribed);
            } else {
                subscribers.remove(channel, subscriber);
                CallException denied = failure == null ? HubErrors.invalidArguments(channel) : failure;
                if (denied.code() == HubErrors.INVALID_ARGUMENTS) {
                    subscription.reject("provided event invalid");
                } else {
                    forbid(subscription, denied);
                }
            }
            subscriber.settled().complete(null);
        });
    }

    private static void accept(RpcSubscription subscription, ChannelSubscription subscribed) {
        String since = subscription.since();
        if (since == null) {
            subscription.accept();
            return;
        }
        String position = subscribed.position().toString();
        switch (subscribed.recovery()) {
            case Recovery.NotAsked none -> subscription.accept(position, null, null);
            case Recovery.Recovered recovered -> subscription.accept(position, true, null);
            case Recovery.Lost lost ->
                subscription.accept(position, false, lost.reason().key());
        }
    }

    private static void forbid(RpcSubscription subscription, CallException failure) {
        subscription.forbid(
                failure.code(),
                failure.getMessage(),
                failure.data() == null ? Map.of("name", failure.errorName()) : failure.data());
    }

    @Override
    public void unsubscribe(RpcSubscription subscription) {
        String channel = names.channel(subscription.event());
        EventSubscriber subscriber = channel == null ? null : subscribers.get(channel);
        if (channel != null && subscriber != null && subscriber.isOf(subscription)) {
            subscribers.remove(channel);
            connection().unsubscribe(channel);
        }
    }

    // ---- hub

    @Override
    public EventLoop loop() {
        return peer.loop();
    }

    @Override
    public LinkStats stats() {
        return peer.stats();
    }

    @Override
    public void send(String name, Payload data) {
        peer.send(peer.format().event(name, data, null));
    }

    @Override
    public void kickOut(String channel, String reason) {
        EventSubscriber subscriber = subscribers.remove(channel);
        if (subscriber != null) {
            subscriber.end();
        }
    }

    @Override
    public void close(String reason) {
        peer.close(POLICY_VIOLATION, CloseText.shortened(reason));
    }

    @Override
    public CompletableFuture<Void> answered() {
        return peer.drain();
    }

    /** {@inheritDoc} The client of npm connects again after a second, whatever the reason says; that of Java after the delay. */
    @Override
    public void end(ReconnectHint hint) {
        peer.close(SERVICE_RESTART, "retry=" + hint.delay().toMillis());
    }

    @Override
    public void authenticated(Principal principal) {
        peer.authenticated(principal.isAuthenticated());
    }

    @Override
    public void presence(PresenceChange change) {
        peer.send(peer.format().message(change.message("presence")));
    }

    @Override
    public void closed(CloseReason reason) {
        binding.release(peer.namespace());
        connection().closed(reason);
    }
}
