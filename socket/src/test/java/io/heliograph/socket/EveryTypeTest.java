package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Codec;
import io.heliograph.codec.TypeRef;
import io.heliograph.testkit.Checklist;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Round trip of each type with its extreme values, for every chunking. */
class EveryTypeTest {

    private static final String DIGITS = " +";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BYTE           | -128 -1 0 127                                        | 80 ff 00 7f",
                "UNSIGNED_BYTE  | 0 127 128 255                                        | 00 7f 80 ff",
                "SHORT          | -32768 -1 0 32767                                    | 8000 ffff 0000 7fff",
                "UNSIGNED_SHORT | 0 32767 32768 65535                                  | 0000 7fff 8000 ffff",
                "INT            | -2147483648 -1 0 2147483647                          | 80000000 ffffffff 00000000 7fffffff",
                "UNSIGNED_INT   | 0 2147483647 2147483648 4294967295                   | 00000000 7fffffff 80000000 ffffffff",
                "LONG           | -9223372036854775808 -1 0 9223372036854775807        | 8000000000000000 ffffffffffffffff 0000000000000000 7fffffffffffffff",
            })
    @Checklist({"AS 3", "AS 6", "AS 19", "AS 29"})
    void extremeIntegersRoundTripAtEveryCut(DataType type, String values, String bytes) {
        long[] numbers =
                Stream.of(values.split(DIGITS)).mapToLong(Long::parseLong).toArray();
        roundTrip(type, numbers, bytes, values.split(DIGITS), Arrays.toString(numbers));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FLOAT  | -Infinity -0.0 1.401298464324817E-45 3.4028234663852886E38 NaN | ff800000 80000000 00000001 7f7fffff 7fc00000",
                "DOUBLE | -Infinity -0.0 4.9E-324 1.7976931348623157E308 NaN              | fff0000000000000 8000000000000000 0000000000000001 7fefffffffffffff 7ff8000000000000",
                "NUMBER | -Infinity -0.0 4.9E-324 1.7976931348623157E308 NaN              | fff0000000000000 8000000000000000 0000000000000001 7fefffffffffffff 7ff8000000000000",
            })
    @Checklist({"AS 3", "AS 7", "AS 19", "AS 29"})
    void extremeFloatsRoundTripAtEveryCut(DataType type, String values, String bytes) {
        double[] numbers =
                Stream.of(values.split(DIGITS)).mapToDouble(Double::parseDouble).toArray();
        roundTrip(type, numbers, bytes, values.split(DIGITS), Arrays.toString(numbers));
    }

    private static void roundTrip(DataType type, Object numbers, String bytes, String[] each, String all) {
        String hex = bytes.replace(" ", "");
        assertThat(sent(type, false, numbers)).isEqualTo(hex);
        String message = sent(type, true, numbers);
        assertThat(message).isEqualTo(String.format("%02x", hex.length() / 2) + hex);

        assertThat(ConnectionHarness.everyChunking(() -> ConnectionHarness.values(ConnectionHarness.raw(type)), hex))
                .containsExactly(with("disconnect Remote", each));
        List<String> events = ConnectionHarness.everyChunking(
                () -> ConnectionHarness.values(ConnectionHarness.framed(type)), message);
        assertThat(events).hasSize(2).endsWith("disconnect Remote");
        assertThat(events.getFirst()).endsWith(all);
    }

    private static String[] with(String last, String[] others) {
        String[] all = Arrays.copyOf(others, others.length + 1);
        all[others.length] = last;
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\u0000\u007f\u0080\u07ff\u0800\uffff😀", "é😀é😀"})
    @Checklist({"AS 19", "AS 31"})
    void extremeCharactersRoundTripAtEveryCut(String string) {
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.framed(DataType.STRING)),
                        sent(DataType.STRING, true, string)))
                .containsExactly("'" + string + "'", "disconnect Remote");
        byte[] stream = ConnectionHarness.hex(sent(DataType.STRING, false, string));
        for (int cut = 0; cut <= stream.length; cut++) {
            ConnectionHarness harness = new ConnectionHarness(ConnectionHarness.raw(DataType.STRING));
            StringBuilder pieces = new StringBuilder();
            harness.socket.onData(TypeRef.of(String.class), pieces::append);
            harness.chunk(Arrays.copyOf(stream, cut));
            harness.chunk(Arrays.copyOfRange(stream, cut, stream.length)).end();
            assertThat(pieces.toString()).isEqualTo(string);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "\"\"",
                "null",
                "-9223372036854775808",
                "[9223372036854775807,4.9E-324,1.7976931348623157E308]",
                "{\"é\":[true,false,null,{\"\":\"\\u0000😀\"}]}"
            })
    @Checklist({"AS 19", "AS 37"})
    void jsonRoundTripsAtEveryCut(String document) {
        String bytes = sent(DataType.JSON, false, document);
        List<String> whole = ConnectionHarness.everyChunking(
                () -> ConnectionHarness.values(ConnectionHarness.framed(DataType.JSON)),
                sent(DataType.JSON, true, document));
        assertThat(whole).hasSize(2).endsWith("disconnect Remote");
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.raw(DataType.JSON)), bytes))
                .isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bmp", "gif", "jpeg", "png", "wbmp"})
    @Checklist({"AS 19", "AS 33"})
    void imagesRoundTripAtEveryCut(String format) {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_BINARY);
        Encoder encoder = new Encoder(DataType.Sent.named(format), true, 1 << 20, null);
        String message = ConnectionHarness.hex(encoder.encode(image).toByteArray());
        assertThat(ConnectionHarness.everyChunking(
                        () -> ConnectionHarness.values(ConnectionHarness.framed(DataType.IMAGE)), message))
                .containsExactly("image 3x2", "disconnect Remote");
    }

    private static String sent(DataType type, boolean framed, Object item) {
        Encoder encoder = new Encoder(
                DataType.Sent.named(type.typeName()),
                framed,
                1 << 20,
                type == DataType.JSON ? Codec.named("json") : null);
        return ConnectionHarness.hex(encoder.encode(item).toByteArray());
    }
}
