package io.heliograph.realtime.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    private @Nullable Object decoded(String hex) {
        return Payload.of(codec.codec(), bytes(hex)).value();
    }

    @Test
    @Checklist("SC 69")
    void packetsAreWrittenLikeOriginal() {
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
    void packetsOfOriginalAreRead() {
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
    void publicationWithoutDataIsAnOrdinaryEvent() {
        assertThat(hex(codec.event("#publish", null, PacketCodec.ABSENT))).isEqualTo("81a16592a8237075626c697368c0");
        assertThat(hex(codec.event("#publish", "1", null))).isEqualTo("81a16593a8237075626c697368c001");
        assertThat(hex(codec.event("#publish", null, map("channel", "c")))).isEqualTo("81a17092a163c0");
        assertThat(hex(codec.event("#publish", null, map("data", 1, "more", 2))))
                .isEqualTo("81a17092c001");
        assertThat(hex(codec.publication("c", codec.absent))).isEqualTo("81a17092a163c0");
    }

    @Test
    void publicationWithPositionHasGeneralForm() {
        assertThat(hex(codec.publication("c", codec.payload("d"), "e:7")))
                .isEqualTo("81a16592a8237075626c69736883a76368616e6e656ca163a464617461a164a8706f736974696f6ea3653a37");
        assertThat(hex(codec.publication("c", codec.absent, "e:7")))
                .isEqualTo("81a16592a8237075626c69736883a76368616e6e656ca163a464617461c0a8706f736974696f6ea3653a37");
    }

    @Test
    void errorIsTheSecondElement() {
        assertThat(hex(codec.failure("1", "no"))).isEqualTo("81a1729301a26e6fc0");
        assertThat(hex(codec.failure("1", RealtimeException.of("E", "m"))))
                .isEqualTo("81a172930182a76d657373616765a16da46e616d65a145c0");
    }

    @Test
    void jsonPayloadIsConverted() {
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
    void validMessagePackFormIsAcceptedAsData(String hex, String shown) {
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
    void malformedMessageIsRejected(String hex) {
        assertThatThrownBy(() -> read(hex)).isInstanceOf(InvalidMessageException.class);
    }

    @Test
    void textMessageIsRejected() {
        assertThatThrownBy(
                        () -> Packets.of(codec, Frame.utf8("{\"event\":\"a\"}").asText()))
                .isInstanceOf(InvalidMessageException.class);
    }

    @Test
    void nestingIsLimitedWhenReadingAndWriting() {
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
    void otherValuesAreRaw(String hex) {
        assertThat(read(hex)).containsExactly("raw");
        assertThat(read("92" + hex + "81a16592a16101")).containsExactly("raw", "event a 1");
        assertThat(read("90")).isEmpty();
    }

    @Test
    void plainPacketsAreRead() {
        assertThat(read("83a56576656e74a161a46461746102a363696403")).containsExactly("request 3 a 2");
        assertThat(read("82a372696401a46461746102")).containsExactly("response 1 2");
        assertThat(read("82a372696401a56572726f72a165")).containsExactly("response 1 error e");
        assertThat(read("82a178 90 a16592a16101".replace(" ", ""))).containsExactly("event a 1");
    }

    @Test
    void shortenedPacketsMayHaveFewerOrMoreElements() {
        assertThat(read("81a16591a161")).containsExactly("event a");
        assertThat(read("81a16593a16101c0")).containsExactly("event a 1");
        assertThat(read("81a16593a16101a178")).containsExactly("event a 1");
        assertThat(read("81a16594a161010203")).containsExactly("request 2 a 1");
        assertThat(read("81a17091a163")).containsExactly("event #publish {channel=c}");
        assertThat(read("81a17090")).containsExactly("event #publish {channel=null}");
        assertThat(read("81a1729101")).containsExactly("response 1");
    }

    @Test
    void shortenedMembersOverridePlainMembers() {
        assertThat(read("82a16592a16101a46461746102")).containsExactly("event a 1");
        assertThat(read("82a46461746102a16592a16101")).containsExactly("event a 1");
    }

    @Test
    void cidAndRidKeepTheirValue() {
        for (String cid : List.of("0", "-1", "1.5", "2147483648", "-2147483649")) {
            assertThat(Packets.of(codec, codec.event("a", cid, 1))).containsExactly("request " + cid + " a 1");
            assertThat(Packets.of(codec, codec.response(cid, 1))).containsExactly("response " + cid + " 1 error null");
        }
    }

    @Test
    void membersOfDataAreRead() {
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
    void publishRequestWithIdIsAnOrdinaryEvent() {
        // {e: ["#publish", {channel: "c", data: "d", id: ["p", 7]}, 5]}
        String start = "81a16593a8237075626c69736883a76368616e6e656ca163a464617461";
        assertThat(hex(codec.publishRequest("c", codec.payload("d"), "p", 7, "5")))
                .isEqualTo(start + "a164" + "a2696492a17007" + "05");
        assertThat(hex(codec.publishRequest("c", codec.absent, "p", 7, "5")))
                .isEqualTo(start + "c0" + "a2696492a17007" + "05");
    }
}
