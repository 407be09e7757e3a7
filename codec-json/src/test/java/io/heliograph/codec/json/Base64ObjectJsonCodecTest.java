package io.heliograph.codec.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Base64ObjectJsonCodecTest {

    private final Codec codec = Codec.named("json-base64");

    private String written(@Nullable Object value) {
        FrameBuilder builder = new FrameBuilder(10_000);
        codec.encode(value, builder);
        return builder.build().utf8();
    }

    @Test
    void codecIsFoundByName() {
        assertThat(codec.name()).isEqualTo("json-base64");
        assertThat(codec).isInstanceOf(Base64ObjectJsonCodec.class);
        FrameBuilder builder = new FrameBuilder(100);
        Codec.named("json").encode(new byte[] {1}, builder);
        assertThat(builder.build().utf8()).isEqualTo("\"AQ==\"");
    }

    @Test
    void bytesAreObjects() {
        assertThat(written(new byte[] {1, 2, 3})).isEqualTo("{\"base64\":true,\"data\":\"AQID\"}");
        assertThat(written(ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3)))
                .isEqualTo("{\"base64\":true,\"data\":\"AQID\"}");
        assertThat(written(ByteBuffer.allocateDirect(1))).isEqualTo("{\"base64\":true,\"data\":\"AA==\"}");
        assertThat(written(Map.of("a", new byte[][] {{1}}))).isEqualTo("{\"a\":[{\"base64\":true,\"data\":\"AQ==\"}]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"AQID\"",
                "{\"base64\":true,\"data\":\"AQID\"}",
                "{\"data\":\"AQID\",\"more\":{\"data\":[]},\"base64\":true}"
            })
    void bytesAreReadFromObjectsAndStrings(String text) {
        assertThat(codec.decode(Frame.utf8(text), byte[].class)).isEqualTo(new byte[] {1, 2, 3});
        assertThat(codec.decode(Frame.utf8(text), ByteBuffer.class)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"base64\":true}",
                "{\"data\":\"AQID\"}",
                "{\"base64\":false,\"data\":\"AQID\"}",
                "{\"base64\":true,\"data\":5}",
                "5",
                "[1]",
                "true",
                "{\"base64\":true,\"data\":\"!\"}"
            })
    void otherFormsAreRejectedAsBytes(String text) {
        assertThatThrownBy(() -> codec.decode(Frame.utf8(text), byte[].class)).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.decode(Frame.utf8("[" + text + "]"), byte[][].class))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void objectOfBytesIsReadAsMap() {
        assertThat(codec.decode(Frame.utf8("{\"base64\":true,\"data\":\"AQID\"}"), Object.class))
                .isEqualTo(Map.of("base64", true, "data", "AQID"));
        assertThat(codec.convert(new byte[] {1}, Object.class)).isEqualTo(Map.of("base64", true, "data", "AQ=="));
        assertThat(codec.convert(new byte[] {1}, byte[].class)).isEqualTo(new byte[] {1});
    }

    @Test
    void instantHasMilliseconds() {
        assertThat(written(Instant.EPOCH)).isEqualTo("\"1970-01-01T00:00:00.000Z\"");
        assertThat(written(Instant.parse("2017-07-14T02:40:00.12Z"))).isEqualTo("\"2017-07-14T02:40:00.120Z\"");
        assertThat(written(Instant.parse("2017-07-14T02:40:00.000001Z"))).isEqualTo("\"2017-07-14T02:40:00.000001Z\"");
        assertThat(codec.decode(Frame.utf8("\"1970-01-01T00:00:00.000Z\""), Instant.class))
                .isEqualTo(Instant.EPOCH);
    }
}
