package io.heliograph.channel.message;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.SlowMember;
import io.heliograph.channel.election.Counters;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The host of a message channel: gives its protocol links, and sees who does not read. On one loop. */
final class HostRelay implements Transport.AcceptHandler {

    private static final Duration CHECK = Duration.ofMillis(500);

    /** A check that comes later than this after the last one finds that this process, and not a member, stood still. */
    private static final long LATE_NANOS = 3 * CHECK.toNanos();

    private static final Duration DRAIN = Duration.ofMillis(2);

    /** How long the news of a member that has joined waits for that of others. */
    private static final Duration HOLD = Duration.ofMillis(10);

    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HostProtocol protocol;
    private final EventLoop loop;
    private final MessageOptions options;
    private final Counters counters;
    private final Consumer<Throwable> onError;
    private final Set<RelayLink> links = new LinkedHashSet<>();
    private EventLoop.@Nullable Timer check;
    private long checkedAt;
    private boolean stopped;
    private int high;

    HostRelay(
            Id ownMember,
            byte[] token,
            EventLoop loop,
            MessageOptions options,
            Counters counters,
            Consumer<Throwable> onError) {
        this.loop = loop;
        this.options = options;
        this.counters = counters;
        this.onError = onError;
        this.protocol = new HostProtocol(
                new Id(RANDOM.nextLong(), RANDOM.nextLong()),
                ownMember,
                shown -> admits(shown, token),
                options.maxMembers());
    }

    private boolean admits(byte[] shown, byte[] token) {
        boolean right = MessageDigest.isEqual(shown, token);
        if (!right) {
            counters.drop(DropReason.TOKEN_REFUSED);
        } else if (protocol.members() >= options.maxMembers()) {
            counters.drop(DropReason.TOO_MANY_MEMBERS);
        }
        return right;
    }

    @Override
    public @Nullable LinkHandler accepted(Link link) {
        if (stopped) {
            return null;
        }
        RelayLink guest = new RelayLink(link);
        links.add(guest);
        if (high > 0) {
            link.reading(false);
        }
        if (check == null) {
            checkedAt = loop.nanoTime();
            check = loop.schedule(CHECK, this::findStalled);
        }
        return guest;
    }

    @Override
    public void failed(HeliographException cause) {
        onError.accept(cause);
    }

    private void findStalled() {
        if (stopped) {
            return;
        }
        long now = loop.nanoTime();
        boolean late = now - checkedAt > LATE_NANOS;
        checkedAt = now;
        List<RelayLink> stalled = new ArrayList<>();
        for (RelayLink guest : links) {
            if (late) {
                guest.progressAt = now;
            } else if (guest.isStalled(now)) {
                stalled.add(guest);
            }
        }
        stalled.forEach(guest -> guest.drop("has read nothing for " + options.stallTimeout()));
        check = loop.schedule(CHECK, this::findStalled);
    }

    /**
     * One more member, or one less, has much waiting for it. While there are any, nothing is read: senders wait for a member that
     * is slow, until it has caught up or is found to have stalled.
     */
    private void hold(int change) {
        int before = high;
        high += change;
        if ((before == 0) != (high == 0)) {
            links.forEach(guest -> guest.link.reading(high == 0));
        }
    }

    /** Ends all links, after what was sent. To the members that is an outage. */
    void stop() {
        stopped = true;
        if (check != null) {
            check.cancel();
        }
        List.copyOf(links).forEach(RelayLink::close);
    }

    long queuedBytes() {
        return links.stream().mapToLong(guest -> guest.link.queuedBytes()).sum();
    }

    private final class RelayLink implements LinkHandler, HostProtocol.Port {

        private final Link link;
        private final HostProtocol.MemberLink member;
        private long sent;
        // To be sent before anything else.
        private final ArrayDeque<Frame> held = new ArrayDeque<>(0);
        private long lookAt;
        private long written;
        private long progressAt;
        private boolean skipping;
        private boolean high;

        RelayLink(Link link) {
            this.link = link;
            this.member = protocol.connected(this);
            this.progressAt = loop.nanoTime();
        }

        boolean isStalled(long now) {
            long queued = link.queuedBytes();
            long writtenNow = sent - queued;
            if (queued == 0 || writtenNow != written) {
                written = writtenNow;
                progressAt = now;
                return false;
            }
            return now - progressAt >= options.stallTimeout().toNanos();
        }

        void drop(String why) {
            if (member.closed) {
                return;
            }
            counters.drop(DropReason.STALLED);
            onError.accept(new QueueFullException(
                    "member " + member.id + " (process " + member.pid + ") was dropped: it " + why,
                    options.maxQueuedBytes()));
            protocol.drop(member, LeaveReason.STALLED);
            link.close(new CloseReason.Local());
        }

        @Override
        public void frame(Link from, Frame frame) {
            if (stopped) {
                return;
            }
            try {
                protocol.received(member, frame);
            } catch (ProtocolViolationException e) {
                counters.drop(DropReason.PROTOCOL_VIOLATION);
                onError.accept(e);
                link.close(new CloseReason.Failed(e));
            }
        }

        /** After a takeover all join within moments; each is not woken up for every single one. */
        @Override
        public void sendSoon(Frame frame) {
            if (held.isEmpty()) {
                loop.schedule(HOLD, this::sendHeld);
            }
            held.add(frame);
        }

        private void sendHeld() {
            for (Frame frame = held.poll(); frame != null; frame = held.poll()) {
                sendNow(frame);
            }
        }

        @Override
        public void send(Frame frame) {
            if (!held.isEmpty()) {
                sendHeld();
            }
            sendNow(frame);
        }

        private void sendNow(Frame frame) {
            if (link.send(frame)) {
                sent += 4 + frame.length();
                if (!high && sent >= lookAt) {
                    look();
                }
            }
        }

        /** It cannot be found too late: what is sent until the next look is less than what the look asks for. */
        private void look() {
            long queued = link.queuedBytes();
            long limit = options.maxQueuedBytes() / 2;
            lookAt = sent + Math.max(0, limit - queued);
            if (queued > limit) {
                high = true;
                hold(1);
                loop.schedule(DRAIN, this::drained);
            }
        }

        private void drained() {
            if (!high) {
                return;
            }
            if (link.queuedBytes() <= options.maxQueuedBytes() / 4) {
                high = false;
                hold(-1);
            } else {
                loop.schedule(DRAIN, this::drained);
            }
        }

        @Override
        public void relay(Frame frame) {
            if (options.slowMember() == SlowMember.SKIP
                    && link.queuedBytes() + frame.length() > options.maxQueuedBytes() / 2) {
                counters.drop(DropReason.SKIPPED);
                if (!skipping) {
                    skipping = true;
                    onError.accept(new QueueFullException(
                            "messages for member " + member.id + " are skipped: it reads too slowly",
                            options.maxQueuedBytes()));
                }
                return;
            }
            send(frame);
        }

        @Override
        public void close() {
            link.end();
            loop.schedule(LINGER, () -> link.close(new CloseReason.Local()));
        }

        @Override
        public void inputEnded(Link from) {
            link.close(new CloseReason.Local());
        }

        @Override
        public void closed(Link from, CloseReason reason) {
            links.remove(this);
            if (high) {
                high = false;
                hold(-1);
            }
            if (stopped) {
                return;
            }
            boolean full = reason instanceof CloseReason.Failed failed && failed.cause() instanceof QueueFullException;
            if (full) {
                drop("has left " + options.maxQueuedBytes() + " bytes unread");
            } else {
                protocol.ended(member);
            }
        }
    }
}
