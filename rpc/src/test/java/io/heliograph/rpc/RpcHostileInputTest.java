package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Malicious input is answered or closes its connection, and affects no other socket. */
class RpcHostileInputTest extends ServerFixture {

    private static final String ZEROS = "000000000000000000000000";

    private final LinkedBlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private RawSocket witness;
    private int asked;

    @BeforeEach
    void openWitness() throws Exception {
        server.method("run").handle(params -> ran.add(String.valueOf(params.value())));
        witness = open("/");
    }

    /** Asserts that another client is served. */
    private void assertWitnessServed() throws Exception {
        int id = ++asked;
        assertThat(witness.ask(call(id, "sum", "[" + id + ",1]"))).isEqualTo(result(id, Integer.toString(id + 1)));
    }

    /** Asserts that the sender and another client are served. */
    private void assertServed(RawSocket socket) throws Exception {
        assertThat(socket.ask(call(7, "sum", "[1,2]"))).isEqualTo(result(7, "3"));
        assertWitnessServed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\u0000",
                "\ufeff{}",
                "{",
                "[",
                "{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,2],\"id\":1",
                "{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,2],\"id\":1}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,2],\"id\":1},",
                "{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,,2],\"id\":1}",
                "{'jsonrpc':'2.0'}",
                "{\"jsonrpc\":\"2.0\",\"id\":01}",
                "{\"jsonrpc\":\"2.0\",\"id\":NaN}",
                "{\"jsonrpc\":\"2.0\",\"id\":1e}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"\\ud83\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\nb\"}",
                "undefined",
                "/* nothing */ {}"
            })
    @Checklist("RPC 32")
    void invalidJsonIsParseError(String text) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(text))
                .startsWith("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"Parse error\",\"data\":\"")
                .endsWith("\"},\"id\":null}");
        assertServed(socket);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // empty
                "c1", // unused format
                "81", // ends early
                "83a66d6574686f64", // ends after a key
                "83a66d6574686f64a3", // ends inside a string
                "dbffffffff", // a string of 4 GiB
                "c6ffffffff", // a byte array of 4 GiB
                "dd7fffffff", // an array of two billion elements
                "ddffffffff",
                "df7fffffff", // a map of two billion entries
                "82a66d6574686f64a373756dddffffffff", // a request with a wrong length inside
                "c9ffffffff01", // an extension of 4 GiB
                "d6ff" // a truncated extension
            })
    @Checklist("RPC 139")
    void invalidMessagePackIsParseError(String hex) throws Exception {
        RawSocket socket = open("/");
        String answer = socket.askHex(hex);
        assertThat(answer).contains("d18044").endsWith("a26964c0");
        assertServed(socket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "a3616263", "c3", "ca3f800000", "d6ff00000001", "c70c01" + ZEROS})
    @Checklist({"RPC 34", "RPC 136"})
    void nonMessageValueIsError(String hex) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.askHex(hex)).contains("d180a6").endsWith("a26964c0");
        assertServed(socket);
    }

    @Test
    @Checklist({"RPC 136", "RPC 137"})
    void extensionTypesAreHandled() throws Exception {
        RawSocket socket = open("/");
        // {method:"echo",params:[<extension 5>],id:1}: understood, but never sent back.
        assertThat(socket.askHex("83a66d6574686f64a46563686fa6706172616d7391d40500a2696401"))
                .isEqualTo("82a56572726f7282a4636f6465d180a5a76d657373616765ae496e7465726e616c206572726f72a2696401");
        // As an id: echoed.
        assertThat(socket.askHex("82a66d6574686f64a16da26964d40500")).endsWith("a26964d40500");
        // As a method.
        assertThat(socket.askHex("82a66d6574686f64d40500a2696401")).contains("d180a8");
        assertServed(socket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[[],", "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":["})
    void jsonNestingIsLimited(String opening) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(opening.repeat(900_000 / opening.length()))).contains("-32700");
        assertServed(socket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"91", "81a161", "9201", "dc0001", "df00000001a0"})
    void messagePackNestingIsLimited(String opening) throws Exception {
        RawSocket socket = open("/");
        byte[] deep = HexFormat.of().parseHex(opening.repeat(900_000 / (opening.length() / 2)));
        assertThat(socket.send(deep).nextHex()).contains("d18044");
        assertServed(socket);
    }

    @Test
    void nestingWithinLimitReachesHandler() throws Exception {
        RawSocket socket = open("/");
        String deep = "[".repeat(998) + "]".repeat(998);
        assertThat(socket.ask(call(1, "echo", deep))).isEqualTo(result(1, deep));
        String deeper = "[".repeat(5000) + "]".repeat(5000);
        assertThat(socket.ask(call(1, "echo", deeper))).contains("-32700");
        assertThat(socket.ask(call(1, "sum", "[" + deeper + ",1]"))).contains("-32700");
        assertServed(socket);
    }

    @Test
    @Checklist("RPC 61")
    void batchAtLimitIsAnsweredAndLargerRejected() throws Exception {
        RawSocket socket = open("/");
        String batch = "[" + String.join(",", Arrays.asList(new String[200_000])) + "]";
        assertThat(socket.ask(batch)).contains("-32600").contains("batch of more than 1000");
        List<String> calls = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            calls.add(call(i, "sum", "[" + i + ",1]"));
        }
        assertThat(socket.ask("[" + String.join(",", calls) + "]"))
                .startsWith("[" + result(1, "2"))
                .endsWith(result(1000, "1001") + "]");
        assertServed(socket);
    }

    @Test
    void oversizedBatchResponseIsError() throws Exception {
        RawSocket socket = open("/");
        String text = "[\"" + "x".repeat(9000) + "\"]";
        List<String> calls = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            calls.add("{\"jsonrpc\":\"2.0\",\"method\":\"twice\",\"id\":" + i + "}");
        }
        server.method("twice").handle(params -> List.of(text, text));
        assertThat(socket.ask("[" + String.join(",", calls) + "]")).isEqualTo(error(-32603, "Internal error", "null"));
        assertServed(socket);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "toString",
                "constructor",
                "__proto__",
                "hasOwnProperty",
                "valueOf",
                "prototype",
                "__defineGetter__"
            })
    @Checklist("RPC 54")
    void javaScriptPropertyNamesAreUnknown(String name) throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, name, "[]"))).isEqualTo(error(-32601, "Method not found", "1"));
        assertThat(socket.ask(call(1, "rpc.on", "[\"" + name + "\"]")))
                .isEqualTo(result(1, "{\"" + name + "\":\"provided event invalid\"}"));
        assertThat(socket.ask(call(1, "rpc.off", "[\"" + name + "\"]")))
                .isEqualTo(result(1, "{\"" + name + "\":\"provided event invalid\"}"));
        assertThat(socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":{\""
                        + name
                        + "\":{\"x\":1}},\"id\":\""
                        + name
                        + "\"}"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":{\"" + name + "\":{\"x\":1}},\"id\":\"" + name + "\"}");
        assertThat(socket.ask("{\"" + name + "\":{\"jsonrpc\":\"2.0\",\"method\":\"sum\"}}"))
                .contains("Invalid JSON RPC version");
        assertServed(socket);
        RawSocket there = open("/" + name + "?socket_id=" + name);
        assertThat(there.ask(call(1, "__listMethods", "null"))).isEqualTo(result(1, "[\"__listMethods\"]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "0.0", "0e9", "\"\"", "false", "null"})
    @Checklist("RPC 29")
    void falsyIdCountsAsMissing(String id) throws Exception {
        RawSocket socket = open("/");
        socket.send("{\"jsonrpc\":\"2.0\",\"method\":\"run\",\"params\":[\"it\"],\"id\":" + id + "}");
        socket.assertNoOtherMessage();
        assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo("[it]");
        assertThat(socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"nope\",\"id\":" + id + "}"))
                .isEqualTo(error(-32601, "Method not found", "null"));
        assertServed(socket);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00",
                "ca00000000",
                "cb8000000000000000",
                "cb7ff8000000000000",
                "a0",
                "c2",
                "c0",
                "d000",
                "d900",
                "cf0000000000000000"
            })
    @Checklist("RPC 29")
    void falsyMessagePackIdCountsAsMissing(String id) throws Exception {
        RawSocket socket = open("/");
        socket.sendHex("83a66d6574686f64a372756ea6706172616d7391a172a26964" + id);
        assertThat(socket.askHex("82a66d6574686f64a16da26964" + id)).endsWith("a26964c0");
        socket.assertNoOtherMessage();
        assertThat(ran.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertServed(socket);
    }

    @Test
    @Checklist("RPC 28")
    void longIdsAndNamesAreAccepted() throws Exception {
        RawSocket socket = open("/");
        String id = "\"" + "i".repeat(100_000) + "\"";
        assertThat(socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"" + "m".repeat(100_000) + "\",\"id\":" + id + "}"))
                .isEqualTo(error(-32601, "Method not found", id));
        String number = "9".repeat(900);
        assertThat(socket.ask("{\"jsonrpc\":\"2.0\",\"method\":\"nope\",\"id\":" + number + "}"))
                .isEqualTo(error(-32601, "Method not found", number));
        String names = "[" + "\"e\",".repeat(20_000) + "\"e\"]";
        assertThat(socket.ask(call(1, "rpc.on", names))).isEqualTo(result(1, "{\"e\":\"provided event invalid\"}"));
        assertServed(socket);
    }

    @Test
    void lastDuplicateMemberIsUsed() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(
                        "{\"jsonrpc\":\"1.0\",\"method\":\"nope\",\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"sum\","
                                + "\"params\":[1],\"params\":[1,2],\"id\":2}"))
                .isEqualTo(result(2, "3"));
        assertServed(socket);
    }

    @Test
    @Checklist("RPC 21")
    void oversizedMessageClosesOnlyItsConnection() throws Exception {
        RawSocket socket = open("/");
        socket.send("\"" + "x".repeat(1 << 20) + "\"");
        assertThat(socket.awaitClosed().toString()).contains("1009");
        assertWitnessServed();
    }

    @Test
    @Checklist({"RPC 55", "RPC 88"})
    void disconnectDuringCallsAffectsNoOtherSocket() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "rpc.on", "[\"newMail\"]"))).isEqualTo(result(1, "{\"newMail\":\"ok\"}"));
        for (int i = 0; i < 500; i++) {
            socket.send(call(2, "slow", "[]"));
        }
        socket.close();
        socket.awaitClosed();
        slow.complete("done");
        server.emit("newMail", 1);
        assertWitnessServed();
        assertThat(value(slow)).isEqualTo("done");
    }

    @Test
    void numberOfPositionalParametersIsLimited() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(call(1, "sum", "[" + "1,".repeat(65_535) + "1]"))).isEqualTo(result(1, "2"));
        assertThat(socket.ask(call(2, "sum", "[" + "1,".repeat(65_536) + "1]"))).contains("-32602");
        assertServed(socket);
    }
}
