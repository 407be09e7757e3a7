package io.heliograph.channel.message;

import io.heliograph.CloseReason;
import io.heliograph.Overflow;
import io.heliograph.ProtocolViolationException;
import io.heliograph.TransportException;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.Member;
import io.heliograph.channel.election.BlockingTask;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.channel.election.Counters;
import io.heliograph.channel.election.Election;
import io.heliograph.channel.election.HostSocket;
import io.heliograph.channel.election.Inflow;
import io.heliograph.channel.election.Processes;
import io.heliograph.channel.message.MemberProtocol.Welcome;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A member's part in a channel: elections, the link, clocks, and the host when this process is it. All on one loop. */
final class Session implements MemberProtocol.Output {

    /** Told on the loop. */
    interface Owner {

        void delivered(Peer from, Frame message);

        void welcomed(Member host, Welcome welcome);

        void joined(Peer member);

        void left(Peer member, LeaveReason reason);

        void released(int messages, long bytes);

        void disconnected();

        /** Something failed; the session goes on. */
        void failed(Throwable why);

        /** The channel cannot be joined, and it had not been. */
        void fatal(Throwable why);

        /** All is over. */
        void ended();
    }

    private static final Duration RETRY = Duration.ofMillis(50);
    private static final Duration RETRY_AFTER_ERROR = Duration.ofSeconds(1);
    private static final Duration GREETING = Duration.ofSeconds(5);
    private static final Duration OWING = Duration.ofMillis(5);
    private static final Duration LOOK = Duration.ofMillis(50);

    private static final int MOST_OWED = 64;

    /** How long all but the successor wait after a loss, and up to twice as long: so it has the processor to itself. */
    private static final int LOSS_PAUSE_MILLIS = 8;

    private static final Duration WARM_UP_DELAY = Duration.ofSeconds(1);

    private final MessageOptions options;
    private final EventLoop loop;
    private final SerialExecutor executor;
    private final Counters counters;
    private final Owner owner;
    private final byte[] secret;
    private final Id self;
    private final MemberProtocol protocol;
    private final Election.Settings settings;
    private final Election election;
    private final MissingMembers missing;

    private @Nullable Link link;
    private @Nullable Inflow inflow;
    private @Nullable HostRelay relay;
    private @Nullable HostSocket hosting;
    private EventLoop.@Nullable Timer retry;
    private @Nullable Runnable whenSettled;
    private int owed;
    private boolean owing;
    private boolean looking;
    // Elections and ends of hosting under way.
    private int busy;
    private boolean everWelcome;
    private boolean leaving;
    private boolean over;

    Session(
            MessageOptions options,
            ChannelDirectory directory,
            Transport transport,
            EventLoop loop,
            SerialExecutor executor,
            Counters counters,
            byte[] secret,
            Owner owner) {
        this.options = options;
        this.loop = loop;
        this.executor = executor;
        this.counters = counters;
        this.owner = owner;
        this.secret = secret;
        this.self = Id.ofSecret(secret);
        this.protocol = new MemberProtocol(self, this);
        this.missing = new MissingMembers(options.rejoinTimeout());
        int longest = options.maxMessageBytes() + Wire.TOPIC + Wire.MAX_TOPIC_BYTES;
        // What waits for the host is kept anyway, and bounded there; the link only refers to it.
        LinkOptions toHost = LinkOptions.of(Framing.fourByteLength())
                .withMaxFrameBytes(Math.max(longest, 64 + options.maxMembers() * 24))
                .withQueue(Integer.MAX_VALUE, Overflow.REFUSE);
        this.settings = new Election.Settings(
                transport,
                loop,
                toHost,
                toHost.withQueue(options.maxQueuedBytes(), Overflow.CLOSE),
                directory,
                options.rendezvous(),
                true,
                0);
        this.election = new Election(settings, new ElectionListener());
    }

    // ---- finding a host

    void start() {
        attempt();
    }

    private void attempt() {
        if (over || leaving) {
            return;
        }
        busy++;
        election.attempt()
                .whenComplete((outcome, failure) -> BlockingTask.onLoop(loop, () -> attempted(outcome, failure)));
    }

