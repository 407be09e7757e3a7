package io.heliograph.channel.message;

import io.heliograph.ProtocolViolationException;
import io.heliograph.channel.LeaveReason;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * State machine of a host, without I/O, clock or threads; see {@code docs/channel-protocol.md}. Confined to one thread.
 */
final class HostProtocol {

    /** Output to one member. */
    interface Port {

        /** Sends a control frame. */
        void send(Frame frame);

        /** Sends a control frame, which may be delayed a little or until the next frame to the same member. */
        void sendSoon(Frame frame);

        /**
         * Sends a message of another member, subject to the policy for slow members.
         *
         * @return whether the message was not skipped
         */
        boolean relay(Frame frame);

        /** Closes the link after pending frames. {@link HostProtocol#ended} need not be called, and has no effect. */
        void close();
    }

    /** The link of a member, or of a process that has not joined yet. */
    static final class MemberLink {

        final Port port;
        final OwedAcks owed = new OwedAcks();

        /** Null before HELLO. */
        @Nullable
        Id id;

        long pid;
        long joinView;
        boolean closed;

        // Index of this member among the senders in OwedAcks of the others.
        int slot;

        // Whether this member had another link in this tenure.
        private boolean rejoined;

        // Addressees of the next MESSAGE, as of the last TO, without those that may not receive it; null for all
        // members.
        private MemberLink @Nullable [] addressees;

        private MemberLink(Port port) {
            this.port = port;
        }
    }

    /** Maximum number of departed members that are remembered. */
    private static final int MAX_DEPARTED = 4096;

    private static final MemberLink[] NO_LINKS = {};

