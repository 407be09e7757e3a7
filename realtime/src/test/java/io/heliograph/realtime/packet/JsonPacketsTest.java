package io.heliograph.realtime.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.testkit.Checklist;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("JavaUtilDate") // programs have them
class JsonPacketsTest {

    private final PacketCodec codec = PacketCodec.of(RealtimeCodec.json(), 100);
    private final PacketCodec ofServer = PacketCodec.of(RealtimeCodec.json(), 100, true);

    private List<String> read(String text) {
        return Packets.of(codec, Frame.utf8(text).asText());
    }

    private Packets packets(String text) {
        Packets packets = new Packets();
        codec.reader().read(Frame.utf8(text), packets);
        return packets;
    }

    // ---- reading

    @Test
    void objectWithEventNameIsEvent() {
        assertThat(read("{\"event\":\"chat\",\"data\":{\"text\":\"hi\"}}")).containsExactly("event chat {text=hi}");
        assertThat(read("{\"data\":[1,2],\"event\":\"\"}")).containsExactly("event  [1, 2]");
    }

    @Test
    void eventWithCidIsRequest() {
        assertThat(read("{\"event\":\"sum\",\"data\":[1,2],\"cid\":4}")).containsExactly("request 4 sum [1, 2]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "-1.50", "1e3", "1.0", "123456789012345678901234567890"})
    void numericCidIsEchoedUnchanged(String cid) {
        assertThat(read("{\"event\":\"a\",\"cid\":" + cid + "}")).containsExactly("request " + cid + " a");
        assertThat(codec.response(cid, PacketCodec.ABSENT).utf8()).isEqualTo("{\"rid\":" + cid + "}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"7\"", "\"6b2e2e5a-uuid\"", "null", "true", "[1]", "{}"})
    @Checklist("SC 57")
    void nonNumericCidIsIgnored(String cid) {
        assertThat(read("{\"event\":\"a\",\"data\":1,\"cid\":" + cid + "}")).containsExactly("event a 1");
    }

    @Test
    void responseHasDataOrError() {
        assertThat(read("{\"rid\":4,\"data\":3}")).containsExactly("response 4 3");
        assertThat(read("{\"rid\":4,\"error\":{\"message\":\"m\",\"name\":\"N\"}}"))
                .containsExactly("response 4 error {message=m, name=N}");
        assertThat(read("{\"rid\":4}")).containsExactly("response 4");
    }

    @Test
    void eventWithRidIsEvent() {
        assertThat(read("{\"rid\":4,\"event\":\"a\"}")).containsExactly("event a");
    }

    @Checklist("SC 53")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "#1",
                "#2",
                "\"text\"",
                "17",
                "null",
                "true",
                "  ",
                "{",
                "{\"event\":\"a\"",
                "{\"event\":\"a\"}}",
                "{event:\"a\"}",
                "{'event':'a'}",
                "[{\"event\":\"a\"},{\"event\":}]",
                "[{\"event\":\"a\"}",
                "[{\"event\":\"a\"},]",
                "[1 2]",
                "\ufeff{\"event\":\"a\"}",
                "\u00a0{\"event\":\"a\"}",
                "\f{\"event\":\"a\"}",
                "{\"event\":1}",
                "{\"event\":null,\"data\":1}",
                "{\"rid\":\"1\"}",
                "{\"rid\":null}",
                "{\"Event\":\"a\"}",
                "{}"
            })
    void otherMessageIsRaw(String text) {
        assertThat(read(text)).containsExactly("raw");
    }

    @Test
    void whitespaceIsIgnored() {
        assertThat(read(" \t\r\n{\"event\" : \"a\" , \"data\" : 1 } \n")).containsExactly("event a 1");
        assertThat(read("\n[ {\"event\":\"a\"} ,\t{\"rid\":1} ]\r")).containsExactly("event a", "response 1");
    }

