package io.heliograph.server.binding;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.spi.RealtimeBackend;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.HubListener;
import io.heliograph.server.hub.HubPeer;
import io.heliograph.server.hub.PresenceChange;
import io.heliograph.server.hub.ReconnectHint;
import io.heliograph.server.stats.EndCause;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Connection of a SocketCluster listener. Event loop only. */
final class SocketClusterConnection implements RealtimeBackend.Session, HubPeer {

    private static final int HUNG_UP = 1006;
    private static final int POLICY_VIOLATION = 1008;
    private static final int PONG_TIMED_OUT = 4001;
    private static final int SIGNING_FAILED = 4002;
    private static final int NO_HANDSHAKE = 4005;
    private static final int HANDSHAKE_REJECTED = 4008;
    private static final int MESSAGE_BEFORE_HANDSHAKE = 4009;

    private final HubCore hub;
    private final HubListener listener;
    private final RealtimeBackend.Peer peer;
    private final RealtimeSocket socket;
    private final HubConnection connection;

    /** Fails if the connection is denied; null when the decision is known. */
    private @Nullable CompletableFuture<Void> admission;

    /** Whether the client has a token. */
    private boolean hasToken;

    /** Whether the principal and the token are changing together. */
    private boolean changing;

    SocketClusterConnection(HubCore hub, HubListener listener, RealtimeBackend.Peer peer) {
        this.hub = hub;
        this.listener = listener;
        this.peer = peer;
        this.socket = peer.socket();
        this.connection = hub.connect(
                listener,
                this,
                socket.peer().toString(),
                HubCore.principalOf(socket.request().certificates()));
        socket.attach(connection);
    }

    @Override
    public String id() {
        return connection.id();
    }

    // ---- decisions

    @Override
    public CompletionStage<Void> admit() {
        CompletableFuture<Void> admitted = new CompletableFuture<>();
        admission = admitted;
        connection.admit(() -> {
            admission = null;
            admitted.complete(null);
        });
        return admitted;
    }

    @Override
    public CompletionStage<Void> subscribe(String name) {
        String channel = listener.names().channel(name);
        if (channel == null || !name.equals(listener.names().nameOf(channel))) {
            return denied(HubErrors.notAllowed(HubAction.SUBSCRIBE, name, ""));
        }
        return decision(connection.mayUse(HubAction.SUBSCRIBE, channel));
    }

    @Override
    public CompletionStage<Void> publish(String name) {
        String channel = listener.names().channel(name);
        return channel == null
                ? denied(HubErrors.notAllowed(HubAction.PUBLISH, name, ""))
                : decision(connection.mayUse(HubAction.PUBLISH, channel));
    }

    private static CompletionStage<Void> denied(CallException failure) {
        return CompletableFuture.failedFuture(SocketClusterBinding.toError(failure));
    }

    /** Returns the decision with the error that the client receives. */
    private static CompletionStage<Void> decision(CompletableFuture<Void> decision) {
        if (decision.isDone() && !decision.isCompletedExceptionally()) {
            return RealtimeBackend.ALLOWED;
        }
        return decision.exceptionallyCompose(failure -> denied(HubErrors.of(failure)));
    }

    @Override
    public @Nullable Object filter(String name, Payload data) {
        String channel = listener.names().channel(name);
        try {
            return connection.filtered(channel == null ? name : channel, data);
        } catch (CallException rejected) {
            throw SocketClusterBinding.toError(rejected);
        }
    }

    @Override
    public void subscribed(String name) {
        String channel = listener.names().channel(name);
        if (channel != null) {
            connection.entered(channel);
        }
    }

    @Override
    public void unsubscribed(String name) {
        String channel = listener.names().channel(name);
        if (channel != null) {
            connection.left(channel);
        }
    }

    // ---- calls

