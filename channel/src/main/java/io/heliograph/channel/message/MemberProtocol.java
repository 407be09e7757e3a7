package io.heliograph.channel.message;

import io.heliograph.channel.LeaveReason;
import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * State machine of a member, without I/O, clock or threads. Confined to one thread.
 *
 * <p>{@code docs/channel-protocol.md} states the rules and why they neither lose nor duplicate a message; numbers in parentheses
 * are the numbers of its rules.
 */
final class MemberProtocol {

    /** Maximum number of departed members whose state is kept, so that their messages are not delivered twice. */
    static final int MAX_DEPARTED = 4096;

    private static final Peer[] NO_PEERS = {};

    /** Actions of the protocol. */
    interface Output {

        /** Sends a frame to the host. Called only while there is a link. */
        void send(Frame frame);

        /** Passes a MESSAGE to the listeners. */
        void deliver(Peer from, Frame message);

        /** The host has accepted this member. */
        void welcomed(Welcome welcome);

        void joined(Peer peer);

        void left(Peer peer, LeaveReason reason);

        /** A peer is missing and may come back; if it does not, {@link #remove} must be called. */
        void missing(Peer peer);

        /** Acknowledgements are owed; {@link #acknowledge} must be called soon. */
        void ackOwed();

        /**
         * Reports messages that all recipients have acknowledged and that were passed to {@link MemberProtocol#send}.
         */
        void released(int messages, long bytes);
    }

    /**
     * Meaning of a WELCOME.
     *
     * @param host the member in the host's process
     * @param first whether it is the first WELCOME
     * @param takeover whether there was another host before
     */
    record Welcome(Id host, boolean first, boolean takeover) {}

