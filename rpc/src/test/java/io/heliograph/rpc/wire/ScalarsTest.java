package io.heliograph.rpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast path decodes scalars as the codec does. */
class ScalarsTest {

    private static final List<Class<?>> TYPES = List.of(
            long.class,
            Long.class,
            int.class,
            Integer.class,
            double.class,
            Double.class,
            boolean.class,
            Boolean.class,
            String.class,
            Object.class,
            short.class);

    private final Dialects dialects = new Dialects(Codec.named("msgpack"), 1000, 1 << 20);

    private static void assertMatchesCodec(Dialect dialect, Frame value) {
        for (Class<?> type : TYPES) {
            Object expected = outcome(() -> dialect.codec().decode(value, type));
            assertThat(outcome(() -> dialect.decode(value, type)))
                    .as("as %s", type)
                    .isEqualTo(expected);
        }
    }

    /** Returns a description of the value, or the class of the exception. */
    private static Object outcome(Supplier<@Nullable Object> reading) {
        try {
            return String.valueOf(describe(reading.get()));
        } catch (CodecException e) {
            return CodecException.class;
        }
    }

    private static String describe(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName() + " " + value;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "7",
                "-7",
                "2147483647",
                "2147483648",
                "-2147483648",
                "-2147483649",
                "999999999999999",
                "9007199254740993",
                "999999999999999999",
                "-999999999999999999",
                "1000000000000000000",
                "9223372036854775807",
                "9223372036854775808",
                "1.0",
                "1.5",
                "1e2",
                "-0.0",
                "true",
                "false",
                "null",
                "\"\"",
                "\"7\"",
                "\"text\"",
                "\"a b~\"",
                "\"\\n\"",
                "\"\\u0041\"",
                "\"ä€😀\"",
                "\"\u007f\"",
                "[]",
                "[1]",
                "{}"
            })
    void jsonScalarsMatchCodec(String json) {
        assertMatchesCodec(dialects.json(), Frame.utf8(json));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "7f",
                "e0",
                "ff",
                "cc80",
                "ccff",
                "cdffff",
                "ce7fffffff",
                "ceffffffff",
                "cf00000000ffffffff",
                "cfffffffffffffffff",
                "d080",
                "d07f",
                "d18000",
                "d280000000",
                "d38000000000000000",
                "d37fffffffffffffff",
                "ca3f800000",
                "cb3ff0000000000000",
                "cb3ff8000000000000",
                "cb7ff0000000000000",
                "c0",
                "c2",
                "c3",
                "a0",
                "a474657874",
                "a2c3a4",
                "a1ff",
                "d90474657874",
                "90",
                "9101",
                "80",
                "d6ff00000001"
            })
    void messagePackScalarsMatchCodec(String hex) {
        assertMatchesCodec(dialects.msgpack(), Frame.of(HexFormat.of().parseHex(hex)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c1", "cc", "cd01", "ce010203", "d0", "d3010203", "cb00", "a5", "a2c3"})
    void truncatedMessagePackMatchesCodec(String hex) {
        assertMatchesCodec(dialects.msgpack(), Frame.of(HexFormat.of().parseHex(hex)));
    }
}
