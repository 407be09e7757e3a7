package io.heliograph.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Payload;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The MessagePack dialect, as bytes. The bytes of the npm forks are those of the protocol specification, section 6. */
class RpcMsgpackTest extends ServerFixture {

    private static final String METHOD = "a66d6574686f64";
    private static final String PARAMS = "a6706172616d73";
    private static final String ID = "a26964";
    private static final String RESULT = "a6726573756c74";
    private static final String ERROR = "a56572726f72";
    private static final String CODE = "a4636f6465";
    private static final String MESSAGE = "a76d657373616765";
    private static final String DATA = "a464617461";
    private static final String VERSION = "a76a736f6e727063a3322e30";

    private static String str(String text) {
        int length = text.length();
        String hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
        return (length < 32
                        ? Integer.toHexString(0xa0 | length)
                        : "d9" + HexFormat.of().toHexDigits((byte) length))
                + hex;
    }

    private static String request(String method, String params, String id) {
        return "83" + METHOD + str(method) + PARAMS + params + ID + id;
    }

    private static String result(String result, String id) {
        return "82" + RESULT + result + ID + id;
    }

    private static String error(String code, String message, String id) {
        return "82" + ERROR + "82" + CODE + code + MESSAGE + str(message) + ID + id;
    }

    private static String error(String code, String message, String data, String id) {
        return "82" + ERROR + "83" + CODE + code + MESSAGE + str(message) + DATA + str(data) + ID + id;
    }

    @Test
    @Checklist({"RPC 23", "RPC 37", "RPC 135"})
    void forkRequestsAreAnsweredInMessagePack() throws Exception {
        assertThat(open("/").askHex("83 a6 6d6574686f64 a4 6563686f a6 706172616d73 92 01 a1 61 a2 6964 01"))
                .isEqualTo("82a6726573756c749201a161a2696401");
        assertThat(open("/").askHex(request("nothing", "c0", "01"))).isEqualTo(result("c0", "01"));
    }

    @Test
    @Checklist("RPC 24")
    void namedParamsAreAccepted() throws Exception {
        assertThat(open("/").askHex(request("sum", "82a16105a16203", "01"))).isEqualTo(result("08", "01"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0",
                "c2",
                "00",
                "a0",
                "d900",
                "ca00000000",
                "cb7ff8000000000000",
                "cc00",
                "d300" + "00000000000000"
            })
    @Checklist("RPC 29")
    void falsyIdMakesNotification(String id) throws Exception {
        RawSocket socket = open("/");
        socket.sendHex(request("echo", "91a178", id));
        assertThat(socket.askHex(request("sum", "920102", "05"))).isEqualTo(result("03", "05"));
        Awaitility.await().until(() -> handled.size() == 1);
    }

    @Test
    @Checklist({"RPC 30", "RPC 31"})
    void errorsMatchForkBytes() throws Exception {
        assertThat(open("/").askHex(request("nope", "c0", "01")))
                .isEqualTo(
                        "82a56572726f7282a4636f6465d180a7a76d657373616765b04d6574686f64206e6f7420666f756e64a2696401");
        assertThat(open("/").askHex("82" + METHOD + "a178" + PARAMS + "c0"))
                .isEqualTo(error("d180a7", "Method not found", "c0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a46e756c6c", "01", "c3", "cb3ff8000000000000"})
    @Checklist("RPC 34")
    void scalarHasNoMethod(String scalar) throws Exception {
        assertThat(open("/").askHex(scalar)).isEqualTo(error("d180a6", "Invalid params", "Method not specified", "c0"));
    }

    @Test
    @Checklist({"RPC 38", "RPC 39", "RPC 40"})
    void checksMatchJsonExceptVersion() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.askHex("81" + ID + "07"))
                .isEqualTo(error("d180a6", "Invalid params", "Method not specified", "07"));
        assertThat(socket.askHex("83" + METHOD + "01" + PARAMS + str("foo") + ID + "07"))
                .isEqualTo(error("d180a8", "Invalid Request", "Invalid method name", "07"));
        assertThat(socket.askHex(request("nope", str("foo"), "07")))
                .isEqualTo(error("d180a8", "Invalid Request", "07"));
        assertThat(socket.askHex(request("rpc.on", "c0", "07"))).isEqualTo(error("d18300", "Event not provided", "07"));
        assertThat(socket.askHex(request("rpc.login", "c0", "07")))
                .isEqualTo(error("d180a4", "Params not found", "07"));
        assertThat(socket.askHex(request("secret", "c0", "07"))).isEqualTo(error("d180a3", "Method forbidden", "07"));
        assertThat(socket.askHex(request("rpc.on", "91" + str("hidden"), "07")))
                .isEqualTo(error("d180a2", "Event forbidden", "07"));
    }