    private final Id tenure;
    private final Id ownMember;
    private final Predicate<byte[]> token;
    private final int maxMembers;
    private final Map<Id, MemberLink> members = new LinkedHashMap<>();
    private final BitSet slots = new BitSet();
    private final Set<Id> departed = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Id, Boolean> eldest) {
            return size() > MAX_DEPARTED;
        }
    });
    private long view;

    /**
     * @param ownMember the member in the same process
     * @param token whether a member may join with this token
     */
    HostProtocol(Id tenure, Id ownMember, Predicate<byte[]> token, int maxMembers) {
        this.tenure = tenure;
        this.ownMember = ownMember;
        this.token = token;
        this.maxMembers = maxMembers;
    }

    MemberLink connected(Port port) {
        return new MemberLink(port);
    }

    /** Processes a frame. A protocol violation closes the link. */
    void received(MemberLink from, Frame frame) {
        if (from.closed) {
            return;
        }
        try {
            switch (Wire.type(frame)) {
                case Wire.HELLO -> hello(from, frame);
                case Wire.MESSAGE -> message(from, frame);
                case Wire.TO -> to(from, frame);
                case Wire.ACK -> ack(from, frame);
                case Wire.GOODBYE -> drop(from, LeaveReason.LEFT);
                default -> throw Wire.violation("a frame of type " + frame.at(0) + " from a member (expected: 1 to 5)");
            }
        } catch (ProtocolViolationException violation) {
            drop(from, LeaveReason.PROTOCOL_VIOLATION);
            throw violation;
        }
    }

    private void hello(MemberLink from, Frame frame) {
        if (from.id != null) {
            throw Wire.violation("a second HELLO");
        }
        Wire.Hello hello = Wire.readHello(frame);
        if (hello == null) {
            refuse(from, Wire.WRONG_VERSION);
            return;
        }
        if (!token.test(hello.token().toByteArray())) {
            refuse(from, Wire.WRONG_TOKEN);
            return;
        }
        MemberLink before = members.get(hello.id());
        if (before != null) {
            drop(before, LeaveReason.LOST);
        }
        if (members.size() >= maxMembers) {
            refuse(from, Wire.FULL);
            return;
        }
        from.id = hello.id();
        from.pid = hello.pid();
        from.joinView = ++view;
        from.slot = slots.nextClearBit(0);
        slots.set(from.slot);
        from.rejoined = departed.contains(hello.id());
        Frame joined = Wire.joined(view, new Wire.MemberEntry(hello.id(), hello.pid()));
        members.values().forEach(member -> member.port.sendSoon(joined));
        members.put(hello.id(), from);
        List<Wire.MemberEntry> present = new ArrayList<>();
        members.forEach((id, member) -> present.add(new Wire.MemberEntry(id, member.pid)));
        from.port.send(Wire.welcome(tenure, ownMember, view, present));
    }

    private static void refuse(MemberLink link, byte reason) {
        link.closed = true;
        link.port.send(Wire.refused(reason));
        link.port.close();
    }

    private void message(MemberLink from, Frame frame) {
        Wire.checkMessage(frame);
        requireSender(from, frame, Wire.SENDER);
        MemberLink[] addressees = from.addressees;
        if (addressees != null) {
            for (MemberLink member : addressees) {
                relay(member, from, frame);
            }
            return;
        }
        long view = checkView(from, Wire.longAt(frame, Wire.VIEW));
        for (MemberLink member : members.values()) {
            if (mayReceive(member, from, view)) {
                relay(member, from, frame);
            }
        }
    }

    private static void relay(MemberLink to, MemberLink from, Frame frame) {
        long number = Wire.longAt(frame, Wire.NUMBER);
        if (to.port.relay(frame)) {
            to.owed.relayed(from.slot, number);
        } else if (to.owed.skipped(from.slot, number)) {
            acknowledge(from, to, number);
        }
    }

    private static void acknowledge(MemberLink sender, MemberLink receiver, long number) {
        Id to = sender.id;
        Id by = receiver.id;
        if (to != null && by != null) {
            sender.port.send(Wire.ack(by, to, number));
        }
    }

    /** Returns the view, which is one of those that the member has seen. */
    private long checkView(MemberLink from, long seen) {
        if (seen < from.joinView || seen > view) {
            throw Wire.violation("member " + from.id + " sent to view " + seen + " (expected: " + from.joinView + " to "
                    + view + ")");
        }
        return seen;
    }

    /** Excludes members that joined after the sender's view; the sender retransmits to them in order. */
    private static boolean mayReceive(MemberLink member, MemberLink from, long view) {
        return member != from && member.joinView <= view;
    }

    private static void requireSender(MemberLink from, Frame frame, int index) {
        Id id = from.id;
        if (id == null) {
            throw Wire.violation("a frame of type " + frame.at(0) + " before HELLO");
        }
        if (!id.isAt(frame, index)) {
            throw Wire.violation("member " + id + " used the id " + Wire.idAt(frame, index) + " of another");
        }
    }

    private void to(MemberLink from, Frame frame) {
        if (from.id == null) {
            throw Wire.violation("a TO before HELLO");
        }
        Wire.checkTo(frame);
        if (frame.length() == Wire.TO_IDS) {
            from.addressees = null;
            return;
        }
        // A member that is not present now will join after the sender's view, so one check per TO suffices.
        long view = checkView(from, Wire.longAt(frame, Wire.TO_VIEW));
        Set<MemberLink> addressees = new LinkedHashSet<>();
        for (int at = Wire.TO_IDS; at < frame.length(); at += Id.BYTES) {
            MemberLink member = members.get(Wire.idAt(frame, at));
            if (member != null && mayReceive(member, from, view)) {
                addressees.add(member);
            }
        }
        from.addressees = addressees.toArray(NO_LINKS);
    }

    private void ack(MemberLink from, Frame frame) {
        Wire.checkAck(frame);
        requireSender(from, frame, Wire.ACK_RECEIVER);
        MemberLink sender = members.get(Wire.idAt(frame, Wire.ACK_SENDER));
        if (sender == null) {
            return; // has just left
        }
        long number = Wire.longAt(frame, Wire.ACK_NUMBER);
        long acknowledged = from.owed.acknowledge(sender.slot, number);
        if (acknowledged == number) {
            sender.port.send(frame);
        } else if (acknowledged > 0) {
            acknowledge(sender, from, acknowledged);
        } else if (!sender.rejoined) {
            throw Wire.violation("member " + from.id + " acknowledged message " + number + " of member " + sender.id
                    + ", which was not relayed to it");
        }
        // Otherwise the message may have come over the sender's previous link. The sender sends it again.
    }

    /** The link has closed by itself. */
    void ended(MemberLink link) {
        remove(link, LeaveReason.LOST);
    }

    /** Closes a link. */
    void drop(MemberLink link, LeaveReason reason) {
        if (remove(link, reason)) {
            link.port.close();
        }
    }

    private boolean remove(MemberLink link, LeaveReason reason) {
        if (link.closed) {
            return false;
        }
        link.closed = true;
        Id id = link.id;
        if (id != null && members.remove(id, link)) {
            slots.clear(link.slot);
            departed.add(id);
            Frame left = Wire.left(id, reason);
            for (MemberLink member : members.values()) {
                member.owed.forget(link.slot);
                member.addressees = without(link, member.addressees);
                member.port.send(left);
            }
        }
        return true;
    }

    private static MemberLink @Nullable [] without(MemberLink removed, MemberLink @Nullable [] addressees) {
        return addressees == null || !Arrays.asList(addressees).contains(removed)
                ? addressees
                : Arrays.stream(addressees).filter(link -> link != removed).toArray(MemberLink[]::new);
    }

    int members() {
        return members.size();
    }

    /** The complete state, for the log and for the simulation. */
    @Override
    public String toString() {
        StringBuilder state = new StringBuilder("tenure " + tenure + " view " + view + " departed " + departed);
        members.forEach((id, member) -> state.append(' ').append(id).append('@').append(member.joinView));
        for (MemberLink member : members.values()) {
            MemberLink[] to = member.addressees;
            state.append(' ').append(member.rejoined).append(member.owed);
            if (to != null) {
                state.append("to ");
                Arrays.stream(to).forEach(link -> state.append(link.id).append(' '));
            }
        }
        return state.toString();
    }
}
