package io.heliograph.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.testkit.Checklist;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wire format, as literal bytes. Server and client share the implementation. */
class WireTest {

    private static final byte[] EXAMPLE_1 = HexFormat.ofDelimiter(" ")
            .parseHex("7b 22 74 6f 70 69 63 22 3a 22 68 65 6c 6c 6f 22 2c 22 6d 65 73 73 61 67 65 22 3a 22"
                    + " 77 6f 72 6c 64 22 7d 00 00");
    private static final byte[] EXAMPLE_2 = HexFormat.ofDelimiter(" ")
            .parseHex("7b 22 74 6f 70 69 63 22 3a 22 68 65 6c 6c 6f 22 2c 22 6d 65 73 73 61 67 65 22 3a 22"
                    + " 77 c3 b6 72 6c 64 f0 9f 98 80 22 7d 00 00");
    private static final byte[] EXAMPLE_3 = HexFormat.ofDelimiter(" ")
            .parseHex("7b 22 74 6f 70 69 63 22 3a 22 6e 6f 6e 65 22 2c 22 6d 65 73 73 61 67 65 22 3a 6e 75"
                    + " 6c 6c 7d 00 00");

    private final Memory memory = new Memory();
    private Recorded<IpcServer> server = memory.listening(memory.server());
    private RawPeer peer = memory.connect();

    @BeforeEach
    void connected() {
        assertThat(server.events).containsExactly("listening", "connection");
    }

    private void restart(IpcServer.Builder options) {
        server.endpoint.close();
        memory.run();
        server = memory.listening(options);
        peer = memory.connect();
    }

    private IpcConnection client() {
        return server.clients.getLast();
    }

    private DecodeException decodeError() {
        assertThat(server.errors).singleElement().isInstanceOf(DecodeException.class);
        return (DecodeException) server.errors.getFirst();
    }

    // ---- sending

    @Test
    @Checklist("IPC 1")
    void messageIsJsonObjectAndTwoZeroBytes() {
        client().send("hello", "world");
        memory.run();
        assertThat(peer.received()).isEqualTo(EXAMPLE_1);
    }

    @Test
    @Checklist("IPC 1")
    void clientSendsSameBytesAsServer() {
        Memory other = new Memory();
        RawServer raw = other.listen();
        IpcClient client = other.client().build();
        client.connect();
        other.run();
        client.send("hello", "world");
        client.send("hello", "wörld😀");
        other.run();
        assertThat(raw.last().received())
                .startsWith(EXAMPLE_1)
                .endsWith(EXAMPLE_2)
                .hasSize(EXAMPLE_1.length + EXAMPLE_2.length);
    }

    @Test
    @Checklist("IPC 2")
    void nonAsciiCharactersTravelBothWays() {
        client().send("hello", "wörld😀");
        memory.run();
        assertThat(peer.received()).isEqualTo(EXAMPLE_2);
        List<String> received = new ArrayList<>();
        server.endpoint.topic("hello", String.class).on((text, from) -> received.add(text));
        peer.send(EXAMPLE_2);
        assertThat(received).containsExactly("wörld😀");
    }

