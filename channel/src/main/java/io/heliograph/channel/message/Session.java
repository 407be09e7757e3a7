package io.heliograph.channel.message;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.ProtocolViolationException;
import io.heliograph.TransportException;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.election.Election;
import io.heliograph.channel.election.HostSocket;
import io.heliograph.channel.election.Processes;
import io.heliograph.channel.message.MemberProtocol.Welcome;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.Refusals;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Failures;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Membership of this process in a channel: elections, the link to the host, timers, and the relay while this process hosts. Event
 * loop only.
 */
final class Session implements MemberProtocol.Output {

    /** Events of a session. Called on the event loop. */
    interface Listener {

        /**
         * A message has arrived.
         *
         * @return whether it is pending for listeners in the serial executor
         */
        boolean delivered(Peer from, Frame message);

        void welcomed(Member host, Welcome welcome);

        void joined(Peer peer);

        void left(Peer peer, LeaveReason reason);

        void released(int messages, long bytes);

        void disconnected(CloseReason reason);

        /** A failure after which the session continues. */
        void failed(Throwable cause);

        /** A failure before the first connection, after which the session does not retry. */
        void fatal(Throwable cause);

        /** This member has left, and all its resources are released. */
        void sessionEnded();
    }

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(MessageChannel.class));
    private static final Duration RETRY_DELAY = Duration.ofMillis(50);
    private static final Duration RETRY_DELAY_AFTER_ERROR = Duration.ofSeconds(1);
    private static final Duration WELCOME_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration WARM_UP_DELAY = Duration.ofSeconds(1);

    /** Minimum delay, and half of the maximum, of all members but the designated successor after the loss of the host. */
    private static final int LOSS_DELAY_MILLIS = 8;

    private final MessageOptions options;
    private final EventLoop loop;
    private final SerialExecutor executor;
    private final Counters counters;
    private final Counters.OfLoop received;
    private final Listener listener;
    private final byte[] secret;
    private final Id self;
    private final MemberProtocol protocol;
    private final Election election;
    private final MissingMemberWatch missing;

    private final Set<ReadThrottle.Reason> pauses = EnumSet.noneOf(ReadThrottle.Reason.class);
    private @Nullable Link link;
    private @Nullable ReadThrottle throttle;
    private final DelayedAcks acks;
    private @Nullable HostRelay relay;
    private @Nullable HostSocket hostSocket;
    private @Nullable SilenceTimer welcomeTimer;
    private EventLoop.@Nullable Timer retry;
    // Number of elections, and of host sockets being closed.
    private int pendingTasks;
    private boolean everWelcome;
    private boolean leavesWhenSettled;
    private boolean leaving;
    private boolean ended;

    Session(
            MessageOptions options,
            Transport transport,
            EventLoop loop,
            SerialExecutor executor,
            Counters counters,
            byte[] secret,
            Listener listener) {
        this.options = options;
        this.loop = loop;
        this.executor = executor;
        this.counters = counters;
        this.received = counters.ofLoop();
        Refusals refusals = new Refusals(failures, counters);
        this.listener = listener;
        this.secret = secret;
        this.self = Id.ofSecret(secret);
        this.protocol = new MemberProtocol(self, this);
        this.acks = new DelayedAcks(loop, protocol::acknowledge);
        this.missing = new MissingMemberWatch(options.rejoinTimeout(), loop, this::lost);
        this.election =
                new Election(options.electionSettings(transport, loop, refusals::unfinished), new ElectionListener());
    }

    // ---- election

    /** Finds the host, or becomes the host. */
    void attempt() {
        if (leaving) {
            return;
        }
        pendingTasks++;
        election.attempt().whenComplete((outcome, failure) -> loop.executeOrRun(() -> attempted(outcome, failure)));
    }

    private void attempted(Election.@Nullable Outcome outcome, @Nullable Throwable failure) {
        pendingTasks--;
        if (outcome != null && outcome.hostSocket() != null) {
            hostSocket = outcome.hostSocket();
            hostSocket.watch(loop, this::stopHosting);
        }
        if (leaving) {
            stopHosting();
            endIfLeft();
            return;
        }
        if (outcome != null) {
            if (!outcome.connected() && link == null) {
                retry = loop.schedule(RETRY_DELAY, this::attempt);
            }
            return;
        }
        Throwable cause = failure == null ? new IllegalStateException("no outcome") : Failures.unwrap(failure);
        if (everWelcome) {
            listener.failed(cause);
            retry = loop.schedule(RETRY_DELAY_AFTER_ERROR, this::attempt);
        } else {
            listener.fatal(cause);
        }
    }

    private final class ElectionListener implements Election.Listener {

        @Override
        public LinkHandler connected(Link to, byte[] token) {
            return greet(to, token);
        }

        /** Creates the relay on the thread of the election; it is used on the event loop. */
        @Override
        public Transport.AcceptHandler hosting(byte[] token) {
            HostRelay created = new HostRelay(self, token, loop, options, counters, listener::failed);
            loop.execute(() -> relay = created);
            return created;
        }

        @Override
        public void rejected(TransportException cause) {
            counters.drop(DropReason.USER_REFUSED, 1);
            listener.failed(cause);
        }
    }

    private void stopHosting() {
        HostSocket socket = hostSocket;
        if (socket == null) {
            return;
        }
        hostSocket = null;
        HostRelay stopped = relay;
        relay = null;
        pendingTasks++;
        socket.close()
                .whenComplete((done, failed) -> loop.executeOrRun(() -> {
                    pendingTasks--;
                    if (stopped != null) {
                        stopped.stop();
                    }
                    endIfLeft();
                }));
    }

    // ---- link

    private LinkHandler greet(Link to, byte[] token) {
        HostLinkHandler handler = new HostLinkHandler(to);
        if (leaving) {
            to.close(new CloseReason.Local());
            return handler;
        }
        link = to;
        throttle = new ReadThrottle(to)
                .limitPending(executor, options.maxPendingMessages(), 2L * options.maxMessageBytes());
        to.send(Wire.hello(secret, Processes.OWN, token));
        protocol.linked();
        SilenceTimer timer = new SilenceTimer(loop, WELCOME_TIMEOUT, () -> to.close(new CloseReason.Local()));
        welcomeTimer = timer;
        timer.start();
        return handler;
    }

    @SuppressWarnings("ReferenceEquality") // identity of the link
    private boolean isCurrent(Link candidate) {
        return link == candidate;
    }

    private final class HostLinkHandler implements LinkHandler {

        private final Link mine;
        private @Nullable Duration retryDelay;

        HostLinkHandler(Link mine) {
            this.mine = mine;
        }

        @Override
        public void frame(Link from, Frame frame) {
            if (!isCurrent(mine)) {
                return;
            }
            received.receivedBytes(frame.length());
            try {
                if (Wire.type(frame) == Wire.REFUSED && !protocol.isJoined()) {
                    refused(Wire.fields(frame, 1).get());
                } else {
                    protocol.received(frame);
                }
            } catch (ProtocolViolationException e) {
                counters.drop(DropReason.PROTOCOL_VIOLATION, 1);
                listener.failed(e);
                retryDelay = RETRY_DELAY_AFTER_ERROR;
                mine.close(new CloseReason.Failed(e));
            }
        }

        private void refused(int reason) {
            retryDelay = RETRY_DELAY_AFTER_ERROR;
            listener.failed(new TransportException(
                    "ECONNREFUSED",
                    "the host of channel " + options.name() + " refused this member: " + Wire.refusalText(reason),
                    null));
            mine.close(new CloseReason.Local());
        }

        @Override
        public void inputEnded(Link from) {
            mine.close(new CloseReason.Local());
        }

        @Override
        public void closed(Link from, CloseReason reason) {
            if (!isCurrent(mine)) {
                return;
            }
            link = null;
            throttle = null;
            stopWelcomeTimer();
            missing.clear();
            Duration delay = retryDelay == null ? lossDelay() : retryDelay;
            protocol.unlinked();
            listener.disconnected(reason);
            if (leaving) {
                stopHosting();
                endIfLeft();
                return;
            }
            retry = loop.schedule(delay, Session.this::attempt);
        }
    }

    /** Lets the designated successor try first, with the processor to itself; if it fails, another member takes over. */
    private Duration lossDelay() {
        return protocol.isSuccessor()
                ? Duration.ZERO
                : Duration.ofMillis(ThreadLocalRandom.current().nextInt(LOSS_DELAY_MILLIS, 2 * LOSS_DELAY_MILLIS + 1));
    }

    // ---- user

    /** Sends a message; returns its number, or 0 if there is no such member. */
    long send(Frame message, @Nullable Id to) {
        return protocol.send(message, to);
    }

    /** Pauses reading from the host, now and after the next connections, until {@link #resume} is called with the same reason. */
    void pause(ReadThrottle.Reason reason) {
        pauses.add(reason);
        if (throttle != null && protocol.isJoined()) {
            throttle.pause(reason);
        }
    }

    void resume(ReadThrottle.Reason reason) {
        pauses.remove(reason);
        if (throttle != null) {
            throttle.resume(reason);
        }
    }

    /** Leaves as soon as all messages are acknowledged. */
    void leaveWhenSettled() {
        leavesWhenSettled = true;
        settled();
    }

    private void settled() {
        if (leavesWhenSettled && protocol.isSettled()) {
            loop.execute(this::leave);
        }
    }

    /** Leaves now. */
    void leave() {
        if (leaving) {
            return;
        }
        leaving = true;
        if (retry != null) {
            retry.cancel();
        }
        Link last = link;
        if (last == null) {
            stopHosting();
            endIfLeft();
            return;
        }
        protocol.acknowledge();
        if (protocol.isJoined()) {
            last.send(Wire.goodbye());
        }
        last.end();
        loop.schedule(RETRY_DELAY_AFTER_ERROR, () -> last.close(new CloseReason.Local()));
    }

    private void endIfLeft() {
        if (leaving && !ended && link == null && pendingTasks == 0 && hostSocket == null) {
            ended = true;
            listener.sessionEnded();
        }
    }

    // ---- protocol

    @Override
    public void send(Frame frame) {
        Link to = link;
        if (to != null) {
            to.send(frame);
        }
    }

    @Override
    public void deliver(Peer from, Frame message) {
        received.receivedMessage();
        boolean pending = listener.delivered(from, message);
        ReadThrottle reading = throttle;
        if (pending && reading != null) {
            reading.enqueued(message.length());
        }
    }

    @Override
    public void welcomed(Welcome welcome) {
        stopWelcomeTimer();
        everWelcome = true;
        if (welcome.first() && options.takeoverWarmUp()) {
            loop.schedule(WARM_UP_DELAY, this::warmUp);
        }
        missing.clear();
        if (throttle != null) {
            pauses.forEach(throttle::pause);
        }
        Peer host = protocol.peers().get(welcome.host());
        listener.welcomed(new Member(welcome.host().toString(), host == null ? Processes.OWN : host.pid), welcome);
    }

    private void stopWelcomeTimer() {
        SilenceTimer timer = welcomeTimer;
        welcomeTimer = null;
        if (timer != null) {
            timer.stop();
        }
    }

    private void warmUp() {
        if (!leaving && hostSocket == null) {
            TakeoverWarmUp.runOnce(options);
        }
    }

    @Override
    public void joined(Peer peer) {
        listener.joined(peer);
    }

    @Override
    public void left(Peer peer, LeaveReason reason) {
        missing.remove(peer);
        listener.left(peer, reason);
    }

    @Override
    public void missing(Peer peer) {
        missing.add(peer);
    }

    private void lost(Peer peer) {
        protocol.remove(peer, LeaveReason.LOST);
        settled();
    }

    @Override
    public void ackOwed() {
        acks.owed();
    }

    @Override
    public void released(int messages, long bytes) {
        listener.released(messages, bytes);
        settled();
    }
}
