package io.heliograph.channel.message;

import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.EndpointStats;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.channel.ChannelMessage;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.MissedMessagesException;
import io.heliograph.channel.election.BlockingTask;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.election.Counters;
import io.heliograph.channel.election.Processes;
import io.heliograph.channel.message.MemberProtocol.Welcome;
import io.heliograph.channel.message.Outbox.OutgoingMessage;
import io.heliograph.channel.message.Requests.Pending;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transports;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The channel as users see it: members, requests, events. What happens on the wire is the {@link Session}'s. */
public final class DefaultMessageChannel implements MessageChannel, Session.Owner {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** What there is while it runs. */
    private record Running(
            Transports.Lease lease, EventLoop loop, SerialExecutor executor, Session session, Requests requests) {}

    private final MessageOptions options;
    private final ChannelDirectory directory;
    private final Codec json = Codec.named("json");
    private final byte[] secret = new byte[Wire.SECRET_BYTES];
    private final Id id;
    private final Member self;
    private final Counters counters = new Counters();
    private final ChannelEvents events;
    private final Map<String, Peer> members = new ConcurrentHashMap<>();
    private final Outbox outbox;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CompletableFuture<Void> joined = new BlockableFuture<>();
    private final CompletableFuture<Void> closed = new BlockableFuture<>();
    private volatile @Nullable Running running;
    private volatile @Nullable Member host;
    private volatile boolean closing;

    public DefaultMessageChannel(MessageOptions options) {
        this.options = options;
        this.directory = options.directory();
        RANDOM.nextBytes(secret);
        this.id = Id.ofSecret(secret);
        this.self = new Member(id.toString(), Processes.OWN);
        this.events = new ChannelEvents(options.maxPendingMessages(), counters);
        this.outbox = new Outbox(options, id, json, counters, events::report);
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
    public boolean connected() {
        return host != null;
    }

    @Override
    public boolean hosting() {
        return self.equals(host);
    }

    @Override
    public Optional<Member> host() {
        return Optional.ofNullable(host);
    }

    @Override
    public Collection<Member> members() {
        return members.values().stream().map(peer -> peer.member).toList();
    }

    // ---- joining

    @Override
    public CompletableFuture<Void> connect() {
        if (closing) {
            return CompletableFuture.failedFuture(closedException(true));
        }
        if (!started.compareAndSet(false, true)) {
            return joined.copy();
        }
        Transports.Lease lease = Transports.acquire();
        EventLoop loop = lease.transport().nextLoop();
        SerialExecutor executor = new SerialExecutor(options.dispatch(), loop);
        events.attach(executor);
        Session session = new Session(options, directory, lease.transport(), loop, executor, counters, secret, this);
        Executor userExecutor = options.dispatch().executor();
        Requests requests = new Requests(loop, userExecutor == null ? loop : userExecutor, counters);
        running = new Running(lease, loop, executor, session, requests);
        // It may end, and its loop with it, before this returns.
        BlockingTask.onLoop(loop, () -> {
            session.start();
            if (closing) {
                session.leave(Duration.ZERO);
            }
        });
        outbox.open(loop, session, requests);
        return joined.copy();
    }

    // ---- sending

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
        Peer peer = members.get(to.id());
        if (peer == null && !closing) {
            return outbox.refuse(DropReason.NO_MEMBER, Outbox.absent(Id.parse(to.id())));
        }
        Id id = peer == null ? Id.parse(to.id()) : peer.id;
        return accept(new OutgoingMessage(id, topic, message, kind, 0), request);
    }

    /** Accepts a message; answers, and reports, why not. */
    private @Nullable RuntimeException accept(OutgoingMessage message, @Nullable Pending request) {
        return closing ? outbox.refuse(DropReason.AFTER_CLOSE, closedException(true)) : outbox.accept(message, request);
    }

    @Override
    public void released(int messages, long bytes) {
        outbox.released(messages, bytes);
    }

    private ClosedException closedException(boolean unsent) {
        return new ClosedException("the channel " + name() + " is closed", new CloseReason.Local(), unsent);
    }

    // ---- requests

    @Override
    public <T> CompletableFuture<T> request(Member to, String topic, Class<T> answer) {
        return request(to, topic, null, answer, options.requestTimeout());
    }

    @Override
    @SuppressWarnings("NullAway") // an answer may be null whatever its type
    public <T> CompletableFuture<T> request(
            Member to, String topic, @Nullable Object message, Class<T> answer, Duration deadline) {
        positive("deadline", deadline);
        Id member = Id.parse(to.id());
        Pending request = new Pending(member, topic, deadline);
        Running on = running;
        if (on == null) {
            return CompletableFuture.failedFuture(Outbox.absent(member));
        }
        BlockingTask.onLoop(on.loop(), () -> on.requests().begin(request));
        RuntimeException refusal = accept(to, topic, message, Wire.KIND_REQUEST, request);
        if (refusal != null) {
            BlockingTask.onLoop(on.loop(), () -> on.requests().fail(request, refusal));
        }
        return request.answer.thenApply(payload -> payload.as(answer));
    }

