package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Checklist;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoded bytes of each item type. */
class EncoderTest {

    private static final int MAX = 1 << 20;

    private static Encoder encoder(DataType type, boolean framed) {
        return new Encoder(DataType.Sent.of(type), framed, MAX, Codec.named("json"));
    }

    private static String raw(DataType type, @Nullable Object item) {
        return ConnectionHarness.hex(encoder(type, false).encode(item).toByteArray());
    }

    private static String framed(DataType type, @Nullable Object item) {
        return ConnectionHarness.hex(encoder(type, true).encode(item).toByteArray());
    }

    @ParameterizedTest
    @CsvSource({
        "-1,             ff, ffff, ffffffff, bf800000",
        "127,            7f, 007f, 0000007f, 42fe0000",
        "128,            80, 0080, 00000080, 43000000",
        "255,            ff, 00ff, 000000ff, 437f0000",
        "256,            00, 0100, 00000100, 43800000",
        "3.14159,        03, 0003, 00000003, 40490fd0",
        "300.7,          2c, 012c, 0000012c, 4396599a",
        "-300.7,         d4, fed4, fffffed4, c396599a",
        "32768,          00, 8000, 00008000, 47000000",
        "65536,          00, 0000, 00010000, 47800000",
        "65537.9,        01, 0001, 00010001, 478000f3",
        "2147483648,     ff, ffff, 7fffffff, 4f000000",
        "1e10,           ff, ffff, 7fffffff, 501502f9",
        "-1e10,          00, 0000, 80000000, d01502f9",
        "NaN,            00, 0000, 00000000, 7fc00000",
        "Infinity,       ff, ffff, 7fffffff, 7f800000",
        "-Infinity,      00, 0000, 80000000, ff800000",
        "-0.0,           00, 0000, 00000000, 80000000",
        "0.1,            00, 0000, 00000000, 3dcccccd",
    })
    @Checklist("AS 3")
    void doublesAreNarrowedByJls513(double x, String one, String two, String four, String single) {
        assertThat(raw(DataType.BYTE, x)).isEqualTo(one);
        assertThat(raw(DataType.UNSIGNED_BYTE, x)).isEqualTo(one);
        assertThat(raw(DataType.SHORT, x)).isEqualTo(two);
        assertThat(raw(DataType.UNSIGNED_SHORT, x)).isEqualTo(two);
        assertThat(raw(DataType.INT, x)).isEqualTo(four);
        assertThat(raw(DataType.FLOAT, x)).isEqualTo(single);
        // Array elements are narrowed alike.
        assertThat(raw(DataType.SHORT, new double[] {x})).isEqualTo(two);
        assertThat(raw(DataType.INT, List.of(x, x))).isEqualTo(four + four);
        assertThat(raw(DataType.FLOAT, new double[] {x})).isEqualTo(single);
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 3ff0000000000000",
        "0.1, 3fb999999999999a",
        "-0.0, 8000000000000000",
        "NaN, 7ff8000000000000",
        "4.9e-324, 0000000000000001",
        "1.7976931348623157e308, 7fefffffffffffff"
    })
    @Checklist("AS 4")
    void numberIsDouble(double x, String bytes) {
        assertThat(raw(DataType.DOUBLE, x)).isEqualTo(bytes);
        assertThat(raw(DataType.NUMBER, x)).isEqualTo(bytes);
        assertThat(raw(DataType.DOUBLE, new double[] {x})).isEqualTo(bytes);
    }

    @Test
    @Checklist("AS 5")
    void longIsTruncatedAndDoubleSaturates() {
        assertThat(raw(DataType.INT, 2147483648L)).isEqualTo("80000000");
        assertThat(raw(DataType.INT, 2147483648.0)).isEqualTo("7fffffff");
        assertThat(raw(DataType.INT, new long[] {2147483648L, -1})).isEqualTo("80000000ffffffff");
        assertThat(raw(DataType.BYTE, 0x1_0000_0080L)).isEqualTo("80");
        assertThat(raw(DataType.INT, BigInteger.ONE.shiftLeft(64).add(BigInteger.TWO)))
                .isEqualTo("00000002");
        assertThat(raw(DataType.INT, new BigDecimal("1e20"))).isEqualTo("7fffffff");
    }

    @Test
    void longAndUnsignedIntAreEncoded() {
        assertThat(raw(DataType.LONG, Long.MIN_VALUE)).isEqualTo("8000000000000000");
        assertThat(raw(DataType.LONG, 1e300)).isEqualTo("7fffffffffffffff");
        assertThat(raw(DataType.LONG, new int[] {-1, 1})).isEqualTo("ffffffffffffffff0000000000000001");
        assertThat(raw(DataType.UNSIGNED_INT, 4294967295L)).isEqualTo("ffffffff");
        assertThat(raw(DataType.UNSIGNED_INT, 4294967295.0)).isEqualTo("ffffffff");
        assertThat(raw(DataType.UNSIGNED_INT, -1)).isEqualTo("ffffffff");
    }

    @Test
    @Checklist("AS 7")
    void floatIsRoundedToNearest() {
        assertThat(raw(DataType.FLOAT, 1.1)).isEqualTo("3f8ccccd");
        assertThat(raw(DataType.FLOAT, 1.1f)).isEqualTo("3f8ccccd");
        assertThat(raw(DataType.FLOAT, 1e300)).isEqualTo("7f800000");
        assertThat(raw(DataType.DOUBLE, 1.1f)).isEqualTo("3ff19999a0000000");
    }

    @Test
    @Checklist("AS 8")
    void numbersOfEveryArrayTypeAreBigEndian() {
        assertThat(framed(DataType.INT, new int[] {1, 2})).isEqualTo("08" + "00000001" + "00000002");
        assertThat(framed(DataType.INT, new int[] {1, -2})).isEqualTo("08" + "00000001" + "fffffffe");
        assertThat(raw(DataType.SHORT, new short[] {0x1234, -1})).isEqualTo("1234ffff");
        assertThat(raw(DataType.UNSIGNED_SHORT, new int[] {-1, 0, 1, 65535, 65536}))
                .isEqualTo("ffff00000001ffff0000");
        assertThat(raw(DataType.BYTE, new byte[] {1, -1})).isEqualTo("01ff");
        assertThat(raw(DataType.INT, new byte[] {1, -1})).isEqualTo("00000001ffffffff");
        assertThat(raw(DataType.INT, new short[] {1, -1})).isEqualTo("00000001ffffffff");
        assertThat(raw(DataType.FLOAT, new float[] {1, -1})).isEqualTo("3f800000bf800000");
        assertThat(raw(DataType.INT, new float[] {1.9f, -1.9f})).isEqualTo("00000001ffffffff");
        assertThat(raw(DataType.LONG, new long[] {1})).isEqualTo("0000000000000001");
        assertThat(framed(DataType.DOUBLE, 1.0)).isEqualTo("08" + "3ff0000000000000");
    }

    @Test
    @Checklist("AS 9")
    void nonNumbersAreInconvertible() {
        for (Object item : new Object[] {"1", true, Map.of(), 'c', new Object[] {List.of(1)}}) {
            assertThatThrownBy(() -> raw(DataType.INT, item))
                    .isInstanceOf(ConversionException.class)
                    .hasMessageStartingWith("Data cannot be converted to int. It is: java.");
        }
        assertThatThrownBy(() -> framed(DataType.INT, null)).hasMessage("Data cannot be converted to int. It is: null");
    }

    @Test
    @Checklist("AS 10")
    void oneInconvertibleElementFailsWholeArray() {
        assertThatThrownBy(() -> framed(DataType.BYTE, new Object[] {1, "2", 3}))
                .isInstanceOf(ConversionException.class)
                .hasMessage("Data cannot be converted to byte. It is: java.lang.String");
    }

    @Test
    @Checklist("AS 11")
    void nullElementsAreSkipped() {
        assertThat(framed(DataType.BYTE, new @Nullable Integer[] {1, null, 3})).isEqualTo("020103");
        assertThat(raw(DataType.STRING, Arrays.asList("a", null, "b"))).isEqualTo("6162");
    }

    @Test
    @Checklist("AS 12")
    void stringArrayIsConcatenated() {
        assertThat(framed(DataType.STRING, List.of("a", "b"))).isEqualTo("026162");
        assertThat(framed(DataType.STRING, new String[] {"a", "b"})).isEqualTo("026162");
    }

    @Test
    void emptyNumericArrayFailsOnlyWithFraming() {
        assertThatThrownBy(() -> framed(DataType.INT, new int[0])).isInstanceOf(ConversionException.class);
        assertThatThrownBy(() -> framed(DataType.INT, Collections.singletonList(null)))
                .isInstanceOf(ConversionException.class);
        assertThat(raw(DataType.INT, new int[0])).isEmpty();
        assertThat(framed(DataType.STRING, List.of())).isEqualTo("00");
    }

    @ParameterizedTest
    @CsvSource({
        "5.0, 5",
        "1e21, 1e+21",
        "123456789012345680000, 123456789012345680000",
        "1e20, 100000000000000000000",
        "0.1, 0.1",
        "1e-7, 1e-7",
        "0.000001, 0.000001",
        "-1.5, -1.5",
        "1.5e300, 1.5e+300",
        "NaN, NaN",
        "-Infinity, -Infinity",
        "-0.0, 0",
        "2.5e-10, 2.5e-10"
    })
    void numbersAsStringsUseEcmaScriptFormat(double x, String expected) {
        assertThat(encoder(DataType.STRING, false).encode(x).utf8()).isEqualTo(expected);
    }

    @Test
    void otherValuesBecomeStrings() {
        assertThat(encoder(DataType.STRING, false).encode(true).utf8()).isEqualTo("true");
        assertThat(encoder(DataType.STRING, false).encode(Long.MAX_VALUE).utf8())
                .isEqualTo("9223372036854775807");
        assertThat(encoder(DataType.STRING, false).encode(1.1f).utf8()).isEqualTo("1.1");
        assertThat(encoder(DataType.STRING, false).encode(new double[] {1, 2.5}).utf8())
                .isEqualTo("12.5");
        assertThatThrownBy(() -> raw(DataType.STRING, Map.of())).isInstanceOf(ConversionException.class);
        assertThatThrownBy(() -> raw(DataType.STRING, List.of(List.of("a")))).isInstanceOf(ConversionException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "1, 01",
        "253, fd",
        "254, fe",
        "255, ff000000ff",
        "256, ff00000100",
        "65535, ff0000ffff",
        "65536, ff00010000",
        "1048576, ff00100000"
    })
    @Checklist({"AS 14", "AS 16"})
    void lengthPrefixPrecedesMessage(int length, String header) {
        String text = "a".repeat(length);
        String expected = header + "61".repeat(length);
        assertThat(framed(DataType.STRING, text)).isEqualTo(expected);
        assertThat(framed(DataType.JSON, text)).isEqualTo(expected);
        if (length > 0) {
            byte[] bytes = new byte[length];
            Arrays.fill(bytes, (byte) 'a');
            assertThat(framed(DataType.BYTE, bytes)).isEqualTo(expected);
        }
    }

    @Test
    void messageBeyondMaxMessageBytesIsRejected() {
        for (Object item : new Object[] {"a".repeat(MAX + 1), new byte[MAX + 1]}) {
            DataType type = item instanceof String ? DataType.STRING : DataType.BYTE;
            assertThatThrownBy(() -> framed(type, item))
                    .isInstanceOf(ConversionException.class)
                    .hasMessage("message of 1048577 bytes (expected: at most 1048576)");
        }
        assertThatThrownBy(() -> framed(DataType.JSON, List.of("a".repeat(MAX))))
                .isInstanceOf(ConversionException.class);
    }

    @Test
    @Checklist("AS 15")
    void lengthCountsBytesNotCharacters() {
        assertThat(framed(DataType.STRING, "hello")).isEqualTo("0568656c6c6f");
        assertThat(framed(DataType.STRING, "é€😀")).isEqualTo("09c3a9e282acf09f9880");
    }

    @ParameterizedTest
    @EnumSource(names = {"BYTE", "SHORT", "INT", "FLOAT", "DOUBLE", "LONG"})
    @Checklist("AS 17")
    void rawItemHasNoLengthPrefix(DataType type) {
        assertThat(raw(type, 1)).hasSize(2 * type.size());
        assertThat(framed(type, 1)).isEqualTo("0" + type.size() + raw(type, 1));
        assertThat(encoder(DataType.STRING, false).encode("")).isEqualTo(Frame.empty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Checklist("AS 37")
    void jsonStringIsSentVerbatimOtherValuesAreEncoded(boolean framed) {
        Encoder json = encoder(DataType.JSON, framed);
        int header = framed ? 1 : 0;
        assertThat(json.encode("{\"a\":1}").utf8().substring(header)).isEqualTo("{\"a\":1}");
        assertThat(json.encode(Map.of("a", List.of(1, "x"))).utf8().substring(header))
                .isEqualTo("{\"a\":[1,\"x\"]}");
        assertThat(json.encode(null).utf8().substring(header)).isEqualTo("null");
        assertThat(json.encode(new int[] {1, 2}).utf8().substring(header)).isEqualTo("[1,2]");
    }
}