    @Test
    @Checklist("SC 54")
    void batchIsReadInOrder() {
        assertThat(
                        read(
                                "[{\"event\":\"a\",\"data\":1},{\"rid\":2,\"data\":1},{\"event\":\"b\",\"cid\":3},{\"event\":\"a\"}]"))
                .containsExactly("event a 1", "response 2 1", "request 3 b", "event a");
    }

    @Test
    @Checklist("SC 55")
    void invalidElementsOfBatchAreRaw() {
        assertThat(read("[[{\"event\":\"x\"}],\"s\",null,5,{},{\"event\":\"a\"},[],true,[[[]]]]"))
                .containsExactly("raw", "raw", "raw", "raw", "raw", "event a", "raw", "raw", "raw");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", " [ ] ", "[\n]"})
    @Checklist("SC 56")
    void emptyBatchHasNoPackets(String text) {
        assertThat(read(text)).isEmpty();
    }

    @Test
    void sinkCanStopBatch() {
        Packets packets = new Packets();
        packets.stopAfter = 2;
        codec.reader().read(Frame.utf8("[{\"event\":\"a\"},1,{\"event\":\"b\"}]"), packets);
        assertThat(packets.lines).containsExactly("event a", "raw");
    }

    @Test
    void readerContinuesAfterBrokenMessage() {
        PacketCodec.Reader reader = codec.reader();
        Packets packets = new Packets();
        reader.read(Frame.utf8("[{\"event\":\"a\"}"), packets);
        reader.read(Frame.utf8("{\"event\":"), packets);
        reader.read(Frame.utf8("[{\"event\":\"b\"}]"), packets);
        reader.read(Frame.utf8("[]"), packets);
        reader.read(Frame.utf8("{\"event\":\"c\"}"), packets);
        assertThat(packets.lines).containsExactly("raw", "raw", "event b", "event c");
    }

    @Test
    void absentDataDiffersFromNull() {
        Packets packets = packets("[{\"event\":\"a\"},{\"event\":\"a\",\"data\":null},{\"rid\":1,\"error\":null}]");
        assertThat(packets.data).extracting(Payload::isPresent).containsExactly(false, true, false);
        assertThat(packets.data.get(1).value()).isNull();
        assertThat(packets.errors.getFirst().isPresent()).isTrue();
    }

    @Test
    void dataKeepsItsEncoding() {
        Packets packets = packets("{\"event\":\"a\",\"data\": {\"x\" : [1.50, \"\\u0041\"]} }");
        assertThat(packets.data.getFirst().text()).isEqualTo("{\"x\" : [1.50, \"\\u0041\"]}");
    }

    @Test
    void lastDuplicateMemberWins() {
        assertThat(read("{\"event\":\"a\",\"event\":\"b\"}")).containsExactly("event b");
        assertThat(read("{\"event\":\"a\",\"event\":1,\"rid\":2}")).containsExactly("response 2");
        assertThat(read("{\"event\":\"a\",\"cid\":1,\"cid\":\"x\"}")).containsExactly("event a");
    }

    @Test
    void escapedNamesAreRead() {
        assertThat(read("{\"\\u0065vent\":\"\\u0023pub\\n\",\"c\\u0069d\":1}")).containsExactly("request 1 #pub\n");
    }

    @Test
    void tooDeeplyNestedMessageIsRaw() {
        String deep = "[".repeat(99) + "]".repeat(99);
        assertThat(read("{\"event\":\"a\",\"data\":" + deep + "}"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("event a");
        assertThat(read("{\"event\":\"a\",\"data\":[" + deep + "]}")).containsExactly("raw");
        assertThat(read("[".repeat(100_000))).containsExactly("raw");
        assertThat(read("[{\"event\":\"a\"},[" + deep + "]]")).containsExactly("raw");
    }

    @Test
    void malformedUtf8IsReadWithReplacementCharacter() {
        byte[] bytes = "{\"event\":\"a?\",\"data\":\"?\"}".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        bytes[11] = (byte) 0xff;
        bytes[22] = (byte) 0xc3;
        assertThat(Packets.of(codec, Frame.of(bytes))).containsExactly("event a\ufffd \ufffd");
    }

    @Test
    void fieldsOfDataAreReadWithoutDecoding() {
        PacketCodec.Reader reader = codec.reader();
        Payload data = Payload.of(
                codec.codec(), Frame.utf8("{\"channel\":\"foo\",\"data\":[1],\"waitForAuth\":true,\"id\":5}"));
        assertThat(reader.string(data, PacketCodec.Field.CHANNEL)).isEqualTo("foo");
        assertThat(reader.string(data, PacketCodec.Field.ID)).isNull();
        assertThat(reader.member(data, PacketCodec.Field.DATA).text()).isEqualTo("[1]");
        assertThat(reader.member(data, PacketCodec.Field.WAIT_FOR_AUTH).as(Boolean.class))
                .isTrue();
        assertThat(reader.member(data, PacketCodec.Field.TOKEN).isPresent()).isFalse();
        for (String other : List.of("null", "\"channel\"", "[\"channel\"]", "1")) {
            Payload none = Payload.of(codec.codec(), Frame.utf8(other));
            assertThat(reader.string(none, PacketCodec.Field.CHANNEL)).isNull();
            assertThat(reader.member(none, PacketCodec.Field.CHANNEL).isPresent())
                    .isFalse();
        }
        assertThat(reader.member(codec.absent, PacketCodec.Field.DATA).isPresent())
                .isFalse();
    }

    // ---- writing

    @Test
    void packetsAreWrittenLikeOriginal() {
        assertThat(codec.event("sum", "4", List.of(1, 2)).utf8())
                .isEqualTo("{\"event\":\"sum\",\"data\":[1,2],\"cid\":4}");
        assertThat(ofServer.event("sum", "4", List.of(1, 2)).utf8())
                .isEqualTo("{\"event\":\"sum\",\"cid\":4,\"data\":[1,2]}");
        assertThat(codec.event("chat", null, Map.of("text", "hi")).utf8())
                .isEqualTo("{\"event\":\"chat\",\"data\":{\"text\":\"hi\"}}");
        assertThat(codec.publication("foo", codec.payload("hi")).utf8())
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\"}}");
        assertThat(codec.publication("foo", codec.absent).utf8())
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\"}}");
        assertThat(codec.publication("foo", codec.payload("hi"), "e:7").utf8())
                .isEqualTo(
                        "{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\",\"position\":\"e:7\"}}");
        assertThat(codec.publication("foo", codec.absent, "e:7").utf8())
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"position\":\"e:7\"}}");
    }

