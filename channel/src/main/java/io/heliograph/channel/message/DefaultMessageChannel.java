package io.heliograph.channel.message;

import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import io.heliograph.channel.ChannelMessage;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.MissedMessagesException;
import io.heliograph.channel.Topic;
import io.heliograph.channel.election.Processes;
import io.heliograph.channel.message.MemberProtocol.Welcome;
import io.heliograph.channel.message.Outbox.OutgoingMessage;
import io.heliograph.channel.message.Requests.Pending;
import io.heliograph.channel.spi.MemberBackend;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Nullness;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Public face of a message channel: members, requests and events. The {@link Session} implements the protocol. */
public final class DefaultMessageChannel implements MessageChannel, EndpointLifecycle.Role, Session.Listener {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** Objects that exist between start and end. */
    private record Running(EventLoop loop, Session session, Requests requests) {}

    private final MessageOptions options;
    private final Codec json = Codec.named("json");
    private final byte[] secret = new byte[Wire.SECRET_BYTES];
    private final Member self;
    private final Counters counters = new Counters();
    private final EndpointLifecycle lifecycle;
    private final ChannelEvents events;
    private final Map<String, Peer> members = new ConcurrentHashMap<>();
    private final Outbox outbox;
    private final @Nullable BackendSessions sessions;
    private volatile @Nullable Running running;
    private volatile @Nullable Member host;

    // Event loop only.
    private CloseReason closeReason = new CloseReason.Local();

