package io.heliograph.rpc.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialects;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decoding of records from positional and named parameters. */
class ParametersTest {

    private final Dialects dialects = new Dialects(Codec.named("msgpack"), 1000, 1 << 20);

    record Point(
            int x,
            double y,
            @Nullable String name,
            @Nullable Boolean on) {}

    record Even(long number) {
        Even {
            if (number % 2 != 0) {
                throw new IllegalArgumentException("odd");
            }
        }
    }

    @Test
    void recordFallsBackToCodec() {
        Parameters points = Parameters.of(Point.class);
        assertThat(points.read(dialects.json(), Frame.utf8("[1, 2,\"a\",true]")))
                .isEqualTo(new Point(1, 2, "a", true));
        assertThat(points.read(dialects.json(), Frame.utf8("[1,2.5,\"ä\",null]")))
                .isEqualTo(new Point(1, 2.5, "ä", null));
        assertThat(points.read(dialects.json(), Frame.utf8("[1]"))).isEqualTo(new Point(1, 0, null, null));
        assertThat(points.read(dialects.json(), Frame.utf8("[1,2,\"a\",true,5]")))
                .isEqualTo(new Point(1, 2, "a", true));
        assertThat(points.read(dialects.msgpack(), bytes("94 01 cb4004000000000000 a161 c3")))
                .isEqualTo(new Point(1, 2.5, "a", true));
        assertThat(points.read(dialects.msgpack(), bytes("94 01 02 a161 c0"))).isEqualTo(new Point(1, 2, "a", null));
        assertThatThrownBy(() -> points.read(dialects.json(), Frame.utf8("[1,2,3,[]]")))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void recordConstructorFailureIsCodecException() {
        Parameters even = Parameters.of(Even.class);
        assertThat(even.read(dialects.json(), Frame.utf8("[4]"))).isEqualTo(new Even(4));
        for (Frame odd : List.of(Frame.utf8("[3]"), Frame.utf8("{\"number\":3}"))) {
            assertThatThrownBy(() -> even.read(dialects.json(), odd))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("odd");
        }
    }

    private static Frame bytes(String hex) {
        return Frame.of(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
