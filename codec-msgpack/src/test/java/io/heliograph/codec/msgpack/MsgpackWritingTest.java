package io.heliograph.codec.msgpack;

import static io.heliograph.codec.msgpack.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.testkit.Checklist;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The written bytes, compared with the rules of the npm packages (section 6.4 of the RPC specification). */
class MsgpackWritingTest {

    private static final Codec CODEC = new MsgpackCodec();
    private static final Codec WIDE =
            new MsgpackCodec(MsgpackOptions.defaults().withIntegers64(true).withExtensions(true));

    record Point(int x, double y) {}

    record Renamed(@JsonProperty("the-name") String name) {}

    record Box(Optional<Point> point, List<String> tags) {}

    enum Color {
        RED
    }

    public static final class Bean {
        public int size = 3;
    }

    @Test
    void nilAndBooleansAreOneByte() {
        assertThat(hex(CODEC, null)).isEqualTo("c0");
        assertThat(hex(CODEC, false)).isEqualTo("c2");
        assertThat(hex(CODEC, true)).isEqualTo("c3");
    }

    @Test
    void integersHaveTheShortestForm() {
        assertThat(hex(CODEC, 0)).isEqualTo("00");
        assertThat(hex(CODEC, 127)).isEqualTo("7f");
        assertThat(hex(CODEC, 128)).isEqualTo("cc80");
        assertThat(hex(CODEC, 255L)).isEqualTo("ccff");
        assertThat(hex(CODEC, 256)).isEqualTo("cd0100");
        assertThat(hex(CODEC, (short) 0x7fff)).isEqualTo("cd7fff");
        assertThat(hex(CODEC, 65536)).isEqualTo("ce00010000");
        assertThat(hex(CODEC, 0xffff_ffffL)).isEqualTo("ceffffffff");
        assertThat(hex(CODEC, -1)).isEqualTo("ff");
        assertThat(hex(CODEC, -32)).isEqualTo("e0");
        assertThat(hex(CODEC, -33)).isEqualTo("d0df");
        assertThat(hex(CODEC, (byte) -128)).isEqualTo("d080");
        assertThat(hex(CODEC, -129)).isEqualTo("d1ff7f");
        assertThat(hex(CODEC, -32601)).isEqualTo("d180a7");
        assertThat(hex(CODEC, -32769)).isEqualTo("d2ffff7fff");
        assertThat(hex(CODEC, Integer.MIN_VALUE)).isEqualTo("d280000000");
    }

    @Test
    @Checklist("RPC 138")
    void integerBeyond32BitsIsAFloat64() {
        assertThat(hex(CODEC, 1L << 40)).isEqualTo("cb4270000000000000");
        assertThat(hex(CODEC, (1L << 53) - 1)).isEqualTo("cb433fffffffffffff");
        assertThat(hex(CODEC, -(1L << 32))).isEqualTo("cbc1f0000000000000");
        assertThat(hex(CODEC, BigInteger.ONE.shiftLeft(40))).isEqualTo("cb4270000000000000");
    }

    @Test
    @Checklist("RPC 137")
    void integerBeyondFloat64IsRejectedUnlessSelected() {
        assertThatThrownBy(() -> hex(CODEC, (1L << 53) + 1))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("9007199254740993")
                .hasMessageContaining("integers64");
        assertThatThrownBy(() -> hex(WIDE, BigInteger.ONE.shiftLeft(64))).isInstanceOf(CodecException.class);
        assertThat(hex(WIDE, 1L << 32)).isEqualTo("cf0000000100000000");
        assertThat(hex(WIDE, Long.MIN_VALUE)).isEqualTo("d38000000000000000");
        assertThat(hex(WIDE, BigInteger.ONE.shiftLeft(63))).isEqualTo("cf8000000000000000");
    }

    @Test
    void fractionsAreFloat64() {
        assertThat(hex(CODEC, 0.5)).isEqualTo("cb3fe0000000000000");
        assertThat(hex(CODEC, 0.5f)).isEqualTo("cb3fe0000000000000");
        assertThat(hex(CODEC, Double.NaN)).isEqualTo("cb7ff8000000000000");
    }

    @Test
    @Checklist("RPC 137")
    void payloadIsWrittenWithinTheOptions() {
        assertThat(hex(CODEC, Map.of("a", payload("93 01 c4 01 ff cf 0000010000000000"))))
                .isEqualTo("81a1619301c401ffcb4270000000000000");
        assertThat(hex(CODEC, Payload.absent(CODEC))).isEqualTo("c0");
        assertThatThrownBy(() -> hex(CODEC, payload("d40500"))).isInstanceOf(CodecException.class);
    }

