package io.heliograph.codec.msgpack;

import static io.heliograph.codec.msgpack.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of msgpack-lite 0.1.26 (section 11.3 of the SocketCluster specification). */
@SuppressWarnings("JavaUtilDate") // programs have them
class MsgpackJsCodecTest {

    private static final Codec CODEC = Codec.named("msgpack-js");

    private static String value(@Nullable Object value) {
        return hex(CODEC, value);
    }

    private static @Nullable Object decoded(String hex) {
        return CODEC.decode(hex(hex), Object.class);
    }

    private static @Nullable Object roundTrip(@Nullable Object value) {
        return decoded(value(value));
    }

    @Test
    void codecIsFoundByName() {
        assertThat(CODEC).isInstanceOf(MsgpackJsCodec.class);
        assertThat(CODEC.format()).isEqualTo("msgpack-js");
    }

    @ParameterizedTest
    @CsvSource({
        "0,00",
        "1,01",
        "127,7f",
        "128,cc80",
        "255,ccff",
        "256,cd0100",
        "65535,cdffff",
        "65536,ce00010000",
        "2147483647,ce7fffffff",
        "2147483648,cb41e0000000000000",
        "-1,ff",
        "-32,e0",
        "-33,d0df",
        "-128,d080",
        "-129,d1ff7f",
        "-32768,d18000",
        "-32769,d2ffff7fff",
        "-2147483648,d280000000",
        "-2147483649,cbc1e0000000200000",
        "4294967296,cb41f0000000000000",
        "9007199254740992,cb4340000000000000"
    })
    void integersHaveTheShortestFormOf32Bits(long number, String hex) {
        assertThat(value(number)).isEqualTo(hex);
        assertThat(value((double) number)).isEqualTo(hex);
        assertThat(value(BigInteger.valueOf(number))).isEqualTo(hex);
        assertThat(value(new long[] {number})).isEqualTo("91" + hex);
        assertThat(value(new double[] {number})).isEqualTo("91" + hex);
        assertThat(decoded(hex)).isEqualTo(number);
    }

