package io.heliograph.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PayloadTest {

    /** Codec of plain text. */
    private static final Codec PLAIN = new Codec() {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public void encode(@Nullable Object value, FrameBuilder target) {
            target.write(Frame.utf8(String.valueOf(value)));
        }

        @Override
        public Object decode(Frame bytes, Type type) {
            return bytes.utf8();
        }

        @Override
        public Object convert(@Nullable Object value, Type type) {
            return "converted " + value;
        }
    };

    /** Codec of another format, which encloses a value in brackets. */
    private static final Codec BRACKETS = new Codec() {
        @Override
        public String name() {
            return "brackets";
        }

        @Override
        public void encode(@Nullable Object value, FrameBuilder target) {
            target.write(Frame.utf8("[" + value + "]"));
        }

        @Override
        public Object decode(Frame bytes, Type type) {
            return bytes.utf8();
        }

        @Override
        public Object convert(@Nullable Object value, Type type) {
            return "converted " + value;
        }
    };

    private static String written(Payload payload, Codec codec) {
        FrameBuilder target = new FrameBuilder(1000);
        target.write(Frame.utf8("x"));
        payload.writeTo(codec, target);
        return target.build().utf8();
    }

    @Test
    void bytesOfEqualFormatAreWrittenUnchanged() {
        assertThat(written(Payload.of(PLAIN, Frame.utf8("7")), PLAIN)).isEqualTo("x7");
    }

    @Test
    void bytesOfAnotherFormatAreConverted() {
        assertThat(written(Payload.of(PLAIN, Frame.utf8("7")), BRACKETS)).isEqualTo("x[7]");
    }

    @Test
    void decodedAndAbsentValuesAreEncoded() {
        assertThat(written(Payload.ofValue(PLAIN, 7), BRACKETS)).isEqualTo("x[7]");
        assertThat(written(Payload.absent(PLAIN), BRACKETS)).isEqualTo("x[null]");
    }

    @Test
    void absentPayloadReadsAsNull() {
        Payload absent = Payload.absent(PLAIN);
        assertThat(absent.isPresent()).isFalse();
        assertThat(absent.value()).isNull();
        assertThat(absent.as(String.class)).isNull();
        assertThat(absent.as(new TypeRef<List<String>>() {})).isNull();
        assertThat(absent.text()).isEmpty();
        assertThat(absent.bytes().remaining()).isZero();
        assertThat(absent.frame()).isEqualTo(Frame.empty());
        assertThat(absent).hasToString("");
        assertThat(absent.codec()).isSameAs(PLAIN);
    }

    @Test
    void nullIsPresent() {
        Payload nothing = Payload.ofValue(PLAIN, null);
        assertThat(nothing.isPresent()).isTrue();
        assertThat(nothing.value()).isNull();
        assertThat(nothing.text()).isEqualTo("null");
        assertThat(Payload.of(PLAIN, Frame.empty()).isPresent()).isTrue();
    }

    @Test
    void valueIsEncodedOrConvertedOnDemand() {
        Payload value = Payload.ofValue(PLAIN, 5);
        assertThat(value.as(Integer.class)).isEqualTo(5);
        assertThat(value.as(String.class)).isEqualTo("converted 5");
        assertThat(value.frame()).isEqualTo(Frame.utf8("5"));
    }
}