    @Override
    public CompletionStage<Void> call(String procedure, Payload data, RealtimeBackend.@Nullable Reply reply) {
        String target = connection.procedureOf(procedure);
        if (target == null) {
            if (reply != null) {
                reply.complete(null, SocketClusterBinding.toError(HubErrors.procedureNotFound(procedure)));
            }
            return RealtimeBackend.ALLOWED;
        }
        if (reply == null) {
            return connection.call(target, data, null);
        }
        return connection.call(
                target,
                data,
                (result, failure) ->
                        reply.complete(result, failure == null ? null : SocketClusterBinding.toError(failure)));
    }

    // ---- identity

    @Override
    public CompletionStage<Void> authenticate(AuthToken token) {
        try {
            hub.accept(Principal.ofToken(token.claims()));
            return RealtimeBackend.ALLOWED;
        } catch (CallException rejected) {
            return CompletableFuture.failedFuture(AuthTokenException.invalid(rejected.getMessage()));
        }
    }

    @Override
    public void tokenChanged(@Nullable AuthToken token) {
        boolean had = hasToken;
        hasToken = token != null;
        if (changing) {
            return;
        }
        if (token != null) {
            changeTogether(() -> connection.authenticate(Principal.ofToken(token.claims())));
        } else if (had) {
            changeTogether(connection::deauthenticate);
        }
    }

    private void changeTogether(Runnable change) {
        changing = true;
        try {
            change.run();
        } finally {
            changing = false;
        }
    }

    @Override
    public void authenticated(Principal principal) {
        if (changing) {
            return;
        }
        if (principal.isAuthenticated()) {
            changeTogether(() -> socket.setAuthToken(claims(principal)).whenComplete((signed, failure) -> {
                if (failure != null) {
                    hub.report(Failures.unwrap(failure));
                }
            }));
        } else if (hasToken) {
            changeTogether(socket::deauthenticate);
        }
    }

    private static Map<String, Object> claims(Principal principal) {
        Map<String, Object> claims = new LinkedHashMap<>(principal.claims());
        claims.putIfAbsent("sub", principal.name());
        if (!principal.roles().isEmpty()) {
            claims.putIfAbsent("roles", List.copyOf(principal.roles()));
        }
        return claims;
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
    public void recheck() {
        peer.reauthorize();
    }

    @Override
    public void send(String name, Payload data) {
        socket.transmit(name, data);
    }

    @Override
    public void kickOut(String channel, String reason) {
        String name = listener.names().nameOf(channel);
        if (name != null && socket.isSubscribed(name)) {
            socket.kickOut(name, reason);
        }
    }

    @Override
    public void close(String reason) {
        CompletableFuture<Void> pending = admission;
        if (pending == null) {
            socket.disconnect(POLICY_VIOLATION, CloseText.shortened(reason));
        } else {
            admission = null;
            pending.completeExceptionally(RealtimeException.of("NotAllowedError", reason));
        }
    }

    @Override
    public CompletableFuture<Void> answered() {
        return peer.answered();
    }

    /** {@inheritDoc} The client of npm connects again after a random 10 to 20 s if it receives a code, else at once. */
    @Override
    public void end(ReconnectHint hint) {
        peer.end(!hint.isImmediate());
    }

    @Override
    public void presence(PresenceChange change) {
        socket.transmit("#presence", change.message("channel"));
    }

    @Override
    public void closed(int code, String reason) {
        connection.closed(cause(code), reason.isEmpty() ? String.valueOf(code) : code + " " + reason);
    }

    private EndCause cause(int code) {
        DropReason exceeded = peer.exceeded();
        if (exceeded != null) {
            return EndCause.of(exceeded);
        }
        if (peer.isClosedByClient()) {
            return EndCause.CLIENT;
        }
        return switch (code) {
            case HUNG_UP -> EndCause.NETWORK;
            case PONG_TIMED_OUT, NO_HANDSHAKE -> EndCause.TIMEOUT;
            case HANDSHAKE_REJECTED -> EndCause.DENIED;
            case MESSAGE_BEFORE_HANDSHAKE -> EndCause.PROTOCOL_VIOLATION;
            case SIGNING_FAILED -> EndCause.FAILURE;
            default -> EndCause.SERVER;
        };
    }

    @Override
    public int subscriptions() {
        return socket.subscriptions().size();
    }
}