    private final Id self;
    private final Output out;
    private final Map<Id, Peer> peers = new LinkedHashMap<>();
    private final ArrayDeque<RetainedMessage> retained = new ArrayDeque<>();
    private final List<Peer> acksOwed = new ArrayList<>();
    private final Map<Id, Peer.Departed> departed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Id, Peer.Departed> eldest) {
            return size() > MAX_DEPARTED;
        }
    };

    // Addressees of the next MESSAGE in the state of the host, as of the last TO; empty for all members.
    private List<Id> addressees = List.of();
    private long addressedView;

    private long number;
    private long lastToAll;
    private long view;
    private boolean linked;
    private boolean joined;
    private @Nullable Id tenure;
    private @Nullable Id host;

    // All peers; shared by the messages that are sent until a peer is added or removed, then null.
    private Peer @Nullable [] allPeers;

    MemberProtocol(Id self, Output out) {
        this.self = self;
        this.out = out;
    }

    // ---- the link

    /** A link to a host is open and the caller has sent the HELLO. */
    void linked() {
        linked = true;
    }

    /** Handles the close of the link. Rule (7). */
    void unlinked() {
        linked = false;
        joined = false;
        peers.values().forEach(Peer::unlinked);
    }

    boolean isJoined() {
        return joined;
    }

    /**
     * Returns whether this member is the designated successor of the host: the present member with the lowest id, except the host.
     * The members' views may differ; only the duration of a takeover depends on it.
     */
    boolean isSuccessor() {
        return !self.equals(host)
                && peers.values().stream()
                        .filter(peer -> peer.present && !peer.id.equals(host))
                        .allMatch(peer -> self.isBefore(peer.id));
    }

    /** Removes a peer that does not come back. Rule (7). */
    void remove(Peer peer, LeaveReason reason) {
        if (peer.removed || peers.get(peer.id) != peer) {
            return;
        }
        peers.remove(peer.id);
        peer.removed = true;
        peer.present = false;
        allPeers = null;
        boolean missed = retained.stream().anyMatch(message -> message.isOwedTo(peer));
        departed.remove(peer.id);
        departed.put(peer.id, new Peer.Departed(peer.seen, number, missed));
        out.left(peer, reason);
        release();
    }

    // ---- sending

    /**
     * Sends a message, now or once joined.
     *
     * @param message a complete frame, in which this method sets number and view
     * @param to the only recipient, or null for all members
     * @return the number of the message, or 0 if there is no such member
     */
    long send(Frame message, @Nullable Id to) {
        Peer[] recipients = recipients(to);
        if (to != null && recipients.length == 0) {
            return 0;
        }
        boolean early = to == null && tenure == null;
        long mine = ++number;
        if (to == null) {
            lastToAll = mine;
        }
        Wire.putLong(message, Wire.NUMBER, mine);
        Wire.putLong(message, Wire.VIEW, view);
        if (!early && recipients.length == 0) {
            if (message.at(Wire.KIND) != Wire.KIND_MISSED) {
                out.released(1, message.length());
            }
            return mine;
        }
        retained.add(new RetainedMessage(mine, message, early ? null : recipients));
        if (joined && to == null) {
            send(message, List.of());
        } else if (joined && recipients[0].present) {
            send(message, recipients[0].address);
        }
        return mine;
    }

    /** Sends a message to these members, or, if the list is empty, to all members of its view. */
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
            return peer == null ? NO_PEERS : peer.alone;
        }
        if (allPeers == null) {
            allPeers = peers.values().toArray(NO_PEERS);
        }
        return allPeers;
    }

    /** Releases the messages that all recipients have acknowledged. Rule (3). */
    private void release() {
        int messages = 0;
        long bytes = 0;
        while (!retained.isEmpty() && retained.element().isAcknowledged()) {
            Frame frame = retained.remove().frame;
            if (frame.at(Wire.KIND) != Wire.KIND_MISSED) {
                messages++;
                bytes += frame.length();
            }
        }
        if (messages > 0) {
            out.released(messages, bytes);
        }
    }

    /** Returns whether all recipients have acknowledged all messages. */
    boolean isSettled() {
        return retained.isEmpty();
    }

    // ---- receiving

    /** Processes a frame of the host. */
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

    /** Delivers a MESSAGE of another member, unless it was delivered before. Rule (2). */
    private void message(Frame frame) {
        Wire.checkMessage(frame);
        Peer from = peers.get(Wire.idAt(frame, Wire.SENDER));
        if (from == null) {
            throw Wire.violation("a message of a member that has not joined");
        }
        if (!from.ackOwed) {
            from.ackOwed = true;
            acksOwed.add(from);
        }
        long received = Wire.longAt(frame, Wire.NUMBER);
        from.received = Math.max(from.received, received);
        if (received > from.seen) {
            from.seen = received;
            out.deliver(from, frame);
        }
        out.ackOwed();
    }

    /** Sends the acknowledgements that are owed to present members. A missing member sends its messages again. */
    void acknowledge() {
        for (Peer peer : acksOwed) {
            if (joined && peer.ackOwed && peer.isPresent()) {
                out.send(Wire.ack(self, peer.id, peer.received));
            }
            peer.ackOwed = false;
        }
        acksOwed.clear();
    }

    /** Handles an ACK: a recipient has received messages up to a number. Rule (3). */
    private void acknowledged(Frame frame) {
        Wire.checkAck(frame);
        Peer peer = peers.get(Wire.idAt(frame, Wire.ACK_RECEIVER));
        long upTo = Wire.longAt(frame, Wire.ACK_NUMBER);
        if (upTo > number || !self.isAt(frame, Wire.ACK_SENDER)) {
            throw Wire.violation("an acknowledgement of a message that was not sent");
        }
        if (peer != null && upTo > peer.acked) {
            peer.acked = upTo;
            release();
        }
    }

    /** Handles a WELCOME: the members of the host, with which unacknowledged messages are sent again. Rule (4). */
    private void welcome(ByteBuffer fields) {
        Id newTenure = Id.read(fields);
        Id newHost = Id.read(fields);
        host = newHost;
        view = fields.getLong();
        if (fields.remaining() % (Id.BYTES + 8) != 0) {
            throw Wire.violation("a WELCOME with an incomplete member");
        }
        Id oldTenure = tenure;
        tenure = newTenure;
        joined = true;
        addressees = List.of();
        List<Peer> added = new ArrayList<>();
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
                added.add(add(id, pid, oldTenure == null ? 0 : number));
            } else {
                peer.present = true;
            }
        }
        if (oldTenure == null) {
            Peer[] all = recipients(null);
            retained.forEach(message -> message.recipients = all);
            release();
        }
        out.welcomed(new Welcome(newHost, oldTenure == null, oldTenure != null && !oldTenure.equals(newTenure)));
        added.forEach(out::joined);
        for (Peer peer : List.copyOf(peers.values())) {
            if (!listed.contains(peer.id)) {
                out.missing(peer);
            }
        }
        resend(peers.values());
        added.forEach(this::sendMissedNotice);
    }

    /** Handles a JOINED: adds members. Rule (5). */
    private void joined(ByteBuffer fields) {
        view = fields.getLong();
        Id id = Id.read(fields);
        long pid = fields.getLong();
        if (id.equals(self)) {
            throw Wire.violation("a JOINED of this member itself");
        }
        Peer peer = peers.get(id);
        if (peer == null) {
            Peer added = add(id, pid, number);
            out.joined(added);
            sendMissedNotice(added);
            return;
        }
        if (peer.present) {
            throw Wire.violation("a JOINED of a member that is present");
        }
        peer.present = true;
        resend(List.of(peer));
    }

    private Peer add(Id id, long pid, long acked) {
        Peer.Departed before = departed.remove(id);
        Peer peer = new Peer(id, pid, acked, before);
        peer.missedOwed = before != null && (before.missed() || lastToAll > before.sent());
        peers.put(id, peer);
        allPeers = null;
        return peer;
    }

    /** Notifies a member that has come back that it missed messages. Rule (8). */
    private void sendMissedNotice(Peer peer) {
        if (peer.missedOwed) {
            peer.missedOwed = false;
            send(Frame.of(Wire.messageHead(self, Wire.KIND_MISSED, 0, new byte[0])), peer.id);
        }
    }

    /** Retransmits, in order, the messages that these peers have not acknowledged. */
    private void resend(Collection<Peer> to) {
        List<Id> missing = new ArrayList<>();
        for (RetainedMessage message : retained) {
            for (Peer peer : to) {
                if (peer.present && message.isOwedTo(peer)) {
                    missing.add(peer.id);
                }
            }
            if (!missing.isEmpty()) {
                send(message.frame, List.copyOf(missing));
                missing.clear();
            }
        }
    }

    /** Handles a LEFT: removes a member. Rule (6). */
    private void left(ByteBuffer fields) {
        Id id = Id.read(fields);
        LeaveReason reason = Wire.reason(fields.get());
        Peer peer = peers.get(id);
        if (peer == null) {
            return;
        }
        if (reason == LeaveReason.LOST) {
            // If only its link has closed, and its process lives, the member comes back.
            peer.unlinked();
            out.missing(peer);
        } else {
            remove(peer, reason);
        }
    }

    /** Returns the present and missing peers. */
    Map<Id, Peer> peers() {
        return new HashMap<>(peers);
    }

    /** The complete state, for the log and for the simulation. */
    @Override
    public String toString() {
        StringBuilder state = new StringBuilder();
        state.append(joined ? "joined" : linked ? "greeting" : "seeking");
        state.append(" view ").append(view).append(" sent ").append(number);
        state.append(" to ").append(addressees).append('@').append(addressedView);
        for (Peer peer : peers.values()) {
            state.append(peer.present ? " " : " -").append(peer.id);
            state.append(":acked ").append(peer.acked).append(",seen ").append(peer.seen);
            state.append(",received ").append(peer.received);
            state.append(peer.ackOwed ? ",ack owed" : "").append(peer.missedOwed ? ",missed" : "");
        }
        for (RetainedMessage message : retained) {
            state.append(" retained ").append(message.number).append(" for");
            for (Peer peer : peers.values()) {
                state.append(message.isOwedTo(peer) ? " " + peer.id : "");
            }
            state.append(message.recipients == null ? " all" : "");
        }
        state.append(" last to all ").append(lastToAll);
        return state.append(" departed ").append(departed).toString();
    }
}
