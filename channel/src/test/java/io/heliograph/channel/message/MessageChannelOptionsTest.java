package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.channel.MessageChannel;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options, relayed payloads and events of message channels. */
class MessageChannelOptionsTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private MessageChannelFixture join() {
        return scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder))
                .connected();
    }

    @Test
    void builderChangesDoNotAffectBuiltChannel() {
        MessageChannel.Builder builder =
                MessageChannel.builder("m").directory(scratch.folder()).maxUnacknowledgedBytes(1000);
        MessageChannel channel = scratch.closing(builder.build());
        channel.onError(error -> {});
        builder.maxUnacknowledgedBytes(1 << 20);
        assertThat(channel.send("a", "x".repeat(600))).isTrue();
        assertThat(channel.send("a", "x".repeat(600))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, (1 << 30) + 1, Integer.MAX_VALUE})
    void invalidMaxMessageBytesAreRejected(int maxMessageBytes) {
        MessageChannel.Builder builder = MessageChannel.builder("m");
        assertThatThrownBy(() -> builder.maxMessageBytes(maxMessageBytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxMessageBytes: " + maxMessageBytes + " (expected: 1 to 1073741824)");
    }

    @Test
    void largestMaxMessageBytesAreUsable() {
        MessageChannelFixture one = scratch.closing(
                        new MessageChannelFixture(scratch.folder(), builder -> builder.maxMessageBytes(1 << 30)))
                .connected();
        MessageChannelFixture two = join();
        two.knowing(1);
        two.channel.send("a", 1);
        await().atMost(Await.TIMEOUT).until(() -> one.messages.equals(List.of("a=1")));
    }

    @Test
    void invalidMaxMembersAreRejected() {
        MessageChannel.Builder builder = MessageChannel.builder("m");
        assertThatThrownBy(() -> builder.maxMembers(Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxMembers: 2147483647 (expected: 1 to 65536)");
    }

    @Test
    void relayedMsgpackPayloadIsConvertedToJson() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        Frame map = Frame.of(HexFormat.of().parseHex("81a16101"));
        assertThat(two.channel.send("a", Payload.of(Codec.named("msgpack"), map)))
                .isTrue();
        assertThat(two.channel.send("a", Payload.of(Codec.named("json"), Frame.utf8("{ \"a\": 1 }"))))
                .isTrue();
        await().atMost(Await.TIMEOUT).until(() -> one.messages.size() == 2);
        assertThat(one.messages).containsExactly("a={\"a\":1}", "a={ \"a\": 1 }");
        Frame invalid = Frame.of(HexFormat.of().parseHex("81a1"));
        assertThat(two.channel.send("a", Payload.of(Codec.named("msgpack"), invalid)))
                .isFalse();
        assertThat(two.channel.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 1L);
    }

    @Test
    void onceReceivesOneMessage() {
        MessageChannelFixture one = join();
        MessageChannelFixture two = join();
        two.knowing(1);
        List<Integer> received = new CopyOnWriteArrayList<>();
        one.channel.topic("n", Integer.class).once((number, from) -> received.add(number));
        two.channel.send("n", 1);
        two.channel.send("n", 2);
        await().atMost(Await.TIMEOUT).until(() -> one.messages.size() == 2);
        assertThat(received).containsExactly(1);
    }

    @Test
    void disconnectAndCloseAreReportedOnce() {
        MessageChannelFixture one = join();
        List<CloseReason> disconnects = new CopyOnWriteArrayList<>();
        AtomicInteger closes = new AtomicInteger();
        one.channel.onDisconnect(disconnects::add);
        one.channel.onClose(closes::incrementAndGet);
        Await.value(one.channel.closeGracefully(Duration.ofSeconds(5)));
        assertThat(disconnects).hasSize(1);
        assertThat(closes).hasValue(1);
        assertThat(one.channel.isConnected()).isFalse();
    }
}
