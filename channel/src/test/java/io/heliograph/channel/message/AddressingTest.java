package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Addressing of messages: the TO frames of a member, and their effect at the host. */
class AddressingTest {

    private static final long VIEW_OF_ALL = 3;

    private final HostProtocol host = new HostProtocol(new Id(7, 7), Id.ofSecret(secret(0)), token -> true, 10);
    private final List<RecordingPort> members =
            List.of(new RecordingPort(0), new RecordingPort(1), new RecordingPort(2));

    private static byte[] secret(int index) {
        byte[] secret = new byte[Wire.SECRET_BYTES];
        secret[0] = (byte) index;
        return secret;
    }

    /** A member at the host, with the numbers of the messages that were relayed to it. */
    private final class RecordingPort implements HostProtocol.Port {

        final Id id;
        final HostProtocol.MemberLink link = host.connected(this);
        final List<Long> received = new ArrayList<>();
        final List<Frame> controls = new ArrayList<>();
        boolean skips;

        RecordingPort(int index) {
            id = Id.ofSecret(secret(index));
            host.received(link, Wire.hello(secret(index), index, new byte[0]));
        }

        void send(long number) {
            Frame message = Frame.of(Wire.messageHead(id, Wire.KIND_MESSAGE, 0, new byte[0]));
            Wire.putLong(message, Wire.NUMBER, number);
            Wire.putLong(message, Wire.VIEW, VIEW_OF_ALL);
            host.received(link, message);
        }

        void address(long view, Id... ids) {
            host.received(link, Wire.to(view, List.of(ids)));
        }

        @Override
        public void send(Frame frame) {
            controls.add(frame);
        }

        @Override
        public void sendSoon(Frame frame) {}

        @Override
        public boolean relay(Frame frame) {
            if (skips) {
                return false;
            }
            received.add(Wire.longAt(frame, Wire.NUMBER));
            return true;
        }

        @Override
        public void close() {}
    }

    private RecordingPort member(int index) {
        return members.get(index);
    }

    @Test
    void toAppliesToAllFollowingMessages() {
        member(0).send(1);
        member(0).address(VIEW_OF_ALL, member(2).id);
        member(0).send(2);
        member(0).send(3);
        assertThat(member(0).received).isEmpty();
        assertThat(member(1).received).containsExactly(1L);
        assertThat(member(2).received).containsExactly(1L, 2L, 3L);
    }

    @Test
    void toWithoutIdsAddressesAllMembers() {
        member(0).address(VIEW_OF_ALL, member(2).id);
        member(0).address(0);
        member(0).send(1);
        assertThat(member(1).received).containsExactly(1L);
        assertThat(member(2).received).containsExactly(1L);
    }

    @Test
    void toAppliesToItsSenderOnly() {
        member(0).address(VIEW_OF_ALL, member(2).id);
        member(1).send(1);
        assertThat(member(0).received).containsExactly(1L);
        assertThat(member(2).received).containsExactly(1L);
    }

    @Test
    void memberAfterViewOfToReceivesNothing() {
        member(0).address(VIEW_OF_ALL - 1, member(1).id, member(2).id);
        member(0).send(1);
        assertThat(member(1).received).containsExactly(1L);
        assertThat(member(2).received).isEmpty();
    }

    @Test
    void rejoinedMemberIsNotAddressedByEarlierTo() {
        member(0).address(VIEW_OF_ALL, member(2).id, member(2).id);
        host.ended(member(2).link);
        RecordingPort rejoined = new RecordingPort(2);
        member(0).send(1);
        assertThat(member(2).received).isEmpty();
        assertThat(rejoined.received).isEmpty();
        member(0).address(VIEW_OF_ALL + 1, rejoined.id);
        member(0).send(2);
        assertThat(rejoined.received).containsExactly(2L);
    }

    /** Without an acknowledgement, the sender would retain the message until a later one is not skipped. */
    @Test
    void hostAcknowledgesSkippedMessages() {
        Frame ackOfSecond = Wire.ack(member(1).id, member(0).id, 2);
        member(0).address(VIEW_OF_ALL, member(1).id);
        member(0).send(1);
        member(1).skips = true;
        member(0).send(2);
        assertThat(member(0).controls).doesNotContain(ackOfSecond);
        host.received(member(1).link, Wire.ack(member(1).id, member(0).id, 1));
        assertThat(member(0).controls).contains(ackOfSecond);
        member(0).send(3);
        assertThat(member(0).controls).contains(Wire.ack(member(1).id, member(0).id, 3));
    }

