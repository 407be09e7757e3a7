package io.heliograph.channel.message;

import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.spi.MemberBackend;
import io.heliograph.channel.spi.MemberGroup;
import io.heliograph.channel.spi.MemberPeer;
import io.heliograph.channel.spi.MemberReply;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.InFlight;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Passes the messages and requests of the other members to a {@link MemberBackend}, and announces its member to them. Event loop only. */
@SuppressWarnings("ReferenceEquality") // comparison with a constant
final class BackendSessions {

    /** Receives the outcome of a request. */
    interface Replies {
        void reply(Id to, long number, @Nullable Object answer, @Nullable Object failure);
    }

    private static final Map<String, Object> ANNOUNCEMENT = Map.of("version", 1);

    private final MemberBackend backend;
    private final MessageOptions options;
    private final Codec codec;
    private final Outbox outbox;
    private final ErrorNotifier errors;
    private final Replies replies;
    private final Payload announcement;
    private final InFlight requests = new InFlight();
    private final Map<Peer, Inbox> inboxes = new HashMap<>();
    private final Set<Peer> unannounced = new LinkedHashSet<>();
    private Frame lastTopic = Frame.empty();
    private String lastName = "";
    private @Nullable EventLoop loop;
    private @Nullable Session session;
    private int deferredMessages;
    private long deferredBytes;

    BackendSessions(
            MemberBackend backend,
            MessageOptions options,
            Codec codec,
            Outbox outbox,
            ErrorNotifier errors,
            Replies replies) {
        this.backend = backend;
        this.options = options;
        this.codec = codec;
        this.outbox = outbox;
        this.errors = errors;
        this.replies = replies;
        this.announcement = Payload.ofValue(codec, ANNOUNCEMENT);
    }

    void opened(Member self, EventLoop loop, Session session) {
        this.loop = loop;
        this.session = session;
        MemberGroup others = new Group(self, loop, session);
        guard(null, () -> backend.opened(others));
    }

    private void guard(@Nullable Member member, Runnable call) {
        try {
            call.run();
        } catch (Throwable failure) {
            errors.userCode(
                    "backend=" + options.name(), member == null ? null : ChannelEvents.describe(member), failure);
        }
    }

    // ---- members

    void joined(Peer peer) {
        Inbox inbox = new Inbox(peer);
        guard(peer.member, () -> inbox.session = backend.connected(inbox));
        inboxes.put(peer, inbox);
        unannounced.add(peer);
        announce();
    }

    /** Announces this member to the members that have joined, unless too many messages are unacknowledged. */
    void announce() {
        while (!unannounced.isEmpty()) {
            Peer peer = unannounced.iterator().next();
            if (!outbox.offerAnnouncement(peer.id, announcement)) {
                return;
            }
            unannounced.remove(peer);
        }
    }

    void left(Peer peer, LeaveReason reason) {
        unannounced.remove(peer);
        Inbox inbox = inboxes.remove(peer);
        if (inbox != null) {
            inbox.left(reason);
        }
    }

    /** This member has left the channel. */
    void closed() {
        List.copyOf(inboxes.keySet()).forEach(peer -> left(peer, LeaveReason.LEFT));
    }

    /** Rejects further requests; completes when the pending requests are answered. */
    CompletableFuture<Void> drain() {
        return requests.drain();
    }

    // ---- messages

    /** Passes a message or a request to the backend, or defers it. */
    void received(Peer from, Frame message) {
        Inbox inbox = inboxes.get(from);
        if (inbox != null) {
            inbox.received(message);
        }
    }

    /** Decodes a topic name. Consecutive messages usually have the same topic. */
    private String topicName(Frame topic) {
        if (!topic.equals(lastTopic)) {
            lastTopic = Frame.of(topic.toByteArray());
            lastName = topic.utf8();
        }
        return lastName;
    }

    /** Counts a message that waits for a decision. Reading pauses at the limits of messages pending for listeners. */
    private void deferred(int messages, long bytes) {
        deferredMessages += messages;
        deferredBytes += bytes;
        long maxBytes = 2L * options.maxMessageBytes();
        Session reading = session;
        if (reading == null) {
            return;
        }
        if (deferredMessages >= options.maxPendingMessages() || deferredBytes >= maxBytes) {
            reading.pause(ReadThrottle.Reason.QUEUE);
        } else if (deferredMessages <= options.maxPendingMessages() / 2 && deferredBytes <= maxBytes / 2) {
            reading.resume(ReadThrottle.Reason.QUEUE);
        }
    }

