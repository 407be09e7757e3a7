package io.heliograph.channel.message;

import io.heliograph.CloseReason;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.SlowConsumer;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Host of a message channel: connects the protocol to links, and detects slow, stalled and silent members. Event loop only. */
final class HostRelay implements Transport.AcceptHandler {

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    /** A check that runs later than this after the previous one means that this process, not a member, was suspended. */
    private static final long SUSPENDED_NANOS = 3 * CHECK_INTERVAL.toNanos();

    /** Delay that batches the JOINED frames of members that join together. */
    private static final Duration BATCH_DELAY = Duration.ofMillis(10);

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
    private int slowLinks;

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
                presented -> admits(presented, token),
                options.maxMembers());
    }

    private boolean admits(byte[] presented, byte[] token) {
        boolean valid = MessageDigest.isEqual(presented, token);
        if (!valid) {
            counters.drop(DropReason.TOKEN_REFUSED, 1);
        } else if (protocol.members() >= options.maxMembers()) {
            counters.drop(DropReason.TOO_MANY_MEMBERS, 1);
        }
        return valid;
    }

    @Override
    public @Nullable LinkHandler accepted(Link link) {
        if (stopped) {
            return null;
        }
        if (links.size() - protocol.members() >= options.maxMembers()) {
            counters.drop(DropReason.TOO_MANY_HANDSHAKES, 1);
            return null;
        }
        RelayLink accepted = new RelayLink(link);
        links.add(accepted);
        if (slowLinks > 0) {
            accepted.throttle.pause(ReadThrottle.Reason.CONSUMER);
        }
        if (check == null) {
            checkedAt = loop.nanoTime();
            check = loop.schedule(CHECK_INTERVAL, this::checkLinks);
        }
        return accepted;
    }

    @Override
    public void failed(HeliographException cause) {
        onError.accept(cause);
    }

    /** Drops the members that read nothing or acknowledge nothing, and closes the links that do not join. */
    private void checkLinks() {
        if (stopped) {
            return;
        }
        long now = loop.nanoTime();
        boolean suspended = now - checkedAt > SUSPENDED_NANOS;
        checkedAt = now;
        for (RelayLink link : List.copyOf(links)) {
            if (suspended) {
                link.restartTimes(now);
            } else {
                link.check(now);
            }
        }
        check = loop.schedule(CHECK_INTERVAL, this::checkLinks);
    }

    /**
     * Changes the number of slow links. While there is one, no link is read: all senders wait until the slow member has caught up or
     * has stalled.
     */
    private void slowLinks(int change) {
        int before = slowLinks;
        slowLinks += change;
        if (before == 0) {
            links.forEach(link -> link.throttle.pause(ReadThrottle.Reason.CONSUMER));
        } else if (slowLinks == 0) {
            links.forEach(link -> link.throttle.resume(ReadThrottle.Reason.CONSUMER));
        }
    }

    /** Closes all links after pending frames, without LEFT, so that members look for another host. */
    void stop() {
        stopped = true;
        if (check != null) {
            check.cancel();
        }
        List.copyOf(links).forEach(RelayLink::close);
    }

    private final class RelayLink implements LinkHandler, HostProtocol.Port {

        private final Link link;
        private final ReadThrottle throttle;
        private final HostProtocol.MemberLink member;
        private final ArrayDeque<Frame> batched = new ArrayDeque<>(0);
        private long sent;
        private long checkQueueAt;
        private long written;
        private long progressAt;
        private long openedAt;
        private boolean marked;
        private long markedUntil;
        private long markedAt;
        private boolean skipping;
        private boolean slow;

        RelayLink(Link link) {
            this.link = link;
            this.throttle = new ReadThrottle(link);
            this.member = protocol.connected(this);
            restartTimes(loop.nanoTime());
        }

        /** Restarts all times, because this process could not receive. */
        void restartTimes(long now) {
            openedAt = now;
            progressAt = now;
            markedAt = now;
        }

        void check(long now) {
            if (member.id == null) {
                if (now - openedAt >= options.stallTimeout().toNanos()) {
                    counters.drop(DropReason.STALLED, 1);
                    link.close(new CloseReason.Failed(
                            new DeadlineExceededException("no HELLO within " + options.stallTimeout())));
                }
            } else if (isStalled(now)) {
                drop(tooSlow("has read nothing for " + options.stallTimeout()));
            } else if (isSilent(now)) {
                drop(new DeadlineExceededException(
                        disconnected("has not acknowledged messages for " + options.ackTimeout())));
            }
        }

        /**
         * Returns whether the member has not acknowledged, within the time-out, the messages that its link has written completely. Time
         * does not count while links are not read because of a slow member.
         */
        private boolean isSilent(long now) {
            if (!marked) {
                marked = member.owed.mark();
                markedUntil = sent;
                markedAt = now;
            } else if (member.owed.isMarkAcknowledged()) {
                marked = false;
            } else if (slowLinks > 0 || sent - link.queuedBytes() < markedUntil) {
                markedAt = now;
            } else {
                return now - markedAt >= options.ackTimeout().toNanos();
            }
            return false;
        }

        private boolean isStalled(long now) {
            long queued = link.queuedBytes();
            long writtenNow = sent - queued;
            if (queued == 0 || writtenNow != written) {
                written = writtenNow;
                progressAt = now;
                return false;
            }
            return now - progressAt >= options.stallTimeout().toNanos();
        }

        private void drop(HeliographException cause) {
            if (!member.closed) {
                counters.drop(DropReason.STALLED, 1);
                onError.accept(cause);
                protocol.drop(member, LeaveReason.STALLED);
                link.close(new CloseReason.Local());
            }
        }

        private HeliographException tooSlow(String problem) {
            return new QueueFullException(disconnected(problem), options.maxQueuedBytes());
        }

        private String disconnected(String problem) {
            return "member " + member.id + " (process " + member.pid + ") was disconnected: it " + problem;
        }

        @Override
        public void frame(Link from, Frame frame) {
            if (stopped) {
                return;
            }
            try {
                protocol.received(member, frame);
            } catch (ProtocolViolationException e) {
                counters.drop(DropReason.PROTOCOL_VIOLATION, 1);
                onError.accept(e);
                link.close(new CloseReason.Failed(e));
            }
        }

        @Override
        public void sendSoon(Frame frame) {
            if (batched.isEmpty()) {
                loop.schedule(BATCH_DELAY, this::sendBatched);
            }
            batched.add(frame);
        }

        private void sendBatched() {
            for (Frame frame = batched.poll(); frame != null; frame = batched.poll()) {
                sendNow(frame);
            }
        }

        @Override
        public void send(Frame frame) {
            if (!batched.isEmpty()) {
                sendBatched();
            }
            sendNow(frame);
        }

        private void sendNow(Frame frame) {
            if (link.send(frame)) {
                sent += 4 + frame.length();
                if (!slow && sent >= checkQueueAt) {
                    checkQueue();
                }
            }
        }

        /** Checks the queue. The next check is due when as many bytes have been sent as could fill the queue to the limit. */
        private void checkQueue() {
            long queued = link.queuedBytes();
            long limit = options.maxQueuedBytes() / 2;
            checkQueueAt = sent + Math.max(0, limit - queued);
            if (queued > limit) {
                slow = true;
                slowLinks(1);
            }
        }

        @Override
        public void written(Link to) {
            if (slow && link.queuedBytes() <= options.maxQueuedBytes() / 4) {
                slow = false;
                slowLinks(-1);
            }
        }

        @Override
        public boolean relay(Frame frame) {
            if (options.slowConsumer() == SlowConsumer.SKIP
                    && link.queuedBytes() + frame.length() > options.maxQueuedBytes() / 2) {
                counters.drop(DropReason.SKIPPED, 1);
                if (!skipping) {
                    skipping = true;
                    onError.accept(new QueueFullException(
                            "messages for member " + member.id + " are skipped: it reads too slowly",
                            options.maxQueuedBytes()));
                }
                return false;
            }
            send(frame);
            return true;
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
            if (slow) {
                slow = false;
                slowLinks(-1);
            }
            if (stopped) {
                return;
            }
            boolean full = reason instanceof CloseReason.Failed failed && failed.cause() instanceof QueueFullException;
            if (full) {
                drop(tooSlow("has left more than maxQueuedBytes, " + options.maxQueuedBytes() + " bytes, unread"));
            } else {
                protocol.ended(member);
            }
        }
    }
}
