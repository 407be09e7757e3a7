package io.heliograph.codec.msgpack;

import static io.heliograph.codec.msgpack.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Checklist;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MsgpackReadingTest {

    private static final Codec CODEC = new MsgpackCodec();

    record Point(int x, double y) {}

    @ParameterizedTest
    @ValueSource(doubles = {1.5, 1e300, -0.25})
    void floatThatIsNoLongStaysAFloat(double number) {
        byte[] bytes = ByteBuffer.allocate(9).put((byte) 0xcb).putDouble(number).array();
        assertThat(CODEC.decode(Frame.of(bytes), Number.class)).isEqualTo(number);
    }

    @Test
    void siblingsAreNotLevels() {
        byte[] bytes = new byte[3 + 2000];
        bytes[0] = (byte) 0xdc;
        bytes[1] = 0x07;
        bytes[2] = (byte) 0xd0;
        Arrays.fill(bytes, 3, bytes.length, (byte) 0x90);
        assertThat((List<?>) CODEC.decode(Frame.of(bytes), Object.class))
                .hasSize(2000)
                .allMatch(List.of()::equals);
        for (int i = 3; i < bytes.length; i++) {
            bytes[i] = (byte) 0x80;
        }
        assertThat((List<?>) CODEC.decode(Frame.of(bytes), Object.class))
                .hasSize(2000)
                .allMatch(Map.of()::equals);
    }

    record Tree(
            String name,
            List<Tree> children,
            Optional<String> note,
            @Nullable Long id) {}

    record Even(int value) {
        Even {
            if (value % 2 != 0) {
                throw new IllegalArgumentException("odd");
            }
        }
    }

    enum Color {
        RED
    }

    public static final class Bean {
        public long size;
        public @Nullable LocalDate day;
    }

    private static @Nullable Object read(String hex) {
        return CODEC.decode(hex(hex), Object.class);
    }

    private static @Nullable Object read(String hex, Type type) {
        return CODEC.decode(hex(hex), type);
    }

    @Test
    @Checklist("RPC 135")
    void everyFormatIsRead() {
        assertThat(read("c0")).isNull();
        assertThat(read("c2")).isEqualTo(false);
        assertThat(read("7f")).isEqualTo(127L);
        assertThat(read("ff")).isEqualTo(-1L);
        assertThat(read("cc80")).isEqualTo(128L);
        assertThat(read("cd0100")).isEqualTo(256L);
        assertThat(read("ceffffffff")).isEqualTo(0xffff_ffffL);
        assertThat(read("d080")).isEqualTo(-128L);
        assertThat(read("d180a7")).isEqualTo(-32601L);
        assertThat(read("d280000000")).isEqualTo((long) Integer.MIN_VALUE);
        assertThat(read("ca3f000000")).isEqualTo(0.5);
        assertThat(read("cb3fe0000000000000")).isEqualTo(0.5);
        assertThat(read("a2c3bc")).isEqualTo("ü");
        assertThat(read("d90161")).isEqualTo("a");
        assertThat(read("da000161")).isEqualTo("a");
        assertThat(read("db0000000161")).isEqualTo("a");
        assertThat(read("c40107")).isEqualTo(new byte[] {7});
        assertThat(read("c5000107")).isEqualTo(new byte[] {7});
        assertThat(read("c60000000107")).isEqualTo(new byte[] {7});
        assertThat(read("9201a161")).isEqualTo(List.of(1L, "a"));
        assertThat(read("dc000101")).isEqualTo(List.of(1L));
        assertThat(read("dd0000000101")).isEqualTo(List.of(1L));
        assertThat(read("81a16101")).isEqualTo(Map.of("a", 1L));
        assertThat(read("de0001a16101")).isEqualTo(Map.of("a", 1L));
        assertThat(read("df00000001a16101")).isEqualTo(Map.of("a", 1L));
    }

    @Test
    @Checklist("RPC 136")
    void formatsUnknownToTheForksAreRead() {
        assertThat(read("cf0000000100000000")).isEqualTo(1L << 32);
        assertThat(read("cfffffffffffffffff"))
                .isEqualTo(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE));
        assertThat(read("d38000000000000000")).isEqualTo(Long.MIN_VALUE);
        assertThat(read("810102")).isEqualTo(Map.of("1", 2L));
        assertThat(read("81ca3f80000002")).isEqualTo(Map.of("1", 2L));
        assertThat(read("d6ff00000000")).isEqualTo(Instant.EPOCH);
        assertThat(read("d7ff7735940000000001")).isEqualTo(Instant.ofEpochSecond(1, 500_000_000));
        assertThat(read("c70cff00000000ffffffffffffffff")).isEqualTo(Instant.ofEpochSecond(-1));
        assertThat(read("d40509")).isEqualTo(new Extension(5, Frame.of(new byte[] {9})));
        assertThat(read("c80001fe01")).isEqualTo(new Extension(-2, Frame.of(new byte[] {1})));
        assertThat(read("c90000000000")).isEqualTo(new Extension(0, Frame.empty()));
    }

    @Test
    void floatWithoutFractionIsAnInteger() {
        assertThat(read("ca53800000", long.class)).isEqualTo(1L << 40);
        assertThat(read("cb3ff0000000000000", int.class)).isEqualTo(1);
        assertThat(read("cb3ff0000000000000", BigInteger.class)).isEqualTo(BigInteger.ONE);
        assertThat(read("81a473697a65ca53800000", Bean.class))
                .extracting(bean -> ((Bean) bean).size)
                .isEqualTo(1L << 40);
        assertThatThrownBy(() -> read("cb3fe0000000000000", int.class))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("an integer");
    }

    @Test
    void scalarsAreReadAsRequestedType() {
        assertThat(read("01", int.class)).isEqualTo(1);
        assertThat(read("01", Long.class)).isEqualTo(1L);
        assertThat(read("01", double.class)).isEqualTo(1.0);
        assertThat(read("01", float.class)).isEqualTo(1f);
        assertThat(read("01", short.class)).isEqualTo((short) 1);
        assertThat(read("01", byte.class)).isEqualTo((byte) 1);
        assertThat(read("a161", char.class)).isEqualTo('a');
        assertThat(read("c3", boolean.class)).isEqualTo(true);
        assertThat(read("c0", String.class)).isNull();
        assertThat(read("c40161", String.class)).isEqualTo("a");
        assertThat(read("a3524544", Color.class)).isEqualTo(Color.RED);
        assertThat(read("a3524544", TypeRef.of(Color.class).type())).isEqualTo(Color.RED);
        assertThat(read("a441413d3d", byte[].class)).isEqualTo(new byte[] {0});
    }

    @Test
    void arraysAndCollectionsAreReadAsRequestedType() {
        assertThat(read("920102", int[].class)).isEqualTo(new int[] {1, 2});
        assertThat(read("920102", long[].class)).isEqualTo(new long[] {1, 2});
        assertThat(read("9101", double[].class)).isEqualTo(new double[] {1});
        assertThat(read("92a161c0", String[].class)).isEqualTo(new String[] {"a", null});
        assertThat(read("91c3", boolean[].class)).isEqualTo(new boolean[] {true});
        assertThat(read("9101", new TypeRef<List<Integer>>() {}.type())).isEqualTo(List.of(1));
        assertThat(read("920101", new TypeRef<Set<Integer>>() {}.type())).isEqualTo(Set.of(1));
        assertThat(read("81a16101", new TypeRef<Map<String, Double>>() {}.type()))
                .isEqualTo(Map.of("a", 1.0));
        assertThat(read("c0", new TypeRef<Optional<String>>() {}.type())).isEqualTo(Optional.empty());
    }

    @Test
    void recordComponentsAreReadByName() {
        assertThat(read("82a17801a17902", Point.class)).isEqualTo(new Point(1, 2));
        assertThat(read("83a17902a17a9101d9017801", Point.class)).isEqualTo(new Point(1, 2));
        assertThat(read("80", Point.class)).isEqualTo(new Point(0, 0));
        assertThat(read("c0", Point.class)).isNull();
        Tree tree =
                Objects.requireNonNull((Tree) read("82a46e616d65a161a86368696c6472656e9181a46e616d65a162", Tree.class));
        assertThat(tree.name()).isEqualTo("a");
        assertThat(tree.note()).isEmpty();
        assertThat(tree.children()).extracting(Tree::name).containsExactly("b");
    }

    @Test
    void nullForPrimitiveIsRejected() {
        assertThatThrownBy(() -> read("81a178c0", Point.class))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("Point");
    }

    @Test
    void recordConstructorMayRejectItsComponents() {
        assertThatThrownBy(() -> read("81a576616c756501", Even.class))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("odd");
    }

    @Test
    void otherTypesAreConvertedByTheJsonCodec() {
        assertThat(read("aa323032362d31312d3231", LocalDate.class)).isEqualTo(LocalDate.of(2026, 11, 21));
        assertThat(read("d6ff00000000", Instant.class)).isEqualTo(Instant.EPOCH);
        assertThat(CODEC.convert(new UUID(1, 2), UUID.class)).isEqualTo(new UUID(1, 2));
        assertThat(CODEC.convert(Map.of("x", 1, "y", 2), Point.class)).isEqualTo(new Point(1, 2));
    }

    @Checklist("RPC 139")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "91",
                "9201",
                "81",
                "81a161",
                "a5",
                "a261",
                "d9",
                "d905",
                "da01",
                "cc",
                "cd00",
                "ce000000",
                "cf00000000000000",
                "ca0000",
                "cb",
                "c402",
                "c50001",
                "c7",
                "c70105",
                "d6ff0000",
                "dc00",
                "dd0000",
                "de",
                "df000000",
                "0101",
                "c0c0"
            })
    void truncatedOrTrailingBytesAreRejected(String bytes) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(CodecException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ddffffffff", "dd7fffffff00", "dfffffffff", "df7fffffff0000", "dbffffffff61",
                "db7fffffff", "c6ffffffff00", "c67fffffff", "c9ffffffff05", "c97fffffff0500",
                "dcffff", "deffff", "c5ffff", "daffff"
            })
    void excessiveLengthIsRejectedBeforeAllocation(String bytes) {
        for (Type type : List.<Type>of(Object.class, int[].class, String.class, byte[].class, Point.class)) {
            assertThatThrownBy(() -> read(bytes, type)).isInstanceOf(CodecException.class);
        }
    }

    @Test
    void excessiveNestingIsRejectedWhenReading() {
        byte[] deep = new byte[1_000_001];
        Arrays.fill(deep, (byte) 0x91);
        deep[deep.length - 1] = (byte) 0xc0;
        for (Type type : List.<Type>of(Object.class, new TypeRef<List<Object>>() {}.type(), Bean.class)) {
            assertThatThrownBy(() -> CODEC.decode(Frame.of(deep), type)).isInstanceOf(CodecException.class);
        }
        assertThat(read("91".repeat(1000).substring(0, 2000) + "c0")).isInstanceOf(List.class);
        assertThatThrownBy(() -> read("91".repeat(1001) + "c0"))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("1000 levels");
    }

    @Test
    void trailingBytesAreIgnoredIfSelected() {
        Codec lenient = new MsgpackCodec(MsgpackOptions.defaults().withTrailingBytes(true));
        assertThat(lenient.decode(hex("01ffff"), int.class)).isEqualTo(1);
    }

    @Test
    void protoIsAnOrdinaryKey() {
        assertThat(read("81a95f5f70726f746f5f5f01")).isEqualTo(Map.of("__proto__", 1L));
    }

    @Test
    void keyOtherThanStringOrNumberIsRejected() {
        assertThatThrownBy(() -> read("819101")).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> read("81c001")).isInstanceOf(CodecException.class);
    }

    @Test
    void codecIsFoundByName() {
        assertThat(Codec.named("msgpack")).isInstanceOf(MsgpackCodec.class);
    }

    @Test
    void sameTypeIsReadRepeatedly() {
        List<Object> read = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            read.add(CODEC.decode(hex("81a17801"), Point.class));
        }
        assertThat(read).containsOnly(new Point(1, 0));
    }
}