    @Test
    @Checklist("IPC 3")
    void nulCharactersInMessageAreEscaped() {
        client().send("zeros", "a\0\0b");
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"zeros\",\"message\":\"a\\u0000\\u0000b\"}");
        List<String> received = new ArrayList<>();
        server.endpoint.topic("zeros", String.class).on((text, from) -> received.add(text));
        peer.send(peer.received());
        assertThat(received).containsExactly("a\0\0b");
    }

    @Test
    @Checklist("IPC 3")
    void nulCharactersInTopicAreEscaped() {
        client().send("a\0\0b", 1);
        memory.run();
        peer.send(peer.received());
        assertThat(server.of("message")).containsExactly("message a\0\0b 1");
    }

    @Test
    @Checklist("IPC 4")
    void emptyServerTopicIsSentAsNone() {
        client().send("", null);
        client().send(null, null);
        server.endpoint.send("", null, client().id());
        server.endpoint.send(null, null, client().id());
        server.endpoint.broadcast("", null);
        server.endpoint.broadcast(null, null);
        memory.run();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        IntStream.range(0, 6).forEach(i -> expected.writeBytes(EXAMPLE_3));
        assertThat(peer.received()).isEqualTo(expected.toByteArray());
    }

    @Test
    @Checklist("IPC 4")
    void emptyClientTopicIsSentAsNone() {
        Memory other = new Memory();
        RawServer raw = other.listen();
        IpcClient client = other.client().build();
        client.connect();
        other.run();
        client.send("", 1);
        client.send(null, 2);
        client.send("  ", 3);
        client.send(null);
        other.run();
        assertThat(raw.last().frames())
                .containsExactly(
                        "{\"topic\":\"none\",\"message\":1}",
                        "{\"topic\":\"none\",\"message\":2}",
                        "{\"topic\":\"  \",\"message\":3}",
                        "{\"topic\":\"none\"}");
    }

    @Test
    void omittedMessageHasNoMessageMember() {
        client().send("bare");
        server.endpoint.broadcast("bare");
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"bare\"}", "{\"topic\":\"bare\"}");
    }

    @Test
    void receivedPayloadIsRelayedUnchanged() {
        server.endpoint.onMessage((message, from) -> from.send(message.topic(), message.payload()));
        peer.send("{\"topic\":\"echo\",\"message\":{\"n\": 12345678901234567890}}|");
        assertThat(peer.frames()).containsExactly("{\"topic\":\"echo\",\"message\":{\"n\": 12345678901234567890}}");
    }

    @Test
    void topicWithSpecialCharactersIsEscaped() {
        String topic = "\"\\\b\n\u0001é😀\ud800</";
        client().send(topic, 1);
        memory.run();
        peer.send(peer.received());
        assertThat(server.of("message")).containsExactly("message " + topic + " 1");
    }

    // ---- receiving

    @ParameterizedTest
    @ValueSource(strings = {"{\"message\":1}", "{\"topic\":null,\"message\":1}", "{\"topic\":\"\",\"message\":1}"})
    @Checklist("IPC 5")
    void messageWithoutTopicHasTopicNone(String frame) {
        List<Integer> none = new ArrayList<>();
        server.endpoint.topic("none", Integer.class).on((number, from) -> none.add(number));
        peer.send(frame + "|");
        assertThat(none).containsExactly(1);
        assertThat(server.of("message")).containsExactly("message none 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"5 5", "-1.50 -1.50", "true true", "false false"})
    void numberOrBooleanTopicBecomesString(String topic, String string) {
        peer.send("{\"topic\":" + topic + ",\"message\":1}|");
        assertThat(server.of("message")).containsExactly("message " + string + " 1");
    }

    @Test
    @Checklist("IPC 6")
    void tenThousandMessagesArriveInOrder() {
        List<Integer> received = new ArrayList<>();
        server.endpoint.topic("n", Integer.class).on((number, from) -> received.add(number));
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            all.append("{\"topic\":\"n\",\"message\":").append(i).append("}|");
        }
        peer.send(all.toString());
        assertThat(received).isEqualTo(IntStream.range(0, 10_000).boxed().toList());

        for (int i = 0; i < 10_000; i++) {
            client().send("n", i);
        }
        memory.run();
        assertThat(peer.frames())
                .isEqualTo(IntStream.range(0, 10_000)
                        .mapToObj(i -> "{\"topic\":\"n\",\"message\":" + i + "}")
                        .toList());
    }

    @Test
    @Checklist("IPC 7")
    void framesOfOneReadArriveInOrder() {
        peer.send("{\"topic\":\"a\",\"message\":1}|{\"topic\":\"b\",\"message\":2}|{\"topic\":\"a\",\"message\":3}|");
        assertThat(server.of("message")).containsExactly("message a 1", "message b 2", "message a 3");
    }

    @Test
    @Checklist("IPC 8")
    void frameReadByteByByteIsDecodedOnce() {
        for (byte next : EXAMPLE_2) {
            assertThat(server.of("message")).isEmpty();
            peer.send(new byte[] {next});
        }
        assertThat(server.of("message")).containsExactly("message hello \"wörld😀\"");
    }

    @Test
    @Checklist("IPC 9")
    void splitCharacterOrDelimiterIsReassembled() {
        for (int at = 1; at < EXAMPLE_2.length; at++) {
            peer.send(Arrays.copyOfRange(EXAMPLE_2, 0, at));
            peer.send(Arrays.copyOfRange(EXAMPLE_2, at, EXAMPLE_2.length));
        }
        assertThat(server.of("message")).hasSize(EXAMPLE_2.length - 1).containsOnly("message hello \"wörld😀\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"topic\":\"a\"", "{\"topic\":\"a\",\"message\":1}", "x"})
    @Checklist("IPC 10")
    void trailingFragmentIsDroppedWithoutError(String fragment) {
        peer.send("{\"topic\":\"a\",\"message\":0}|" + fragment).end();
        assertThat(server.events).containsExactly("listening", "connection", "message a 0", "disconnect Remote");
    }

    @Test
    @Checklist("IPC 11")
    void unknownMembersAreIgnoredAndLastDuplicateWins() {
        peer.send(" {\"x\":[{\"topic\":\"no\"}],\"message\":1,\"y\":{},\"topic\":\"a\"}\n|"
                + "{\"topic\":\"a\",\"topic\":\"b\",\"message\":1,\"message\":2}|"
                + "{\"\\u0074opic\":\"c\",\"message\":3}|");
        assertThat(server.of("message")).containsExactly("message a 1", "message b 2", "message c 3");
    }

    @Test
    @Checklist("IPC 12")
    void everyJsonTypeIsValidMessage() {
        Map<String, Object> object = new HashMap<>();
        object.put("a", null);
        List<Object> values = Arrays.asList(
                null,
                true,
                false,
                0L,
                -1.5,
                Long.MAX_VALUE,
                "",
                "text",
                List.of(),
                List.of(1L, List.of(2L)),
                Map.of(),
                object);
        List<Object> received = new ArrayList<>();
        server.endpoint.topic("v").on((payload, from) -> received.add(payload.value()));
        values.forEach(value -> client().send("v", value));
        memory.run();
        peer.send(peer.received());
        assertThat(received).isEqualTo(values);
    }

    @Test
    @Checklist("IPC 13")
    void frameWithoutMessageIsNullMessage() {
        List<Object> received = new ArrayList<>();
        server.endpoint.topic("bare").on((payload, from) -> received.add(payload.value()));
        server.endpoint.topic("bare", Map.class).on((map, from) -> received.add(map));
        server.endpoint.topic("bare", String.class).on((text, from) -> received.add(text));
        peer.send("{\"topic\":\"bare\"}|");
        assertThat(received).containsExactly(null, null, null);
        assertThat(server.of("message")).containsExactly("message bare null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "{",
                "{\"topic\":\"a\",\"message\":1",
                "{\"topic\":\"a\",\"message\":}",
                "{\"topic\":\"a\",\"message\":NaN}",
                "{\"topic\":\"a\",\"message\":1}}",
                "{\"topic\":\"a\",\"message\":\"\u0001\"}",
                "null",
                "1",
                "true",
                "\"text\"",
                "[{\"topic\":\"a\",\"message\":1}]",
                "\ufeff{\"topic\":\"a\",\"message\":1}",
                "{\"topic\":{},\"message\":1}",
                "{\"topic\":[\"a\"],\"message\":1}"
            })
    @Checklist("IPC 14")
    void malformedMessageClosesOnlyItsConnection(String frame) {
        RawPeer other = memory.connect();
        peer.send(frame + "|{\"topic\":\"late\",\"message\":1}|");
        peer.send("{\"topic\":\"later\",\"message\":1}|");
        assertThat(peer.isClosed()).isTrue();
        assertThat(server.events.subList(3, server.events.size()))
                .containsExactly("error DecodeError", "disconnect Failed");
        assertThat(decodeError().clientId()).contains(server.clients.getFirst().id());
        assertThat(decodeError().rawData()).isEqualTo(frame);
        assertThat(decodeError()).hasMessageStartingWith("Failed to decode, caused by: ");
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.DECODE_ERROR, 1L);

        other.send("{\"topic\":\"fine\",\"message\":1}|");
        assertThat(server.of("message")).containsExactly("message fine 1");
        assertThat(server.endpoint.connections()).containsExactly(server.clients.getLast());
    }

    @Test
    @Checklist("IPC 14")
    void nestingBeyondMaxDepthIsDecodeError() {
        restart(memory.server().maxDepth(10));
        peer.send("{\"topic\":\"a\",\"message\":" + "[".repeat(9) + "]".repeat(9) + "}|");
        peer.send("{\"topic\":\"a\",\"message\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}|");
        assertThat(server.of("message")).hasSize(1);
        assertThat(decodeError().rawData()).hasSize(1024);
    }

    @Test
    @Checklist("IPC 14")
    void malformedUtf8IsReplaced() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("{\"topic\":\"a\",\"message\":\"x".getBytes(StandardCharsets.UTF_8));
        bytes.write(0xff);
        bytes.write(0xc3);
        bytes.writeBytes("y\"}\0\0".getBytes(StandardCharsets.UTF_8));
        List<String> received = new ArrayList<>();
        server.endpoint.topic("a", String.class).on((text, from) -> received.add(text));
        peer.send(bytes.toByteArray());
        assertThat(received).containsExactly("x\ufffd\ufffdy");
    }

    @Test
    @Checklist("IPC 14")
    void clientReportsMalformedMessageAndReconnects() {
        Memory other = new Memory();
        RawServer raw = other.listen();
        Recorded<IpcClient> client = Recorded.client(other.client().build());
        client.endpoint.connect();
        other.run();
        raw.last().send("nonsense|{\"topic\":\"late\",\"message\":1}|");
        other.advance(100);
        assertThat(client.events).containsExactly("connect", "error DecodeError", "disconnect", "connect", "reconnect");
        assertThat(((DecodeException) client.errors.getFirst()).clientId()).isEmpty();
    }

    @Test
    @Checklist("IPC 15")
    void messagesBeforeMalformedOneAreDelivered() {
        peer.send(
                "{\"topic\":\"a\",\"message\":1}|{\"topic\":\"a\",\"message\":2}|oops|{\"topic\":\"a\",\"message\":3}|");
        assertThat(server.events)
                .containsExactly(
                        "listening",
                        "connection",
                        "message a 1",
                        "message a 2",
                        "error DecodeError",
                        "disconnect Failed");
    }

    @Test
    @Checklist("IPC 16")
    void messageOfExactlyMaxMessageBytesIsAccepted() {
        String frame = "{\"topic\":\"big\",\"message\":\"" + "x".repeat(972) + "\"}";
        assertThat(frame).hasSize(1000);
        restart(memory.server().maxMessageBytes(1000));
        peer.send(frame + "|");
        assertThat(server.of("message")).hasSize(1);
        client().send("big", "x".repeat(972));
        memory.run();
        assertThat(peer.frames()).containsExactly(frame);
    }

    @Test
    @Checklist("IPC 16")
    void oversizedMessageErrorNamesTopicSizeAndLimit() {
        restart(memory.server().maxMessageBytes(1000));
        peer.send("{\"topic\":\"big\",\"message\":\"" + "x".repeat(973) + "\"}|");
        assertThat(peer.inputEnded).isTrue();
        assertThat(decodeError())
                .hasMessageContaining("topic 'big'")
                .hasMessageContaining("1001")
                .hasMessageContaining("1000");
        assertThat(server.of("disconnect")).containsExactly("disconnect Failed");
    }

    @Test
    @Checklist("IPC 16")
    void unterminatedMessageClosesConnectionAtLimit() {
        restart(memory.server().maxMessageBytes(1000));
        peer.send("{\"topic\":\"endless\",\"message\":\"");
        for (int i = 0; i < 100 && !peer.isClosed(); i++) {
            peer.send("x".repeat(100));
        }
        assertThat(peer.isClosed()).isTrue();
        assertThat(decodeError()).hasMessageContaining("topic 'endless'");
        assertThat(decodeError().rawData()).startsWith("{\"topic\":\"endless\"").hasSizeLessThan(1025);
        assertThat(server.endpoint.stats().bytesReceived()).isZero();
    }

    @Test
    @Checklist("IPC 16")
    void oversizedMessageIsNotSent() {
        restart(memory.server().maxMessageBytes(1000));
        assertThat(client().send("big", "x".repeat(973))).isFalse();
        assertThat(server.endpoint.broadcast("big", "x".repeat(10_000))).isZero();
        client().send("small", 1);
        memory.run();
        assertThat(peer.frames()).containsExactly("{\"topic\":\"small\",\"message\":1}");
        assertThat(server.errors)
                .hasSize(2)
                .allSatisfy(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                EncodeException.class,
                                e -> assertThat(e.sentTopic()).isEqualTo("big")));
        assertThat(server.errors.getFirst())
                .hasMessage(
                        "Failed to encode, caused by: a message with topic 'big' of 1001 bytes (expected: at most 1000)");
        assertThat(server.errors.getLast()).hasMessageContaining("10028 bytes");
        assertThat(server.endpoint.stats().drops()).containsEntry(DropReason.ENCODE_ERROR, 2L);
    }

    @Test
    @Checklist("IPC 17")
    void largeMessageInSmallReadsTakesLinearTime() {
        restart(memory.server().maxMessageBytes(11_000_000));
        byte[] frame = ("{\"topic\":\"big\",\"message\":\"" + "x".repeat(10_000_000) + "\"}\0\0")
                .getBytes(StandardCharsets.UTF_8);
        List<Integer> lengths = new ArrayList<>();
        server.endpoint.topic("big").off();
        server.endpoint.topic("big", String.class).on((text, from) -> lengths.add(text.length()));
        long began = System.nanoTime();
        for (int at = 0; at < frame.length; at += 1000) {
            peer.send(Arrays.copyOfRange(frame, at, Math.min(frame.length, at + 1000)));
        }
        long millis = (System.nanoTime() - began) / 1_000_000;
        assertThat(lengths).containsExactly(10_000_000);
        // A quadratic scan would take 50 billion steps.
        assertThat(millis).isLessThan(10_000);
    }

    @Test
    void brokenLinkIsReportedOnce() {
        memory.transport.cut(Memory.ADDRESS);
        memory.run();
        assertThat(server.events)
                .containsExactly("listening", "connection", "error TransportError", "disconnect Failed");
        assertThat(peer.reason).isInstanceOf(CloseReason.Failed.class);
    }
}
