package io.heliograph.channel.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.MissedMessagesException;
import io.heliograph.channel.spi.MemberBackend;
import io.heliograph.channel.spi.MemberGroup;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages of a backend whose members do not acknowledge them fast enough: rejected, counted, and reported to the members. */
class MemberBackendLimitTest {

    private static final int LIMIT = 10_000;

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final RecordingBackend backend = new RecordingBackend();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private MessageChannel hub = MessageChannel.builder("unused").build();

    private static ConditionFactory eventually() {
        return await().atMost(Await.TIMEOUT).pollInterval(Duration.ofMillis(5));
    }

    private static Payload text(int length) {
        return Payload.of(Codec.named("json"), Frame.of(("\"" + "x".repeat(length - 2) + "\"").getBytes(UTF_8)));
    }

    @BeforeEach
    void startHub() {
        hub = MemberBackend.build(
                MessageChannel.builder("m")
                        .directory(scratch.folder())
                        .maxUnacknowledgedBytes(LIMIT)
                        .maxMessageBytes(2 * LIMIT),
                backend);
        scratch.closing(() -> Await.value(hub.closeGracefully(Duration.ofSeconds(2))));
        hub.onError(errors::add);
        Await.value(hub.connect());
    }

    private MemberGroup others() {
        return Await.value(backend.others);
    }

    private RawMember joinSilently() throws IOException {
        RawMember member = scratch.closing(new RawMember(scratch.folder())).join();
        eventually().until(() -> messages(member, Wire.KIND_MESSAGE) == 1);
        return member;
    }

    private static long messages(RawMember member, byte kind) {
        return member.frames.stream()
                .filter(frame -> Wire.type(frame) == Wire.MESSAGE && frame.at(Wire.KIND) == kind)
                .count();
    }

    private static long lastNumber(RawMember member) {
        return member.frames.stream()
                .filter(frame -> Wire.type(frame) == Wire.MESSAGE)
                .mapToLong(frame -> Wire.longAt(frame, Wire.NUMBER))
                .max()
                .orElseThrow();
    }

    private void acknowledge(RawMember member, long number) {
        member.send(Wire.ack(member.id, Id.parse(hub.self().id()), number));
    }

    @Test
    void announcementHasTopicHub() throws IOException {
        RawMember member = joinSilently();
        Frame announcement = member.frames.stream()
                .filter(frame -> Wire.type(frame) == Wire.MESSAGE)
                .findFirst()
                .orElseThrow();
        assertThat(Wire.topic(announcement).utf8()).isEqualTo("#hub");
        assertThat(Wire.payload(announcement).utf8()).isEqualTo("{\"version\":1}");
    }

    @Test
    void rejectedMessagesAreCountedAndReportedOnce() throws IOException {
        RawMember silent = joinSilently();
        int accepted = 0;
        while (others().send("n", text(1000))) {
            accepted++;
        }
        assertThat(accepted).isEqualTo(9);
        assertThat(others().send("n", text(1000))).isFalse();
        assertThat(others().queuedBytes()).isBetween(9000L, (long) LIMIT);
        assertThat(hub.stats().drops()).containsExactly(Map.entry(DropReason.CHANNEL_BEHIND, 2L));
        eventually().until(() -> !errors.isEmpty());
        assertThat(errors).hasSize(1);
        assertThat(errors.getFirst()).isInstanceOf(QueueFullException.class);
        eventually().until(() -> messages(silent, Wire.KIND_MESSAGE) == 10);
        assertThat(messages(silent, Wire.KIND_MISSED)).isZero();
    }

    @Test
    void membersLearnOfRejectedMessagesOnceHalfIsAcknowledged() throws IOException {
        RawMember silent = joinSilently();
        MessageChannelFixture honest = scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder))
                .connected()
                .knowing(2);
        eventually().until(() -> honest.channel.hub().isPresent());
        while (others().send("n", text(1000))) {
            // until the unacknowledged messages reach their limit
        }
        eventually().until(() -> messages(silent, Wire.KIND_MESSAGE) == 10);
        long last = lastNumber(silent);
        acknowledge(silent, last - 8);
        eventually().until(() -> others().queuedBytes() < 9000);
        assertThat(others().send("n", text(2))).isTrue();
        eventually().until(() -> messages(silent, Wire.KIND_MESSAGE) == 11);
        assertThat(messages(silent, Wire.KIND_MISSED)).isZero();
        acknowledge(silent, last);
        eventually().until(() -> messages(silent, Wire.KIND_MISSED) == 1);
        eventually().until(() -> !honest.errors.isEmpty());
        assertThat(honest.errors).hasSize(1);
        assertThat(((MissedMessagesException) honest.errors.getFirst()).from()).isEqualTo(hub.self());
        acknowledge(silent, lastNumber(silent));
        eventually().until(() -> others().queuedBytes() == 0);
        assertThat(others().send("n", text(9000))).isTrue();
    }

    @Test
    void tooLongMessageIsReportedToMembersAtOnce() throws IOException {
        RawMember member = joinSilently();
        acknowledge(member, 1);
        assertThat(others().send("n", text(2 * LIMIT + 1))).isFalse();
        eventually().until(() -> messages(member, Wire.KIND_MISSED) == 1);
        assertThat(hub.stats().drops()).containsExactly(Map.entry(DropReason.ENCODE_ERROR, 1L));
    }

    @Test
    void nothingIsOwedToMembersOfEmptyChannel() {
        assertThat(others().send("n", text(2 * LIMIT + 1))).isFalse();
        assertThat(others().send("n", text(9000))).isTrue();
        eventually().until(() -> others().queuedBytes() == 0);
        assertThat(others().send("n", text(9000))).isTrue();
        eventually().until(() -> others().queuedBytes() == 0);
    }

    @Test
    void announcementWaitsForAcknowledgements() throws IOException {
        RawMember silent = joinSilently();
        while (others().send("n", text(1000))) {
            // until the unacknowledged messages reach their limit
        }
        while (others().send("n", text(2))) {
            // until an announcement does not fit
        }
        eventually().until(() -> lastNumber(silent) == messages(silent, Wire.KIND_MESSAGE));
        RawMember late = scratch.closing(new RawMember(scratch.folder())).join();
        eventually().until(() -> hub.members().size() == 2);
        assertThat(messages(late, Wire.KIND_MESSAGE)).isZero();
        acknowledge(silent, lastNumber(silent));
        eventually().until(() -> messages(late, Wire.KIND_MESSAGE) == 1);
    }
}
