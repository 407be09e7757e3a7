package io.heliograph.channel;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a member knows and does, and nothing else: no I/O, no clock, no thread. For one thread at a time.
 *
 * <p>The rules, and why they lose and double nothing, are in {@code docs/channel-protocol.md}; numbers in comments here are of
 * its rules.
 */
final class MemberProtocol {

    /** How many members that are gone are remembered, so that what they sent is not delivered again. */
    static final int REMEMBERED = 4096;

    private static final Peer[] NOBODY = {};

    /** What the protocol wants done. */
    interface Output {

        /** Sends to the host; called only while there is a link. */
        void send(Frame frame);

        /** Hands a MESSAGE to the listeners. */
        void deliver(Peer from, Frame message);

        /** The member is part of a tenure now. */
        void welcomed(Welcome welcome);

        void joined(Peer peer);

        void left(Peer peer, LeaveReason reason);

        /** A peer is missing, though it may live; {@link #gone} is to be called if it does not come back. */
        void missing(Peer peer);

        /** Acknowledgements are owed; {@link #acknowledge} is to be called soon. */
        void owing();

        /** Messages that were given to {@link MemberProtocol#send} are not kept any more. */
        void released(int messages, long bytes);
    }

    /**
     * What a WELCOME meant.
     *
     * @param host the member in the host's process
     * @param first whether it is the first one
     * @param takeover whether another host was there before
     */
    record Welcome(Id host, boolean first, boolean takeover) {}

    /** Another member. */
    static final class Peer {

        final Id id;
        final long pid;
        final Member member;
        private final Peer[] alone = {this};
        private final List<Id> address;
        private boolean present = true;
        private boolean gone;
        private long acked;
        private long seen;
        private boolean owed;
        private boolean missed;

        private Peer(Id id, long pid, long acked, @Nullable Remembered before) {
            this.id = id;
            this.pid = pid;
            this.member = Member.of(id, pid);
            this.address = List.of(id);
            this.acked = acked;
            this.seen = before == null ? 0 : before.seen;
        }

        boolean isGone() {
            return gone;
        }

        boolean isPresent() {
            return present && !gone;
        }
    }

    /** A message of our own that somebody has not acknowledged. */
    private static final class Kept {

        final long number;
        final Frame frame;
        Peer @Nullable [] recipients;

        Kept(long number, Frame frame, Peer @Nullable [] recipients) {
            this.number = number;
            this.frame = frame;
            this.recipients = recipients;
        }

        boolean isDone() {
            Peer[] all = recipients;
            if (all == null) {
                return false;
            }
            for (Peer peer : all) {
                if (!peer.gone && peer.acked < number) {
                    return false;
                }
            }
            return true;
        }

        boolean isFor(Peer peer) {
            return recipients != null
                    && peer.acked < number
                    && Arrays.asList(recipients).contains(peer);
        }
    }

    /**
     * What stays of a member that is gone, in case it comes back.
     *
     * @param seen what it had sent that was delivered
     * @param sent the number of our last message then
     * @param missed whether it had not acknowledged all that was for it
     */
    private record Remembered(long seen, long sent, boolean missed) {}

