package io.heliograph.server.binding;

import io.heliograph.Backoff;
import io.heliograph.QueueFullException;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.spi.MemberBackend;
import io.heliograph.channel.spi.MemberGroup;
import io.heliograph.channel.spi.MemberPeer;
import io.heliograph.channel.spi.MemberReply;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.scan.JsonElements;
import io.heliograph.server.CallException;
import io.heliograph.server.Principal;
import io.heliograph.server.Rule;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.HubListener;
import io.heliograph.server.hub.HubPeer;
import io.heliograph.server.hub.Outcome;
import io.heliograph.server.hub.PresenceChange;
import io.heliograph.server.stats.EndCause;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Member of a message channel as a connection of the hub. Event loop only. */
final class ChannelMember implements MemberBackend.Session, HubPeer {

    private static final String USER = ProcessHandle.current().info().user().orElse(System.getProperty("user.name"));
    private static final Backoff RETRIES = new Backoff(Duration.ofMillis(1), Duration.ofMillis(50), 0);

    /** Less than the time after which a host disconnects a member that reads nothing. */
    private static final Duration RETRY_TIME = Duration.ofSeconds(2);

    private static final int MAX_DEPTH = 1000;
    private static final Duration ERROR_INTERVAL = Duration.ofSeconds(1);

    private final HubCore hub;
    private final HubListener listener;
    private final EventLoop loop;
    private final MemberPeer peer;
    private final MemberDelivery delivery;
    private final HubConnection connection;
    private final Set<String> kickedOut = new HashSet<>(0);
    private @Nullable CompletionStage<Void> admission;
    private boolean admitted;
    private boolean refused;
    private boolean errorSent;
    private long errorAt;

    ChannelMember(HubCore hub, HubListener listener, MemberGroup group, MemberPeer peer, MemberDelivery delivery) {
        this.hub = hub;
        this.listener = listener;
        this.loop = group.loop();
        this.peer = peer;
        this.delivery = delivery;
        Principal principal = new Principal(
                USER,
                Principal.Source.OS_USER,
                true,
                Set.of(),
                Map.of("member", peer.member().id(), "pid", peer.member().pid()));
        String address = listener.configuredUrl() + " (user " + USER + ", process "
                + peer.member().pid() + ", member " + peer.member().id() + ")";
        this.connection = hub.connect(listener, this, address, principal);
    }

    void admit() {
        delivery.joined(this);
        delivery.restricted(this);
        admission = connection.admit(() -> {
            admitted = true;
            delivery.admitted(this);
        });
    }

    HubConnection connection() {
        return connection;
    }

    MemberPeer peer() {
        return peer;
    }

    /** Whether publications of a channel must not be sent to this member. */
    boolean isExcluded(String channel) {
        return refused || !admitted || kickedOut.contains(channel);
    }

    /** Whether publications must not be sent to all members. */
    boolean isRestricted() {
        return refused || !admitted || !kickedOut.isEmpty();
    }

    // ---- messages

    @Override
    public CompletionStage<Void> message(String topic, Payload payload) {
        return whenAdmitted(() -> accept(topic, payload));
    }

    @Override
    public CompletionStage<Void> request(String topic, Payload payload, MemberReply reply) {
        return whenAdmitted(() -> call(topic, payload, reply));
    }