    @Test
    void otherNumbersAreFloat64() {
        assertThat(value(1.5)).isEqualTo("cb3ff8000000000000");
        assertThat(value(1.5f)).isEqualTo("cb3ff8000000000000");
        assertThat(value(Double.NaN)).isEqualTo("cb7ff8000000000000");
        assertThat(value(Double.POSITIVE_INFINITY)).isEqualTo("cb7ff0000000000000");
        assertThat(value(-0.0)).isEqualTo("00");
        assertThat(value(1.0)).isEqualTo("01");
        assertThat(decoded("cb3ff8000000000000")).isEqualTo(1.5);
        assertThat(decoded("cb7ff8000000000000")).isEqualTo(Double.NaN);
        assertThat(decoded("cb4340000000000001")).isEqualTo(9007199254740994.0);
        assertThat(decoded("cb7ff0000000000000")).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void stringsHaveTheShortestForm() {
        assertThat(value("")).isEqualTo("a0");
        assertThat(value("é")).isEqualTo("a2c3a9");
        assertThat(value("x".repeat(31))).startsWith("bf7878");
        assertThat(value("x".repeat(32))).startsWith("d92078");
        assertThat(value("x".repeat(255))).startsWith("d9ff78");
        assertThat(value("x".repeat(256))).startsWith("da010078");
        assertThat(value("x".repeat(65535))).startsWith("daffff78");
        assertThat(value("x".repeat(65536))).startsWith("db0001000078");
        for (int length : new int[] {0, 31, 32, 255, 256, 65535, 65536}) {
            String string = "y".repeat(length);
            assertThat(roundTrip(string)).isEqualTo(string);
        }
    }

    @Test
    void arraysAndMapsHaveTheShortestForm() {
        assertThat(value(List.of())).isEqualTo("90");
        assertThat(value(Map.of())).isEqualTo("80");
        assertThat(value(Collections.nCopies(15, 1))).startsWith("9f01");
        assertThat(value(Collections.nCopies(16, 1))).startsWith("dc001001");
        assertThat(value(Collections.nCopies(65536, 1))).startsWith("dd0001000001");
        assertThat(value(numbered(15))).startsWith("8fa13000");
        assertThat(value(numbered(16))).startsWith("de0010a13000");
        assertThat(value(new int[] {1, 2})).isEqualTo("920102");
        assertThat(value(new Object[] {null, true, false})).isEqualTo("93c0c3c2");
        assertThat(roundTrip(numbered(16))).isEqualTo(numbered(16));
    }

    private static Map<String, Long> numbered(int size) {
        Map<String, Long> map = new LinkedHashMap<>();
        IntStream.range(0, size).forEach(i -> map.put(String.valueOf(i), (long) i));
        return map;
    }

    @Test
    void binaryOf255BytesHasTheFormatBin16() {
        assertThat(value(new byte[] {1, 2})).isEqualTo("c4020102");
        assertThat(value(ByteBuffer.wrap(new byte[] {1, 2}))).isEqualTo("c4020102");
        assertThat(value(new byte[254])).startsWith("c4fe00");
        assertThat(value(new byte[255])).startsWith("c500ff00");
        assertThat(value(new byte[65536])).startsWith("c60001000000");
        assertThat((byte[]) CODEC.decode(hex(value(new byte[255])), byte[].class))
                .hasSize(255);
        assertThat(decoded("c4020102")).isEqualTo(new byte[] {1, 2});
    }

    @SuppressWarnings("ArrayRecordComponent") // programs have them
    record Inner(byte[] bytes, List<Integer> list) {}

    record Outer(String name, Inner inner, @Nullable Object none) {}

    enum Upper {
        A;

        @Override
        public String toString() {
            return "a";
        }
    }

    @SuppressWarnings("UnnecessaryStringBuilder") // a value of this type is written
    @Test
    void recordsAreMapsAndTheirBytesBinary() {
        String hex = value(new Outer("n", new Inner(new byte[] {7}, List.of(1)), null));
        assertThat(hex).isEqualTo("83a46e616d65a16ea5696e6e657282a56279746573c40107a46c6973749101a46e6f6e65c0");
        Outer read = Objects.requireNonNull((Outer) CODEC.decode(hex(hex), Outer.class));
        assertThat(read.inner().bytes()).containsExactly(7);
        assertThat(read.inner().list()).containsExactly(1);
        assertThat(value(new Date(0))).isEqualTo(value("1970-01-01T00:00:00.000Z"));
        assertThat(value(Thread.State.NEW)).isEqualTo(value("NEW"));
        assertThat(value(Optional.of(5))).isEqualTo("05");
        assertThat(value(Optional.empty())).isEqualTo("c0");
        assertThat(value('x')).isEqualTo("a178");
        assertThat(value(new StringBuilder("x"))).isEqualTo("a178");
        assertThat(value(Map.of(Upper.A, 1))).isEqualTo("81a16101");
    }

    @Test
    void payloadOfAnotherCodecIsConverted() {
        Payload integer = Payload.of(new MsgpackCodec(), hex("cf0000000100000000"));
        assertThat(value(integer)).isEqualTo("cb41f0000000000000");
        assertThat(value(Payload.of(Codec.named("json"), Frame.utf8("[1.0]")))).isEqualTo("9101");
    }

    @ParameterizedTest
    @CsvSource({
        "ca3fc00000,1.5",
        "cb3ff0000000000000,1",
        "cf0000000000000005,5",
        "d3ffffffffffffffff,-1",
        "d2ffffffff,-1",
        "cd0001,1",
        "cc01,1",
        "ce00000001,1",
        "cfffffffffffffffff,18446744073709551615",
        "d90178,x",
        "da000178,x",
        "db0000000178,x",
        "dc000101,[1]",
        "dd0000000101,[1]",
        "de000101a178,{1=x}",
        "df00000001a178a179,{x=y}",
        "81c0c3,{null=true}",
        "81c3c2,{true=false}",
        "81c4016101,{a=1}",
        "81cb3ff800000000000001,{1.5=1}",
        "d40501,'{type=5, buffer=[B'",
        "d6ff00000000,'{type=-1, buffer=[B'",
        "c70105ff,'{type=5, buffer=[B'"
    })
    void anyValidFormIsRead(String hex, String shown) {
        assertThat(String.valueOf(decoded(hex))).startsWith(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "a5",
                "dcffff",
                "ddffffffff",
                "dfffffffff",
                "dbffffffff",
                "c6ffffffff",
                "c9ffffffff00",
                "d9",
                "cb00",
                "8191",
                "ddffffffff01",
                "92c0c1",
                "819101",
                "0101"
            })
    void malformedBytesAreRejected(String hex) {
        assertThatThrownBy(() -> decoded(hex)).isInstanceOf(CodecException.class);
    }

    @Test
    void cyclicValueIsRejected() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        assertThatThrownBy(() -> value(cycle)).isInstanceOf(CodecException.class);
    }

    @Test
    void numbersAreReadAsRequestedType() {
        assertThat(CODEC.decode(hex("cb41e0000000000000"), Long.class)).isEqualTo(2_147_483_648L);
        assertThat(CODEC.decode(hex("05"), Double.class)).isEqualTo(5.0);
        assertThat(CODEC.decode(hex("c0"), Object.class)).isNull();
        assertThat(CODEC.decode(hex("c0"), String.class)).isNull();
    }

    @Test
    void convertReturnsTheRequestedType() {
        assertThat(CODEC.convert(Map.of("bytes", new byte[] {1}, "list", List.of(2)), Inner.class))
                .extracting(inner -> ((Inner) inner).list())
                .isEqualTo(List.of(2));
    }

    @Test
    void numberBeyondDoubleIsRejected() {
        assertThat(value(new BigDecimal("1E+1"))).isEqualTo("0a");
        assertThat(value(Double.POSITIVE_INFINITY)).isEqualTo("cb7ff0000000000000");
        for (Number number : List.of(new BigDecimal("1e400"), BigInteger.TEN.pow(400))) {
            assertThatThrownBy(() -> value(number))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("(expected: at most 1.8E308, or a string)");
        }
    }
}
