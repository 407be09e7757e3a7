package io.heliograph.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSocket framing from bytes. Every stream is read as a whole, byte by byte, and split at each byte. */
class WebSocketFramesTest {

    private static final int MAX = 70_000;

    /** Events of a decoder, one line each. */
    private static final class Log implements WebSocketDecoder.Control {

        final List<String> lines = new ArrayList<>();
        final WebSocketDecoder decoder;

        Log(boolean masked, int max, @Nullable MessageDeflate deflate, boolean peerResets) {
            decoder = new WebSocketDecoder(masked, max, deflate, peerResets, this);
        }

        Log read(byte[] bytes) {
            try {
                decoder.read(Frame.of(bytes.clone()), this::message);
            } catch (ProtocolViolationException | FrameTooLongException failure) {
                lines.add("failed " + decoder.closeCode() + " " + failure.getMessage());
            }
            return this;
        }

        private boolean message(Frame frame) {
            lines.add(
                    frame.isText()
                            ? "text " + shown(frame.utf8())
                            : "binary " + shown(HexFormat.of().formatHex(frame.toByteArray())));
            return true;
        }

        private static String shown(String text) {
            return text.length() <= 100 ? text : text.length() + ":" + text.hashCode();
        }

        @Override
        public void ping(Frame payload) {
            lines.add("ping " + payload.utf8());
        }

        @Override
        public void pong(Frame payload) {
            lines.add("pong " + payload.utf8());
        }

        @Override
        public void peerCloses(int code, String text) {
            lines.add("close " + code + " " + text);
        }
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** Decodes the stream in all divisions and returns the events, which must be equal. */
    private static List<String> read(boolean masked, int max, String hex) {
        return read(masked, max, null, hex(hex));
    }

    private static List<String> read(boolean masked, int max, @Nullable MessageDeflate deflate, byte[] stream) {
        List<String> whole = new Log(masked, max, deflate, true).read(stream).lines;
        Log bytewise = new Log(masked, max, deflate, true);
        for (byte each : stream) {
            bytewise.read(new byte[] {each});
        }
        assertThat(bytewise.lines).as("byte by byte").isEqualTo(whole);
        int step = Math.max(1, stream.length / 300);
        for (int at = 1; at < stream.length; at += step) {
            Log halves = new Log(masked, max, deflate, true);
            halves.read(Arrays.copyOf(stream, at));
            halves.read(Arrays.copyOfRange(stream, at, stream.length));
            assertThat(halves.lines).as("split at %s", at).isEqualTo(whole);
        }
        return whole;
    }

    private static byte[] write(WebSocketEncoder encoder, int room, Frame... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer target = ByteBuffer.allocate(room);
        for (Frame frame : frames) {
            int position = 0;
            while (position < encoder.encodedLength(frame.length())) {
                position = encoder.write(frame, position, target.clear());
                all.write(target.array(), 0, target.position());
            }
        }
        return all.toByteArray();
    }

    // ---- writing

