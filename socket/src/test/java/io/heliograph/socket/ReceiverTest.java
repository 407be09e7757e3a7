package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.TypeRef;
import io.heliograph.testkit.Checklist;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values decoded from received bytes, for any chunking. */
class ReceiverTest {

    private static List<String> framed(DataType type, String... chunks) {
        return events(ConnectionHarness.values(ConnectionHarness.framed(type)), chunks);
    }

    private static List<String> raw(DataType type, String... chunks) {
        return events(ConnectionHarness.values(ConnectionHarness.raw(type)), chunks);
    }

    private static List<String> events(ConnectionHarness harness, String... chunks) {
        for (String chunk : chunks) {
            harness.chunk(chunk);
        }
        return harness.events;
    }

    @ParameterizedTest
    @CsvSource({
        "BYTE, 80, -128",
        "UNSIGNED_BYTE, 80, 128",
        "BYTE, ff, -1",
        "UNSIGNED_BYTE, ff, 255",
        "SHORT, 8000, -32768",
        "UNSIGNED_SHORT, 8000, 32768",
        "SHORT, ffff, -1",
        "UNSIGNED_SHORT, ffff, 65535",
        "INT, 80000000, -2147483648",
        "INT, 7fffffff, 2147483647",
        "UNSIGNED_INT, ffffffff, 4294967295",
        "LONG, 8000000000000000, -9223372036854775808",
        "LONG, 7fffffffffffffff, 9223372036854775807",
        "DOUBLE, 0000000000000001, 4.9E-324",
        "NUMBER, fff0000000000000, -Infinity",
        "DOUBLE, 7ff8000000000000, NaN",
        "FLOAT, 00000001, 1.401298464324817E-45",
        "FLOAT, 7f7fffff, 3.4028234663852886E38"
    })
    @Checklist("AS 6")
    void extremeValuesAreDecoded(DataType type, String bytes, String value) {
        assertThat(raw(type, bytes)).containsExactly(value);
    }

    @Test
    @Checklist("AS 6")
    void numbersBecomeIntegersLongsAndDoubles() {
        assertThat(ConnectionHarness.values(ConnectionHarness.raw(DataType.UNSIGNED_SHORT))
                        .chunk("ffff")
                        .data)
                .containsExactly(65535);
        assertThat(ConnectionHarness.values(ConnectionHarness.raw(DataType.UNSIGNED_INT))
                        .chunk("ffffffff")
                        .data)
                .containsExactly(4294967295L);
        assertThat(ConnectionHarness.values(ConnectionHarness.raw(DataType.FLOAT))
                        .chunk("3f800000")
                        .data)
                .containsExactly(1.0);
    }

    @Test
    @Checklist("AS 7")
    void floatIsWidenedToDouble() {
        assertThat(raw(DataType.FLOAT, "3f8ccccd")).containsExactly("1.100000023841858");
    }

    @Test
    @Checklist("AS 18")
    void originalTestVectorsAreDecoded() {
        assertThat(framed(DataType.BYTE, "05 01 02 03", "04 05 03 01 02 03"))
                .containsExactly("int[1, 2, 3, 4, 5]", "int[1, 2, 3]");
        assertThat(framed(DataType.BYTE, "05 01 02 03", "04 05 03 01 02 03 02 01"))
                .containsExactly("int[1, 2, 3, 4, 5]", "int[1, 2, 3]");
        assertThat(framed(DataType.BYTE, "01 07")).containsExactly("7");
        assertThat(framed(DataType.BYTE, "ff 00", "00 00", "03 01 02 03")).containsExactly("int[1, 2, 3]");
    }