    @Test
    @Checklist("RPC 49")
    void voidHandlerReturnsNil() throws Exception {
        assertThat(open("/").askHex(request("nothing", "90", "01"))).isEqualTo(result("c0", "01"));
    }

    @Test
    @Checklist({"RPC 56", "RPC 62"})
    void batchIsAnsweredWithoutVersion() throws Exception {
        assertThat(open("/")
                        .askHex("93"
                                + request("sum", "920102", "07")
                                + "82"
                                + METHOD
                                + str("echo")
                                + PARAMS
                                + "c0"
                                + request("sum", "920304", "08")))
                .isEqualTo("92" + result("03", "07") + result("07", "08"));
    }

    @Test
    @Checklist({"RPC 57", "RPC 58", "RPC 59"})
    void invalidBatchElementsAreAnsweredSeparately() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.askHex("90")).isEqualTo(error("d180a8", "Invalid Request", "Invalid array", "c0"));
        String scalar = error("d180a6", "Invalid params", "Method not specified", "c0");
        assertThat(socket.askHex("9101")).isEqualTo("91" + scalar);
        assertThat(socket.askHex("930102c0"))
                .isEqualTo("93" + scalar + scalar + error("d180a8", "Invalid Request", "c0"));
    }

    @Test
    @Checklist("RPC 63")
    void loginAppliesToLaterBatchElements() throws Exception {
        String login = request("rpc.login", "82" + str("username") + str("foo") + str("password") + str("bar"), "01");
        assertThat(open("/").askHex("92" + login + request("secret", "c0", "02")))
                .isEqualTo("92" + result("c3", "01") + result(str("treasure"), "02"));
    }

    @Test
    @Checklist("RPC 136")
    void formatsUnknownToForksAreRead() throws Exception {
        server.method("text", Payload.class).handle((params, caller) -> String.valueOf(params.value()));
        RawSocket socket = open("/");
        assertThat(socket.askHex(request("text", "91cf0000000100000000", "01")))
                .isEqualTo(result(str("[4294967296]"), "01"));
        assertThat(socket.askHex(request("text", "91d6ff00000000", "01")))
                .isEqualTo(result(str("[1970-01-01T00:00:00Z]"), "01"));
        assertThat(socket.askHex(request("text", "810102", "01"))).isEqualTo(result(str("{1=2}"), "01"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ca4f800000",
                "ca3f800000",
                "cb3ff0000000000000",
                "cf0000000100000000",
                "d3ffffffff00000000",
                "cf0020000000000001",
                "cf0fffffffffffffff",
                "cfffffffffffffffff",
                "d38000000000000000",
                "d20000ffff",
                "d100ff",
                "d07f",
                "cd0001",
                "a161",
                "d90161",
                "da000161",
                "c40161",
                "c3",
                "9101",
                "8101a161",
                "d40500",
                "d6ff00000001"
            })
    @Checklist("RPC 136")
    void idBytesAreEchoedUnchanged(String id) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.askHex(request("nothing", "c0", id))).isEqualTo(result("c0", id));
        assertThat(socket.askHex(request("nope", "c0", id))).isEqualTo(error("d180a7", "Method not found", id));
        assertThat(socket.askHex("91" + request("sum", "920102", id))).isEqualTo("91" + result("03", id));
    }

    @Test
    void lastDuplicateIdIsEchoed() throws Exception {
        String twice = "84" + METHOD + str("nothing") + ID + "01" + PARAMS + "c0" + ID + "cf0fffffffffffffff";
        assertThat(open("/").askHex(twice)).isEqualTo(result("c0", "cf0fffffffffffffff"));
    }

    @Test
    @Checklist({"RPC 137", "RPC 138"})
    void formatsUnknownToForksAreNotSent() throws Exception {
        server.method("wide").handle(params -> 1L << 40);
        server.method("wider").handle(params -> (1L << 60) + 1);
        RawSocket socket = open("/");
        assertThat(socket.askHex(request("wide", "c0", "01"))).isEqualTo(result("cb4270000000000000", "01"));
        assertThat(socket.askHex(request("wider", "c0", "01"))).isEqualTo(error("d180a5", "Internal error", "01"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"c1", "81", "83a66d6574", "dfffffffff", "ddffffffff", "91", "81a26964c1", "d9", "de", "c7ff"})
    @Checklist("RPC 139")
    void invalidMessagePackIsParseErrorOnly(String bytes) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.askHex(bytes))
                .startsWith("82" + ERROR + "83" + CODE + "d18044" + MESSAGE + str("Parse error") + DATA)
                .endsWith(ID + "c0");
        assertThat(socket.askHex(request("sum", "920102", "05"))).isEqualTo(result("03", "05"));
    }

    @Test
    @Checklist("RPC 139")
    void emptyBinaryMessageIsParseError() throws Exception {
        assertThat(open("/").send(new byte[0]).nextHex()).startsWith("82" + ERROR + "83" + CODE + "d18044");
    }

    @Test
    @Checklist("RPC 140")
    void nilIsInvalidRequest() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.askHex("c0")).isEqualTo(error("d180a8", "Invalid Request", "c0"));
        assertThat(socket.askHex("91c0")).isEqualTo("91" + error("d180a8", "Invalid Request", "c0"));
        assertThat(socket.askHex(request("sum", "920102", "05"))).isEqualTo(result("03", "05"));
    }

    @Test
    @Checklist("RPC 141")
    void responseHasVersionIfRequestHas() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.askHex("84" + VERSION + METHOD + str("sum") + PARAMS + "920102" + ID + "01"))
                .isEqualTo("83" + VERSION + RESULT + "03" + ID + "01");
        assertThat(socket.askHex("84a76a736f6e727063a3312e30" + METHOD + str("sum") + PARAMS + "920102" + ID + "01"))
                .isEqualTo("83" + VERSION + RESULT + "03" + ID + "01");
    }

    @Test
    @Checklist({"RPC 142", "RPC 143"})
    void messageIsAnsweredInItsCodec() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "sum", "[1,2]"))).isEqualTo(result(1, "3"));
        assertThat(socket.askHex(request("sum", "920102", "05"))).isEqualTo(result("03", "05"));
        assertThat(socket.send(call(2, "sum", "[1,2]").getBytes(StandardCharsets.UTF_8))
                        .nextText())
                .isEqualTo(result(2, "3"));
        assertThat(socket.send(("[" + call(2, "sum", "[1,2]") + "]").getBytes(StandardCharsets.UTF_8))
                        .nextText())
                .isEqualTo("[" + result(2, "3") + "]");
    }

    @Test
    @Checklist({"RPC 78", "RPC 144"})
    void eventIsSentInSubscribersCodec() throws Exception {
        RawSocket json = open("/");
        RawSocket packed = open("/");
        json.ask(call(1, "rpc.on", "[\"newMail\"]"));
        assertThat(packed.askHex(request("rpc.on", "91" + str("newMail"), "04")))
                .isEqualTo(result("81" + str("newMail") + str("ok"), "04"));
        server.emit("newMail");
        assertThat(json.nextText()).isEqualTo("{\"notification\":\"newMail\",\"params\":[]}");
        assertThat(packed.nextHex()).isEqualTo("82ac6e6f74696669636174696f6e" + str("newMail") + PARAMS + "90");
        server.emit("newMail", Map.of("foo", "bar"));
        assertThat(json.nextText()).isEqualTo("{\"notification\":\"newMail\",\"params\":{\"foo\":\"bar\"}}");
        assertThat(packed.nextHex()).endsWith(PARAMS + "81" + str("foo") + str("bar"));
        server.emit("newMail", List.of(1), 2);
        json.nextText();
        assertThat(packed.nextHex()).endsWith(PARAMS + "92910102");
    }

    @Test
    void subscriptionSelectsCodecOfEvents() throws Exception {
        RawSocket socket = open("/");
        socket.ask(call(1, "rpc.on", "[\"newMail\"]"));
        socket.askHex(request("rpc.on", "91" + str("updatedNews"), "04"));
        server.emit("newMail");
        assertThat(socket.nextHex()).startsWith("82ac");
    }

    @Test
    void laterMessagesDoNotChangeCodecOfEvents() throws Exception {
        restart(builder -> builder.namespaceBroadcast(true));
        RawSocket json = open("/");
        json.ask(call(1, "sum", "[1,2]"));
        json.askHex(request("sum", "920102", "05"));
        RawSocket packed = open("/");
        packed.askHex(request("sum", "920102", "05"));
        packed.ask(call(1, "sum", "[1,2]"));
        server.namespace("/").emit("any");
        assertThat(json.nextText()).contains("\"any\"");
        assertThat(packed.nextHex()).startsWith("82ac");
    }

    @Test
    void messagePackOnlyServerRejectsTextMessages() throws Exception {
        restart(builder -> builder.messagePackOnly(true));
        assertThat(open("/").send(call(1, "sum", "[1,2]")).nextHex()).startsWith("82" + ERROR + "83" + CODE + "d18044");
    }

    @Test
    void deepNestingIsError() throws Exception {
        RawSocket socket = open("/");
        byte[] deep = new byte[500_000];
        Arrays.fill(deep, (byte) 0x91);
        assertThat(socket.send(deep).nextHex()).contains("d18044");
        String bomb = "91".repeat(200_000) + "c0";
        assertThat(socket.askHex(request("echo", bomb, "01"))).contains("82a56572726f72");
        assertThat(socket.send("[".repeat(500_000)).nextText()).contains("-32700");
        assertThat(socket.ask(call(1, "sum", "[1,2]"))).isEqualTo(result(1, "3"));
    }
}