    @Test
    void serverWritesRfcExamples() {
        assertThat(write(WebSocketEncoder.server(), 64, Frame.utf8("Hello").asText()))
                .isEqualTo(hex("81 05 48 65 6c 6c 6f"));
        assertThat(write(WebSocketEncoder.server(), 64, Frame.empty())).isEqualTo(hex("82 00"));
        assertThat(Arrays.copyOf(write(WebSocketEncoder.server(), 999, Frame.of(new byte[256])), 5))
                .isEqualTo(hex("82 7e 01 00 00"));
        assertThat(Arrays.copyOf(write(WebSocketEncoder.server(), 999, Frame.of(new byte[65_536])), 11))
                .isEqualTo(hex("82 7f 00 00 00 00 00 01 00 00 00"));
        assertThat(WebSocketEncoder.server().ping(Frame.utf8("Hello")).toByteArray())
                .isEqualTo(hex("89 05 48 65 6c 6c 6f"));
        assertThat(WebSocketEncoder.server().pong(Frame.empty()).toByteArray()).isEqualTo(hex("8a 00"));
        assertThat(WebSocketEncoder.server().close(1000, "bye").toByteArray()).isEqualTo(hex("88 05 03 e8 62 79 65"));
        assertThat(WebSocketEncoder.server().close(0, "").toByteArray()).isEqualTo(hex("88 00"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536})
    void writtenFramesAreReadForAnyBufferSize(int length) {
        byte[] text = "x".repeat(length).getBytes(UTF_8);
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('a' + i % 26);
        }
        Frame message = Frame.of(text).asText();
        for (int room : new int[] {1, 2, 3, 5, 11, 100_000}) {
            byte[] served = write(WebSocketEncoder.server(), room, message, message);
            byte[] asked = write(WebSocketEncoder.client(), room, message, message);
            assertThat(served).hasSize(2 * WebSocketEncoder.server().encodedLength(length));
            assertThat(asked).hasSize(2 * WebSocketEncoder.client().encodedLength(length));
            for (int masked = 0; masked < 2; masked++) {
                List<Frame> read = new ArrayList<>();
                WebSocketDecoder decoder =
                        new WebSocketDecoder(masked == 1, MAX, null, true, new Log(true, 1, null, true));
                decoder.read(Frame.of((masked == 1 ? asked : served).clone()), frame -> read.add(frame));
                assertThat(read).containsExactly(message, message);
                assertThat(read).allMatch(Frame::isText);
            }
        }
    }