    /** Session of one member, with the messages behind one that is not decided. */
    private final class Inbox implements MemberPeer {

        private final Peer peer;
        private final ArrayDeque<Frame> waiting = new ArrayDeque<>(0);
        private MemberBackend.@Nullable Session session;
        private @Nullable LeaveReason leaveReason;
        private volatile boolean closed;
        private boolean undecided;

        Inbox(Peer peer) {
            this.peer = peer;
        }

        @Override
        public Member member() {
            return peer.member;
        }

        @Override
        public boolean send(String topic, Payload message) {
            return !closed && outbox.offer(peer.id, topic, message);
        }

        void received(Frame message) {
            if (undecided) {
                waiting.add(message);
                deferred(1, message.length());
            } else {
                process(message);
            }
        }

        private void process(Frame message) {
            MemberBackend.Session to = session;
            if (to == null) {
                return; // its creation failed
            }
            guard(peer.member, () -> {
                String topic = topicName(Wire.topic(message));
                Payload payload = Payload.of(codec, Wire.payload(message));
                CompletionStage<Void> decision = message.at(Wire.KIND) == Wire.KIND_REQUEST
                        ? request(to, topic, payload, Wire.longAt(message, Wire.NUMBER))
                        : to.message(topic, payload);
                if (decision != MemberBackend.ACCEPTED
                        && !decision.toCompletableFuture().isDone()) {
                    undecided = true;
                    decision.whenComplete((done, failure) -> decided());
                }
            });
        }

        private CompletionStage<Void> request(MemberBackend.Session to, String topic, Payload payload, long number) {
            Reply reply = new Reply(this, number);
            if (!requests.begin()) {
                replies.reply(peer.id, number, null, "the member is leaving");
                return MemberBackend.ACCEPTED;
            }
            try {
                return to.request(topic, payload, reply);
            } catch (Throwable failure) {
                reply.fail(new RequestFailedException("the handler failed"));
                throw failure;
            }
        }

        private void decided() {
            EventLoop on = loop;
            if (on != null) {
                on.execute(this::resume);
            }
        }

        private void resume() {
            undecided = false;
            while (!undecided && !waiting.isEmpty()) {
                Frame next = waiting.remove();
                deferred(-1, -next.length());
                process(next);
            }
            closeIfLeft();
        }

        void left(LeaveReason reason) {
            leaveReason = reason;
            closeIfLeft();
        }

        private void closeIfLeft() {
            LeaveReason reason = leaveReason;
            MemberBackend.Session to = session;
            if (reason != null && !undecided && !closed) {
                closed = true;
                if (to != null) {
                    guard(peer.member, () -> to.closed(reason));
                }
            }
        }
    }

    private final class Reply implements MemberReply {

        private final Inbox to;
        private final long number;
        private final AtomicBoolean done = new AtomicBoolean();

        Reply(Inbox to, long number) {
            this.to = to;
            this.number = number;
        }

        @Override
        public void succeed(@Nullable Object answer) {
            end(answer, null);
        }

        @Override
        public void fail(RequestFailedException failure) {
            end(null, FailurePayload.encode(failure));
        }

        private void end(@Nullable Object answer, @Nullable Object failure) {
            if (!done.compareAndSet(false, true)) {
                return;
            }
            try {
                if (!to.closed) {
                    replies.reply(to.peer.id, number, answer, failure);
                }
            } finally {
                requests.end();
            }
        }
    }

    private final class Group implements MemberGroup {

        private final Member self;
        private final EventLoop loop;
        private final Session session;

        Group(Member self, EventLoop loop, Session session) {
            this.self = self;
            this.loop = loop;
            this.session = session;
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
        public EventLoop loop() {
            return loop;
        }

        @Override
        public int maxMessageBytes() {
            return options.maxMessageBytes();
        }

        @Override
        public long queuedBytes() {
            return outbox.bytes();
        }

        @Override
        public boolean send(String topic, Payload message) {
            return outbox.offer(null, topic, message);
        }

        @Override
        public void missed() {
            outbox.missed();
        }

        @Override
        public void reading(boolean reading) {
            if (reading) {
                session.resume(ReadThrottle.Reason.CONSUMER);
            } else {
                session.pause(ReadThrottle.Reason.CONSUMER);
            }
        }
    }
}