    @Test
    void messagesAreTextFrames() {
        Frame event = codec.event("a", null, 1);
        assertThat(event.isText()).isTrue();
        assertThat(codec.response("1", 1).isText()).isTrue();
        assertThat(codec.failure("1", "x").isText()).isTrue();
        assertThat(codec.publication("a", codec.absent).isText()).isTrue();
        assertThat(codec.batch(List.of(event)).isText()).isTrue();
    }

    @Test
    @Checklist("SC 59")
    void responseWithoutValueHasNoData() {
        assertThat(codec.response("1", PacketCodec.ABSENT).utf8()).isEqualTo("{\"rid\":1}");
        assertThat(codec.response("1", codec.absent).utf8()).isEqualTo("{\"rid\":1}");
        assertThat(codec.response("1", null).utf8()).isEqualTo("{\"rid\":1,\"data\":null}");
        assertThat(codec.event("a", null, PacketCodec.ABSENT).utf8()).isEqualTo("{\"event\":\"a\"}");
        assertThat(codec.event("a", null, null).utf8()).isEqualTo("{\"event\":\"a\",\"data\":null}");
        assertThat(codec.failure("1", PacketCodec.ABSENT).utf8()).isEqualTo("{\"rid\":1}");
        assertThat(codec.failure("1", null).utf8()).isEqualTo("{\"rid\":1,\"error\":null}");
    }

