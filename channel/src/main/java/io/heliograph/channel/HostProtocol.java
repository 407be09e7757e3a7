package io.heliograph.channel;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

        /** Sends a message of another member, as far as there is room. */
        void relay(Frame frame);

        /** Closes the link after what was sent; {@link HostProtocol#ended} need not be called, and does nothing. */
        void close();
    }

    /** A member, or somebody who wants to be one. */
    static final class Guest {

        final Port port;
        @Nullable Id id;
        long pid;
        long joinView;
        // The TO before the next MESSAGE.
        @Nullable Frame addressees;
        boolean gone;

        private Guest(Port port) {
            this.port = port;
        }
    }

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
                default ->
                        throw Wire.violation(
                                "a frame of type "
                                        + frame.at(0)
                                        + " from a member (expected: 1 to 5)");
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
        members.values().forEach(member -> member.port.send(joined));
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
        Frame to = from.addressees;
        if (to != null) {
            from.addressees = null;
            long view = Wire.longAt(to, Wire.TO_VIEW);
            for (int at = Wire.TO_IDS; at < to.length(); at += Id.BYTES) {
                Guest member = members.get(Wire.idAt(to, at));
                if (member != null) {
                    relay(from, frame, member, view);
                }
            }
            return;
        }
        long view = Wire.longAt(frame, Wire.VIEW);
        for (Guest member : members.values()) {
            relay(from, frame, member, view);
        }
    }

    /** Not to who joined later than its sender knew: it may have missed an earlier one, which the sender sends again first. */
    private static void relay(Guest from, Frame frame, Guest to, long view) {
        if (to != from && to.joinView <= view) {
            to.port.relay(frame);
        }
    }

    private static void requireSender(Guest from, Frame frame, int index) {
        Id id = from.id;
        if (id == null) {
            throw Wire.violation("a frame of type " + frame.at(0) + " before HELLO");
        }
        if (!id.isAt(frame, index)) {
            throw Wire.violation(
                    "member " + id + " used the id " + Wire.idAt(frame, index) + " of another");
        }
    }

    private void to(Guest from, Frame frame) {
        if (from.id == null) {
            throw Wire.violation("a TO before HELLO");
        }
        Wire.checkTo(frame);
        from.addressees = frame;
    }

    private void ack(Guest from, Frame frame) {
        Wire.fields(frame, Wire.ACK_FIELDS);
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
            members.values().forEach(member -> member.port.send(left));
        }
        return true;
    }

    int members() {
        return members.size();
    }

    /** All that decides what comes next, for the log and for the simulation. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("tenure " + tenure + " view " + view);
        members.forEach(
                (id, member) -> text.append(' ').append(id).append('@').append(member.joinView));
        for (Guest member : members.values()) {
            Frame to = member.addressees;
            text.append(' ').append(to == null ? "" : HexFormat.of().formatHex(to.toByteArray()));
        }
        return text.toString();
    }
}
