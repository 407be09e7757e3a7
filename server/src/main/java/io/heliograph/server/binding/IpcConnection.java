package io.heliograph.server.binding;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.exchange.Gap;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.ipc.spi.IpcPeer;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.Principal;
import io.heliograph.server.Rule;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.HubPeer;
import io.heliograph.server.hub.Outcome;
import io.heliograph.server.hub.PresenceChange;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Connection of an IPC listener. Event loop only. */
final class IpcConnection implements IpcBackend.Session, HubPeer, PendingPublication.Source {

    /** Limits the channels of a connection. */
    static final int MAX_SUBSCRIPTIONS = 1000;

    private static final long ERROR_INTERVAL = Duration.ofSeconds(1).toNanos();

    private final IpcBinding binding;
    private final IpcPeer peer;
    private final IpcCommands commands;
    private final RunningCalls calls;
    private final OrderedReplies replies;
    private final VisibleChannels visible;
    private final Set<String> subscribed = new HashSet<>();
    private @Nullable HubConnection connection;
    private CompletionStage<Void> admission = IpcBackend.ACCEPTED;
    private boolean admitted;
    private boolean byDefault;
    private boolean closed;
    private boolean errorSent;
    private long errorAt;

    IpcConnection(IpcBinding binding, IpcPeer peer) {
        this.binding = binding;
        this.peer = peer;
        this.commands = new IpcCommands(this, binding);
        this.calls = new RunningCalls(peer.loop(), binding.calls());
        this.replies = new OrderedReplies(this::send);
        this.visible = new VisibleChannels(
                peer.loop(),
                channel -> connection().may(HubAction.SUBSCRIBE, channel),
                this::deliver,
                () -> peer.countDrop(DropReason.QUEUE_FULL));
    }

    /** Opens the connection; messages wait until it is admitted. */
    void open(Principal principal) {
        HubConnection opened = binding.hub().connect(binding.listener(), this, remoteAddress(principal), principal);
        connection = opened;
        admission = opened.admit(() -> {
            admitted = true;
            if (principal.local() && !closed) {
                byDefault = true;
                binding.defaultDelivery().add(this);
            }
        });
    }

    private String remoteAddress(Principal principal) {
        String user = principal.name().isEmpty() ? "" : " user " + principal.name();
        OptionalLong pid = peer.credentials().map(PeerCredentials::pid).orElse(OptionalLong.empty());
        return binding.listener().url() + user + (pid.isPresent() ? " (process " + pid.getAsLong() + ")" : "");
    }

    @Override
    public HubConnection connection() {
        HubConnection present = connection;
        if (present == null) {
            throw new IllegalStateException("the connection has not been opened");
        }
        return present;
    }

    @Override
    public EventLoop loop() {
        return peer.loop();
    }

    @Override
    public LinkStats stats() {
        return peer.stats();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    // ---- messages of the client

    @Override
    public CompletionStage<Void> message(String topic, Payload payload, int bytes) {
        if (!admitted) {
            return admission.thenCompose(done -> admitted ? handle(topic, payload, bytes) : IpcBackend.ACCEPTED);
        }
        return handle(topic, payload, bytes);
    }

    private CompletionStage<Void> handle(String topic, Payload payload, int bytes) {
        if (closed) {
            return IpcBackend.ACCEPTED;
        }
        if (topic.charAt(0) == '#') {
            return commands.handle(topic, payload, bytes);
        }
        Optional<Rule> call = binding.listener().names().call(topic);
        if (call.isPresent()) {
            return call(topic, call.get(), payload, bytes);
        }
        String channel = binding.listener().names().channel(topic);
        if (channel == null) {
            error(HubErrors.invalidArguments("topic: '" + topic + "' (expected: a topic that is not hidden)"), topic);
            return IpcBackend.ACCEPTED;
        }
        return PendingPublication.publish(this, channel, payload);
    }

    /** Calls a procedure by a rule, which sends the result as a topic. */
    private CompletionStage<Void> call(String topic, Rule rule, Payload payload, int bytes) {
        String procedure = binding.listener().names().procedure(topic);
        String replyTopic = rule.replyTopic().orElse(null);
        OrderedReplies.Reply reply = replyTopic == null ? null : replies.begin();
        return startCall(
                procedure == null ? topic : procedure, payload, bytes, replyTopic == null, (result, failure) -> {
                    Frame frame = failure == null && replyTopic != null ? frame(replyTopic, result) : null;
                    onLoop(() -> {
                        if (failure != null) {
                            error(failure, topic);
                        }
                        if (reply != null) {
                            reply.complete(frame);
                        }
                    });
                });
    }

    /**
     * Starts a call.
     *
     * @param outcome receives the outcome on any thread. It may throw a {@link io.heliograph.codec.CodecException} for a result
     */
    CompletionStage<Void> startCall(
            String procedure, Payload argument, int bytes, boolean oneWay, Outcome<Object> outcome) {
        RunningCalls.Running call = calls.begin(() -> peer.callEnded(bytes));
        if (call == null) {
            outcome.complete(null, HubErrors.closing());
            return IpcBackend.ACCEPTED;
        }
        peer.callStarted(bytes);
        return connection().call(procedure, argument, new Outcome<>() {
            @Override
            public void complete(@Nullable Object result, @Nullable CallException failure) {
                outcome.complete(result, failure);
                call.end();
            }

            @Override
            public boolean isOneWay() {
                return oneWay;
            }
        });
    }

    /** Sends an error that answers no request, at most one per second. */
    void error(CallException failure, String topic) {
        long now = peer.loop().nanoTime();
        if (errorSent && now - errorAt < ERROR_INTERVAL) {
            return;
        }
        errorSent = true;
        errorAt = now;
        Map<String, Object> message = HubErrors.describe(failure);
        message.put("topic", topic);
        send(frame(IpcCommands.ERROR, message));
    }

    @Override
    public void failed(String channel, CallException failure) {
        if (failure.code() == HubErrors.ENGINE) {
            peer.countDrop(DropReason.QUEUE_FULL);
        }
        error(failure, nameOf(channel));
    }

    private String nameOf(String channel) {
        String name = binding.listener().names().nameOf(channel);
        return name == null ? channel : name;
    }

    @Override
    public CompletableFuture<Void> answered() {
        return calls.idle();
    }

    @Override
    public CompletionStage<Void> inputEnded() {
        return calls.idle();
    }

    // ---- messages to the client

    Frame frame(String topic, @Nullable Object message) {
        return binding.format()
                .frame(
                        topic,
                        message instanceof Payload payload
                                ? payload
                                : Payload.ofValue(binding.hub().codec(), message));
    }

    /** Sends a frame. Thread-safe. */
    void send(Frame frame) {
        peer.send(frame);
    }

    void onLoop(Runnable task) {
        if (loop().inLoop()) {
            task.run();
        } else {
            loop().executeOrRun(task);
        }
    }

    @Override
    public void send(String name, Payload data) {
        send(frame(name, data));
    }

    @Override
    public Frame frame(PendingPublications.Gap gap) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("channel", nameOf(gap.channel()));
        message.put("position", gap.position());
        message.put("reason", gap.reason());
        return frame("#gap", message);
    }

