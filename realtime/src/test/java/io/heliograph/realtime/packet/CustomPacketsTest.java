package io.heliograph.realtime.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.testkit.Checklist;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CustomPacketsTest {

    /** JSON behind a mark. */
    private static final class Marked implements RealtimeCodec {

        private final Codec json = Codec.named("json");

        @Override
        public Frame encode(Object packet) {
            FrameBuilder builder = new FrameBuilder(1000);
            builder.write('!');
            json.encode(packet, builder);
            return builder.build().asText();
        }

        @Override
        public @Nullable Object decode(Frame message) {
            if (message.at(0) != '!') {
                throw new IllegalArgumentException("no mark");
            }
            return json.decode(message.slice(1, message.length() - 1), Object.class);
        }
    }

    private final PacketCodec codec = PacketCodec.of(new Marked(), 100);

    @Test
    void codecEncodesPacketsAsMaps() {
        assertThat(codec.event("a", "4", List.of(1)).utf8()).isEqualTo("!{\"event\":\"a\",\"data\":[1],\"cid\":4}");
        assertThat(codec.event("a", null, PacketCodec.ABSENT).utf8()).isEqualTo("!{\"event\":\"a\"}");
        assertThat(codec.response("-1.5", null).utf8()).isEqualTo("!{\"rid\":-1.5,\"data\":null}");
        assertThat(codec.failure("1", RealtimeException.of("E", "m")).utf8())
                .isEqualTo("!{\"rid\":1,\"error\":{\"message\":\"m\",\"name\":\"E\"}}");
        assertThat(codec.publication("c", codec.payload("d")).utf8())
                .isEqualTo("!{\"event\":\"#publish\",\"data\":{\"channel\":\"c\",\"data\":\"d\"}}");
        assertThat(codec.publication("c", codec.absent).utf8())
                .isEqualTo("!{\"event\":\"#publish\",\"data\":{\"channel\":\"c\"}}");
        assertThat(codec.publication("c", codec.payload("d"), "e:7").utf8())
                .isEqualTo(
                        "!{\"event\":\"#publish\",\"data\":{\"channel\":\"c\",\"data\":\"d\",\"position\":\"e:7\"}}");
        assertThat(codec.event("a", null, 1).isText()).isTrue();
    }

    @Test
    void codecEncodesBatchAsList() {
        Frame batch = codec.batch(List.of(codec.event("a", null, 1), codec.response("2", 1)));
        assertThat(batch.utf8()).isEqualTo("![{\"event\":\"a\",\"data\":1},{\"rid\":2,\"data\":1}]");
        assertThat(Packets.of(codec, batch)).containsExactly("event a 1", "response 2 1");
    }

    @Test
    void packetsAreReadLikeJson() {
        assertThat(
                        Packets.of(
                                codec,
                                Frame.utf8(
                                        "![{\"event\":\"a\",\"cid\":\"x\"},5,[],{\"rid\":1,\"error\":\"e\"},{\"event\":\"b\",\"cid\":-1}]")))
                .containsExactly("event a", "raw", "raw", "response 1 error e", "request -1 b");
        assertThat(Packets.of(codec, Frame.utf8("!7"))).containsExactly("raw");
        assertThat(Packets.of(codec, Frame.utf8("!null"))).containsExactly("raw");
        PacketCodec.Reader reader = codec.reader();
        Payload data = codec.payload(Map.of("channel", "c", "data", List.of(1)));
        assertThat(reader.string(data, PacketCodec.Field.CHANNEL)).isEqualTo("c");
        assertThat(reader.member(data, PacketCodec.Field.DATA).as(int[].class)).containsExactly(1);
        assertThat(reader.member(data, PacketCodec.Field.TOKEN).isPresent()).isFalse();
        assertThat(reader.string(codec.absent, PacketCodec.Field.CHANNEL)).isNull();
    }

    @Test
    @Checklist("SC 65")
    void decodingExceptionBecomesInvalidMessage() {
        assertThatThrownBy(() -> Packets.of(codec, Frame.utf8("{}")))
                .isInstanceOfSatisfying(
                        InvalidMessageException.class,
                        e -> assertThat(e.errorName()).isEqualTo("InvalidMessageError"))
                .hasMessageContaining("no mark")
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Checklist("SC 66")
    void encodingFailureBecomesInvalidMessage() {
        assertThatThrownBy(() -> codec.event("a", null, "x".repeat(2000))).isInstanceOf(InvalidMessageException.class);
    }

    @Test
    void publishRequestHasAnId() {
        assertThat(codec.publishRequest("c", codec.payload("d"), "p", 7, "5").utf8())
                .isEqualTo(
                        "!{\"event\":\"#publish\",\"data\":{\"channel\":\"c\",\"data\":\"d\",\"id\":[\"p\",7]},\"cid\":5}");
    }
}