    @Test
    @Checklist("AS 19")
    void everyChunkingYieldsSameEvents() {
        String stream = "02 6162 00 05 68656c6c6f ff00000003 c3a961 01 7a" + "ff 000000ff" + "61".repeat(255);
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.framed(DataType.STRING)), stream))
                .containsExactly(
                        "'ab'", "''", "'hello'", "'éa'", "'z'", "'" + "a".repeat(255) + "'", "disconnect Remote");
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.framed(DataType.SHORT)),
                        "04 00010002 02 ffff 03 000102"))
                .containsExactly(
                        "int[1, 2]",
                        "-1",
                        "1",
                        "error message of 3 bytes (expected: a multiple of 2); dropped 1 trailing bytes",
                        "disconnect Remote");
    }

    @Test
    void doublesAreSameForEveryChunking() {
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.framed(DataType.DOUBLE)),
                        "10 3ff8000000000000 c000000000000000"
                                + "0a 7ff0000000000000 ffff"
                                + "03 010203"
                                + "00"
                                + "ff00000008 4008000000000000"
                                + "88"
                                + "3ff0000000000000".repeat(17)
                                + "09 40100000"))
                .containsExactly(
                        "double[1.5, -2.0]",
                        "Infinity",
                        "error message of 10 bytes (expected: a multiple of 8); dropped 2 trailing bytes",
                        "error Expect to receive type DOUBLE, but received an insufficient number of bytes: 3",
                        "error Expect to receive type DOUBLE, but received an insufficient number of bytes: 0",
                        "3.0",
                        "double[" + "1.0, ".repeat(16) + "1.0]",
                        "error the connection ended inside a message after 4 bytes",
                        "disconnect Remote");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1021, 9000, 65_536})
    void chunkedDoubleMessageIsReassembled(int chunk) {
        double[] sent = new double[20_000];
        Arrays.setAll(sent, i -> i * 0.5);
        ByteBuffer wire = ByteBuffer.allocate(5 + sent.length * 8);
        wire.put((byte) 0xff).putInt(sent.length * 8).asDoubleBuffer().put(sent);
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.NUMBER));
        for (int at = 0; at < wire.capacity(); at += chunk) {
            harness.chunk(Arrays.copyOfRange(wire.array(), at, Math.min(at + chunk, wire.capacity())));
        }
        assertThat(harness.data).containsExactly(sent);
    }

    @Test
    void everyListenerReceivesItsOwnArray() {
        ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.framed(DataType.DOUBLE));
        for (int i = 0; i < 3; i++) {
            harness.socket.onData(TypeRef.of(double[].class), batch -> {
                harness.events.add(ValueFormat.of(batch));
                Arrays.fill(batch, 0);
            });
            harness.socket.onData(value -> {
                harness.events.add(ValueFormat.of(value));
                Arrays.fill((double[]) value, 0);
            });
        }
        harness.chunk("10 3ff8000000000000 c000000000000000");
        assertThat(harness.events).containsOnly("double[1.5, -2.0]").hasSize(6);
    }

    @Test
    @Checklist("AS 20")
    void messagesOfOneChunkStaySeparate() {
        assertThat(framed(DataType.STRING, "02 6162 02 6364")).containsExactly("'ab'", "'cd'");
        assertThat(framed(DataType.STRING, "01 61 01 62 01 63")).containsExactly("'a'", "'b'", "'c'");
        assertThat(framed(DataType.STRING, "01 61".repeat(100))).hasSize(100).containsOnly("'a'");
    }

    @Test
    @Checklist("AS 21")
    void emptyMessagesKeepFramingIntact() {
        assertThat(framed(DataType.STRING, "00 00 01 61 00 ff00000000 01 62"))
                .containsExactly("''", "''", "'a'", "''", "''", "'b'");
        assertThat(framed(DataType.INT, "00 04 00000007 00", "04 00000008"))
                .containsExactly(
                        "error Expect to receive type INT, but received an insufficient number of bytes: 0",
                        "7",
                        "error Expect to receive type INT, but received an insufficient number of bytes: 0",
                        "8");
    }

    @Test
    @Checklist("AS 22")
    void longLengthFormIsAcceptedForShortMessages() {
        assertThat(framed(DataType.STRING, "ff 00000003 616263")).containsExactly("'abc'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffff", "ff80000000", "ff04000001"})
    @Checklist("AS 23")
    void invalidLengthClosesConnection(String header) {
        List<String> events = events(
                ConnectionHarness.values(ConnectionHarness.framed(DataType.STRING)),
                "01 61" + header + "01 62",
                "01 63");
        assertThat(events).hasSize(3);
        assertThat(events.get(0)).isEqualTo("'a'");
        assertThat(events.get(1)).startsWith("error frame of").endsWith("(expected: at most 67108864)");
        assertThat(events.get(2)).isEqualTo("disconnect Failed");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 253, 254, 255, 256, 65535, 65536, 1_000_000})
    void messagesOfEveryLengthAreDecoded(int length) {
        byte[] content = new byte[length];
        Arrays.fill(content, (byte) 'a');
        for (DataType type : List.of(DataType.STRING, DataType.BYTE, DataType.IMAGE)) {
            Class<?> array = type == DataType.STRING ? String.class : byte[].class;
            ConnectionHarness harness =
                    new ConnectionHarness(ConnectionHarness.framed(type).maxMessageBytes(1_000_000));
            harness.socket.onData(TypeRef.of(array), harness.data::add);
            harness.chunk(header(length)).chunk(content).chunk(header(1) + "61");
            List<Object> expected = new ArrayList<>();
            if (length > 0 || type != DataType.BYTE) {
                expected.add(type == DataType.STRING ? "a".repeat(length) : content);
            }
            expected.add(type == DataType.STRING ? "a" : new byte[] {'a'});
            // AssertJ compares a million boxed bytes in seconds.
            assertThat(Arrays.deepEquals(harness.data.toArray(), expected.toArray()))
                    .isTrue();
        }
    }

    private static String header(int length) {
        return length < 255 ? String.format("%02x", length) : String.format("ff%08x", length);
    }

    @Test
    void messageBeyondMaxMessageBytesClosesConnection() {
        SocketServer.Builder limited = ConnectionHarness.framed(DataType.STRING).maxMessageBytes(300);
        String body = "61".repeat(300);
        assertThat(events(ConnectionHarness.values(limited), "ff0000012c" + body))
                .containsExactly("'" + "a".repeat(300) + "'");
        assertThat(events(ConnectionHarness.values(limited), "ff0000012d"))
                .containsExactly("error frame of 301 bytes (expected: at most 300)", "disconnect Failed");
    }

    @Test
    @Checklist("AS 24")
    void chunkedMessageArrivesOnce() {
        ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.framed(DataType.BYTE));
        byte[] content = new byte[1 << 20];
        new Random(1).nextBytes(content);
        ConnectionHarness typed = new ConnectionHarness(ConnectionHarness.framed(DataType.BYTE));
        List<byte[]> arrays = new ArrayList<>();
        typed.socket.onData(TypeRef.of(byte[].class), arrays::add);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(ConnectionHarness.hex("ff 00100000"));
        stream.writeBytes(content);
        byte[] bytes = stream.toByteArray();
        for (int at = 0; at < bytes.length; at += 1000) {
            byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 1000));
            harness.chunk(part);
            typed.chunk(part.clone());
        }
        assertThat(harness.data).hasSize(1);
        assertThat((int[]) harness.data.getFirst()).hasSize(1 << 20);
        assertThat(arrays).hasSize(1);
        assertThat(arrays.getFirst()).isEqualTo(content);
    }

    @ParameterizedTest
    @CsvSource({"05 6162, 2", "ff 0000, 0", "ff, 0", "03, 0"})
    @Checklist("AS 25")
    void endInsideMessageIsReported(String stream, int received) {
        assertThat(ConnectionHarness.values(ConnectionHarness.framed(DataType.STRING))
                        .chunk(stream)
                        .end()
                        .events)
                .containsExactly(
                        "error the connection ended inside a message after " + received + " bytes",
                        "disconnect Remote");
    }

    @Test
    @Checklist("AS 26")
    void singleNumberIsScalarSeveralAreArray() {
        assertThat(framed(DataType.INT, "04 00000001 08 00000001 00000002")).containsExactly("1", "int[1, 2]");
        assertThat(framed(DataType.DOUBLE, "08 3ff0000000000000" + "10" + "3ff0000000000000".repeat(2)))
                .containsExactly("1.0", "double[1.0, 1.0]");
        assertThat(framed(DataType.UNSIGNED_INT, "08 ffffffff 00000001")).containsExactly("long[4294967295, 1]");
    }

    @Test
    @Checklist("AS 27")
    void trailingBytesAreReportedAndDropped() {
        assertThat(framed(DataType.INT, "06 00000001 0000 04 00000002"))
                .containsExactly(
                        "1", "error message of 6 bytes (expected: a multiple of 4); dropped 2 trailing bytes", "2");
    }

    @Test
    @Checklist("AS 28")
    void rawNumbersArriveIndividually() {
        assertThat(raw(DataType.UNSIGNED_SHORT, "0001 0002 ffff")).containsExactly("1", "2", "65535");
    }

    @Test
    @Checklist("AS 29")
    void splitRawElementIsReassembled() {
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.raw(DataType.DOUBLE)),
                        "3ff0000000000000" + "4000000000000000"))
                .containsExactly("1.0", "2.0", "disconnect Remote");
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.raw(DataType.SHORT)), "0001 0002 0003"))
                .containsExactly("1", "2", "3", "disconnect Remote");
    }

    @Test
    @Checklist("AS 30")
    void batchesHoldAvailableElements() {
        ConnectionHarness harness =
                ConnectionHarness.values(ConnectionHarness.raw(DataType.SHORT).emitBatchDataAsAvailable(true));
        assertThat(events(harness, "0001 0002 00", "03", "0004 00", "05 0006"))
                .containsExactly("int[1, 2]", "3", "4", "int[5, 6]");
    }

    @Test
    @Checklist("AS 31")
    void rawTextNeverSplitsCharacters() {
        String string = "aé€😀z";
        String hex = HexFormat.of().formatHex(string.getBytes(StandardCharsets.UTF_8));
        byte[] stream = ConnectionHarness.hex(hex);
        for (int cut = 0; cut <= stream.length; cut++) {
            ConnectionHarness harness = ConnectionHarness.values(ConnectionHarness.raw(DataType.STRING));
            harness.chunk(Arrays.copyOfRange(stream, 0, cut));
            harness.chunk(Arrays.copyOfRange(stream, cut, stream.length));
            StringBuilder joined = new StringBuilder();
            harness.data.forEach(joined::append);
            assertThat(joined).hasToString(string);
            assertThat(harness.data).doesNotContain("");
        }
        assertThat(raw(DataType.STRING, "61 c3", "a9 62")).containsExactly("'a'", "'éb'");
        assertThat(ConnectionHarness.values(ConnectionHarness.raw(DataType.STRING))
                        .chunk("61 e2 82")
                        .end()
                        .events)
                .containsExactly("'a'", "'\ufffd'", "disconnect Remote");
        assertThat(raw(DataType.STRING, "ff", "80 80 80 80")).hasSize(2);
    }

    @Test
    @Checklist("AS 32")
    void incompleteRawElementIsReportedBeforeClose() {
        assertThat(ConnectionHarness.values(ConnectionHarness.raw(DataType.INT))
                        .chunk("00000001 0000")
                        .end()
                        .events)
                .containsExactly("1", "error the connection ended inside a int: 2 bytes of 4", "disconnect Remote");
    }

    @Test
    void throwingListenerReceivesRemainingNumbers() {
        ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.raw(DataType.BYTE));
        harness.socket.onData(value -> {
            if (value instanceof Integer number && number == 2) {
                throw new IllegalStateException("two");
            }
            harness.events.add(ValueFormat.of(value));
        });
        assertThat(events(harness, "01 02 03")).containsExactly("1", "error two", "3");
    }
}