    private static Payload payload(String hex) {
        return Payload.of(CODEC, Frame.of(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    @Test
    void stringsAreUtf8WithTheirLength() {
        assertThat(hex(CODEC, "")).isEqualTo("a0");
        assertThat(hex(CODEC, "ü€")).isEqualTo("a5c3bce282ac");
        assertThat(hex(CODEC, "x".repeat(31))).startsWith("bf78");
        assertThat(hex(CODEC, "x".repeat(32))).startsWith("d92078");
        assertThat(hex(CODEC, "x".repeat(256))).startsWith("da010078");
        assertThat(hex(CODEC, "x".repeat(65536))).startsWith("db0001000078");
        assertThat(hex(CODEC, CharBuffer.wrap("a"))).isEqualTo("a161");
        assertThat(hex(CODEC, 'a')).isEqualTo("a161");
    }

    @Test
    void bytesAreBinary() {
        assertThat(hex(CODEC, new byte[] {1, 2})).isEqualTo("c4020102");
        assertThat(hex(CODEC, ByteBuffer.wrap(new byte[] {7}))).isEqualTo("c40107");
        assertThat(hex(CODEC, new byte[256])).startsWith("c5010000");
        assertThat(hex(CODEC, new byte[65536])).startsWith("c60001000000");
    }

    @Test
    void collectionsAndArraysAreArrays() {
        assertThat(hex(CODEC, List.of(1, "a"))).isEqualTo("9201a161");
        assertThat(hex(CODEC, new int[] {1, 2})).isEqualTo("920102");
        assertThat(hex(CODEC, new long[] {1})).isEqualTo("9101");
        assertThat(hex(CODEC, new double[] {0.5})).isEqualTo("91cb3fe0000000000000");
        assertThat(hex(CODEC, new Object[] {null, true})).isEqualTo("92c0c3");
        assertThat(hex(CODEC, new boolean[16])).startsWith("dc0010c2");
        assertThat(hex(CODEC, new ArrayList<>(Arrays.asList(new Object[65536]))))
                .startsWith("dd00010000c0");
    }

    @Test
    void mapsKeepTheirOrderAndTheirKeysAreStrings() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put(1, 2);
        map.put(Color.RED, null);
        assertThat(hex(CODEC, map)).isEqualTo("83a16201a13102a3524544c0");
    }

    @Test
    void recordsAreMapsOfTheirComponents() {
        assertThat(hex(CODEC, new Point(1, 0.5))).isEqualTo("82a17801a179cb3fe0000000000000");
        assertThat(hex(CODEC, new Box(Optional.empty(), List.of("a")))).isEqualTo("82a5706f696e74c0a47461677391a161");
    }

    @Test
    void otherTypesAreWrittenAsTheJsonCodecConvertsThem() {
        assertThat(hex(CODEC, new Renamed("a"))).isEqualTo("81a87468652d6e616d65a161");
        assertThat(hex(CODEC, new Bean())).isEqualTo("81a473697a6503");
        assertThat(hex(CODEC, Color.RED)).isEqualTo("a3524544");
        assertThat(hex(CODEC, Optional.of(1))).isEqualTo("01");
        assertThat(hex(CODEC, new UUID(0, 1))).startsWith("d92430303030");
        assertThat(hex(CODEC, Instant.EPOCH)).isEqualTo("b4" + "313937302d30312d30315430303a30303a30305a");
    }

    @Test
    void timesAndExtensionsAreExtensionsIfSelected() {
        assertThat(hex(WIDE, Instant.EPOCH)).isEqualTo("d6ff00000000");
        assertThat(hex(WIDE, Instant.ofEpochSecond(1, 500_000_000))).isEqualTo("d7ff7735940000000001");
        assertThat(hex(WIDE, Instant.ofEpochSecond(-1))).isEqualTo("c70cff00000000ffffffffffffffff");
        assertThat(hex(WIDE, new Extension(5, Frame.of(new byte[] {9})))).isEqualTo("d40509");
        assertThat(hex(WIDE, new Extension(-2, Frame.of(new byte[3])))).isEqualTo("c703fe000000");
        assertThatThrownBy(() -> hex(CODEC, new Extension(5, Frame.empty())))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("extension of type 5");
    }

    @Test
    void cyclicValueIsRejected() {
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        assertThatThrownBy(() -> hex(CODEC, circle))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("1000 deep");
    }

    @Test
    void decimalBeyondDoubleIsRejected() {
        assertThat(hex(CODEC, new BigDecimal("1E+1"))).isEqualTo("cb4024000000000000");
        assertThat(hex(CODEC, new BigDecimal("1e-400"))).isEqualTo("cb0000000000000000");
        assertThatThrownBy(() -> hex(CODEC, new BigDecimal("-1e400")))
                .isInstanceOf(CodecException.class)
                .hasMessage("cannot write the number -1E+400 as MessagePack (expected: at most 1.8E308, or a string)");
    }
}