    @Test
    @Checklist("SC 62")
    void bareErrorValueIsWrittenUnchanged() {
        assertThat(codec.failure("3", "just a string").utf8()).isEqualTo("{\"rid\":3,\"error\":\"just a string\"}");
        assertThat(codec.failure("3", 0).utf8()).isEqualTo("{\"rid\":3,\"error\":0}");
    }

    @Test
    @Checklist("SC 171")
    void batchOfOnePacketIsArray() {
        Frame event = codec.event("a", null, 1);
        assertThat(codec.batch(List.of(event)).utf8()).isEqualTo("[{\"event\":\"a\",\"data\":1}]");
        assertThat(codec.batch(List.of(event, codec.response("2", 1))).utf8())
                .isEqualTo("[{\"event\":\"a\",\"data\":1},{\"rid\":2,\"data\":1}]");
        assertThat(codec.batch(List.of()).utf8()).isEqualTo("[]");
    }

    @Test
    void writtenNamesAreEscaped() {
        assertThat(codec.event("a\"\\\n\u0001é\u2028", null, PacketCodec.ABSENT).utf8())
                .isEqualTo("{\"event\":\"a\\\"\\\\\\n\\u0001é\u2028\"}");
        assertThat(read(codec.event("a\"\\\n\u0001é😀", null, PacketCodec.ABSENT)
                        .utf8()))
                .containsExactly("event a\"\\\n\u0001é😀");
    }

    @SuppressWarnings("ArrayRecordComponent") // as users have them
    record Picture(String name, byte[] pixels, @Nullable ByteBuffer thumbnail) {}

    @Test
    @Checklist("SC 67")
    void bytesAreWrittenAsBase64Objects() {
        byte[] bytes = {0, 1, (byte) 0xff};
        String wrapped = "{\"base64\":true,\"data\":\"AAH/\"}";
        assertThat(codec.event("a", null, bytes).utf8()).isEqualTo("{\"event\":\"a\",\"data\":" + wrapped + "}");
        assertThat(codec.payload(List.of(bytes, Map.of("x", bytes))).text())
                .isEqualTo("[" + wrapped + ",{\"x\":" + wrapped + "}]");
        ByteBuffer buffer =
                ByteBuffer.wrap(new byte[] {9, 0, 1, (byte) 0xff, 9}, 1, 3).slice();
        assertThat(codec.payload(new Picture("p", bytes, buffer)).text())
                .isEqualTo("{\"name\":\"p\",\"pixels\":" + wrapped + ",\"thumbnail\":" + wrapped + "}");
        assertThat(buffer.remaining()).isEqualTo(3);
        assertThat(codec.payload(new byte[0]).text()).isEqualTo("{\"base64\":true,\"data\":\"\"}");
    }

