package io.heliograph.scan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.scan.ReferenceJson.Rejected;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid and invalid JSON, by the categories of the well-known test suites. */
class JsonGrammarTest {

    private final JsonEnvelope envelope = new JsonEnvelope(1000, "a", "topic");

    @ParameterizedTest
    @ValueSource(
            strings = {
                // arrays
                "[]",
                "[[]   ]",
                "[\"\"]",
                "[]",
                "[null, 1, \"1\", {}]",
                "[1\n]",
                " [1]",
                "[1,null,null,null,2]",
                "[2] ",
                "[[[[[]]]],[]]",
                "[{},{\"b\":[]}]",
                // numbers
                "0",
                "-0",
                "-1",
                "123",
                "123e65",
                "0e+1",
                "0e1",
                "0E0",
                "20e1",
                "-123",
                "-0.0",
                "-0e-0",
                "1E22",
                "1E-2",
                "1E+2",
                "123e45",
                "123.456e78",
                "1e-2",
                "1e+2",
                "123.456789",
                "0.00000000000000000000000000000000000000000000000000000000000000000000000001",
                "100000000000000000000000000000000000000000000000000",
                "1e999999999",
                "-1e-999999999",
                "123123e100000",
                "0.4e00669999999999999999999999999999999999999",
                // objects
                "{}",
                "{\"b\":\"c\",\"d\":\"e\"}",
                "{\"b\":\"c\",\"b\":\"c\"}",
                "{\"\":0}",
                "{\"foo\\u0000bar\": 42}",
                "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
                "{\"x\":[{\"id\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}], \"id\": \"a\"}",
                "{\n\"b\": \"c\"\n}",
                // strings
                "\"\"",
                "\"\\u0060\\u012a\\u12AB\"",
                "\"\\uD801\\udc37\"",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                "\"\\\\u0000\"",
                "\"a/*b*/c/*d//e\"",
                "\"\\u0012\"",
                "\"\\uDBFF\\uDFFF\"",
                "\"\\u0000\"",
                "\"π\"",
                "\"\\uFFFF\"",
                "\"\uD83D\uDE00 \u2028 \u2029\"",
                "\"\u007f\"",
                "\" \"",
                "\"new\\u000Aline\"",
                // unpaired surrogates, and surrogates in the wrong order
                "\"\\uDADA\"",
                "\"\\uD888\\u1234\"",
                "\"\\ud800\\ud800\\n\"",
                "\"\\udd1e\\ud834\"",
                // literals and white space
                "true",
                "false",
                "null",
                " \t\r\n true \t\r\n ",
            })
    void accepts(String value) throws Rejected {
        byte[] text = "{\"a\":%s}".formatted(value).getBytes(UTF_8);
        assertThat(ReferenceJson.members(text)).containsKey("a");
        envelope.scan(Frame.of(text));
        assertThat(envelope.source(0)).isEqualTo(value.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // arrays
                "[1 true]",
                "[\"\": 1]",
                "[\"\"],",
                "[,1]",
                "[1,,2]",
                "[\"x\",,]",
                "[\"x\"]]",
                "[\"\",]",
                "[\"x\"",
                "[x",
                "[3[4]]",
                "[,]",
                "[-]",
                "[   , \"\"]",
                "[1,",
                "[1,\n1\n,1",
                "[*]",
                "[\"\"",
                "[",
                "]",
                "[1}",
                "[{]}",
                // numbers
                "++1234",
                "+1",
                "+Inf",
                "-01",
                "-1.0.",
                "-2.",
                "-NaN",
                ".-1",
                ".2e-3",
                "0.1.2",
                "0.3e+",
                "0.3e",
                "0.e1",
                "0E+",
                "0E",
                "0e",
                "1.0e+",
                "1.0e-",
                "1.0e",
                "1 000.0",
                "1eE2",
                "2.e+3",
                "2.e-3",
                "2.e3",
                "9.e+",
                "Inf",
                "NaN",
                "\uff11",
                "1+2",
                "0x1",
                "0x42",
                "Infinity",
                "0e+-1",
                "-123.123foo",
                "-Infinity",
                "-foo",
                "- 1",
                "-012",
                "-.123",
                "-1x",
                "1ea",
                "1.",
                ".123",
                "1.2a-3",
                "1.8011670033376514H-308",
                "012",
                "-",
                "1e",
                "1e+",
                // objects
                "[\"x\", truth]",
                "{[: \"x\"}",
                "{\"x\", null}",
                "{\"x\"::\"b\"}",
                "{\"a\":\"a\" 123}",
                "{key: 'value'}",
                "{\"b\" b}",
                "{:\"b\"}",
                "{\"a\" \"b\"}",
                "{\"a\":",
                "{\"a\"",
                "{1:1}",
                "{9999E9999:1}",
                "{null:null,null:null}",
                "{\"id\":0,,,,,}",
                "{'a':0}",
                "{\"id\":0,}",
                "{\"a\":\"b\"}/**/",
                "{\"a\":\"b\"}//",
                "{,\"a\":\"b\"}",
                "{\"a\":\"b\",,\"c\":\"d\"}",
                "{\"a\":\"b\",\"c",
                "{\"a\":\"b\"}#",
                "{",
                "{]",
                "{}}",
                "{\"a\":true} \"x\"",
                // strings
                "\"\\uD800\\\"",
                "\"\\uD800\\u\"",
                "\"\\uD800\\u1\"",
                "\"\\uD800\\u1x\"",
                "é",
                "\"\\x00\"",
                "\"\\\\\\\"",
                "\"\\\t\"",
                "\"\\\uD83C\uDF00\"",
                "\"\\\"",
                "\"\\u00A\"",
                "\"\\uD834\\uDd\"",
                "\"\\a\"",
                "\"\\uqqqq\"",
                "\"\\u00G0\"",
                "\"\\u\uff11234\"",
                "\"\\U0041\"",
                "\\u0020\"asd\"",
                "\\n",
                "\"",
                "'single quote'",
                "abc",
                "\"\\",
                "\"\n\"",
                "\"\t\"",
                "\"\u0000\"",
                "\"\u001f\"",
                "\"seven b\u001f\"",
                "\"\"x",
                // literals and structure
                "",
                ",",
                "True",
                "TRUE",
                "tru",
                "truE",
                "fals",
                "nul",
                "nulll",
                "truefalse",
                "undefined",
                "<.>",
                "*",
                "@",
                "1]",
                "\u2060",
                "\u00a0 1",
                "\u000b1",
                "\f1",
                "\u00001",
                "\ufeff1",
                "1/**/",
                "1 // one",
            })
    void rejects(String value) {
        byte[] text = "{\"a\":%s}".formatted(value).getBytes(UTF_8);
        assertThatThrownBy(() -> ReferenceJson.members(text)).isInstanceOf(Rejected.class);
        assertThatThrownBy(() -> envelope.scan(Frame.of(text))).isInstanceOf(CodecException.class);
        assertThat(envelope.has(0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ff", // no byte of UTF-8
                "80", // a continuation alone
                "e282", // cut short
                "c0af", // longer than needed
                "eda080", // a surrogate
                "f4908080", // beyond U+10FFFF
                "fcbfbfbfbfbf", // six bytes
                "22c3", // behind the end: not in the string
            })
    void malformedUtf8IsAcceptedInStringsOnly(String hex) {
        byte[] malformed = HexFormat.of().parseHex(hex);
        boolean inside = malformed[0] != '"';
        byte[] text = "{\"a\":\"........\"}".getBytes(UTF_8);
        System.arraycopy(malformed, 0, text, 6, malformed.length);
        if (inside) {
            envelope.scan(Frame.of(text));
            assertThat(envelope.string(0)).startsWith("\ufffd");
            assertThat(envelope.string(0)).isEqualTo(new String(text, 6, 8, UTF_8));
        } else {
            assertThatThrownBy(() -> envelope.scan(Frame.of(text))).isInstanceOf(CodecException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("everyByte")
    void stringMayContainUnescapedBytes(int value) {
        // At every index of a word, because eight bytes are scanned at once.
        for (int place = 0; place < 17; place++) {
            byte[] text = "{\"a\":\"xxxxxxxxxxxxxxxxx\"}".getBytes(UTF_8);
            text[6 + place] = (byte) value;
            Frame frame = Frame.of(text);
            if (value < 0x20 || value == '"' || value == '\\') {
                assertThatThrownBy(() -> envelope.scan(frame)).isInstanceOf(CodecException.class);
            } else {
                envelope.scan(frame);
                assertThat(envelope.string(0)).isEqualTo(new String(text, 6, 17, UTF_8));
            }
        }
    }

    static Stream<Integer> everyByte() {
        return Stream.iterate(0, i -> i < 256, i -> i + 1);
    }

    @Test
    void resultsMatchReferenceParser() {
        Random random = new Random(20260101);
        int accepted = 0;
        for (int round = 0; round < 60_000; round++) {
            byte[] text = RandomJson.object(random);
            if (round % 4 != 0) {
                text = RandomJson.mutated(text, random);
            }
            if (agrees(text)) {
                accepted++;
            }
        }
        assertThat(accepted).isBetween(15_000, 45_000);
    }

    private boolean agrees(byte[] text) {
        // The frame is a part of an array; the other bytes must not matter.
        byte[] array = new byte[text.length + 5];
        Arrays.fill(array, (byte) '"');
        System.arraycopy(text, 0, array, 3, text.length);
        Frame frame = Frame.of(array, 3, text.length);
        Map<String, String> expected;
        try {
            expected = ReferenceJson.members(text);
        } catch (Rejected e) {
            assertThatThrownBy(() -> envelope.scan(frame))
                    .as(() -> new String(text, ISO_8859_1))
                    .isInstanceOf(CodecException.class);
            return false;
        }
        envelope.scan(frame);
        check(0, expected.get("a"));
        check(1, expected.get("topic"));
        return true;
    }

    private void check(int member, @Nullable String expected) {
        assertThat(envelope.has(member)).isEqualTo(expected != null);
        if (expected == null) {
            return;
        }
        assertThat(new String(envelope.value(member).toByteArray(), ISO_8859_1)).isEqualTo(expected);
        boolean ascii = expected.chars().allMatch(c -> c < 0x80);
        if (envelope.kind(member) == JsonEnvelope.Kind.STRING && ascii) {
            assertThat(envelope.string(member)).isEqualTo(ReferenceJson.unquoted(expected));
        }
    }
}
