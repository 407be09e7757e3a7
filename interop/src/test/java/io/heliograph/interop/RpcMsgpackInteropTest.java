package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.RpcServer;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The MessagePack dialect, encoded and decoded by the packages of the forks, {@code tiny-msgpack} and {@code msgpack-lite}. */
class RpcMsgpackInteropTest {

    private final List<AutoCloseable> open = new ArrayList<>();
    private RpcServer server;

    @BeforeEach
    void listen() throws Exception {
        server = opened(RpcServer.builder().host("127.0.0.1").port(0).build());
        server.onError(failure -> {});
        server.method("sum", int[].class).handle(numbers -> numbers[0] + numbers[1]);
        server.method("echo").handle(params -> params.value());
        server.method("nothing").handle(params -> null);
        server.method("fail").handle(params -> {
            throw new RpcException(-32050, "demo failure", Map.of("why", "asked"));
        });
        server.method("secret").handle(params -> "treasure").protect();
        server.authenticate(Map.class, (login, caller) -> "bar".equals(login.get("password")));
        server.event("news");
        value(server.listen());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private <C extends AutoCloseable> C opened(C made) {
        open.add(made);
        return made;
    }

    /** Opens a WebSocket without protocol logic. */
    private PeerProcess peer() {
        PeerProcess peer = opened(
                PeerProcess.script("rpc-client.js", "url", "ws://127.0.0.1:" + server.port() + "/", "raw", true));
        peer.next("open");
        return peer;
    }

    /** Sends a value that the package encodes, and returns the response as the package decodes it. */
    private static Object ask(PeerProcess peer, String lib, Object value) {
        peer.command("packed", "lib", lib, "value", value);
        return peer.next("packed").get("value");
    }

    private static Map<String, Object> request(String method, Object params, Object id) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("method", method);
        request.put("params", params);
        request.put("id", id);
        return request;
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-msgpack", "msgpack-lite"})
    @Checklist({"RPC 135", "RPC 136", "RPC 138"})
    void valuesOfEveryWidthRoundTrip(String lib) {
        PeerProcess peer = peer();
        List<Object> values = new ArrayList<>(List.of(
                0,
                1,
                127,
                128,
                255,
                256,
                65_535,
                65_536,
                4_294_967_295L,
                -1,
                -32,
                -33,
                -128,
                -129,
                -32_768,
                -32_769,
                -2_147_483_648));
        values.addAll(List.of(1L << 32, 1L << 40, (1L << 53) - 1, -(1L << 40), 0.5, -0.25, 1e300));
        values.addAll(List.of("", "a", "ä", "x".repeat(31), "x".repeat(32), "x".repeat(256)));
        values.addAll(List.of("x".repeat(70_000), true, false, List.of(), Map.of()));
        values.add(Map.of("a", List.of(1, List.of(2, Map.of("b", "c")))));
        values.addAll(List.of(Map.of("$bytes", "00ff80"), Map.of("$bytes", "ab".repeat(300))));
        values.add(Collections.nCopies(16, 1));
        values.add(Collections.nCopies(70_000, 1));
        values.add(null);
        for (Object value : values) {
            assertThat(ask(peer, lib, request("echo", Arrays.asList(value), 1)))
                    .isEqualTo(mapOf("result", Arrays.asList(value), "id", 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-msgpack", "msgpack-lite"})
    @Checklist({"RPC 28", "RPC 136"})
    void idsRoundTrip(String lib) {
        PeerProcess peer = peer();
        for (Object id : List.of(1, 200, 70_000, 1L << 32, 1L << 33, -5, 1.5, "a", "x".repeat(40))) {
            assertThat(ask(peer, lib, request("sum", List.of(1, 2), id))).isEqualTo(mapOf("result", 3, "id", id));
        }
    }

    @Test
    @Checklist("RPC 136")
    void packageSpecificEncodingsAreRead() {
        PeerProcess peer = peer();
        // Keys that look like integers become integers, and a date becomes an empty map.
        assertThat(ask(peer, "tiny-msgpack", request("echo", Map.of("1", 2, "x", 3), 1)))
                .isEqualTo(mapOf("result", Map.of("1", 2, "x", 3), "id", 1));
        Object date = Arrays.asList(Map.of("$date", 1500));
        assertThat(ask(peer, "tiny-msgpack", request("echo", date, 1)))
                .isEqualTo(mapOf("result", List.of(Map.of()), "id", 1));
        // An extension type of the package is read, but cannot be sent back.
        assertThat(ask(peer, "msgpack-lite", request("echo", date, 1)))
                .isEqualTo(mapOf("error", Map.of("code", -32603, "message", "Internal error"), "id", 1));
        // Undefined is encoded as nil.
        assertThat(ask(peer, "tiny-msgpack", request("echo", Map.of("$undefined", true), 1)))
                .isEqualTo(mapOf("result", null, "id", 1));
        assertThat(ask(peer, "msgpack-lite", request("nothing", Map.of("$undefined", true), 1)))
                .isEqualTo(mapOf("result", null, "id", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-msgpack", "msgpack-lite"})
    @Checklist({"RPC 56", "RPC 57", "RPC 62", "RPC 63", "RPC 69", "RPC 78", "RPC 92", "RPC 141"})
    void errorsBatchesLoginAndEventsAreDecoded(String lib) {
        PeerProcess peer = peer();
        assertThat(ask(peer, lib, request("fail", null, 1)))
                .isEqualTo(mapOf(
                        "error",
                        Map.of("code", -32050, "message", "demo failure", "data", Map.of("why", "asked")),
                        "id",
                        1));
        assertThat(ask(peer, lib, request("nope", null, 1L << 33)))
                .isEqualTo(mapOf("error", Map.of("code", -32601, "message", "Method not found"), "id", 1L << 33));
        assertThat(ask(
                        peer,
                        lib,
                        List.of(
                                request("rpc.login", Map.of("password", "bar"), 1),
                                Map.of("method", "sum", "params", List.of(1, 1)),
                                request("secret", null, 2))))
                .isEqualTo(List.of(mapOf("result", true, "id", 1), mapOf("result", "treasure", "id", 2)));
        assertThat(ask(peer, lib, List.of()))
                .isEqualTo(mapOf(
                        "error",
                        Map.of("code", -32600, "message", "Invalid Request", "data", "Invalid array"),
                        "id",
                        null));
        assertThat(ask(peer, lib, request("rpc.on", List.of("news"), 4)))
                .isEqualTo(mapOf("result", Map.of("news", "ok"), "id", 4));
        server.emit("news");
        assertThat(peer.next("packed").get("value")).isEqualTo(Map.of("notification", "news", "params", List.of()));
        server.emit("news", 1L << 40, "b", 0.5, null);
        assertThat(peer.next("packed").get("value"))
                .isEqualTo(Map.of("notification", "news", "params", Arrays.asList(1L << 40, "b", 0.5, null)));
        Map<String, Object> versioned = request("sum", List.of(1, 2), 5);
        versioned.put("jsonrpc", "2.0");
        assertThat(ask(peer, lib, versioned)).isEqualTo(mapOf("jsonrpc", "2.0", "result", 3, "id", 5));
    }

    @Test
    @Checklist("RPC 137")
    void bytesMatchForks() {
        PeerProcess peer = peer();
        peer.command("bytes", "hex", "83a66d6574686f64a46563686fa6706172616d739201a161a2696401");
        assertThat(peer.next("packed").get("hex")).isEqualTo("82a6726573756c749201a161a2696401");
        peer.command("bytes", "hex", "83a66d6574686f64a16da6706172616d73c0a2696401");
        assertThat(peer.next("packed").get("hex"))
                .isEqualTo("82a56572726f7282a4636f6465d180a7a76d657373616765"
                        + "b04d6574686f64206e6f7420666f756e64a2696401");
        // msgpack-lite encodes 2^40 as a 64-bit integer; the response has a float, which tiny-msgpack can decode.
        peer.command("bytes", "hex", "83a66d6574686f64a46563686fa6706172616d7391cf0000010000000000a2696401");
        assertThat(peer.next("packed").get("hex")).isEqualTo("82a6726573756c7491cb4270000000000000a2696401");
    }

    @Test
    @Checklist({"RPC 142", "RPC 143"})
    void oneSocketSpeaksBothCodecs() {
        PeerProcess peer = peer();
        String batch = "[{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,2],\"id\":1}]";
        peer.command("text", "value", batch);
        assertThat(peer.next("text").get("value")).isEqualTo("[{\"jsonrpc\":\"2.0\",\"result\":3,\"id\":1}]");
        assertThat(ask(peer, "tiny-msgpack", request("sum", List.of(1, 2), 1))).isEqualTo(mapOf("result", 3, "id", 1));
        peer.command("bytes", "hex", HexFormat.of().formatHex(batch.getBytes(StandardCharsets.US_ASCII)));
        assertThat(peer.next("text").get("value")).isEqualTo("[{\"jsonrpc\":\"2.0\",\"result\":3,\"id\":1}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-msgpack", "msgpack-lite"})
    @Checklist({"RPC 23", "RPC 78", "RPC 110"})
    void npmClientSpeaksMessagePack(String lib) {
        PeerProcess client = opened(
                PeerProcess.script("rpc-client.js", "url", "ws://127.0.0.1:" + server.port() + "/", "pack", lib));
        client.next("open");
        client.command("call", "method", "sum", "params", List.of(5, 3));
        assertThat(client.next("result").get("value")).isEqualTo(8);
        client.command("call", "method", "fail");
        assertThat(client.next("failed").get("error"))
                .isEqualTo(Map.of("code", -32050, "message", "demo failure", "data", Map.of("why", "asked")));
        client.command("subscribe", "name", "news");
        assertThat(client.next("result").get("value")).isEqualTo(Map.of("news", "ok"));
        server.emit("news", Map.of("x", 1));
        assertThat(client.next("event").get("args")).isEqualTo(List.of(Map.of("x", 1)));
        client.command("burst", "count", 1000);
        assertThat(client.next("result").get("value")).isEqualTo(true);
    }

    private static Map<String, Object> mapOf(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