    @Test
    @Checklist("SC 67")
    void valuesAreWrittenLikeJavaScript() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("nan", Double.NaN);
        map.put("infinite", Double.NEGATIVE_INFINITY);
        map.put("date", new Date(1_500_000_000_000L));
        map.put("instant", Instant.ofEpochMilli(1_500_000_000_000L));
        map.put("none", null);
        map.put("list", Arrays.asList(null, Float.NaN, 1));
        map.put("optional", Optional.empty());
        assertThat(codec.payload(map).text())
                .isEqualTo("{\"nan\":null,\"infinite\":null,\"date\":\"2017-07-14T02:40:00.000Z\","
                        + "\"instant\":\"2017-07-14T02:40:00.000Z\",\"none\":null,"
                        + "\"list\":[null,null,1],\"optional\":null}");
        assertThat(codec.payload(Instant.parse("2017-07-14T02:40:00.123456Z")).text())
                .isEqualTo("\"2017-07-14T02:40:00.123456Z\"");
    }

    @Test
    @Checklist("SC 68")
    void base64ObjectIsDecodedOnlyIfBytesAreRequested() {
        Packets packets = packets("{\"event\":\"a\",\"data\":{\"base64\":true,\"data\":\"AAH/\"}}");
        Payload data = packets.data.getFirst();
        assertThat(data.value()).isEqualTo(Map.of("base64", true, "data", "AAH/"));
        assertThat(data.as(byte[].class)).containsExactly(0, 1, 0xff);
        Payload picture = Payload.of(
                codec.codec(),
                Frame.utf8(
                        "{\"name\":\"p\",\"pixels\":{\"data\":\"AAH/\",\"base64\":true,\"x\":[]},\"thumbnail\":\"AAH/\"}"));
        Picture read = Objects.requireNonNull(picture.as(Picture.class));
        assertThat(read.pixels()).containsExactly(0, 1, 0xff);
        assertThat(read.thumbnail()).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1, (byte) 0xff}));
    }

    @Test
    @Checklist({"SC 66", "SC 67"})
    void unencodableDataThrowsInvalidMessage() {
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        Map<String, Object> inItself = new HashMap<>();
        inItself.put("self", inItself);
        for (Object data : List.of(cyclic, inItself, new Unwritable())) {
            assertThatThrownBy(() -> codec.event("a", null, data)).isInstanceOf(InvalidMessageException.class);
            assertThatThrownBy(() -> codec.response("1", data)).isInstanceOf(InvalidMessageException.class);
            assertThatThrownBy(() -> codec.payload(data)).isInstanceOf(InvalidMessageException.class);
        }
        assertThat(codec.event("b", null, 1).utf8()).isEqualTo("{\"event\":\"b\",\"data\":1}");
    }

    public static final class Unwritable {
        @SuppressWarnings("DoNotCallSuggester") // the codec calls it
        public String getText() {
            throw new IllegalStateException("no text");
        }
    }

    @Test
    @Checklist("SC 63")
    void cyclicErrorIsWrittenWithReferences() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        RealtimeException error = RealtimeException.of("CyclicError", "m").with("list", list);
        assertThat(codec.failure("1", error).utf8())
                .isEqualTo(
                        "{\"rid\":1,\"error\":{\"message\":\"m\",\"name\":\"CyclicError\",\"list\":[{\"$ref\":\"$[\\\"list\\\"]\"}]}}");
    }

    @Test
    void payloadOfSameCodecIsCopied() {
        Payload data = packets("{\"event\":\"a\",\"data\":[ 1.50 ]}").data.getFirst();
        assertThat(codec.event("b", null, data).utf8()).isEqualTo("{\"event\":\"b\",\"data\":[ 1.50 ]}");
        assertThat(codec.payload(data)).isSameAs(data);
        Payload other = PacketCodec.of(RealtimeCodec.minBin(), 10).payload(List.of(1, "x"));
        assertThat(codec.event("b", null, other).utf8()).isEqualTo("{\"event\":\"b\",\"data\":[1,\"x\"]}");
        assertThat(codec.payload(other).text()).isEqualTo("[1,\"x\"]");
    }

    @Test
    void nullElementIsKept() {
        assertThat(codec.payload(Collections.singletonList(null)).text()).isEqualTo("[null]");
        assertThat(codec.payload(null).text()).isEqualTo("null");
        assertThat(codec.payload(PacketCodec.ABSENT).isPresent()).isFalse();
    }

    @Test
    void publishRequestHasAnId() {
        assertThat(codec.publishRequest("foo", codec.payload("hi"), "p-1_", 7, "5")
                        .utf8())
                .isEqualTo(
                        "{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\",\"id\":[\"p-1_\",7]},\"cid\":5}");
        assertThat(codec.publishRequest("f\"", codec.absent, "p", 7, "5").utf8())
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"f\\\"\",\"id\":[\"p\",7]},\"cid\":5}");
        assertThat(codec.publishRequest("foo", codec.absent, "p", 7, "5").isText())
                .isTrue();
    }
}