    // ---- channels

    /** Delivers a publication to a client that has not subscribed. */
    void deliverByDefault(Publication publication) {
        if (binding.listener().names().nameOf(publication.channel()) != null) {
            visible.deliver(publication);
        }
    }

    private void deliver(Publication publication) {
        deliver(publication, false);
    }

    private void deliver(Publication publication, boolean withPosition) {
        if (closed || (!binding.listener().echo() && connection().id().equals(publication.publisher()))) {
            return;
        }
        peer.publish(
                publication.channel(),
                withPosition ? publication.position().toString() : null,
                binding.frame(publication, withPosition));
    }

    /**
     * Subscribes.
     *
     * @param name name of the channel for the client
     * @param since position of the last publication that the client has; empty for positions only, null for no positions
     */
    CompletionStage<Void> subscribe(String name, @Nullable String since) {
        endDefaultDelivery();
        String channel = binding.listener().names().channelToRead(name);
        if (channel == null) {
            commands.subscribed(name, null, HubErrors.invalidArguments("channel: hidden"), false);
            return IpcBackend.ACCEPTED;
        }
        Position after;
        try {
            after = since == null || since.isEmpty() ? null : Position.parse(since);
        } catch (IllegalArgumentException invalid) {
            commands.subscribed(name, null, HubErrors.invalidArguments("since: " + invalid.getMessage()), false);
            return IpcBackend.ACCEPTED;
        }
        if (subscribed.size() >= MAX_SUBSCRIPTIONS && !subscribed.contains(channel)) {
            peer.countDrop(DropReason.TOO_MANY_CHANNELS);
            commands.subscribed(
                    name,
                    null,
                    HubErrors.invalidArguments("subscriptions: " + MAX_SUBSCRIPTIONS + " (expected: no more)"),
                    false);
            return IpcBackend.ACCEPTED;
        }
        subscribed.add(channel);
        boolean positions = since != null;
        return connection()
                .subscribe(
                        channel,
                        new Subscriber() {
                            @Override
                            public void published(Publication publication) {
                                deliver(publication, positions);
                            }

                            @Override
                            public boolean isBehind() {
                                return PendingPublications.isBehind(peer.queuedBytes(), peer.maxQueuedBytes());
                            }

                            @Override
                            public void gap(Gap gap) {
                                if (positions) {
                                    peer.gap(new PendingPublications.Gap(
                                            gap.channel(),
                                            gap.head().toString(),
                                            gap.reason().key()));
                                }
                            }
                        },
                        after,
                        (subscription, failure) -> {
                            if (failure != null) {
                                subscribed.remove(channel);
                            }
                            commands.subscribed(name, subscription, failure, positions);
                        });
    }

    private void endDefaultDelivery() {
        if (byDefault) {
            byDefault = false;
            binding.defaultDelivery().remove(this);
            visible.clear();
        }
    }

    void unsubscribe(String name) {
        endDefaultDelivery();
        String channel = binding.listener().names().channel(name);
        if (channel != null && connection().unsubscribe(channel)) {
            subscribed.remove(channel);
            peer.forget(channel);
        }
    }

    @Override
    public void kickOut(String channel, String reason) {
        peer.forget(channel);
        subscribed.remove(channel);
        if (byDefault) {
            visible.hide(channel);
        }
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("channel", nameOf(channel));
        message.put("message", reason);
        send(frame("#kickOut", message));
    }

    // ---- connection

    @Override
    public void recheck() {
        visible.clear();
    }

    @Override
    public void authenticated(Principal principal) {
        visible.clear();
    }

    @Override
    public void presence(PresenceChange change) {
        send(frame("#presence", change.message("channel")));
    }

    @Override
    public void close(String reason) {
        peer.close();
    }

    @Override
    public void closed(CloseReason reason) {
        closed = true;
        endDefaultDelivery();
        calls.close();
        connection().closed(reason);
    }
}