    /** @param backend receives messages and requests in place of listeners; null for listeners */
    public DefaultMessageChannel(MessageOptions options, @Nullable MemberBackend backend) {
        this.options = options;
        RANDOM.nextBytes(secret);
        Id id = Id.ofSecret(secret);
        this.self = new Member(id.toString(), Processes.OWN);
        this.lifecycle = new EndpointLifecycle(
                this, EndpointLifecycle.Restart.NEVER, MessageChannel.class.getName(), options.endpoint(), counters);
        this.events = new ChannelEvents(lifecycle, options.maxPendingMessages());
        this.outbox = new Outbox(options, id, json, counters, lifecycle.errors());
        this.sessions = backend == null
                ? null
                : new BackendSessions(backend, options, json, outbox, lifecycle.errors(), this::reply);
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public Member self() {
        return self;
    }

    @Override
    public boolean isConnected() {
        return host != null;
    }

    @Override
    public boolean isHosting() {
        return self.equals(host);
    }

    @Override
    public Optional<Member> host() {
        return Optional.ofNullable(host);
    }

    @Override
    public Optional<Member> hub() {
        return Optional.ofNullable(events.hub());
    }

    @Override
    public Collection<Member> members() {
        return members.values().stream().map(peer -> peer.member).toList();
    }

    // ---- life cycle

    @Override
    public CompletableFuture<Void> connect() {
        return lifecycle.connect();
    }

    @Override
    public void begin(Transport transport, EventLoop loop) {
        if (lifecycle.isClosing()) {
            lifecycle.finish(closeReason);
            return;
        }
        Session session = new Session(options, transport, loop, lifecycle.executor(), counters, secret, this);
        Executor executor = options.endpoint().dispatch().executor();
        Requests requests = new Requests(loop, executor == null ? loop::executeOrRun : executor, counters);
        running = new Running(loop, session, requests);
        if (sessions != null) {
            sessions.opened(self, loop, session);
        }
        session.attempt();
        outbox.open(loop, session, requests);
    }

    @Override
    public void close() {
        lifecycle.close(options.endpoint().linger());
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        return lifecycle.closeGracefully(timeout);
    }

    /** Returns whether no more messages are accepted for sending. */
    private boolean isClosed() {
        return !lifecycle.acceptsMessages();
    }

    @Override
    public CompletableFuture<Void> drain(Duration timeout) {
        return sessions == null ? events.drain() : CompletableFuture.allOf(events.drain(), sessions.drain());
    }

    @Override
    public void shutdown(Duration timeout) {
        Running on = running;
        if (on != null) {
            outbox.drain();
            on.session().leaveWhenSettled();
        }
    }

    @Override
    public void abort() {
        Running on = running;
        if (on != null) {
            on.session().leave();
        }
    }

    @Override
    public void ended() {
        events.closed();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return lifecycle.closed();
    }

    private ClosedException closedException() {
        return new ClosedException("the channel " + name() + " is closed", new CloseReason.Local(), true);
    }

    // ---- messages

    @Override
    public boolean send(String topic, @Nullable Object message) {
        return accept(new OutgoingMessage(null, topic, message, Wire.KIND_MESSAGE, 0), null) == null;
    }

    @Override
    public boolean send(Member to, String topic, @Nullable Object message) {
        return accept(to, topic, message, Wire.KIND_MESSAGE, null) == null;
    }

    private @Nullable RuntimeException accept(
            Member to, String topic, @Nullable Object message, byte kind, @Nullable Pending request) {
        Id id = idOf(to);
        if (!members.containsKey(to.id()) && !isClosed()) {
            return outbox.reject(DropReason.UNKNOWN_RECIPIENT, Outbox.unknownMember(id));
        }
        return accept(new OutgoingMessage(id, topic, message, kind, 0), request);
    }

    private Id idOf(Member member) {
        Peer peer = members.get(member.id());
        return peer == null ? Id.parse(member.id()) : peer.id;
    }

    /** Accepts a message; returns null, or the reason of a rejection, which has been reported. */
    private @Nullable RuntimeException accept(OutgoingMessage message, @Nullable Pending request) {
        return isClosed() ? outbox.reject(DropReason.AFTER_CLOSE, closedException()) : outbox.accept(message, request);
    }

    @Override
    public void released(int messages, long bytes) {
        outbox.released(messages, bytes);
        if (sessions != null) {
            sessions.announce();
        }
    }

    @Override
    public boolean delivered(Peer from, Frame message) {
        byte kind = message.at(Wire.KIND);
        if (Wire.isHubAnnouncement(message)) {
            events.hubAnnounced(from.member);
            return true;
        }
        if (sessions != null && (kind == Wire.KIND_MESSAGE || kind == Wire.KIND_REQUEST)) {
            sessions.received(from, message);
            return false;
        }
        if (kind == Wire.KIND_MESSAGE) {
            events.message(message, json, from.member);
            return true;
        }
        Payload payload = Payload.of(json, Wire.payload(message));
        Running on = running;
        if (kind == Wire.KIND_REQUEST) {
            long number = Wire.longAt(message, Wire.NUMBER);
            events.request(
                    Wire.topic(message).utf8(),
                    payload,
                    from.member,
                    (answer, failure) -> reply(from.id, number, answer, failure));
        } else if (kind == Wire.KIND_MISSED) {
            lifecycle.errors().report(new MissedMessagesException(from.member));
        } else if (on != null) {
            on.requests().answered(Wire.longAt(message, Wire.REFERENCE), from.id, payload, kind == Wire.KIND_FAILURE);
        }
        return true;
    }

    // ---- requests

    @Override
    public <T> CompletableFuture<T> request(Member to, String topic, Class<T> answer) {
        return request(to, topic, null, answer, options.requestTimeout());
    }

    @Override
    public <T> CompletableFuture<T> request(
            Member to, String topic, @Nullable Object message, Class<T> answer, Duration deadline) {
        positive("deadline", deadline);
        Id member = idOf(to);
        Running on = running;
        if (on == null) {
            return CompletableFuture.failedFuture(
                    isClosed()
                            ? closedException()
                            : new NotConnectedException(
                                    "the channel " + name() + " is not connected; call connect() first"));
        }
        Pending request = new Pending(member, topic, deadline);
        on.loop().executeOrRun(() -> on.requests().begin(request));
        RuntimeException rejection = accept(to, topic, message, Wire.KIND_REQUEST, request);
        if (rejection != null) {
            on.loop().executeOrRun(() -> on.requests().fail(request, rejection));
        }
        return request.answer.thenApply(
                payload -> Nullness.unchecked(answer == Payload.class ? answer.cast(payload) : payload.as(answer)));
    }

    private void reply(Id to, long number, @Nullable Object answer, @Nullable Object failure) {
        if (failure != null) {
            reply(to, failure, Wire.KIND_FAILURE, number);
            return;
        }
        RuntimeException rejection = reply(to, answer, Wire.KIND_REPLY, number);
        if (rejection instanceof CodecException || rejection instanceof IllegalArgumentException) {
            reply(to, "the answer cannot be encoded", Wire.KIND_FAILURE, number);
        }
    }

    private @Nullable RuntimeException reply(Id to, @Nullable Object answer, byte kind, long number) {
        return accept(new OutgoingMessage(to, "", answer, kind, number), null);
    }

    // ---- session

    @Override
    public void welcomed(Member connectedTo, Welcome welcome) {
        host = connectedTo;
        events.connected(connectedTo, welcome.first(), welcome.takeover());
    }

    @Override
    public void disconnected(CloseReason reason) {
        if (host != null) {
            host = null;
            events.disconnected(reason);
        }
    }

    @Override
    public void joined(Peer peer) {
        members.put(peer.member.id(), peer);
        counters.opened();
        events.joined(peer.member);
        if (sessions != null) {
            sessions.joined(peer);
        }
    }

    @Override
    public void left(Peer peer, LeaveReason reason) {
        members.remove(peer.member.id());
        counters.closed();
        Running on = running;
        if (on != null) {
            on.requests().left(peer.id);
        }
        if (sessions != null) {
            sessions.left(peer, reason);
        }
        events.left(peer.member, reason);
    }

    @Override
    public void failed(Throwable cause) {
        lifecycle.errors().report(cause);
    }

    @Override
    public void fatal(Throwable cause) {
        lifecycle.errors().report(cause);
        closeReason = new CloseReason.Failed(
                cause instanceof HeliographException known
                        ? known
                        : new TransportException("", "the channel " + name() + " failed: " + cause, cause));
        lifecycle.close(Duration.ZERO);
    }

    @Override
    public void sessionEnded() {
        Running on = running;
        running = null;
        if (on != null) {
            on.requests().close();
        }
        if (sessions != null) {
            sessions.closed();
        }
        lifecycle.finish(closeReason);
    }

    // ---- listeners

    @Override
    public <T> Topic<T> topic(String name, Class<T> type) {
        return topic(name, TypeRef.of(type));
    }

    @Override
    public <T> Topic<T> topic(String name, TypeRef<T> type) {
        return events.topic(name, type);
    }

    @Override
    public Subscription onMessage(Consumer<? super ChannelMessage> listener) {
        return events.onMessage.on(listener);
    }

    @Override
    public Subscription onConnect(Consumer<? super Member> listener) {
        return events.onConnect.on(listener);
    }

    @Override
    public Subscription onHub(Consumer<? super Member> listener) {
        return events.onHub.on(listener);
    }

    @Override
    public Subscription onDisconnect(Consumer<? super CloseReason> listener) {
        return events.onDisconnect.on(listener);
    }

    @Override
    public Subscription onTakeover(Consumer<? super Member> listener) {
        return events.onTakeover.on(listener);
    }

    @Override
    public Subscription onJoin(Consumer<? super Member> listener) {
        return events.onJoin.on(listener);
    }

    @Override
    public Subscription onLeave(BiConsumer<? super Member, ? super LeaveReason> listener) {
        return events.onLeave.on(listener);
    }

    @Override
    public Subscription onClose(Runnable listener) {
        return events.onClose.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return lifecycle.errors().on(listener);
    }

    @Override
    public EndpointStats stats() {
        return counters.read(outbox.bytes());
    }

    @Override
    public String toString() {
        return "MessageChannel[" + name() + ", " + self.id() + "]";
    }
}
