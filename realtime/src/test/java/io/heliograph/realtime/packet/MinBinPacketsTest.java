package io.heliograph.realtime.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.testkit.Checklist;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HexFormat;
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

@SuppressWarnings("JavaUtilDate") // programs have them
class MinBinPacketsTest {

    private final PacketCodec codec = PacketCodec.of(RealtimeCodec.minBin(), 50);

    private static String hex(Frame frame) {
        return HexFormat.of().formatHex(frame.toByteArray());
    }

    private static Frame bytes(String hex) {
        return Frame.of(HexFormat.of().parseHex(hex));
    }

    private List<String> read(String hex) {
        return Packets.of(codec, bytes(hex));
    }

    private static Map<String, @Nullable Object> map(Object... entries) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put((String) entries[i], entries[i + 1]);
        }
        return map;
    }

    private String value(@Nullable Object value) {
        return hex(codec.payload(value).frame());
    }

    private @Nullable Object decoded(String hex) {
        return Payload.of(codec.codec(), bytes(hex)).value();
    }

    @Test
    @Checklist("SC 69")
    void writesTheBytesOfTheOriginal() {
        Map<String, @Nullable Object> handshake = new LinkedHashMap<>();
        handshake.put("authToken", null);
        assertThat(hex(codec.event("#handshake", "1", handshake)))
                .isEqualTo("81a16593aa2368616e647368616b6581a961757468546f6b656ec001");
        assertThat(hex(codec.event("foo", null, 1))).isEqualTo("81a16592a3666f6f01");
        assertThat(hex(codec.event("#publish", null, map("channel", "c", "data", "d"))))
                .isEqualTo("81a17092a163a164");
        assertThat(hex(codec.publication("c", codec.payload("d")))).isEqualTo("81a17092a163a164");
        assertThat(hex(codec.event("#publish", "5", map("channel", "c", "data", "d"))))
                .isEqualTo("81a17093a163a16405");
        assertThat(hex(codec.response("1", PacketCodec.ABSENT))).isEqualTo("81a1729301c0c0");
        assertThat(hex(codec.response("1", 2))).isEqualTo("81a1729301c002");
        assertThat(hex(codec.batch(List.of(codec.event("a", "1", 1), codec.response("2", PacketCodec.ABSENT)))))
                .isEqualTo("9281a16593a161010181a1729302c0c0");
        assertThat(hex(codec.event("#removeAuthToken", null, PacketCodec.ABSENT)))
                .isEqualTo("81a16592b02372656d6f766541757468546f6b656ec0");
    }

    @Test
    @Checklist("SC 69")
    void readsTheBytesOfTheOriginal() {
        assertThat(read("81a16593aa2368616e647368616b6581a961757468546f6b656ec001"))
                .containsExactly("request 1 #handshake {authToken=null}");
        assertThat(read("81a16592a3666f6f01")).containsExactly("event foo 1");
        assertThat(read("81a17092a163a164")).containsExactly("event #publish {channel=c, data=d}");
        assertThat(read("81a17093a163a16405")).containsExactly("request 5 #publish {channel=c, data=d}");
        assertThat(read("81a1729301c0c0")).containsExactly("response 1 null error null");
        assertThat(read("81a1729301c002")).containsExactly("response 1 2 error null");
        assertThat(read("9281a16593a161010181a1729302c0c0"))
                .containsExactly("request 1 a 1", "response 2 null error null");
        assertThat(read("81a16592b02372656d6f766541757468546f6b656ec0")).containsExactly("event #removeAuthToken null");
    }

    @Test
    @Checklist("SC 69")
    void absentDataArrivesAsNull() {
        Packets packets = new Packets();
        codec.reader().read(codec.event("a", "1", PacketCodec.ABSENT), packets);
        codec.reader().read(codec.response("1", codec.absent), packets);
        assertThat(packets.data).extracting(Payload::isPresent).containsExactly(true, true);
        assertThat(packets.data).extracting(Payload::value).containsExactly(null, null);
        assertThat(WireErrors.rehydrate(packets.errors.getFirst())).isNull();
    }

    @Test
    @Checklist("SC 69")
    void messagesAreBinary() {
        assertThat(codec.event("a", null, 1).isText()).isFalse();
        assertThat(codec.batch(List.of(codec.event("a", null, 1))).isText()).isFalse();
    }

    @Test
    void aPublicationWithoutDataIsAnOrdinaryEvent() {
        assertThat(hex(codec.event("#publish", null, PacketCodec.ABSENT))).isEqualTo("81a16592a8237075626c697368c0");
        assertThat(hex(codec.event("#publish", "1", null))).isEqualTo("81a16593a8237075626c697368c001");
        assertThat(hex(codec.event("#publish", null, map("channel", "c")))).isEqualTo("81a17092a163c0");
        assertThat(hex(codec.event("#publish", null, map("data", 1, "more", 2))))
                .isEqualTo("81a17092c001");
        assertThat(hex(codec.publication("c", codec.absent))).isEqualTo("81a17092a163c0");
    }

    @Test
    void anErrorIsTheSecondElement() {
        assertThat(hex(codec.failure("1", "no"))).isEqualTo("81a1729301a26e6fc0");
        assertThat(hex(codec.failure("1", RealtimeException.of("E", "m"))))
                .isEqualTo("81a172930182a76d657373616765a16da46e616d65a145c0");
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
    void wholeNumbersTakeTheShortestFormOf32Bits(long number, String hex) {
        assertThat(value(number)).isEqualTo(hex);
        assertThat(value((double) number)).isEqualTo(hex);
        assertThat(value(BigInteger.valueOf(number))).isEqualTo(hex);
        assertThat(decoded(hex)).isEqualTo(number);
    }

    @Test
    void otherNumbersAreDoubles() {
        assertThat(value(1.5)).isEqualTo("cb3ff8000000000000");
        assertThat(value(1.5f)).isEqualTo("cb3ff8000000000000");
        assertThat(value(Double.NaN)).isEqualTo("cb7ff8000000000000");
        assertThat(value(Double.POSITIVE_INFINITY)).isEqualTo("cb7ff0000000000000");
        assertThat(value(-0.0)).isEqualTo("00");
        assertThat(value(1.0)).isEqualTo("01");
        assertThat(decoded("cb3ff8000000000000")).isEqualTo(1.5);
        assertThat(decoded("cb7ff8000000000000")).isEqualTo(Double.NaN);
    }

    @Test
    void stringsTakeTheShortestForm() {
        assertThat(value("")).isEqualTo("a0");
        assertThat(value("é")).isEqualTo("a2c3a9");
        assertThat(value("x".repeat(31))).startsWith("bf7878");
        assertThat(value("x".repeat(32))).startsWith("d92078");
        assertThat(value("x".repeat(255))).startsWith("d9ff78");
        assertThat(value("x".repeat(256))).startsWith("da010078");
        assertThat(value("x".repeat(65535))).startsWith("daffff78");
        assertThat(value("x".repeat(65536))).startsWith("db0001000078");
        for (int length : new int[] {0, 31, 32, 255, 256, 65535, 65536}) {
            String text = "y".repeat(length);
            assertThat(codec.payload(text).as(String.class)).isEqualTo(text);
        }
    }

    @Test
    void listsAndMapsTakeTheShortestForm() {
        assertThat(value(List.of())).isEqualTo("90");
        assertThat(value(Map.of())).isEqualTo("80");
        assertThat(value(Collections.nCopies(15, 1))).startsWith("9f01");
        assertThat(value(Collections.nCopies(16, 1))).startsWith("dc001001");
        assertThat(value(Collections.nCopies(65536, 1))).startsWith("dd0001000001");
        assertThat(value(numbered(15))).startsWith("8fa13000");
        assertThat(value(numbered(16))).startsWith("de0010a13000");
        assertThat(value(new int[] {1, 2})).isEqualTo("920102");
        assertThat(value(new Object[] {null, true, false})).isEqualTo("93c0c3c2");
        assertThat(codec.payload(numbered(16)).value()).isEqualTo(numbered(16));
    }

    private static Map<String, Long> numbered(int size) {
        Map<String, Long> map = new LinkedHashMap<>();
        IntStream.range(0, size).forEach(i -> map.put(String.valueOf(i), (long) i));
        return map;
    }

    @Test
    void bytesAreBinaryWithAnOddityOfTheOriginalAt255() {
        assertThat(value(new byte[] {1, 2})).isEqualTo("c4020102");
        assertThat(value(ByteBuffer.wrap(new byte[] {1, 2}))).isEqualTo("c4020102");
        assertThat(value(new byte[254])).startsWith("c4fe00");
        assertThat(value(new byte[255])).startsWith("c500ff00");
        assertThat(value(new byte[65536])).startsWith("c60001000000");
        assertThat(codec.payload(new byte[255]).as(byte[].class)).hasSize(255);
        assertThat(decoded("c4020102")).isEqualTo(new byte[] {1, 2});
    }

    @SuppressWarnings("ArrayRecordComponent") // as users have them
    record Inner(byte[] bytes, List<Integer> list) {}

    record Outer(String name, Inner inner, @Nullable Object none) {}

    @Test
    void recordsAreMapsAndTheirBytesBinary() {
        Outer outer = new Outer("n", new Inner(new byte[] {7}, List.of(1)), null);
        String hex = value(outer);
        assertThat(hex).isEqualTo("83a46e616d65a16ea5696e6e657282a56279746573c40107a46c6973749101a46e6f6e65c0");
        Outer read =
                Objects.requireNonNull(Payload.of(codec.codec(), bytes(hex)).as(Outer.class));
        assertThat(read.inner().bytes()).containsExactly(7);
        assertThat(read.inner().list()).containsExactly(1);
        assertThat(value(new Date(0))).isEqualTo(value("1970-01-01T00:00:00.000Z"));
        assertThat(value(Thread.State.NEW)).isEqualTo(value("NEW"));
        assertThat(value(Optional.of(5))).isEqualTo("05");
        assertThat(value(Optional.empty())).isEqualTo("c0");
    }

    @Test
    void aPayloadOfJsonIsTranslated() {
        PacketCodec json = PacketCodec.of(RealtimeCodec.json(), 10);
        assertThat(hex(codec.event("foo", null, json.payload(1)))).isEqualTo("81a16592a3666f6f01");
    }

    @ParameterizedTest
    @CsvSource({
        "ca3fc00000,1.5",
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
        "d40501,'{type=5, buffer=[B'",
        "c70105ff,'{type=5, buffer=[B'"
    })
    void readsAnyValidForm(String hex, String shown) {
        assertThat(String.valueOf(decoded(hex))).startsWith(shown);
        assertThat(read("81a16592a161" + hex)).hasSize(1).first().asString().startsWith("event a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c1",
                "81",
                "81a1",
                "81a165",
                "81a16592a16101ff",
                "a5",
                "dcffff",
                "ddffffffff",
                "dfffffffff",
                "dbffffffff",
                "c6ffffffff",
                "c9ffffffff00",
                "d9",
                "cb00",
                "9281a16592a16101",
                "8191",
                "ddffffffff01",
                "81a16592c101"
            })
    void whatIsNotMessagePackIsAnError(String hex) {
        assertThatThrownBy(() -> read(hex)).isInstanceOf(InvalidMessageException.class);
    }

    @Test
    void aTextMessageIsAnError() {
        assertThatThrownBy(
                        () -> Packets.of(codec, Frame.utf8("{\"event\":\"a\"}").asText()))
                .isInstanceOf(InvalidMessageException.class);
    }

    @Test
    void depthIsLimitedInBothDirections() {
        assertThat(read("81a16592a161" + "91".repeat(47) + "01")).hasSize(1);
        assertThatThrownBy(() -> read("81a16592a161" + "91".repeat(48) + "01"))
                .isInstanceOf(InvalidMessageException.class);
        assertThatThrownBy(() -> read("91".repeat(100_000))).isInstanceOf(InvalidMessageException.class);
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        assertThatThrownBy(() -> codec.event("a", null, cyclic)).isInstanceOf(InvalidMessageException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01",
                "c0",
                "a161",
                "80",
                "81a16501",
                "81a1659101",
                "81a17201",
                "81a17291c0",
                "81a56576656e7401",
                "8101a161",
                "81a17290",
                "81a16590"
            })
    void whatIsNoPacketIsRaw(String hex) {
        assertThat(read(hex)).containsExactly("raw");
        assertThat(read("92" + hex + "81a16592a16101")).containsExactly("raw", "event a 1");
        assertThat(read("90")).isEmpty();
    }

    @Test
    void packetsThatAreNotShortenedAreRead() {
        assertThat(read("83a56576656e74a161a46461746102a363696403")).containsExactly("request 3 a 2");
        assertThat(read("82a372696401a46461746102")).containsExactly("response 1 2");
        assertThat(read("82a372696401a56572726f72a165")).containsExactly("response 1 error e");
        assertThat(read("82a178 90 a16592a16101".replace(" ", ""))).containsExactly("event a 1");
    }

    @Test
    void shortenedPacketsMayBeShorterOrLonger() {
        assertThat(read("81a16591a161")).containsExactly("event a");
        assertThat(read("81a16593a16101c0")).containsExactly("event a 1");
        assertThat(read("81a16593a16101a178")).containsExactly("event a 1");
        assertThat(read("81a16594a161010203")).containsExactly("request 2 a 1");
        assertThat(read("81a17091a163")).containsExactly("event #publish {channel=c}");
        assertThat(read("81a17090")).containsExactly("event #publish {channel=null}");
        assertThat(read("81a1729101")).containsExactly("response 1");
    }

    @Test
    void theNumberKeepsItsValue() {
        for (String cid : List.of("0", "-1", "1.5", "2147483648", "-2147483649")) {
            assertThat(Packets.of(codec, codec.event("a", cid, 1))).containsExactly("request " + cid + " a 1");
            assertThat(Packets.of(codec, codec.response(cid, 1))).containsExactly("response " + cid + " 1 error null");
        }
    }

    @Test
    void theFieldsOfDataAreReadWithoutBuildingIt() {
        PacketCodec.Reader reader = codec.reader();
        Payload data = codec.payload(map("channel", "foo", "data", List.of(1), "id", 5));
        assertThat(reader.string(data, PacketCodec.Field.CHANNEL)).isEqualTo("foo");
        assertThat(reader.string(data, PacketCodec.Field.ID)).isNull();
        assertThat(reader.member(data, PacketCodec.Field.DATA).value()).isEqualTo(List.of(1L));
        assertThat(reader.member(data, PacketCodec.Field.TOKEN).isPresent()).isFalse();
        for (Object other : Arrays.asList("channel", 1, null, List.of("channel"))) {
            assertThat(reader.string(codec.payload(other), PacketCodec.Field.CHANNEL))
                    .isNull();
        }
        assertThat(reader.member(codec.absent, PacketCodec.Field.DATA).isPresent())
                .isFalse();
    }

    @Test
    void largeNumbersReadAsWhatIsWanted() {
        assertThat(Payload.of(codec.codec(), bytes("cb41e0000000000000")).as(Long.class))
                .isEqualTo(2_147_483_648L);
        assertThat(Payload.of(codec.codec(), bytes("05")).as(Double.class)).isEqualTo(5.0);
    }
}
