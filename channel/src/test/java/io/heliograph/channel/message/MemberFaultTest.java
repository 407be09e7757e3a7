package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.channel.MessageChannel;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member that violates the protocol, or is silent, loses its link; the other members keep theirs. Over real sockets. */
class MemberFaultTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private static ConditionFactory eventually() {
        return await().atMost(Await.TIMEOUT).pollInterval(Duration.ofMillis(5));
    }

    private MessageChannelFixture join(UnaryOperator<MessageChannel.Builder> options) {
        return scratch.closing(new MessageChannelFixture(scratch.folder(), options))
                .connected();
    }

    private RawMember connect() throws IOException {
        return scratch.closing(new RawMember(scratch.folder()));
    }

    /** Two members and one that the test writes. */
    private final class Trio {

        final MessageChannelFixture host;
        final MessageChannelFixture sender;
        final RawMember faulty;

        Trio(UnaryOperator<MessageChannel.Builder> options) throws IOException {
            host = join(options);
            sender = join(options);
            faulty = connect().join();
            host.knowing(2);
            sender.knowing(2);
            eventually().until(() -> faulty.hasReceived(Wire.WELCOME));
        }

        /** The two members are still connected to the same host, and the third member is not. */
        void onlyFaultyMemberIsDropped(String reason) {
            Await.value(faulty.ended);
            eventually().until(() -> sender.left.contains(faulty.id + " " + reason));
            sender.channel.send("after", 1);
            eventually().until(() -> host.messages.contains("after=1"));
            assertThat(host.left).containsExactly(faulty.id + " " + reason);
            assertThat(sender.left).containsExactly(faulty.id + " " + reason);
            assertThat(sender.takeovers).isEmpty();
            assertThat(sender.joined).hasSize(2);
        }
    }

    @Test
    void silentMemberIsDroppedAndSenderContinues() throws IOException {
        Trio trio = new Trio(builder -> builder.ackTimeout(SHORT).maxUnacknowledgedBytes(10_000));
        String payload = "x".repeat(1000);
        while (trio.sender.channel.send("n", payload)) {
            // until the unacknowledged messages reach their limit
        }
        eventually().until(() -> trio.sender.channel.send("n", payload));
        trio.onlyFaultyMemberIsDropped("STALLED");
        assertThat(trio.host.channel.stats().drops()).containsEntry(DropReason.STALLED, 1L);
        assertThat(trio.host.errors).hasSize(1);
        assertThat(trio.host.errors.getFirst()).hasMessageContaining("has not acknowledged messages for PT0.2S");
    }

    @Test
    void memberThatAcknowledgesOneSenderOnlyIsDropped() throws IOException {
        Trio trio = new Trio(builder -> builder.ackTimeout(SHORT));
        Id sender = Id.parse(trio.sender.self().id());
        trio.sender.channel.send("n", 1);
        eventually().until(() -> trio.faulty.hasReceived(Wire.MESSAGE));
        trio.faulty.send(Wire.ack(trio.faulty.id, sender, 1));
        eventually().until(() -> trio.sender.channel.stats().queuedBytes() == 0);
        trio.host.channel.send("n", 2);
        trio.onlyFaultyMemberIsDropped("STALLED");
        eventually().until(() -> trio.host.channel.stats().queuedBytes() == 0);
    }

    @Test
    void acknowledgementOfUnsentMessageCostsItsMemberTheLink() throws IOException {
        Trio trio = new Trio(builder -> builder);
        Id sender = Id.parse(trio.sender.self().id());
        trio.faulty.send(Wire.ack(trio.faulty.id, sender, 1L << 40));
        trio.onlyFaultyMemberIsDropped("PROTOCOL_VIOLATION");
        assertThat(trio.sender.errors).isEmpty();
    }

    @Test
    void acknowledgementOfUnreceivedMessageCostsItsMemberTheLink() throws IOException {
        Trio trio = new Trio(builder -> builder);
        trio.sender.channel.send(trio.host.self(), "direct", 1);
        eventually().until(() -> trio.host.messages.contains("direct=1"));
        trio.faulty.send(Wire.ack(trio.faulty.id, Id.parse(trio.sender.self().id()), 1));
        trio.onlyFaultyMemberIsDropped("PROTOCOL_VIOLATION");
    }

    @Test
    void acknowledgementForAnotherReceiverCostsItsMemberTheLink() throws IOException {
        Trio trio = new Trio(builder -> builder);
        Id sender = Id.parse(trio.sender.self().id());
        trio.faulty.send(Wire.ack(Id.parse(trio.host.self().id()), sender, 1));
        trio.onlyFaultyMemberIsDropped("PROTOCOL_VIOLATION");
    }

    @Test
    void acknowledgementWithExtraBytesCostsItsMemberTheLink() throws IOException {
        Trio trio = new Trio(builder -> builder);
        trio.sender.channel.send("n", 1);
        eventually().until(() -> trio.faulty.hasReceived(Wire.MESSAGE));
        Frame ack = Wire.ack(trio.faulty.id, Id.parse(trio.sender.self().id()), 1);
        byte[] longer = new byte[ack.length() + 1];
        System.arraycopy(ack.toByteArray(), 0, longer, 0, ack.length());
        trio.faulty.send(Frame.of(longer));
        trio.onlyFaultyMemberIsDropped("PROTOCOL_VIOLATION");
    }

    @Test
    void messageToFutureViewCostsItsMemberTheLink() throws IOException {
        Trio trio = new Trio(builder -> builder);
        trio.faulty.sendMessage(1, 1000);
        trio.onlyFaultyMemberIsDropped("PROTOCOL_VIOLATION");
        assertThat(trio.host.messages).containsExactly("after=1");
    }

    @Test
    void messageToViewBeforeJoinCostsItsMemberTheLink() throws IOException {
        Trio trio = new Trio(builder -> builder);
        trio.faulty.sendMessage(1, 2);
        trio.onlyFaultyMemberIsDropped("PROTOCOL_VIOLATION");
    }

    @Test
    void addressInFutureViewCostsItsMemberTheLink() throws IOException {
        Trio trio = new Trio(builder -> builder);
        trio.faulty.send(Wire.to(4, List.of(Id.parse(trio.host.self().id()))));
        trio.onlyFaultyMemberIsDropped("PROTOCOL_VIOLATION");
    }

    @Test
    void connectionThatDoesNotJoinIsClosed() throws IOException {
        MessageChannelFixture host = join(builder -> builder.stallTimeout(SHORT));
        RawMember silent = connect();
        Await.value(silent.ended);
        assertThat(host.channel.stats().drops()).containsEntry(DropReason.STALLED, 1L);
    }

    @Test
    void connectionsThatDoNotJoinAreLimited() throws IOException {
        MessageChannelFixture host = join(builder -> builder.maxMembers(3));
        List<RawMember> waiting = List.of(connect(), connect(), connect());
        Await.value(connect().ended);
        assertThat(host.channel.stats().drops()).containsEntry(DropReason.TOO_MANY_HANDSHAKES, 1L);
        waiting.getFirst().join();
        eventually().until(() -> waiting.getFirst().hasReceived(Wire.WELCOME));
        assertThat(waiting).noneMatch(member -> member.ended.isDone());
    }

    @Test
    void membersWithUnfinishedMessagesBeyondTheSumAreClosed() throws IOException {
        MessageChannelFixture host =
                join(builder -> builder.maxMessageBytes(100_000).maxUnfinishedBytes(1));
        RawMember honest = connect();
        List<RawMember> members = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            members.add(connect().sendPart(100_000, 60_000));
        }
        eventually().until(() -> host.channel.stats().drops(DropReason.PENDING_BUDGET) >= 17);
        honest.join();
        eventually().until(() -> honest.hasReceived(Wire.WELCOME));

        long before = host.channel.stats().drops(DropReason.PENDING_BUDGET);
        for (RawMember member : members) {
            member.close();
        }
        eventually().until(() -> host.channel.stats().connections() <= 2);
        RawMember next = connect().sendPart(100_000, 60_000);
        next.sendPart(0, 40_000);
        Await.value(next.ended);
        assertThat(host.channel.stats().drops()).containsEntry(DropReason.PENDING_BUDGET, before);
    }

    @Test
    void limitOfUnfinishedMessagesMustBePositive() {
        assertThatThrownBy(() -> MessageChannel.builder("m").maxUnfinishedBytes(0))
                .hasMessage("maxUnfinishedBytes: 0 (expected: > 0)");
    }
}