    private final Id self;
    private final Output out;
    private final Map<Id, Peer> peers = new LinkedHashMap<>();
    private final ArrayDeque<Kept> kept = new ArrayDeque<>();
    private final List<Peer> owed = new ArrayList<>();
    private final Map<Id, Remembered> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Id, Remembered> eldest) {
            return size() > REMEMBERED;
        }
    };

    // Whom the host takes the next MESSAGE to be for, as the last TO said; everybody at first.
    private List<Id> addressees = List.of();
    private long addressedView;

    private long number;
    private long lastForAll;
    private long view;
    private boolean linked;
    private boolean joined;
    private @Nullable Id tenure;
    private @Nullable Id host;

    // All peers, shared by the messages sent while they stay the same; null when they have changed.
    private Peer @Nullable [] everybody;

    MemberProtocol(Id self, Output out) {
        this.self = self;
        this.out = out;
    }

    // ---- the link

    /** There is a link to a host; {@code hello} has been sent by the caller. */
    void linked() {
        linked = true;
    }

    /** The link has ended. (7) */
    void unlinked() {
        linked = false;
        joined = false;
        peers.values().forEach(peer -> peer.present = false);
    }

    boolean isJoined() {
        return joined;
    }

    /**
     * Whether this is the member that all members think of as the next host, when they lose the present one. They may be wrong,
     * and nothing depends on it but time.
     */
    boolean isHeir() {
        return !self.equals(host)
                && peers.values().stream()
                        .filter(peer -> peer.present && !peer.id.equals(host))
                        .allMatch(peer -> self.isBefore(peer.id));
    }

    /** A peer that was missing will not come. (7) */
    void gone(Peer peer, LeaveReason reason) {
        if (peer.gone || peers.get(peer.id) != peer) {
            return;
        }
        peers.remove(peer.id);
        peer.gone = true;
        peer.present = false;
        everybody = null;
        boolean missed = kept.stream().anyMatch(message -> message.isFor(peer));
        remembered.remove(peer.id);
        remembered.put(peer.id, new Remembered(peer.seen, number, missed));
        out.left(peer, reason);
        release();
    }

    // ---- sending

    /**
     * Sends a message, now or when it can be.
     *
     * @param message a whole frame, whose number and view are put in here; its array is ours
     * @param to the only recipient, or null for all
     * @return its number, or 0 if there is no such member
     */
    long send(Frame message, @Nullable Id to) {
        Peer[] recipients = recipients(to);
        if (to != null && recipients.length == 0) {
            return 0;
        }
        boolean early = to == null && tenure == null;
        long mine = ++number;
        if (to == null) {
            lastForAll = mine;
        }
        Wire.putLong(message, Wire.NUMBER, mine);
        Wire.putLong(message, Wire.VIEW, view);
        Kept entry = new Kept(mine, message, early ? null : recipients);
        if (!early && recipients.length == 0) {
            out.released(1, message.length());
            return mine;
        }
        kept.add(entry);
        if (joined && to == null) {
            send(message, List.of());
        } else if (joined && recipients[0].present) {
            send(message, recipients[0].address);
        }
        return mine;
    }

    /** Sends a message to these members, or to all of its view if there are none. */
    private void send(Frame message, List<Id> to) {
        if (!to.equals(addressees) || (!to.isEmpty() && addressedView != view)) {
            addressees = to;
            addressedView = view;
            out.send(Wire.to(view, to));
        }
        out.send(message);
    }

    private Peer[] recipients(@Nullable Id to) {
        if (to != null) {
            Peer peer = peers.get(to);
            return peer == null ? NOBODY : peer.alone;
        }
        if (everybody == null) {
            everybody = peers.values().toArray(NOBODY);
        }
        return everybody;
    }

    /** Forgets what all recipients have. (3) */
    private void release() {
        int messages = 0;
        long bytes = 0;
        while (!kept.isEmpty() && kept.element().isDone()) {
            Frame done = kept.remove().frame;
            if (done.at(Wire.KIND) != Wire.KIND_MISSED) {
                messages++;
                bytes += done.length();
            }
        }
        if (messages > 0) {
            out.released(messages, bytes);
        }
    }

    /** Whether every message was acknowledged by all it was for. */
    boolean isSettled() {
        return kept.isEmpty();
    }

    // ---- receiving

    /** A frame has come from the host. */
    void received(Frame frame) {
        byte type = Wire.type(frame);
        if (type == Wire.WELCOME ? joined || !linked : !joined) {
            throw Wire.violation("a frame of type " + type + (joined ? " after" : " before") + " WELCOME");
        }
        switch (type) {
            case Wire.MESSAGE -> message(frame);
            case Wire.ACK -> acknowledged(frame);
            case Wire.WELCOME -> welcome(Wire.fields(frame, 2 * Id.BYTES + 8));
            case Wire.JOINED -> joined(Wire.fields(frame, 16 + Id.BYTES));
            case Wire.LEFT -> left(Wire.fields(frame, Id.BYTES + 1));
            default -> throw Wire.violation("a frame of type " + type + " from the host");
        }
    }

    /** (2) */
    private void message(Frame frame) {
        Wire.checkMessage(frame);
        Peer from = peers.get(Wire.idAt(frame, Wire.SENDER));
        if (from == null) {
            throw Wire.violation("a message of a member that has not joined");
        }
        if (!from.owed) {
            from.owed = true;
            owed.add(from);
        }
        long theirs = Wire.longAt(frame, Wire.NUMBER);
        if (theirs > from.seen) {
            from.seen = theirs;
            out.deliver(from, frame);
        }
        out.owing();
    }

    /** Sends the acknowledgements that are owed; those to members that are missing wait until they send again. */
    void acknowledge() {
        for (Peer peer : owed) {
            peer.owed = false;
            if (joined && peer.isPresent()) {
                out.send(Wire.ack(self, peer.id, peer.seen));
            }
        }
        owed.clear();
    }

    /** (3) */
    private void acknowledged(Frame frame) {
        Wire.checkFields(frame, Wire.ACK_FIELDS);
        Peer peer = peers.get(Wire.idAt(frame, Wire.ACK_RECEIVER));
        long upTo = Wire.longAt(frame, Wire.ACK_NUMBER);
        if (upTo > number || !self.isAt(frame, Wire.ACK_SENDER)) {
            throw Wire.violation("an acknowledgement of what was not sent");
        }
        if (peer != null && upTo > peer.acked) {
            peer.acked = upTo;
            release();
        }
    }

    /** (4) */
    private void welcome(ByteBuffer fields) {
        Id now = Id.read(fields);
        Id hosting = Id.read(fields);
        host = hosting;
        view = fields.getLong();
        if (fields.remaining() % (Id.BYTES + 8) != 0) {
            throw Wire.violation("a WELCOME that ends within a member");
        }
        Id before = tenure;
        tenure = now;
        joined = true;
        addressees = List.of();
        List<Peer> newcomers = new ArrayList<>();
        Set<Id> listed = new HashSet<>();
        while (fields.hasRemaining()) {
            Id id = Id.read(fields);
            long pid = fields.getLong();
            if (id.equals(self)) {
                continue;
            }
            listed.add(id);
            Peer peer = peers.get(id);
            if (peer == null) {
                newcomers.add(add(id, pid, before == null ? 0 : number));
            } else {
                peer.present = true;
            }
        }
        if (before == null) {
            Peer[] all = recipients(null);
            kept.forEach(message -> message.recipients = all);
            release();
        }
        out.welcomed(new Welcome(hosting, before == null, before != null && !before.equals(now)));
        newcomers.forEach(out::joined);
        for (Peer peer : List.copyOf(peers.values())) {
            if (!listed.contains(peer.id)) {
                out.missing(peer);
            }
        }
        resend(peers.values());
        newcomers.forEach(this::tellWhatItMissed);
    }

    /** (5) */
    private void joined(ByteBuffer fields) {
        view = fields.getLong();
        Id id = Id.read(fields);
        long pid = fields.getLong();
        if (id.equals(self)) {
            throw Wire.violation("a JOINED of this member itself");
        }
        Peer peer = peers.get(id);
        if (peer == null) {
            Peer newcomer = add(id, pid, number);
            out.joined(newcomer);
            tellWhatItMissed(newcomer);
            return;
        }
        if (peer.present) {
            throw Wire.violation("a JOINED of a member that is there");
        }
        peer.present = true;
        resend(List.of(peer));
    }

    private Peer add(Id id, long pid, long acked) {
        Remembered before = remembered.remove(id);
        Peer peer = new Peer(id, pid, acked, before);
        peer.missed = before != null && (before.missed || lastForAll > before.sent);
        peers.put(id, peer);
        everybody = null;
        return peer;
    }

    /** A member that was gone and is back learns that messages have passed it by. (8) */
    private void tellWhatItMissed(Peer peer) {
        if (peer.missed) {
            peer.missed = false;
            send(Frame.of(Wire.messageHead(self, Wire.KIND_MISSED, 0, new byte[0])), peer.id);
        }
    }

    /** Sends again what these peers have not acknowledged, in order. */
    private void resend(Collection<Peer> to) {
        List<Id> missing = new ArrayList<>();
        for (Kept message : kept) {
            for (Peer peer : to) {
                if (peer.present && message.isFor(peer)) {
                    missing.add(peer.id);
                }
            }
            if (!missing.isEmpty()) {
                send(message.frame, List.copyOf(missing));
                missing.clear();
            }
        }
    }

    /** (6) */
    private void left(ByteBuffer fields) {
        Id id = Id.read(fields);
        LeaveReason reason = Wire.reason(fields.get());
        Peer peer = peers.get(id);
        if (peer == null) {
            return;
        }
        if (reason == LeaveReason.LOST) {
            // A process whose link has broken, and not itself, will be back.
            peer.present = false;
            out.missing(peer);
        } else {
            gone(peer, reason);
        }
    }

    /** Those present or missing, in the order in which they were met. */
    Map<Id, Peer> peers() {
        return new HashMap<>(peers);
    }

    /** All that decides what comes next, for the log and for the simulation. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(joined ? "joined" : linked ? "greeting" : "seeking");
        text.append(" view ").append(view).append(" sent ").append(number);
        text.append(" to ").append(addressees).append('@').append(addressedView);
        for (Peer peer : peers.values()) {
            text.append(peer.present ? " " : " -").append(peer.id);
            text.append(":acked ").append(peer.acked).append(",seen ").append(peer.seen);
            text.append(peer.owed ? ",owed" : "").append(peer.missed ? ",missed" : "");
        }
        for (Kept message : kept) {
            text.append(" kept ").append(message.number).append(" for");
            for (Peer peer : peers.values()) {
                text.append(message.isFor(peer) ? " " + peer.id : "");
            }
            text.append(message.recipients == null ? " all" : "");
        }
        text.append(" for all ").append(lastForAll);
        return text.append(" remembered ").append(remembered).toString();
    }
}