    @Test
    void acknowledgementOverPreviousLinkOfSenderIsIgnored() {
        member(0).send(1);
        host.ended(member(0).link);
        RecordingPort rejoined = new RecordingPort(0);
        host.received(member(1).link, Wire.ack(member(1).id, rejoined.id, 1));
        assertThat(member(1).link.closed).isFalse();
        assertThat(rejoined.controls).noneMatch(frame -> Wire.type(frame) == Wire.ACK);
    }

    @Test
    void slotOfDepartedMemberIsReused() {
        int slot = member(1).link.slot;
        host.ended(member(1).link);
        assertThat(new RecordingPort(5).link.slot).isEqualTo(slot);
    }

    /** The host rejects an acknowledgement of a message that it has not relayed. */
    @Test
    void acknowledgementCoversPresentLinkOnly() {
        List<Frame> sent = new ArrayList<>();
        Id self = Id.ofSecret(secret(0));
        Id other = Id.ofSecret(secret(1));
        MemberProtocol member = new MemberProtocol(self, new SilentOutput() {
            @Override
            public void send(Frame frame) {
                sent.add(frame);
            }
        });
        member.linked();
        welcome(member, 7, other);
        member.received(message(other, 5));
        member.unlinked();
        member.linked();
        welcome(member, 8, other);
        member.received(message(other, 3));
        member.acknowledge();
        assertThat(sent).containsExactly(Wire.ack(self, other, 3));
    }

    private static Frame message(Id from, long number) {
        Frame message = Frame.of(Wire.messageHead(from, Wire.KIND_MESSAGE, 0, new byte[0]));
        Wire.putLong(message, Wire.NUMBER, number);
        return message;
    }

    @Test
    void memberSendsToOnceForConsecutiveMessages() {
        List<String> sent = new ArrayList<>();
        Id other = Id.ofSecret(secret(1));
        MemberProtocol member = member(sent, other);
        send(member, other);
        send(member, other);
        send(member, null);
        send(member, null);
        send(member, other);
        String to = "03 view 2 to " + other;
        assertThat(sent)
                .containsExactly(
                        to,
                        "02 number 1",
                        "02 number 2",
                        "03 view 2 to all",
                        "02 number 3",
                        "02 number 4",
                        to,
                        "02 number 5");
    }

    @Test
    void memberSendsToAgainAfterViewChange() {
        List<String> sent = new ArrayList<>();
        Id other = Id.ofSecret(secret(1));
        MemberProtocol member = member(sent, other);
        send(member, other);
        member.received(Wire.joined(3, new Wire.MemberEntry(new Id(5, 5), 5)));
        send(member, other);
        assertThat(sent)
                .containsExactly("03 view 2 to " + other, "02 number 1", "03 view 3 to " + other, "02 number 2");
    }

    @Test
    void memberSendsToAgainAfterHostChange() {
        List<String> sent = new ArrayList<>();
        Id other = Id.ofSecret(secret(1));
        MemberProtocol member = member(sent, other);
        send(member, other);
        member.unlinked();
        member.linked();
        sent.clear();
        welcome(member, 8, other);
        assertThat(sent).containsExactly("03 view 2 to " + other, "02 number 1");
    }

    private static MemberProtocol member(List<String> sent, Id other) {
        MemberProtocol member = new MemberProtocol(Id.ofSecret(secret(0)), new SilentOutput() {
            @Override
            public void send(Frame frame) {
                sent.add(describe(frame));
            }
        });
        member.linked();
        welcome(member, 7, other);
        return member;
    }

    private static void welcome(MemberProtocol member, long tenure, Id other) {
        Wire.MemberEntry ownEntry = new Wire.MemberEntry(Id.ofSecret(secret(0)), 0);
        Wire.MemberEntry otherEntry = new Wire.MemberEntry(other, 1);
        member.received(Wire.welcome(new Id(tenure, tenure), other, 2, List.of(otherEntry, ownEntry)));
    }

    private static void send(MemberProtocol member, @Nullable Id to) {
        member.send(Frame.of(Wire.messageHead(Id.ofSecret(secret(0)), Wire.KIND_MESSAGE, 0, new byte[0])), to);
    }

    private static String describe(Frame frame) {
        ByteBuffer fields = frame.buffer();
        if (fields.get() == Wire.MESSAGE) {
            return "02 number " + Wire.longAt(frame, Wire.NUMBER);
        }
        String view = "03 view " + fields.getLong() + " to ";
        return view + (fields.hasRemaining() ? Id.read(fields) : "all");
    }
}
