package io.heliograph.rpc.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.scan.ArgumentBinder;
import java.lang.reflect.Type;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments of calls as Java values, in both formats. */
class ArgumentBinderTest {

    private static final Codec JSON = Codec.named("json");
    private static final Codec MSGPACK = Codec.named("msgpack");

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

    record Names(List<String> names) {}

    private static Payload json(String text) {
        return Payload.of(JSON, Frame.utf8(text));
    }

    private static Payload msgpack(String hex) {
        return Payload.of(MSGPACK, Frame.of(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    private static @Nullable Object bind(Type type, Payload arguments) {
        return ArgumentBinder.of(type).bind(arguments);
    }

    @Test
    void positionsBecomeComponentsOfRecord() {
        assertThat(bind(Point.class, json("[1, 2,\"a\",true]"))).isEqualTo(new Point(1, 2, "a", true));
        assertThat(bind(Point.class, json("[1,2.5,\"ä\",null]"))).isEqualTo(new Point(1, 2.5, "ä", null));
        assertThat(bind(Point.class, json("[1]"))).isEqualTo(new Point(1, 0, null, null));
        assertThat(bind(Point.class, json("[1,2,\"a\",true,5]"))).isEqualTo(new Point(1, 2, "a", true));
        assertThat(bind(Point.class, msgpack("94 01 cb4004000000000000 a161 c3")))
                .isEqualTo(new Point(1, 2.5, "a", true));
        assertThat(bind(Point.class, msgpack("94 01 02 a161 c0"))).isEqualTo(new Point(1, 2, "a", null));
        assertThatThrownBy(() -> bind(Point.class, json("[1,2,3,[]]"))).isInstanceOf(CodecException.class);
    }

    @Test
    void onlyArgumentMayBeTheRecordItself() {
        assertThat(bind(Point.class, json("[{\"x\":1}]"))).isEqualTo(new Point(1, 0, null, null));
        assertThat(bind(Point.class, msgpack("91 81 a178 01"))).isEqualTo(new Point(1, 0, null, null));
        assertThat(bind(Names.class, json("[[\"a\"]]"))).isEqualTo(new Names(List.of("a")));
    }

    @Test
    void recordConstructorFailureIsCodecException() {
        for (String odd : List.of("[3]", "{\"number\":3}")) {
            assertThatThrownBy(() -> bind(Even.class, json(odd)))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("odd");
        }
        assertThat(bind(Even.class, json("[4]"))).isEqualTo(new Even(4));
    }

    @Test
    void scalarIsBoundWithAndWithoutArray() {
        assertThat(bind(int.class, json("7"))).isEqualTo(7);
        assertThat(bind(int.class, json(" [ 7 ] "))).isEqualTo(7);
        assertThat(bind(String.class, msgpack("91 a161"))).isEqualTo("a");
        assertThatThrownBy(() -> bind(int.class, json("[1,2]"))).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> bind(int.class, json("{\"a\":1}"))).isInstanceOf(CodecException.class);
    }

    @Test
    void listTakesWholeArray() {
        assertThat(bind(List.class, json("[[1],2]"))).isEqualTo(List.of(List.of(1L), 2L));
        assertThat(bind(Object.class, json("[1]"))).isEqualTo(List.of(1L));
        assertThat(bind(double[].class, msgpack("91 01"))).isEqualTo(new double[] {1});
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "absent"})
    void nothingIsNullButNotPrimitive(String sent) {
        Payload nothing = sent.equals("null") ? json("null") : Payload.absent(JSON);
        assertThat(bind(Point.class, nothing)).isNull();
        assertThat(bind(List.class, nothing)).isNull();
        assertThatThrownBy(() -> bind(int.class, nothing))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("int");
        assertThat(bind(Payload.class, nothing)).isSameAs(nothing);
    }

    @Test
    void eventWithoutArgumentsIsNullAndNestedArrayIsUnwrapped() {
        assertThat(ArgumentBinder.of(String.class).bindEvent(json("[]"))).isNull();
        assertThat(ArgumentBinder.of(int.class).bindEvent(Payload.absent(JSON))).isNull();
        assertThat(ArgumentBinder.of(List.class).bindEvent(json("[[1,2]]"))).isEqualTo(List.of(1L, 2L));
        assertThat(ArgumentBinder.of(List.class).bindEvent(json("[1,2]"))).isEqualTo(List.of(1L, 2L));
        assertThat(ArgumentBinder.of(Point.class).bindEvent(json("{\"x\":1}"))).isEqualTo(new Point(1, 0, null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,\"b\"]|1 b",
                "{\"second\":\"b\",\"first\":1}|1 b",
                "[1]|1 null",
                "{\"first\":1}|1 null",
                "[1,\"b\",3]|1 b"
            })
    void methodTakesArgumentsByPositionOrName(String sent, String expected) {
        var parameters = new ArgumentBinder.Parameters(List.of("first", "second"), List.of(int.class, String.class));
        @Nullable Object[] values = parameters.bind(json(sent));
        assertThat(values[0] + " " + values[1]).isEqualTo(expected);
    }

    @Test
    void methodArgumentsThatDoNotFitAreRejected() {
        var parameters = new ArgumentBinder.Parameters(List.of("first", "second"), List.of(int.class, String.class));
        for (String sent : List.of("5", "[]", "null", "[null,\"b\"]", "{\"second\":\"b\"}", "[\"x\",\"b\"]")) {
            assertThatThrownBy(() -> parameters.bind(json(sent))).as(sent).isInstanceOf(CodecException.class);
        }
        assertThatThrownBy(() -> parameters.bind(Payload.absent(JSON))).hasMessage("first: null (expected: int)");
    }

    @Test
    void onlyParameterTakesValueOrObjectWithoutItsName() {
        var only = new ArgumentBinder.Parameters(List.of("point"), List.of(Map.class));
        assertThat(only.bind(json("{\"x\":1}"))).containsExactly(Map.of("x", 1L));
        assertThat(only.bind(json("{\"point\":{\"x\":1}}"))).containsExactly(Map.of("x", 1L));
        var number = new ArgumentBinder.Parameters(List.of("n"), List.of(long.class));
        assertThat(number.bind(msgpack("05"))).containsExactly(5L);
    }

    /** Codec of a format that is neither JSON nor MessagePack. */
    private static final class OtherCodec implements Codec {

        @Override
        public String name() {
            return "other";
        }

        @Override
        public void encode(@Nullable Object value, FrameBuilder target) {
            JSON.encode(value, target);
        }

        @Override
        public @Nullable Object decode(Frame bytes, Type type) {
            return JSON.decode(bytes, type);
        }

        @Override
        public @Nullable Object convert(@Nullable Object value, Type type) {
            return JSON.convert(value, type);
        }
    }

    @Test
    void otherFormatsAreBoundAlike() {
        Codec other = new OtherCodec();
        assertThat(bind(Point.class, Payload.of(other, Frame.utf8("[1,2]")))).isEqualTo(new Point(1, 2, null, null));
        assertThat(bind(Point.class, Payload.ofValue(other, List.of(Map.of("x", 1)))))
                .isEqualTo(new Point(1, 0, null, null));
        assertThat(bind(String.class, Payload.ofValue(other, List.of("a")))).isEqualTo("a");
        assertThat(bind(List.class, Payload.ofValue(other, List.of("a")))).isEqualTo(List.of("a"));
        var parameters = new ArgumentBinder.Parameters(List.of("first", "second"), List.of(int.class, String.class));
        assertThat(parameters.bind(Payload.of(other, Frame.utf8("[1,\"b\"]")))).containsExactly(1, "b");
        assertThat(parameters.bind(Payload.ofValue(other, Map.of("first", 1)))).containsExactly(1, null);
        assertThatThrownBy(() -> parameters.bind(Payload.ofValue(other, 5))).isInstanceOf(CodecException.class);
    }
}
