package io.heliograph.codec.json;

import static io.heliograph.codec.json.Samples.CODEC;
import static io.heliograph.codec.json.Samples.bytes;
import static io.heliograph.codec.json.Samples.read;
import static io.heliograph.codec.json.Samples.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.json.Samples.Bean;
import io.heliograph.codec.json.Samples.Color;
import io.heliograph.codec.json.Samples.Failing;
import io.heliograph.codec.json.Samples.Item;
import io.heliograph.codec.json.Samples.Numbers;
import io.heliograph.codec.json.Samples.Order;
import io.heliograph.codec.json.Samples.Ping;
import io.heliograph.frame.FrameBuilder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWritingTest {

    @Test
    void plainValuesAreWritten() {
        assertThat(written(null)).isEqualTo("null");
        assertThat(written(true)).isEqualTo("true");
        assertThat(written(1.5)).isEqualTo("1.5");
        assertThat(written("a\"\\/\n")).isEqualTo("\"a\\\"\\\\/\\n\"");
        assertThat(written(List.of(1, "b", List.of()))).isEqualTo("[1,\"b\",[]]");
        assertThat(written(new int[] {1, 2})).isEqualTo("[1,2]");
        assertThat(written(new Ping())).isEqualTo("{}");
        assertThat(written(new Order(7, List.of(new Item("x", 0.5, 2)), Optional.of("y"))))
                .isEqualTo("{\"id\":7,\"items\":[{\"name\":\"x\",\"price\":0.5,\"count\":2}],\"note\":\"y\"}");
        assertThat(written(new Order(7, List.of(), Optional.empty())))
                .isEqualTo("{\"id\":7,\"items\":[],\"note\":null}");
        assertThat(written(new Bean())).isEqualTo("{\"zeta\":\"z\",\"alpha\":1}");
        assertThat(written(Color.GREEN)).isEqualTo("\"GREEN\"");
        assertThat(written(new byte[] {1, 2, (byte) 0xff})).isEqualTo("\"AQL/\"");
    }

    @Test
    void membersKeepTheirOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put("a", 2);
        assertThat(written(map)).isEqualTo("{\"z\":1,\"a\":2}");
    }

    @Test
    void nonFiniteNumbersAreWrittenAsNull() { // IPC: 1.3
        assertThat(written(Double.NaN)).isEqualTo("null");
        assertThat(written(Float.NEGATIVE_INFINITY)).isEqualTo("null");
        assertThat(written(new double[] {1, Double.NaN, Double.POSITIVE_INFINITY}))
                .isEqualTo("[1.0,null,null]");
        assertThat(written(new float[] {Float.NaN})).isEqualTo("[null]");
        assertThat(written(Map.of("n", Double.NaN))).isEqualTo("{\"n\":null}");
        assertThat(written(List.of(Double.NEGATIVE_INFINITY))).isEqualTo("[null]");
        assertThat(written(new Numbers(Double.NaN, Double.NaN, Float.NaN, new double[] {Double.NaN})))
                .isEqualTo("{\"primitive\":null,\"boxed\":null,\"single\":null,\"many\":[null]}");
    }

    @Test
    void negativeZeroIsWrittenAsZero() { // IPC: 1.3
        assertThat(written(-0.0)).isEqualTo("0.0");
        assertThat(written(List.of(-0.0f))).isEqualTo("[0.0]");
        assertThat(written(new double[] {-0.0})).isEqualTo("[0.0]");
    }

    @Test
    void allDigitsAreWritten() { // IPC: 1.3
        assertThat(written(Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
        assertThat(written(new BigInteger("123456789012345678901234567890")))
                .isEqualTo("123456789012345678901234567890");
        assertThat(written(new BigDecimal("0.10000000000000000000000000000000001")))
                .isEqualTo("0.10000000000000000000000000000000001");
        assertThat(written(0.1 + 0.2)).isEqualTo("0.30000000000000004");
        assertThat(written(1e300)).isEqualTo("1.0E300");
    }

    @ParameterizedTest
    @CsvSource({"1E+1,10", "1E+3,1000", "-2.50E-5,-0.0000250", "1E-999,0.", "0E+5,0"})
    void decimalHasNoExponent(String value, String start) {
        String text = written(new BigDecimal(value));
        assertThat(text).startsWith(start).doesNotContainIgnoringCase("e");
        assertThat(new BigDecimal(text)).isEqualByComparingTo(new BigDecimal(value));
        assertThat(written(Map.of("n", new BigDecimal(value)))).isEqualTo("{\"n\":" + text + "}");
        assertThat(written(List.of(new BigDecimal(value)))).isEqualTo("[" + text + "]");
    }

    @Test
    void decimalOfManyDigitsKeepsItsExponent() {
        assertThat(written(new BigDecimal("1E+1000"))).isEqualTo("1E+1000");
        assertThat(written(new BigDecimal("1E+999"))).isEqualTo("1" + "0".repeat(999));
        assertThat(written(new BigDecimal("1E-1001"))).isEqualTo("1E-1001");
        assertThat(written(new BigDecimal("1E+2147483647"))).isEqualTo("1E+2147483647");
    }

    @ParameterizedTest
    @CsvSource({
        "1e7,10000000.0",
        "-12345678.5,-12345678.5",
        "1e20,100000000000000000000.0",
        "1e21,1.0E21",
        "0.0001,0.0001",
        "-0.0000012,-0.0000012",
        "1e-7,1.0E-7",
        "9007199254740993,9007199254740992.0"
    })
    void doubleHasExponentWhereJavaScriptHasOne(double value, String text) {
        assertThat(written(value)).isEqualTo(text);
        assertThat(written(new double[] {value})).isEqualTo("[" + text + "]");
        assertThat(written(Map.of("n", value))).isEqualTo("{\"n\":" + text + "}");
        assertThat(read(text, Double.class)).isEqualTo(value);
    }

    @Test
    void floatHasExponentWhereJavaScriptHasOne() {
        assertThat(written(1e8f)).isEqualTo("100000000.0");
        assertThat(written(new float[] {1.5e-5f, 3e30f})).isEqualTo("[0.000015,3.0E30]");
    }

    @Test
    void timesAreWrittenAsIsoStrings() { // IPC: 1.3
        assertThat(written(Instant.parse("2026-01-02T03:04:05.678Z"))).isEqualTo("\"2026-01-02T03:04:05.678Z\"");
        assertThat(written(Date.from(Instant.EPOCH))).isEqualTo("\"1970-01-01T00:00:00.000Z\"");
        assertThat(written(LocalDate.of(2026, 1, 2))).isEqualTo("\"2026-01-02\"");
        assertThat(written(Duration.ofSeconds(90))).isEqualTo("\"PT1M30S\"");
        assertThat(written(OffsetDateTime.parse("2026-01-02T03:04:05+01:00")))
                .isEqualTo("\"2026-01-02T03:04:05+01:00\"");
    }

    @Test
    void nulCharacterIsEscaped() { // IPC: 1.2
        assertThat(written("a\0\0b")).isEqualTo("\"a\\u0000\\u0000b\"");
        assertThat(written(Map.of("\0", 'x'))).isEqualTo("{\"\\u0000\":\"x\"}");
        assertThat(written(new char[] {'\0'})).isEqualTo("\"\\u0000\"");
        assertThat(written("x".repeat(10_000) + "\0")).endsWith("x\\u0000\"");
    }

    @Test
    void supplementaryCharactersAreWrittenAsUtf8() { // IPC: 1.2, example 2
        assertThat(HexFormat.of().formatHex(bytes("wörld\uD83D\uDE00"))).isEqualTo("2277c3b6726c64f09f988022");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 998, 999, 1000, 1332, 1333, 3999, 4000, 7999, 8000, 20_000})
    void surrogatesAreWrittenAcrossBufferBoundaries(int before) {
        String padding = "x".repeat(before);
        String pair = "\"" + padding + "\uD83D\uDE00\"";
        assertThat(read(written(padding + "\uD83D\uDE00"))).isEqualTo(padding + "\uD83D\uDE00");
        assertThat(written(padding + "\uD83D\uDE00").length()).isGreaterThanOrEqualTo(pair.length());
        assertThat(written(padding + "\ud83d")).isEqualToIgnoringCase("\"" + padding + "\\ud83d\"");
        assertThat(written(padding + "\ude00.")).isEqualToIgnoringCase("\"" + padding + "\\ude00.\"");
    }

    @Test
    void unpairedSurrogatesAreEscaped() { // IPC: 1.3
        assertThat(written("\ud800")).isEqualToIgnoringCase("\"\\ud800\"");
        assertThat(written("a\udc00b")).isEqualToIgnoringCase("\"a\\udc00b\"");
        assertThat(written("\ud800\ud800\udc00\udc00")).isEqualToIgnoringCase("\"\\ud800\ud800\udc00\\udc00\"");
        assertThat(written(Map.of("\udc00", 1))).isEqualToIgnoringCase("{\"\\udc00\":1}");
        assertThat(written('\ud800')).isEqualToIgnoringCase("\"\\ud800\"");
        assertThat(written(new char[] {'\ud800', 'x'})).isEqualToIgnoringCase("\"\\ud800x\"");
    }

    @Test
    void cyclicValueIsRejected() { // IPC: 1.3
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        assertThatThrownBy(() -> bytes(cyclic))
                .isInstanceOf(CodecException.class)
                .hasMessageStartingWith("cannot write java.util.ArrayList as JSON");
        Map<String, Object> outer = new LinkedHashMap<>();
        outer.put("inner", List.of(outer));
        assertThatThrownBy(() -> bytes(outer)).isInstanceOf(CodecException.class);
        assertThat(written("and on")).isEqualTo("\"and on\"");
    }

    @Test
    void nestingIsLimitedToOneThousandLevels() {
        Object deepest = List.of();
        for (int i = 1; i < 1000; i++) {
            deepest = List.of(deepest);
        }
        assertThat(written(deepest)).isEqualTo("[".repeat(1000) + "]".repeat(1000));
        Object tooDeep = List.of(deepest);
        assertThatThrownBy(() -> bytes(tooDeep)).isInstanceOf(CodecException.class);
    }

    @Test
    void errorNamesTheTypeAndThePath() {
        assertThatThrownBy(() -> bytes(Map.of("list", List.of(new Failing("secret")))))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("as JSON, in list[0].name: ")
                .hasMessageContaining("not today")
                .hasMessageNotContaining("secret");
    }

    @Test
    void writingStopsAtTheLimitOfTheFrame() {
        FrameBuilder builder = new FrameBuilder(10);
        CODEC.encode("x".repeat(100_000), builder);
        assertThat(builder.isOverLimit()).isTrue();
        assertThat(builder.size()).isEqualTo(100_002);
    }
}