    // ---- what the session tells

    @Override
    public void delivered(Peer from, Frame message) {
        byte kind = message.at(Wire.KIND);
        if (kind == Wire.KIND_MESSAGE) {
            events.message(message, json, from.member);
            return;
        }
        Payload payload = Payload.of(json, Wire.payload(message));
        if (kind == Wire.KIND_REQUEST) {
            long number = Wire.longAt(message, Wire.NUMBER);
            events.request(
                    Wire.topic(message).utf8(),
                    payload,
                    from.member,
                    (answer, failure) -> reply(from.id, number, answer, failure));
        } else if (kind == Wire.KIND_MISSED) {
            events.report(new MissedMessagesException(from.member));
        } else {
            Running on = running;
            if (on != null) {
                on.requests()
                        .answered(Wire.longAt(message, Wire.REFERENCE), from.id, payload, kind == Wire.KIND_FAILURE);
            }
        }
    }

    private void reply(Id to, long number, @Nullable Object answer, @Nullable String failure) {
        if (failure != null) {
            answer(to, failure, Wire.KIND_FAILURE, number);
            return;
        }
        RuntimeException refusal = answer(to, answer, Wire.KIND_REPLY, number);
        if (refusal instanceof CodecException || refusal instanceof IllegalArgumentException) {
            answer(to, "the answer cannot be sent", Wire.KIND_FAILURE, number);
        }
    }

    private @Nullable RuntimeException answer(Id to, @Nullable Object answer, byte kind, long number) {
        return accept(new OutgoingMessage(to, "", answer, kind, number), null);
    }

    @Override
    public void welcomed(Member in, Welcome welcome) {
        host = in;
        events.connected(in, welcome.takeover());
        if (welcome.first()) {
            events.run(() -> joined.complete(null));
        }
    }

    @Override
    public void disconnected() {
        host = null;
    }

    @Override
    public void joined(Peer peer) {
        members.put(peer.member.id(), peer);
        counters.open.increment();
        events.joined(peer.member);
    }

    @Override
    public void left(Peer peer, LeaveReason reason) {
        members.remove(peer.member.id());
        counters.open.decrement();
        Running on = running;
        if (on != null) {
            on.requests().left(peer.id);
        }
        events.left(peer.member, reason);
    }

    @Override
    public void failed(Throwable why) {
        events.report(why);
    }

    @Override
    public void fatal(Throwable why) {
        events.report(why);
        events.run(() -> joined.completeExceptionally(why));
        closeGracefully(Duration.ZERO);
    }

    @Override
    public void ended() {
        host = null;
        Running on = running;
        if (on == null) {
            return;
        }
        running = null;
        on.requests().close();
        events.run(() -> {
            joined.completeExceptionally(closedException(true));
            events.end();
            on.lease().release().whenComplete((done, failed) -> closed.complete(null));
        });
    }

    // ---- listeners

    @Override
    public <T> Subscription on(String topic, Class<T> type, BiConsumer<? super T, ? super Member> listener) {
        return on(topic, TypeRef.of(type), listener);
    }

    @Override
    public <T> Subscription on(String topic, TypeRef<T> type, BiConsumer<? super T, ? super Member> listener) {
        return events.on(topic, type, listener);
    }

    @Override
    public Subscription onMessage(Consumer<? super ChannelMessage> listener) {
        return events.onMessage.on(listener);
    }

    @Override
    public EventStream<ChannelMessage> stream(String topic) {
        return events.stream(topic);
    }

    @Override
    public <T> Subscription onRequest(
            String topic, Class<T> type, BiFunction<? super T, ? super Member, ? extends @Nullable Object> handler) {
        return events.onRequest(topic, type, handler);
    }

    @Override
    public Subscription onConnect(Consumer<? super Member> listener) {
        return events.onConnect.on(listener);
    }

    @Override
    public Subscription onJoined(Consumer<? super Member> listener) {
        return events.onJoined.on(listener);
    }

    @Override
    public Subscription onLeft(BiConsumer<? super Member, ? super LeaveReason> listener) {
        return events.onLeft.on(listener);
    }

    @Override
    public Subscription onTakeover(Consumer<? super Member> listener) {
        return events.onTakeover.on(listener);
    }

    @Override
    public Subscription onError(Consumer<? super Throwable> listener) {
        return events.onError.on(listener);
    }

    // ---- the end

    @Override
    public void close() {
        closeGracefully(Duration.ofSeconds(5));
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        closing = true;
        Running on = running;
        if (on != null) {
            BlockingTask.onLoop(on.loop(), () -> {
                outbox.drain();
                on.session().leave(timeout);
            });
        } else if (started.compareAndSet(false, true)) {
            joined.completeExceptionally(closedException(true));
            closed.complete(null);
        }
        return closed();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return closed.copy();
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
