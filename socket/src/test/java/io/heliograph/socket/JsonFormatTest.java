package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON values of a hub as the bytes of each send type. */
class JsonFormatTest {

    private static final Codec JSON = Codec.named("json");

    private static String frame(DataType type, boolean framed, String json) {
        return ConnectionHarness.hex(new Encoder(DataType.Sent.of(type), framed, 1 << 20, JSON)
                .frame(Payload.of(JSON, Frame.utf8(json)))
                .toByteArray());
    }

    // Columns: JSON, byte, short, int, long, float, double. A cast of the Java language from a long or a double.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | 00 | 0000 | 00000000 | 0000000000000000 | 00000000 | 0000000000000000
            -1 | ff | ffff | ffffffff | ffffffffffffffff | bf800000 | bff0000000000000
            300 | 2c | 012c | 0000012c | 000000000000012c | 43960000 | 4072c00000000000
            300.7 | 2c | 012c | 0000012c | 000000000000012c | 4396599a | 4072cb3333333333
            -300.7 | d4 | fed4 | fffffed4 | fffffffffffffed4 | c396599a | c072cb3333333333
            1e2 | 64 | 0064 | 00000064 | 0000000000000064 | 42c80000 | 4059000000000000
            2147483648 | 00 | 0000 | 80000000 | 0000000080000000 | 4f000000 | 41e0000000000000
            2147483648.0 | ff | ffff | 7fffffff | 0000000080000000 | 4f000000 | 41e0000000000000
            9007199254740993 | 01 | 0001 | 00000001 | 0020000000000001 | 5a000000 | 4340000000000000
            9223372036854775807 | ff | ffff | ffffffff | 7fffffffffffffff | 5f000000 | 43e0000000000000
            -9223372036854775808 | 00 | 0000 | 00000000 | 8000000000000000 | df000000 | c3e0000000000000
            9223372036854775808 | ff | ffff | 7fffffff | 7fffffffffffffff | 5f000000 | 43e0000000000000
            -0 | 00 | 0000 | 00000000 | 0000000000000000 | 80000000 | 8000000000000000
            0.1 | 00 | 0000 | 00000000 | 0000000000000000 | 3dcccccd | 3fb999999999999a
            1e400 | ff | ffff | 7fffffff | 7fffffffffffffff | 7f800000 | 7ff0000000000000
            """)
    void numberIsConvertedLikeCast(
            String json, String asByte, String asShort, String asInt, String asLong, String asFloat, String asDouble) {
        assertThat(frame(DataType.BYTE, false, json)).isEqualTo(asByte);
        assertThat(frame(DataType.UNSIGNED_BYTE, false, json)).isEqualTo(asByte);
        assertThat(frame(DataType.SHORT, false, json)).isEqualTo(asShort);
        assertThat(frame(DataType.INT, false, json)).isEqualTo(asInt);
        assertThat(frame(DataType.LONG, false, json)).isEqualTo(asLong);
        assertThat(frame(DataType.FLOAT, false, json)).isEqualTo(asFloat);
        assertThat(frame(DataType.DOUBLE, false, json)).isEqualTo(asDouble);
    }

    @Test
    void arrayIsOneMessage() {
        assertThat(frame(DataType.INT, true, "[1,2]")).isEqualTo("080000000100000002");
        assertThat(frame(DataType.INT, false, " [ 1 , -2.9 ] ")).isEqualTo("00000001fffffffe");
        assertThat(frame(DataType.INT, true, "7")).isEqualTo("0400000007");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"null", "true", "\"1\"", "{\"n\":1}", "[]", "[null]", "[1,null]", "[[1]]", "[1,\"2\"]", "[1,{}]"
            })
    void otherValuesAreInconvertible(String json) {
        for (boolean framed : new boolean[] {true, false}) {
            assertThatThrownBy(() -> frame(DataType.INT, framed, json))
                    .isInstanceOf(ConversionException.class)
                    .hasMessage("Data cannot be converted to int (expected: a number, or an array of numbers)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "1 2", "[1 2]", "[1", "1,", "[1,2,]", "[1,2]]"})
    void malformedNumbersAreInconvertible(String json) {
        assertThatThrownBy(() -> frame(DataType.INT, true, json)).isInstanceOf(ConversionException.class);
    }

    @Test
    void everyDoubleIsReadExactly() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            double shorter = Math.rint(random.nextDouble() * 1e6) / 1000;
            if (Double.isFinite(value)) {
                assertThat(frame(DataType.DOUBLE, false, Double.toString(value)))
                        .isEqualTo(hex(value));
            }
            assertThat(frame(DataType.DOUBLE, false, Double.toString(shorter))).isEqualTo(hex(shorter));
        }
    }

    private static String hex(double value) {
        return String.format(Locale.ROOT, "%016x", Double.doubleToRawLongBits(value));
    }

    @Test
    void stringTakesScalars() {
        assertThat(frame(DataType.STRING, true, "\"hi\\u00e9\"")).isEqualTo("046869c3a9");
        assertThat(frame(DataType.STRING, false, "5.0")).isEqualTo("35");
        assertThat(frame(DataType.STRING, false, "true")).isEqualTo("74727565");
        for (String json : new String[] {"null", "{}", "[\"a\"]"}) {
            assertThatThrownBy(() -> frame(DataType.STRING, true, json)).isInstanceOf(ConversionException.class);
        }
    }

    @Test
    void jsonTakesAnyValueAsItIs() {
        assertThat(frame(DataType.JSON, true, "{ \"n\" : 1 }")).isEqualTo("0b7b20226e22203a2031207d");
        assertThat(frame(DataType.JSON, true, "null")).isEqualTo("046e756c6c");
    }

    @Test
    void imageTakesBase64() {
        assertThat(frame(DataType.IMAGE, true, "{\"base64\":true,\"data\":\"/9j/\"}"))
                .isEqualTo("03ffd8ff");
        for (String json :
                new String[] {"\"/9j/\"", "{\"base64\":false,\"data\":\"/9j/\"}", "{\"base64\":true,\"data\":\"?\"}"}) {
            assertThatThrownBy(() -> frame(DataType.IMAGE, true, json)).isInstanceOf(ConversionException.class);
        }
    }

    @Test
    void absentPayloadAndExcessiveFrameAreInconvertible() {
        Encoder encoder = new Encoder(DataType.Sent.of(DataType.JSON), true, 3, JSON);
        assertThatThrownBy(() -> encoder.frame(Payload.absent(JSON)))
                .hasMessage("Data cannot be converted to json. It is: absent");
        assertThatThrownBy(() -> encoder.frame(Payload.of(JSON, Frame.utf8("1234"))))
                .hasMessage("message of 4 bytes (expected: at most 3)");
    }
}
