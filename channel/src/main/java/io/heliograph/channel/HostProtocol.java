package io.heliograph.channel;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a host does with what its members say, and nothing else: no I/O, no clock, no thread. For one thread at a time.
 *
 * <p>See {@code docs/channel-protocol.md}.
 */
final class HostProtocol {

    /** The way to one member. */
    interface Port {

        /** Sends what keeps the member's knowledge right. */
        void send(Frame frame);

        /** The same, though it may wait a little for more, or until something else is sent after it. */
        void sendSoon(Frame frame);

        /** Sends a message of another member, as far as there is room. */
        void relay(Frame frame);

        /** Closes the link after what was sent; {@link HostProtocol#ended} need not be called, and does nothing. */
        void close();
    }

    /** A member, or somebody who wants to be one. */
    static final class Guest {

        final Port port;

        @Nullable
        Id id;

        long pid;
        long joinView;
        // Whom its last TO named, of those that may get what follows; null if that is for all.
        private Guest @Nullable [] addressees;
        boolean gone;

        private Guest(Port port) {
            this.port = port;
        }
    }

    private static final Guest[] NOBODY = {};

    private final Id tenure;
    private final Id ownMember;
    private final Predicate<byte[]> token;
    private final int maxMembers;
    private final Map<Id, Guest> members = new LinkedHashMap<>();
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

    Guest connected(Port port) {
        return new Guest(port);
    }

    /** A frame has come. One that breaks the rules ends the guest. */
    void received(Guest from, Frame frame) {
        if (from.gone) {
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
        } catch (ProtocolViolationException broken) {
            drop(from, LeaveReason.BROKE_RULES);
            throw broken;
        }
    }

    private void hello(Guest from, Frame frame) {
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
        Guest before = members.get(hello.id());
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
        Frame joined = Wire.joined(view, new Wire.Entry(hello.id(), hello.pid()));
        members.values().forEach(member -> member.port.sendSoon(joined));
        members.put(hello.id(), from);
        List<Wire.Entry> present = new ArrayList<>();
        members.forEach((id, member) -> present.add(new Wire.Entry(id, member.pid)));
        from.port.send(Wire.welcome(tenure, ownMember, view, present));
    }

    private static void refuse(Guest guest, byte reason) {
        guest.gone = true;
        guest.port.send(Wire.refused(reason));
        guest.port.close();
    }

    private void message(Guest from, Frame frame) {
        Wire.checkMessage(frame);
        requireSender(from, frame, Wire.SENDER);
        Guest[] addressees = from.addressees;
        if (addressees != null) {
            for (Guest member : addressees) {
                member.port.relay(frame);
            }
            return;
        }
        long view = Wire.longAt(frame, Wire.VIEW);
        for (Guest member : members.values()) {
            if (mayGet(member, from, view)) {
                member.port.relay(frame);
            }
        }
    }

    /** Not who joined later than the sender knew: it may have missed an earlier one, which the sender sends again first. */
    private static boolean mayGet(Guest member, Guest from, long view) {
        return member != from && member.joinView <= view;
    }

    private static void requireSender(Guest from, Frame frame, int index) {
        Id id = from.id;
        if (id == null) {
            throw Wire.violation("a frame of type " + frame.at(0) + " before HELLO");
        }
        if (!id.isAt(frame, index)) {
            throw Wire.violation("member " + id + " used the id " + Wire.idAt(frame, index) + " of another");
        }
    }

    private void to(Guest from, Frame frame) {
        if (from.id == null) {
            throw Wire.violation("a TO before HELLO");
        }
        Wire.checkTo(frame);
        if (frame.length() == Wire.TO_IDS) {
            from.addressees = null;
            return;
        }
        // Who is not there now joins later than the sender knows, so this need not be asked again.
        long view = Wire.longAt(frame, Wire.TO_VIEW);
        Set<Guest> addressees = new LinkedHashSet<>();
        for (int at = Wire.TO_IDS; at < frame.length(); at += Id.BYTES) {
            Guest member = members.get(Wire.idAt(frame, at));
            if (member != null && mayGet(member, from, view)) {
                addressees.add(member);
            }
        }
        from.addressees = addressees.toArray(NOBODY);
    }

    private void ack(Guest from, Frame frame) {
        Wire.checkFields(frame, Wire.ACK_FIELDS);
        requireSender(from, frame, Wire.ACK_RECEIVER);
        Guest sender = members.get(Wire.idAt(frame, Wire.ACK_SENDER));
        if (sender != null) {
            sender.port.send(frame);
        }
    }

    /** The link of a guest has ended by itself. */
    void ended(Guest guest) {
        remove(guest, LeaveReason.LOST);
    }

    /** Ends a guest. */
    void drop(Guest guest, LeaveReason reason) {
        if (remove(guest, reason)) {
            guest.port.close();
        }
    }

    private boolean remove(Guest guest, LeaveReason reason) {
        if (guest.gone) {
            return false;
        }
        guest.gone = true;
        Id id = guest.id;
        if (id != null && members.remove(id, guest)) {
            Frame left = Wire.left(id, reason);
            for (Guest member : members.values()) {
                member.addressees = without(guest, member.addressees);
                member.port.send(left);
            }
        }
        return true;
    }

    private static Guest @Nullable [] without(Guest gone, Guest @Nullable [] addressees) {
        return addressees == null || !Arrays.asList(addressees).contains(gone)
                ? addressees
                : Arrays.stream(addressees).filter(guest -> guest != gone).toArray(Guest[]::new);
    }

    int members() {
        return members.size();
    }

    /** All that decides what comes next, for the log and for the simulation. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("tenure " + tenure + " view " + view);
        members.forEach((id, member) -> text.append(' ').append(id).append('@').append(member.joinView));
        for (Guest member : members.values()) {
            Guest[] to = member.addressees;
            text.append(' ');
            if (to != null) {
                text.append("to ");
                Arrays.stream(to).forEach(guest -> text.append(guest.id).append(' '));
            }
        }
        return text.toString();
    }
}