    @Test
    void clientMasksEachMessageWithNewKey() {
        WebSocketEncoder client = WebSocketEncoder.client();
        Frame zeros = Frame.of(new byte[4]);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] written = write(client, 64, zeros);
            assertThat(Arrays.copyOf(written, 2)).isEqualTo(hex("82 84"));
            String key = HexFormat.of().formatHex(written, 2, 6);
            assertThat(HexFormat.of().formatHex(written, 6, 10)).isEqualTo(key);
            keys.add(key);
        }
        assertThat(keys.stream().distinct().count()).isGreaterThan(98);
    }

    @Test
    void controlFrameKeepsKeyOfPartialMessage() {
        WebSocketEncoder client = WebSocketEncoder.client();
        Frame message = Frame.utf8("a message of some length").asText();
        ByteBuffer target = ByteBuffer.allocate(100);
        int position = client.write(message, 0, target.limit(12));
        Frame pong = client.pong(Frame.utf8("x"));
        client.write(message, position, target.limit(100));
        List<String> lines = new Log(true, MAX, null, true)
                .read(Arrays.copyOf(target.array(), target.position()))
                .read(pong.toByteArray())
                .lines;
        assertThat(lines).containsExactly("text a message of some length", "pong x");
    }

    @Test
    void reservedCloseCodesAreNotWritten() {
        WebSocketEncoder server = WebSocketEncoder.server();
        for (int code : new int[] {1, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
            assertThatThrownBy(() -> server.close(code, ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("code: " + code);
        }
        assertThat(server.close(4999, "x".repeat(123)).length()).isEqualTo(127);
        assertThatThrownBy(() -> server.close(1000, "\u00e4".repeat(62)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("124");
        assertThatThrownBy(() -> server.close(0, "why")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.ping(Frame.of(new byte[126]))).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- reading

    @ParameterizedTest
    @CsvSource({
        "'81 05 48656c6c6f', text Hello",
        "'81 00', 'text '",
        "'82 00', 'binary '",
        "'82 02 00ff', binary 00ff",
        "'89 05 48656c6c6f', ping Hello",
        "'89 00', 'ping '",
        "'8a 01 78', pong x",
        "'88 00', 'close 1005 '",
        "'88 02 03e8', 'close 1000 '",
        "'88 05 0fa0 627965', close 4000 bye",
    })
    void serverFramesAreRead(String hex, String line) {
        assertThat(read(false, MAX, hex)).containsExactly(line);
    }

    @Test
    void maskedFrameIsRead() {
        assertThat(read(true, MAX, "81 85 37fa213d 7f9f4d5158")).containsExactly("text Hello");
        assertThat(read(true, MAX, "81 85 00000000 48656c6c6f 89 80 01020304 88 82 01020304 02ea"))
                .containsExactly("text Hello", "ping ", "close 1000 ");
    }

    @Test
    void fragmentsAndInterleavedControlFramesAreRead() {
        assertThat(read(false, MAX, "01 03 48656c 89 01 78 80 02 6c6f 8a 00"))
                .containsExactly("ping x", "text Hello", "pong ");
        assertThat(read(false, MAX, "02 01 01 00 00 00 01 02 80 01 03")).containsExactly("binary 010203");
        assertThat(read(false, MAX, "01 00 00 00 80 00 81 01 61")).containsExactly("text ", "text a");
        // A multi-byte character in two fragments.
        assertThat(read(false, MAX, "01 02 e282 80 01 ac")).containsExactly("text \u20ac");
    }

    @Test
    void bytesAfterCloseFrameAreIgnored() {
        assertThat(read(false, MAX, "88 00 81 01 61 ff ff")).containsExactly("close 1005 ");
    }

    @ParameterizedTest
    @CsvSource({
        // Reserved bits
        "a1 00, RSV2",
        "91 00, RSV2",
        "c1 00, RSV1",
        "c9 00, RSV1",
        "b1 00, RSV2",
        // Opcodes
        "83 00, opcode 3",
        "87 00, opcode 7",
        "8b 00, opcode 11",
        "8f 00, opcode 15",
        // Fragments
        "80 00, opcode 0",
        "00 00, opcode 0",
        "01 00 81 00, inside a fragmented message",
        "01 00 02 00, inside a fragmented message",
        "01 00 c0 00, RSV1",
        // Control frames
        "09 00, FIN",
        "08 00, FIN",
        "89 7e 00 7e, control frame",
        "88 7f 00, control frame",
        "88 01 03, close frame",
        // Masks
        "81 80, MASK must be clear",
        // Lengths
        "82 7e 00 05, shortest",
        "82 7f 00000000 0000ffff, shortest",
        // Close codes
        "88 02 0000, code 0",
        "88 02 03e7, code 999",
        "88 02 03ec, code 1004",
        "88 02 03ed, code 1005",
        "88 02 03ee, code 1006",
        "88 02 03f7, code 1015",
        "88 02 0bb7, code 2999",
        "88 02 1388, code 5000",
        "88 02 ffff, code 65535",
    })
    void violationsFailWith1002(String hex, String rule) {
        List<String> lines = read(false, MAX, hex);
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).startsWith("failed 1002").contains(rule);
    }

    @Test
    void unmaskedClientFrameIsRejected() {
        assertThat(read(true, MAX, "81 00").get(0)).contains("1002", "MASK must be set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "81 01 80",
                "81 01 ff",
                "81 02 c080",
                "81 02 c1bf",
                "81 03 e08080",
                "81 03 eda080",
                "81 03 edbfbf",
                "81 04 f0808080",
                "81 04 f4908080",
                "81 04 f5808080",
                "81 01 c3",
                "81 02 e282",
                "81 03 f09f98",
                "81 05 6162c36364",
                "01 01 c3 80 01 28",
                "01 02 61ff 80 00",
                "88 04 03e8 c328",
                "81 0f cebae1bdb9cf83cebcceb5eda080"
            })
    void malformedUtf8FailsWith1007(String hex) {
        List<String> lines = read(false, MAX, hex);
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).startsWith("failed 1007").contains("UTF-8");
    }

    @Test
    void validUtf8IsAccepted() {
        String text = "aÀ߿ࠀ￿퟿\ue000𐀀\udbff\udfff und viel mehr ASCII, dann €";
        byte[] written = write(WebSocketEncoder.server(), 200, Frame.utf8(text).asText());
        assertThat(read(false, MAX, null, written)).containsExactly("text " + text);
    }

    @Test
    void malformedByteFailsBeforeMessageEnds() {
        assertThat(read(false, MAX, "01 02 61ff").get(0)).startsWith("failed 1007");
    }

    @Test
    void tooLongMessageIsRejectedByItsHeader() {
        assertThat(read(false, 10, "82 0b")).first().asString().startsWith("failed 1009");
        assertThat(read(false, 10, "82 7f 7fffffffffffffff")).first().asString().contains("1009");
        assertThat(read(false, 10, "82 7f ffffffffffffffff")).first().asString().contains("1009");
        assertThat(read(false, 10, "02 06 000000000000 80 05"))
                .first()
                .asString()
                .contains("1009");
        assertThat(read(false, 10, "82 0a 00000000000000000000"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("binary");
    }

    @Test
    void memoryGrowsWithReceivedBytesOnly() {
        Log log = new Log(false, 100 << 20, null, true);
        log.read(hex("82 7f 0000000006000000 01"));
        assertThat(log.decoder.buffered()).isEqualTo(1);
        // A million fragments of one byte cost their bytes only, and linear time.
        Log fragments = new Log(false, 2 << 20, null, true);
        fragments.read(hex("02 01 00"));
        byte[] many = new byte[3 * 10_000];
        for (int i = 0; i < many.length; i += 3) {
            many[i + 1] = 1;
        }
        for (int i = 0; i < 100; i++) {
            fragments.read(many);
        }
        fragments.read(hex("80 00"));
        assertThat(fragments.lines).hasSize(1);
    }

    @Test
    @SuppressWarnings("ReferenceEquality")
    void messageIsSliceOfChunk() {
        byte[] stream = hex("82 03 010203 82 02 0405");
        List<Frame> frames = new ArrayList<>();
        new WebSocketDecoder(false, MAX, null, true, new Log(false, 1, null, true)).read(Frame.of(stream), frames::add);
        assertThat(frames).hasSize(2);
        assertThat(frames).allMatch(frame -> frame.array() == stream);
    }

    // ---- compression

    private static final MessageDeflate DEFLATE = new MessageDeflate(1, 6);

    @Test
    void rfcExampleIsInflated() {
        // RFC 7692, 7.2.3.1 to 7.2.3.5
        assertThat(read(false, MAX, DEFLATE, hex("c1 07 f248cdc9c90700"))).containsExactly("text Hello");
        assertThat(read(false, MAX, DEFLATE, hex("41 03 f248cd 80 04 c9c90700")))
                .containsExactly("text Hello");
        assertThat(read(false, MAX, DEFLATE, hex("c1 0b 000500faff48656c6c6f00")))
                .containsExactly("text Hello");
        assertThat(read(false, MAX, DEFLATE, hex("c1 08 f348cdc9c9070000"))).containsExactly("text Hello");
        assertThat(read(false, MAX, DEFLATE, hex("c1 0d f248050000 00ffff cac9c90700")))
                .containsExactly("text Hello");
        assertThat(read(false, MAX, DEFLATE, hex("c1 01 00 81 01 61"))).containsExactly("text ", "text a");
    }

    @Test
    void contextTakeoverOfPeerIsInflated() {
        // RFC 7692, 7.2.3.2
        Log log = new Log(false, MAX, DEFLATE, false);
        log.read(hex("c1 07 f248cdc9c90700 c1 05 f200110000"));
        assertThat(log.lines).containsExactly("text Hello", "text Hello");
        log.decoder.release();
    }

    @Test
    void payloadOfASplitPingStaysValid() {
        List<Frame> pings = new ArrayList<>();
        WebSocketDecoder.Control control = new WebSocketDecoder.Control() {
            @Override
            public void ping(Frame payload) {
                pings.add(payload);
            }

            @Override
            public void pong(Frame payload) {}

            @Override
            public void peerCloses(int code, String text) {}
        };
        WebSocketDecoder decoder = new WebSocketDecoder(false, MAX, null, true, control);
        for (String part : List.of("89 02 61", "62", "89 02 63", "64")) {
            decoder.read(Frame.of(hex(part)), frame -> true);
        }
        assertThat(pings).containsExactly(Frame.utf8("ab"), Frame.utf8("cd"));
    }

    @Test
    void inflaterIsHeldBetweenMessagesForContextTakeoverOnly() {
        int before = MessageDeflate.inflatersInUse();
        for (boolean resets : new boolean[] {true, false}) {
            Log log = new Log(false, MAX, DEFLATE, resets);
            log.read(hex("41 03 f248cd"));
            assertThat(MessageDeflate.inflatersInUse()).isEqualTo(before + 1);
            log.read(hex("80 04 c9c90700"));
            assertThat(log.lines).containsExactly("text Hello");
            assertThat(MessageDeflate.inflatersInUse()).isEqualTo(resets ? before : before + 1);
            log.decoder.release();
            assertThat(MessageDeflate.inflatersInUse()).isEqualTo(before);
            log.decoder.release();
            assertThat(MessageDeflate.inflatersInUse()).isEqualTo(before);
        }
    }

    @Test
    void deflatedMessagesRoundTrip() {
        Frame message = Frame.utf8("abc".repeat(10_000)).asText();
        Frame compressed = DEFLATE.compress(message);
        assertThat(compressed.isText()).isTrue();
        assertThat(compressed.length()).isLessThan(200);
        byte[] stream = write(WebSocketEncoder.server(), 100, compressed, compressed);
        assertThat(stream[0] & 0xff).isEqualTo(0xc1);
        List<String> lines = read(false, MAX, DEFLATE, stream);
        assertThat(lines).hasSize(2).containsOnly("text 30000:" + message.utf8().hashCode());
    }

    @Test
    void broadcastMessageIsCompressedOnce() {
        Frame message = Frame.utf8("abc".repeat(1_000));
        assertThat(DEFLATE.compress(message)).isSameAs(DEFLATE.compress(message));
    }

    @Test
    void incompressibleMessageIsSentUncompressed() {
        Frame noise = Frame.of(new byte[] {1, 77, 3, 42, 5});
        assertThat(DEFLATE.compress(noise)).isSameAs(noise);
        Frame brief = Frame.utf8("a".repeat(99));
        assertThat(new MessageDeflate(100, 6).compress(brief)).isSameAs(brief);
        Frame window = Frame.of(new byte[1 << 9]);
        Frame longer = Frame.of(new byte[(1 << 9) + 1]);
        assertThat(new MessageDeflate(1, 6).window(9).compress(window).isCompressed())
                .isTrue();
        assertThat(new MessageDeflate(1, 6).window(9).compress(longer)).isSameAs(longer);
        assertThat(new MessageDeflate(1, 6).window(15).compress(longer).isCompressed())
                .isTrue();
        assertThat(DEFLATE.compress(Frame.empty())).isSameAs(Frame.empty());
    }

    @Test
    void inflationBeyondTheLimitIsRejected() {
        Frame bomb = new MessageDeflate(1, 9).compress(Frame.of(new byte[50 << 20]));
        assertThat(bomb.length()).isLessThan(100_000);
        Log log = new Log(false, 1 << 20, DEFLATE, true);
        log.read(write(WebSocketEncoder.server(), 1 << 20, bomb));
        assertThat(log.lines).hasSize(1).first().asString().startsWith("failed 1009");
        assertThat(log.decoder.buffered()).isLessThanOrEqualTo((1 << 20) + 1);
        log.decoder.release();
        // A message at the limit is accepted.
        Frame fits = new MessageDeflate(1, 9).compress(Frame.of(new byte[1 << 20]));
        Log other = new Log(false, 1 << 20, DEFLATE, true);
        other.read(write(WebSocketEncoder.server(), 1 << 20, fits));
        assertThat(other.lines).hasSize(1).first().asString().startsWith("binary");
    }

    @Test
    void malformedDeflateFailsWith1007() {
        assertThat(read(false, MAX, DEFLATE, hex("c2 04 ffffffff")).get(0)).startsWith("failed 1007");
        assertThat(read(false, MAX, DEFLATE, hex("c1 03 4a0400")).get(0)).startsWith("text a");
        // Inflates to FF, which is not UTF-8.
        assertThat(read(false, MAX, DEFLATE, hex("c1 07 00 0100 feff ff 00")).get(0))
                .startsWith("failed 1007");
    }

    @Test
    void lengthIsCheckedBeforeMalformedTail() {
        // "Hello" as a stored block, followed by a block of an undefined type.
        byte[] stream = hex("c2 0b 000500faff48656c6c6f 07");
        assertThat(read(false, 4, DEFLATE, stream).get(0)).startsWith("failed 1009");
        assertThat(read(false, 5, DEFLATE, stream).get(0)).startsWith("failed 1007");
    }
}