    private void attempted(Election.@Nullable Outcome outcome, @Nullable Throwable failure) {
        busy--;
        if (outcome != null && outcome.hostSocket() != null) {
            hosting = outcome.hostSocket();
            hosting.watch(loop, this::stepDown);
        }
        if (leaving) {
            stepDown();
            finishIfOver();
            return;
        }
        if (outcome != null) {
            if (!outcome.connected() && link == null) {
                retry = loop.schedule(RETRY, this::attempt);
            }
            return;
        }
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (cause != null && !everWelcome) {
            owner.fatal(cause);
        } else if (cause != null) {
            owner.failed(cause);
            retry = loop.schedule(RETRY_AFTER_ERROR, this::attempt);
        }
    }

    /** Takes part in elections; the new host's relay is made where the election runs, and used on the loop. */
    private final class ElectionListener implements Election.Listener {

        @Override
        public LinkHandler connected(Link to, byte[] token) {
            return join(to, token);
        }

        @Override
        public Transport.AcceptHandler hosting(byte[] token) {
            HostRelay fresh = new HostRelay(self, token, loop, options, counters, owner::failed);
            loop.execute(() -> relay = fresh);
            return fresh;
        }

        @Override
        public void rejected(TransportException why) {
            counters.drop(DropReason.USER_REFUSED);
            owner.failed(why);
        }
    }

    /** This process stops being the host. */
    private void stepDown() {
        HostSocket last = hosting;
        if (last == null) {
            return;
        }
        hosting = null;
        HostRelay relaying = relay;
        relay = null;
        busy++;
        last.close()
                .whenComplete((done, failed) -> BlockingTask.onLoop(loop, () -> {
                    busy--;
                    if (relaying != null) {
                        relaying.stop();
                    }
                    finishIfOver();
                }));
    }

    // ---- the link

    private LinkHandler join(Link to, byte[] token) {
        MessageChannelFixture handler = new MessageChannelFixture(to);
        if (over || leaving) {
            to.close(new CloseReason.Local());
            return handler;
        }
        link = to;
        inflow = new Inflow(to, executor, options.maxPendingMessages());
        to.send(Wire.hello(secret, Processes.OWN, token));
        protocol.linked();
        loop.schedule(GREETING, () -> {
            if (isCurrent(to) && !protocol.isJoined()) {
                to.close(new CloseReason.Local());
            }
        });
        return handler;
    }

    @SuppressWarnings("ReferenceEquality") // the very link, not one that is like it
    private boolean isCurrent(Link candidate) {
        return link == candidate;
    }

    private final class MessageChannelFixture implements LinkHandler {

        private final Link mine;
        private @Nullable Duration pause;

        MessageChannelFixture(Link mine) {
            this.mine = mine;
        }

        @Override
        public void frame(Link from, Frame frame) {
            if (!isCurrent(mine)) {
                return;
            }
            counters.receivedBytes.add(frame.length());
            try {
                if (Wire.type(frame) == Wire.REFUSED && !protocol.isJoined()) {
                    refused(Wire.fields(frame, 1).get());
                } else {
                    protocol.received(frame);
                }
            } catch (ProtocolViolationException e) {
                counters.drop(DropReason.PROTOCOL_VIOLATION);
                owner.failed(e);
                pause = RETRY_AFTER_ERROR;
                mine.close(new CloseReason.Failed(e));
            }
        }

        private void refused(int reason) {
            String why = switch (reason) {
                case Wire.WRONG_TOKEN -> "the token was wrong";
                case Wire.FULL -> "it has as many members as it takes";
                case Wire.WRONG_VERSION -> "it speaks another version of the protocol";
                default -> "reason " + reason;
            };
            pause = RETRY_AFTER_ERROR;
            owner.failed(
                    new TransportException("ECONNREFUSED", "the host of " + options.name() + " refused: " + why, null));
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
            inflow = null;
            missing.clear();
            Duration after = pause == null ? pauseAfterLoss() : pause;
            protocol.unlinked();
            owner.disconnected();
            if (leaving) {
                left();
                return;
            }
            retry = loop.schedule(after, Session.this::attempt);
        }
    }

    /** One of the members, the successor, tries to be the next host at once; if it cannot, another will be. */
    private Duration pauseAfterLoss() {
        return protocol.isSuccessor()
                ? Duration.ZERO
                : Duration.ofMillis(ThreadLocalRandom.current().nextInt(LOSS_PAUSE_MILLIS, 2 * LOSS_PAUSE_MILLIS + 1));
    }