    private CompletionStage<Void> whenAdmitted(Supplier<CompletionStage<Void>> operation) {
        if (admitted || refused || admission == null) {
            return operation.get();
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        admission.whenComplete((decided, failure) ->
                loop.executeOrRun(() -> operation.get().whenComplete((processed, ignored) -> done.complete(null))));
        return done;
    }

    private CompletionStage<Void> accept(String topic, Payload payload) {
        if (refused) {
            sendError(topic, disconnected());
            return MemberBackend.ACCEPTED;
        }
        Payload checked;
        try {
            checked = checked(topic, payload);
        } catch (CallException invalid) {
            sendError(topic, invalid);
            return MemberBackend.ACCEPTED;
        }
        Rule rule = listener.names().call(topic).orElse(null);
        if (rule != null) {
            return callByRule(rule, topic, checked);
        }
        String channel = delivery.names().channel(topic);
        if (channel == null) {
            sendError(topic, HubErrors.invalidArguments("topic: '" + topic + "' is hidden by a rule"));
            return MemberBackend.ACCEPTED;
        }
        return new PublishAttempt(topic, channel, checked).start();
    }

    /**
     * Returns the payload of a message, whose bytes pass through.
     *
     * @throws CallException if the topic is reserved or the payload is malformed
     */
    private Payload checked(String topic, Payload payload) {
        if (topic.startsWith("#")) {
            throw HubErrors.invalidArguments("topic: '" + topic + "' (expected: a name that does not begin with #)");
        }
        if (payload.size() == 0) {
            return Payload.absent(hub.codec());
        }
        try {
            JsonElements.check(payload.frame(), MAX_DEPTH);
        } catch (CodecException malformed) {
            throw HubErrors.of(malformed);
        }
        return Payload.ofWellFormed(hub.codec(), payload.frame());
    }

    private static CallException disconnected() {
        return CallException.of("NotAllowedError", "the member is disconnected by the hub")
                .code(HubErrors.CALL_DENIED);
    }

    /** A publication, which is repeated while the queue of the exchange is full. */
    private final class PublishAttempt implements Outcome<Position> {

        private final String topic;
        private final String channel;
        private final Payload payload;
        private Duration delay = RETRIES.initial();
        private long since;
        private @Nullable CompletableFuture<Void> retrying;

        PublishAttempt(String topic, String channel, Payload payload) {
            this.topic = topic;
            this.channel = channel;
            this.payload = payload;
        }

        CompletionStage<Void> start() {
            CompletionStage<Void> decided = publish();
            if (retrying != null) {
                return retrying;
            }
            if (decided.toCompletableFuture().isDone()) {
                return decided;
            }
            return decided.thenCompose(done -> retrying == null ? MemberBackend.ACCEPTED : retrying);
        }

        private CompletionStage<Void> publish() {
            return connection.publish(channel, payload, PublishOptions.none(), this);
        }

        @Override
        public void complete(@Nullable Position position, @Nullable CallException failure) {
            if (failure != null && failure.getCause() instanceof QueueFullException && hasTime()) {
                loop.schedule(delay, this::publish);
                delay = RETRIES.next(delay);
                return;
            }
            if (failure != null) {
                sendError(topic, failure);
            }
            if (retrying != null) {
                retrying.complete(null);
            }
        }

        private boolean hasTime() {
            long now = loop.nanoTime();
            if (retrying == null) {
                retrying = new CompletableFuture<>();
                since = now;
            }
            return now - since < RETRY_TIME.toNanos();
        }
    }

    // ---- calls

    private CompletionStage<Void> call(String topic, Payload payload, MemberReply reply) {
        Outcome<Object> outcome = (result, failure) -> answer(reply, result, failure);
        if (refused) {
            outcome.complete(null, disconnected());
            return MemberBackend.ACCEPTED;
        }
        String procedure = connection.procedureOf(topic);
        Payload argument;
        try {
            argument = checked(topic, payload);
        } catch (CallException invalid) {
            outcome.complete(null, invalid);
            return MemberBackend.ACCEPTED;
        }
        if (procedure == null) {
            outcome.complete(null, HubErrors.procedureNotFound(topic));
            return MemberBackend.ACCEPTED;
        }
        return connection.call(procedure, argument, outcome);
    }

    private void answer(MemberReply reply, @Nullable Object result, @Nullable CallException failure) {
        if (failure == null) {
            reply.succeed(encoded(result));
        } else {
            reply.fail(new RequestFailedException(
                    failure.errorName(), failure.getMessage(), failure.code(), failure.data()));
        }
    }

    private Payload encoded(@Nullable Object value) {
        return value instanceof Payload payload
                ? payload
                : Payload.of(hub.codec(), Payload.ofValue(hub.codec(), value).frame());
    }

    /** Calls the procedure of a rule; the result is sent to the member as the topic of replies. */
    private CompletionStage<Void> callByRule(Rule rule, String topic, Payload payload) {
        String procedure = listener.names().procedure(topic);
        if (procedure == null) {
            return MemberBackend.ACCEPTED;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        connection.call(procedure, payload, (result, failure) -> {
            if (failure != null) {
                loop.executeOrRun(() -> sendError(topic, failure));
            } else {
                rule.replyTopic().ifPresent(reply -> peer.send(reply, encoded(result)));
            }
            done.complete(null);
        });
        return done; // the next message waits, so that replies keep the order of the requests
    }

    // ---- peer

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void send(String name, Payload data) {
        peer.send(name, data);
    }

    /** Sends an error as the topic {@code #error}, at most once per second. */
    private void sendError(String topic, CallException error) {
        long now = loop.nanoTime();
        if (errorSent && now - errorAt < ERROR_INTERVAL.toNanos()) {
            return;
        }
        errorSent = true;
        errorAt = now;
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("topic", topic);
        members.putAll(HubErrors.describe(error));
        send("#error", members);
    }

    private void send(String topic, Map<String, Object> members) {
        peer.send(topic, Payload.ofValue(hub.codec(), members));
    }

    /** A call is no message of the channel, which the other members have received from the member itself. */
    @Override
    public @Nullable String publisherOfCalls(String connectionId) {
        return null;
    }

    @Override
    public void kickOut(String channel, String reason) {
        kickedOut.add(channel);
        delivery.restricted(this);
        String name = listener.names().nameOf(channel);
        if (name != null) {
            send("#kickOut", Map.of("channel", name, "message", reason));
        }
    }

    /** The hub cannot remove another member; it no longer exchanges messages with it. */
    @Override
    public void close(String reason) {
        if (!refused) {
            refused = true;
            delivery.restricted(this);
            send("#close", Map.of("message", reason));
            connection.closed(EndCause.SERVER, reason);
        }
    }

    @Override
    public void presence(PresenceChange change) {
        send("#presence", change.message("channel"));
    }

    @Override
    public void closed(LeaveReason reason) {
        delivery.left(this);
        EndCause cause = switch (reason) {
            case LEFT -> EndCause.CLIENT;
            case LOST -> EndCause.NETWORK;
            case STALLED -> EndCause.SLOW_CONSUMER;
            case PROTOCOL_VIOLATION -> EndCause.PROTOCOL_VIOLATION;
        };
        connection.closed(cause, "the member has left: " + reason);
    }
}
