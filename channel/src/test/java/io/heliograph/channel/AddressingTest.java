package io.heliograph.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a message is for: what a member says of it, and what its host makes of that. */
class AddressingTest {

    private static final long VIEW_OF_ALL = 3;

    private final HostProtocol host = new HostProtocol(new Id(7, 7), Id.ofSecret(secret(0)), token -> true, 10);
    private final List<Guest> guests = List.of(new Guest(0), new Guest(1), new Guest(2));

    private static byte[] secret(int index) {
        byte[] secret = new byte[Wire.SECRET_BYTES];
        secret[0] = (byte) index;
        return secret;
    }

    /** A member as its host has it, with the numbers of the messages that were relayed to it. */
    private final class Guest implements HostProtocol.Port {

        final Id id;
        final HostProtocol.Guest guest = host.connected(this);
        final List<Long> got = new ArrayList<>();

        Guest(int index) {
            id = Id.ofSecret(secret(index));
            host.received(guest, Wire.hello(secret(index), index, new byte[0]));
        }

        void sends(long number) {
            Frame message = Frame.of(Wire.messageHead(id, Wire.KIND_MESSAGE, 0, new byte[0]));
            Wire.putLong(message, Wire.NUMBER, number);
            Wire.putLong(message, Wire.VIEW, VIEW_OF_ALL);
            host.received(guest, message);
        }

        void addresses(long view, Id... ids) {
            host.received(guest, Wire.to(view, List.of(ids)));
        }

        @Override
        public void send(Frame frame) {}

        @Override
        public void sendSoon(Frame frame) {}

        @Override
        public void relay(Frame frame) {
            got.add(Wire.longAt(frame, Wire.NUMBER));
        }

        @Override
        public void close() {}
    }

    private Guest guest(int index) {
        return guests.get(index);
    }

    @Test
    void allThatFollowsOneToIsForThoseItNames() {
        guest(0).sends(1);
        guest(0).addresses(VIEW_OF_ALL, guest(2).id);
        guest(0).sends(2);
        guest(0).sends(3);
        assertThat(guest(0).got).isEmpty();
        assertThat(guest(1).got).containsExactly(1L);
        assertThat(guest(2).got).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aToWithoutIdsIsForAllAgain() {
        guest(0).addresses(VIEW_OF_ALL, guest(2).id);
        guest(0).addresses(0);
        guest(0).sends(1);
        assertThat(guest(1).got).containsExactly(1L);
        assertThat(guest(2).got).containsExactly(1L);
    }

    @Test
    void aToIsForTheMessagesOfItsSenderAlone() {
        guest(0).addresses(VIEW_OF_ALL, guest(2).id);
        guest(1).sends(1);
        assertThat(guest(0).got).containsExactly(1L);
        assertThat(guest(2).got).containsExactly(1L);
    }

    @Test
    void whoJoinedAfterTheViewOfTheToGetsNothing() {
        guest(0).addresses(VIEW_OF_ALL - 1, guest(1).id, guest(2).id);
        guest(0).sends(1);
        assertThat(guest(1).got).containsExactly(1L);
        assertThat(guest(2).got).isEmpty();
    }

    @Test
    void whoLeavesAndComesBackIsNotThereForTheToBefore() {
        guest(0).addresses(VIEW_OF_ALL, guest(2).id, guest(2).id);
        host.ended(guest(2).guest);
        Guest back = new Guest(2);
        guest(0).sends(1);
        assertThat(guest(2).got).isEmpty();
        assertThat(back.got).isEmpty();
        guest(0).addresses(VIEW_OF_ALL + 1, back.id);
        guest(0).sends(2);
        assertThat(back.got).containsExactly(2L);
    }

    @Test
    void aMemberSaysToOnceForOneMessageAfterTheOther() {
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
    void aMemberSaysToAgainWhenTheViewIsAnother() {
        List<String> sent = new ArrayList<>();
        Id other = Id.ofSecret(secret(1));
        MemberProtocol member = member(sent, other);
        send(member, other);
        member.received(Wire.joined(3, new Wire.Entry(new Id(5, 5), 5)));
        send(member, other);
        assertThat(sent)
                .containsExactly("03 view 2 to " + other, "02 number 1", "03 view 3 to " + other, "02 number 2");
    }

    @Test
    void theNextHostKnowsOfNoTo() {
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
                sent.add(text(frame));
            }
        });
        member.linked();
        welcome(member, 7, other);
        return member;
    }

    private static void welcome(MemberProtocol member, long tenure, Id other) {
        Wire.Entry itself = new Wire.Entry(Id.ofSecret(secret(0)), 0);
        Wire.Entry theOther = new Wire.Entry(other, 1);
        member.received(Wire.welcome(new Id(tenure, tenure), other, 2, List.of(theOther, itself)));
    }

    private static void send(MemberProtocol member, @Nullable Id to) {
        member.send(Frame.of(Wire.messageHead(Id.ofSecret(secret(0)), Wire.KIND_MESSAGE, 0, new byte[0])), to);
    }

    private static String text(Frame frame) {
        ByteBuffer fields = frame.buffer();
        if (fields.get() == Wire.MESSAGE) {
            return "02 number " + Wire.longAt(frame, Wire.NUMBER);
        }
        String view = "03 view " + fields.getLong() + " to ";
        return view + (fields.hasRemaining() ? Id.read(fields) : "all");
    }
}