    // ---- what the user wants

    /** Sends a message; 0 if there is no such member. */
    long send(Frame message, @Nullable Id to) {
        return protocol.send(message, to);
    }

    /** Leaves: when everybody has what was sent, or after {@code timeout}. */
    void leave(Duration timeout) {
        if (over) {
            return;
        }
        if (leaving || whenSettled != null) {
            loop.schedule(timeout, this::leaveNow);
            return;
        }
        whenSettled = this::leaveNow;
        loop.schedule(timeout, this::leaveNow);
        settled();
    }

    private void settled() {
        Runnable then = whenSettled;
        if (then != null && protocol.isSettled()) {
            loop.execute(then);
        }
    }

    private void leaveNow() {
        if (leaving) {
            return;
        }
        leaving = true;
        if (retry != null) {
            retry.cancel();
        }
        Link last = link;
        if (last == null) {
            left();
            return;
        }
        protocol.acknowledge();
        if (protocol.isJoined()) {
            last.send(Wire.goodbye());
        }
        last.end();
        loop.schedule(RETRY_AFTER_ERROR, () -> last.close(new CloseReason.Local()));
    }

    private void left() {
        stepDown();
        finishIfOver();
    }

    private void finishIfOver() {
        if (leaving && !over && link == null && busy == 0 && hosting == null) {
            over = true;
            owner.ended();
        }
    }

    boolean isHosting() {
        return hosting != null;
    }

    long queuedBytes() {
        Link to = link;
        HostRelay relaying = relay;
        return (to == null ? 0 : to.queuedBytes()) + (relaying == null ? 0 : relaying.queuedBytes());
    }

    // ---- what the protocol wants

    @Override
    public void send(Frame frame) {
        Link to = link;
        if (to != null) {
            to.send(frame);
        }
    }

    @Override
    public void deliver(Peer from, Frame message) {
        counters.received.increment();
        owner.delivered(from, message);
        Inflow flow = inflow;
        if (flow != null) {
            flow.added(1);
        }
    }

    @Override
    public void welcomed(Welcome welcome) {
        everWelcome = true;
        counters.opened.increment();
        if (welcome.first()) {
            loop.schedule(WARM_UP_DELAY, this::warmUp);
        }
        missing.clear();
        Peer host = protocol.peers().get(welcome.host());
        owner.welcomed(new Member(welcome.host().toString(), host == null ? Processes.OWN : host.pid), welcome);
    }

    private void warmUp() {
        if (!leaving && !over && hosting == null) {
            TakeoverWarmUp.hold(options);
        }
    }

    @Override
    public void joined(Peer peer) {
        owner.joined(peer);
    }

    @Override
    public void left(Peer peer, LeaveReason reason) {
        missing.remove(peer);
        owner.left(peer, reason);
    }

    @Override
    public void missing(Peer peer) {
        missing.add(peer, loop.nanoTime());
        if (!looking) {
            looking = true;
            loop.schedule(LOOK, this::look);
        }
    }

    /** Gives up members that have not come in time, or whose process has ended. */
    private void look() {
        giveUp(missing.pollExpired(loop.nanoTime()));
        List<Peer> rest = missing.all();
        if (rest.isEmpty()) {
            looking = false;
            return;
        }
        BlockingTask.start(() -> {
            Set<Peer> dead = new HashSet<>(rest);
            dead.removeIf(peer -> Processes.isAlive(peer.pid));
            try {
                loop.execute(() -> giveUp(dead));
                loop.schedule(LOOK, this::look);
            } catch (RejectedExecutionException e) {
                // The loop has ended, and this with it.
            }
        });
    }

    private void giveUp(Iterable<Peer> peers) {
        for (Peer peer : peers) {
            if (missing.contains(peer) && !peer.isPresent()) {
                protocol.remove(peer, LeaveReason.LOST);
            }
        }
        settled();
    }

    @Override
    public void ackOwed() {
        if (++owed >= MOST_OWED) {
            acknowledge();
        } else if (!owing) {
            owing = true;
            loop.schedule(OWING, () -> {
                owing = false;
                acknowledge();
            });
        }
    }

    private void acknowledge() {
        owed = 0;
        protocol.acknowledge();
    }

    @Override
    public void released(int messages, long bytes) {
        owner.released(messages, bytes);
        settled();
    }
}
