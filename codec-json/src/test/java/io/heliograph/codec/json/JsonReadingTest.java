package io.heliograph.codec.json;

import static io.heliograph.codec.json.Samples.CODEC;
import static io.heliograph.codec.json.Samples.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.TypeRef;
import io.heliograph.codec.json.Samples.Bean;
import io.heliograph.codec.json.Samples.Color;
import io.heliograph.codec.json.Samples.Item;
import io.heliograph.codec.json.Samples.Order;
import io.heliograph.codec.json.Samples.Ping;
import io.heliograph.codec.json.Samples.Range;
import io.heliograph.frame.Frame;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReadingTest {

    @Test
    void plainValuesAreRead() {
        assertThat(read("null")).isNull();
        assertThat(read("\"a\"")).isEqualTo("a");
        assertThat(read("true")).isEqualTo(true);
        assertThat(read("1")).isEqualTo(1L);
        assertThat(read("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(read("9223372036854775808")).isEqualTo(new BigInteger("9223372036854775808"));
        assertThat(read("12345678901234567890")).isEqualTo(new BigInteger("12345678901234567890"));
        assertThat(read("1.0")).isEqualTo(1.0);
        assertThat(read("1e+21")).isEqualTo(1e21);
        assertThat(read(" [1, {\"b\": null}] ")).isEqualTo(List.of(1L, Collections.singletonMap("b", null)));
    }

    @Test
    void membersKeepTheirOrderAndTheLastDuplicateCounts() {
        Map<?, ?> map = (Map<?, ?>) requireNonNull(read("{\"z\":1,\"a\":2,\"z\":3}"));
        assertThat(map).isInstanceOf(LinkedHashMap.class);
        assertThat(map.toString()).isEqualTo("{z=3, a=2}");
    }

    @Test
    void recordsBeansAndContainersAreRead() {
        String text = "{\"note\":\"y\",\"new\":[1],\"items\":[{\"count\":2,\"name\":\"x\",\"price\":1}],\"id\":7}";
        assertThat(read(text, Order.class)).isEqualTo(new Order(7, List.of(new Item("x", 1.0, 2)), Optional.of("y")));
        Bean bean = (Bean) requireNonNull(read("{\"alpha\":5,\"unknown\":{}}", Bean.class));
        assertThat(bean.getAlpha()).isEqualTo(5);
        assertThat(bean.getZeta()).isEqualTo("z");
        assertThat(read("[1,2]", int[].class)).isEqualTo(new int[] {1, 2});
        assertThat(read("{\"a\":[\"GREEN\"]}", new TypeRef<Map<String, List<Color>>>() {}.type()))
                .isEqualTo(Map.of("a", List.of(Color.GREEN)));
        assertThat(read("{}", Ping.class)).isEqualTo(new Ping());
        assertThat(read("5", int.class)).isEqualTo(5);
        assertThat(read("0.1", BigDecimal.class)).isEqualTo(new BigDecimal("0.1"));
        assertThat(read("\"AQL/\"", byte[].class)).isEqualTo(new byte[] {1, 2, (byte) 0xff});
        assertThat(read("\"2026-01-02T03:04:05.678Z\"", Instant.class))
                .isEqualTo(Instant.parse("2026-01-02T03:04:05.678Z"));
        assertThat(read("\"2026-01-02T03:04:05+01:00\"", OffsetDateTime.class))
                .isEqualTo(OffsetDateTime.parse("2026-01-02T03:04:05+01:00"));
    }

    @Test
    void missingMemberIsNullOrZero() {
        assertThat(read("{}", Item.class)).isEqualTo(new Item(null, 0.0, 0));
        assertThat(read("{\"id\":1}", Order.class)).isEqualTo(new Order(1, null, Optional.empty()));
    }

    @Test
    void nullForPrimitiveIsRejected() {
        assertThatThrownBy(() -> read("{\"name\":\"x\",\"price\":null}", Item.class))
                .isInstanceOf(CodecException.class)
                .hasMessage("cannot read io.heliograph.codec.json.Samples$Item from JSON at byte 20, in price:"
                        + " Cannot map `null` into type `double`");
        assertThatThrownBy(() -> read("null", int.class)).isInstanceOf(CodecException.class);
        assertThat(read("null", Integer.class)).isNull();
    }

    @Test
    void recordConstructorMayRejectItsValues() {
        assertThat(read("{\"low\":1,\"high\":2}", Range.class)).isEqualTo(new Range(1, 2));
        assertThatThrownBy(() -> read("{\"low\":3,\"high\":2}", Range.class))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("low is above high")
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fractionForIntegerIsRejected() {
        assertThatThrownBy(() -> read("{\"count\":1.5}", Item.class)).isInstanceOf(CodecException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "1 2", "{} x", "[1]]", "{}{}", "nul", "'a'", "{a:1}", "[1,]", "NaN", "01", "\"\t\"", "\ufeff1",
                "\u00001", "1\u0000", "/**/1", "# x\n1", "\"\\x\"", "+1", ".5", "5."
            })
    void malformedJsonIsRejected(String text) {
        for (Type type : new Type[] {Object.class, String.class, Item.class, int.class}) {
            assertThatThrownBy(() -> read(text, type))
                    .isInstanceOf(CodecException.class)
                    .hasMessageStartingWith("cannot read " + type.getTypeName() + " from JSON");
        }
    }

    @Test
    void otherEncodingsAreRejected() {
        for (Charset charset :
                List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, Charset.forName("UTF-32"))) {
            Frame frame = Frame.of("{\"a\":1}".getBytes(charset));
            assertThatThrownBy(() -> CODEC.decode(frame, Object.class)).isInstanceOf(CodecException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "22ff22, fffd",
        "22c322, fffd",
        "22e28222, fffd",
        "22c0af22, fffd fffd",
        "22eda08022, fffd",
        "22f490808022, fffd",
        "22f09f988022, d83d de00",
        "2261c3b622, 61 f6",
        "226162636465666768ff22, 61 62 63 64 65 66 67 68 fffd"
    })
    void malformedUtf8IsReadAsReplacementCharacter(String hex, String expected) {
        Frame frame = Frame.of(HexFormat.of().parseHex(hex));
        String string = (String) requireNonNull(CODEC.decode(frame, String.class));
        assertThat(string).isEqualTo(frame.slice(1, frame.length() - 2).utf8());
        assertThat(string.chars().distinct().toArray())
                .isEqualTo(Arrays.stream(expected.split(" "))
                        .mapToInt(unit -> Integer.parseInt(unit, 16))
                        .distinct()
                        .toArray());
    }

    @Test
    void utf8CheckAgreesWithTheJdk() {
        Random random = new Random(1);
        int[] likely = {
            0x22, 0x41, 0x80, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0x9f, 0xa0, 0x90, 0x8f
        };
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) likely[random.nextInt(likely.length)];
            }
            Frame frame = Frame.of(bytes);
            boolean same = Arrays.equals(frame.utf8().getBytes(UTF_8), bytes);
            assertThat(isSame(Utf8.wellFormed(frame), frame)).isEqualTo(same);
        }
    }

    @Test
    void unpairedSurrogateIsRead() {
        assertThat(read("\"\\ud800\"")).isEqualTo("\ud800");
    }

    @Test
    void partOfAnArrayIsRead() {
        byte[] array = "xx{\"name\":\"é\",\"price\":2}yy".getBytes(UTF_8);
        assertThat(CODEC.decode(Frame.of(array, 2, array.length - 4), Item.class))
                .isEqualTo(new Item("é", 2, 0));
        assertThatThrownBy(() -> CODEC.decode(Frame.of(array, 2, 5), Item.class))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void longStringsAndNamesAreRead() {
        String string = "x".repeat(64 << 20);
        assertThat(string.equals(read('"' + string + '"', String.class))).isTrue();
        String name = "n".repeat(40_000);
        assertThat(read("{\"" + name + "\":1}")).isEqualTo(Map.of(name, 1L));
    }

    @Test
    void numberIsLimitedToOneThousandDigits() {
        assertThat(read("1".repeat(1000))).isEqualTo(new BigInteger("1".repeat(1000)));
        assertThatThrownBy(() -> read("1".repeat(1001))).isInstanceOf(CodecException.class);
    }

    @Test
    void nestingIsLimitedToOneThousandLevels() {
        assertThat(read("[".repeat(1000) + "]".repeat(1000))).isInstanceOf(List.class);
        for (Type type : new Type[] {Object.class, Ping.class, String.class}) {
            assertThatThrownBy(() -> read("[".repeat(1001) + "]".repeat(1001), type))
                    .isInstanceOf(CodecException.class);
            assertThatThrownBy(() -> read("{\"a\":".repeat(100_000), type)).isInstanceOf(CodecException.class);
        }
    }

    @Test
    void contentNeverSelectsAClass() {
        assertThat(read("{\"@class\":\"java.io.File\",\"x\":[\"java.net.URL\",1]}"))
                .isEqualTo(Map.of("@class", "java.io.File", "x", List.of("java.net.URL", 1L)));
    }

    @Test
    void errorShowsNoContent() {
        String text = "{\"items\":[{},{\"count\":\"hunter2\"}]}";
        assertThatThrownBy(() -> read(text, Order.class))
                .isInstanceOf(CodecException.class)
                .hasMessage("cannot read io.heliograph.codec.json.Samples$Order from JSON at byte 22, in"
                        + " items[1].count: not a valid int (a String)");
        assertThatThrownBy(() -> read("{\"items\":hunter2}", Order.class))
                .isInstanceOf(CodecException.class)
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> read("\"hunter2\"", Color.class))
                .hasMessageContaining("not a valid io.heliograph.codec.json.Samples$Color")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void errorIsOneShortLine() {
        for (String text : List.of(
                "{\"" + "k\\n".repeat(5000) + "\":x",
                "[" + "9".repeat(900) + "]",
                "\"" + "a".repeat(5000),
                "{\"items\":{\"a\":\"" + "b".repeat(5000) + "\"}}")) {
            assertThatThrownBy(() -> read(text, Order.class))
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(450))
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        }
    }

    @Test
    void codecIsUsableAfterAnError() {
        assertThatThrownBy(() -> read("{\"name\":\"a\",", Item.class));
        assertThat(read("{\"name\":\"b\"}", Item.class)).isEqualTo(new Item("b", 0, 0));
    }

    @Test
    void manyUniqueNamesAreRead() {
        for (int i = 0; i < 20_000; i++) {
            assertThat(read("{\"name-" + i + "\":" + i + "}")).isEqualTo(Map.of("name-" + i, (long) i));
        }
    }

    @SuppressWarnings("ReferenceEquality") // well-formed frames are not copied
    private static boolean isSame(Frame one, Frame other) {
        return one == other;
    }
}
