package io.heliograph.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.scan.JsonEnvelope.Kind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEnvelopeTest {

    private static final int TOPIC = 0;
    private static final int MESSAGE = 1;

    private final JsonEnvelope envelope = new JsonEnvelope(1000, "topic", "message");

    private void scan(String text) {
        envelope.scan(Frame.utf8(text));
    }

    @Test
    void membersAreFoundInAnyOrder() {
        scan("{\"topic\":\"hello\",\"message\":\"world\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("hello");
        assertThat(envelope.value(MESSAGE)).isEqualTo(Frame.utf8("\"world\""));
        scan(" { \"message\" : [ 1 , 2 ] , \"topic\" : \"b\" }\n");
        assertThat(envelope.string(TOPIC)).isEqualTo("b");
        assertThat(envelope.source(MESSAGE)).isEqualTo("[ 1 , 2 ]");
    }

    @Test
    void valueIsSliceOfScannedFrame() {
        byte[] array = "xx{\"topic\":\"b\",\"message\":{\"c\":1}}yy".getBytes(UTF_8);
        envelope.scan(Frame.of(array, 2, array.length - 4));
        assertThat(envelope.value(MESSAGE).array()).isSameAs(array);
        assertThat(envelope.value(MESSAGE).utf8()).isEqualTo("{\"c\":1}");
        assertThat(envelope.string(TOPIC)).isEqualTo("b");
    }

    @Test
    void bytesAfterTheFrameAreIgnored() {
        byte[] array = "{\"topic\":\"b\"}".getBytes(UTF_8);
        for (int length = 0; length < array.length; length++) {
            Frame part = Frame.of(array, 0, length);
            assertThatThrownBy(() -> envelope.scan(part))
                    .isInstanceOf(CodecException.class)
                    .hasMessageStartingWith("not JSON at byte " + length + ": the end of the document");
        }
    }

    @Test
    void everyPrefixOfDocumentIsRejected() {
        byte[] text =
                "{\"topic\":\"w\\u00f6rld\",\"message\":{\"b\":[-1.5e+3,true,null,{}],\"c\":\"é\"}}".getBytes(UTF_8);
        assertThatCode(() -> envelope.scan(Frame.of(text))).doesNotThrowAnyException();
        for (int length = 0; length < text.length; length++) {
            Frame prefix = Frame.of(Arrays.copyOf(text, length));
            assertThatThrownBy(() -> envelope.scan(prefix)).isInstanceOf(CodecException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "null, NULL",
                "true, BOOLEAN",
                "false, BOOLEAN",
                "0, NUMBER",
                "-1.5, NUMBER",
                "\"x\", STRING",
                "[], ARRAY",
                "{}, OBJECT",
            })
    void kindIsReported(String value, Kind kind) {
        scan("{\"message\":" + value + "}");
        assertThat(envelope.has(MESSAGE)).isTrue();
        assertThat(envelope.kind(MESSAGE)).isEqualTo(kind);
        assertThat(envelope.source(MESSAGE)).isEqualTo(value);
    }

    @Test
    void absentMemberHasNoValue() {
        scan("{}");
        assertThat(envelope.has(TOPIC)).isFalse();
        assertThat(envelope.kind(TOPIC)).isEqualTo(Kind.ABSENT);
        assertThatThrownBy(() -> envelope.value(TOPIC))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("member 'topic' is absent");
        assertThatThrownBy(() -> envelope.string(TOPIC)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> envelope.source(TOPIC)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stringRejectsOtherKinds() {
        scan("{\"topic\":5}");
        assertThatThrownBy(() -> envelope.string(TOPIC))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("member 'topic' is NUMBER (expected: STRING)");
        assertThat(envelope.source(TOPIC)).isEqualTo("5");
    }

    @Test
    void lastDuplicateMemberWins() { // IPC: 1.2
        scan("{\"topic\":\"a\",\"message\":1,\"topic\":\"b\",\"t\\u006fpic\":\"c\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("c");
        scan("{\"topic\":\"a\\n\",\"topic\":\"plain\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("plain");
    }

    @Test
    void unknownMembersAreSkipped() {
        scan("{\"topics\":\"x\",\"opic\":1,\"\":[{\"topic\":\"inner\"}],\"ä\":{\"message\":0},"
                + "\"topic\":\"outer\",\"Topic\":\"x\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("outer");
        assertThat(envelope.has(MESSAGE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "t\\u006fpic",
                "\\u0074\\u006f\\u0070\\u0069\\u0063",
                "topi\\u0063",
                "\\u0074OPIC",
                "\\u0074opi",
                "\\u0074opics",
                "topic\\u0000",
                "\\u0174opic",
                "\\u0074o\u00e9ic",
                "t\\npic",
            })
    void escapedNameEqualsUnescapedName(String name) {
        scan("{\"" + name + "\":1}");
        boolean same = ReferenceJson.unquoted('"' + name + '"').equals("topic");
        assertThat(envelope.has(TOPIC)).isEqualTo(same);
    }

    @Test
    void nameMayRequireEscapes() {
        JsonEnvelope odd = new JsonEnvelope(10, "a\"b", "\\\n/", "");
        odd.scan(Frame.utf8("{\"a\\\"b\":1,\"\\\\\\n\\/\":2,\"\":3}"));
        assertThat(odd.source(0) + odd.source(1) + odd.source(2)).isEqualTo("123");
    }

    @Test
    void nameMustBeAscii() {
        assertThatThrownBy(() -> new JsonEnvelope(10, "ä"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("member: 'ä' (expected: ASCII)");
        assertThatThrownBy(() -> new JsonEnvelope(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void escapesAreDecoded() {
        scan("{\"topic\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00é\uD83D\uDE00\\u0000\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("\"\\/\b\f\n\r\t\u00e9\uD83D\uDE00\u00e9\uD83D\uDE00\u0000");
    }

    @Test
    void unpairedSurrogateIsAccepted() {
        scan("{\"topic\":\"\\ud800x\\udc00\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("\ud800x\udc00");
    }

    @Test
    void malformedUtf8BecomesReplacementCharacter() {
        byte[] text = "{\"topic\":\".\\n.\\u0041.\"}".getBytes(UTF_8);
        text[10] = (byte) 0xc3;
        text[13] = (byte) 0xe2;
        text[20] = (byte) 0xff;
        envelope.scan(Frame.of(text));
        assertThat(envelope.string(TOPIC)).isEqualTo("\ufffd\n\ufffdA\ufffd");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 65, 1000, 3_000_000})
    void stringsOfAnyLengthAreDecoded(int length) {
        for (String character : new String[] {"x", "é", "\uD83D\uDE00"}) {
            String string = character.repeat(length);
            scan("{\"topic\":\"" + string + "\",\"message\":\"" + string + "\\n\"}");
            assertThat(envelope.string(TOPIC).equals(string)).isTrue();
            assertThat(envelope.string(MESSAGE).equals(string + "\n")).isTrue();
        }
    }

    @Test
    void repeatedShortStringIsShared() {
        scan("{\"topic\":\"sensor/1/temperature\"}");
        String first = envelope.string(TOPIC);
        scan("{\"message\":1,\"topic\":\"sensor/1/temperature\"}");
        assertThat(envelope.string(TOPIC)).isSameAs(first);
        scan("{\"topic\":\"" + "x".repeat(65) + "\"}");
        assertThat(envelope.string(TOPIC)).isNotSameAs(envelope.string(TOPIC));
    }

    @Test
    void stringsWithEqualSlotStayDistinct() {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5_000; i++) {
                scan("{\"topic\":\"topic-" + i + "\",\"message\":\"" + "a".repeat(i % 70) + "\"}");
                assertThat(envelope.string(TOPIC)).isEqualTo("topic-" + i);
                assertThat(envelope.string(MESSAGE)).isEqualTo("a".repeat(i % 70));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "`` | 0: the end of the document (expected: an object)",
                "` ` | 1: the end of the document (expected: an object)",
                "[] | 0: an array (expected: an object)",
                "\"x\" | 0: a string (expected: an object)",
                "` 5` | 1: a number (expected: an object)",
                "null | 0: null (expected: an object)",
                "true | 0: true (expected: an object)",
                "nil | 0: 'n' (expected: an object)",
                "\ufeff{} | 0: a byte order mark (expected: an object)",
                "`\u0000{}` | 0: byte 0x00 (expected: an object)",
                "{ | 1: the end of the document (expected: a name in quotes)",
                "{x:1} | 1: 'x' (expected: a name in quotes)",
                "{\"x\";1} | 4: ';' (expected: ':')",
                "{\"x\":} | 5: '}' (expected: a value)",
                "{\"x\":1]} | 6: ']' (expected: ',' or '}')",
                "{\"x\":[1}} | 7: '}' (expected: ',' or ']')",
                "{\"x\":{\"y\":1]} | 11: ']' (expected: ',' or '}')",
                "{\"x\":1,} | 7: '}' (expected: a name in quotes)",
                "{\"x\":-} | 6: '}' (expected: a digit)",
                "{\"x\":trub} | 8: 'b' (expected: true)",
                "{\"x\":\"\\q\"} | 7: 'q' (expected: one of \"\\/bfnrtu)",
                "{\"x\":\"\\u00g\"} | 10: 'g' (expected: four hexadecimal digits)",
                "{\"x\":\"\u0001\"} | 6: byte 0x01 (expected: a control character to be escaped)",
                "{\"x\":\"abc | 9: the end of the document (expected: '\"')",
                "{}{} | 2: '{' (expected: the end of the document)",
                "{}é | 2: byte 0xc3 (expected: the end of the document)",
            })
    void errorStatesPositionAndExpectation(String text, String error) {
        byte[] bytes = text.getBytes(UTF_8);
        byte[] array = new byte[bytes.length + 20];
        System.arraycopy(bytes, 0, array, 10, bytes.length);
        assertThatThrownBy(() -> envelope.scan(Frame.of(array, 10, bytes.length)))
                .isInstanceOf(CodecException.class)
                .hasMessage("not JSON at byte " + error);
    }

    @Test
    void membersAreAbsentAfterAnError() {
        assertThatThrownBy(() -> scan("{\"topic\":\"a\",\"message\":1,}")).isInstanceOf(CodecException.class);
        assertThat(envelope.has(TOPIC)).isFalse();
        assertThat(envelope.kind(MESSAGE)).isEqualTo(Kind.ABSENT);
        scan("{\"topic\":\"b\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("b");
        assertThat(envelope.has(MESSAGE)).isFalse();
    }

    @Test
    void clearReleasesTheFrame() {
        scan("{\"topic\":\"a\"}");
        envelope.clear();
        assertThat(envelope.has(TOPIC)).isFalse();
        assertThat(envelope.kind(TOPIC)).isEqualTo(Kind.ABSENT);
    }

    @Test
    void depthLimitIsExact() {
        for (int limit : new int[] {1, 2, 63, 64, 65, 128, 129, 1000}) {
            JsonEnvelope limited = new JsonEnvelope(limit, "message");
            String deepest = nested(limit);
            limited.scan(Frame.utf8(deepest));
            assertThatThrownBy(() -> limited.scan(Frame.utf8(nested(limit + 1))))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("nested too deeply (expected: at most " + limit + " levels)");
            limited.scan(Frame.utf8(deepest));
        }
    }

    @Test
    void containerKindIsTrackedPerLevel() {
        String text = nested(1000);
        for (int at = 500; at < text.length(); at += 7) {
            char closing = text.charAt(at);
            if (closing == '}' || closing == ']') {
                String wrong = text.substring(0, at) + (closing == '}' ? ']' : '}') + text.substring(at + 1);
                assertThatThrownBy(() -> scan(wrong)).isInstanceOf(CodecException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[{\"a\":["})
    void deepNestingFailsAtTheLimit(String opening) {
        String text = "{\"message\":" + opening.repeat(100_000);
        assertThatThrownBy(() -> scan(text))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("nested too deeply");
    }

    /** Returns alternating objects and arrays of {@code depth} levels. */
    private static String nested(int depth) {
        StringBuilder text = new StringBuilder();
        for (int level = 0; level < depth; level++) {
            text.append(level % 3 == 0 ? "{\"message\":" : "[");
        }
        text.append("0");
        for (int level = depth - 1; level >= 0; level--) {
            text.append(level % 3 == 0 ? "}" : "]");
        }
        return text.toString();
    }

    private void scanArray(String text) {
        envelope.scanArray(Frame.utf8(text));
    }

    @Test
    void arrayElementsAreIterated() {
        scanArray(" [ {\"topic\":\"a\"} ,[{\"topic\":\"x\"}], 5,{}, {\"message\":[1,{}],\"topic\":null}]\n");
        assertThat(envelope.has(TOPIC)).isFalse();
        assertThat(envelope.next()).isTrue();
        assertThat(envelope.string(TOPIC)).isEqualTo("a");
        for (int other = 0; other < 3; other++) {
            assertThat(envelope.next()).isTrue();
            assertThat(envelope.kind(TOPIC)).isEqualTo(Kind.ABSENT);
        }
        assertThat(envelope.next()).isTrue();
        assertThat(envelope.kind(TOPIC)).isEqualTo(Kind.NULL);
        assertThat(envelope.source(MESSAGE)).isEqualTo("[1,{}]");
        assertThat(envelope.next()).isFalse();
        assertThat(envelope.has(TOPIC)).isFalse();
        assertThat(envelope.next()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", " [\t]\r\n"})
    void emptyArrayHasNoElements(String text) {
        scanArray(text);
        assertThat(envelope.next()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "1",
                "[",
                "[1",
                "[1,",
                "[1,]",
                "[,1]",
                "[1 2]",
                "[]]",
                "[{}",
                "[{]}",
                "[1],",
                "[{\"topic\":\"a\"},{\"topic\":}]",
                "\"[]\""
            })
    void invalidArrayIsRejectedBeforeFirstElement(String text) {
        scanArray("[{\"topic\":\"a\"}]");
        assertThatThrownBy(() -> scanArray(text)).isInstanceOf(CodecException.class);
        assertThat(envelope.next()).isFalse();
        assertThat(envelope.has(TOPIC)).isFalse();
    }

    @Test
    void elementsCountTowardDepth() {
        JsonEnvelope shallow = new JsonEnvelope(3, "topic");
        shallow.scanArray(Frame.utf8("[{\"topic\":[1]}]"));
        assertThat(shallow.next()).isTrue();
        assertThat(shallow.source(0)).isEqualTo("[1]");
        assertThatThrownBy(() -> shallow.scanArray(Frame.utf8("[{\"topic\":[[]]}]")))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("at most 3 levels");
    }

    @Test
    void scanEndsTheArray() {
        scanArray("[{\"topic\":\"a\"},{\"topic\":\"b\"}]");
        assertThat(envelope.next()).isTrue();
        scan("{\"topic\":\"c\"}");
        assertThat(envelope.string(TOPIC)).isEqualTo("c");
        assertThat(envelope.next()).isFalse();
        scanArray("[{\"topic\":\"a\"}]");
        envelope.clear();
        assertThat(envelope.next()).isFalse();
    }

    @Test
    void randomArrayElementsMatchTheDocument() {
        java.util.Random random = new java.util.Random(7);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder("[");
            java.util.List<String> objects = new java.util.ArrayList<>();
            for (int n = random.nextInt(4); n >= 0; n--) {
                objects.add(new String(RandomJson.object(random), UTF_8));
            }
            text.append(String.join(" ,", objects)).append(']');
            scanArray(text.toString());
            JsonEnvelope single = new JsonEnvelope(1000, "topic", "message");
            for (String object : objects) {
                single.scan(Frame.utf8(object));
                assertThat(envelope.next()).isTrue();
                for (int member : new int[] {TOPIC, MESSAGE}) {
                    assertThat(envelope.kind(member)).isEqualTo(single.kind(member));
                    if (single.has(member)) {
                        assertThat(envelope.value(member)).isEqualTo(single.value(member));
                    }
                }
            }
            assertThat(envelope.next()).isFalse();
        }
    }
}
