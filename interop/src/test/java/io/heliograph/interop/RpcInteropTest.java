package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.heliograph.CloseReason;
import io.heliograph.codec.TypeRef;
import io.heliograph.rpc.MalformedResponseException;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcCompatibility;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.RpcServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and clients of {@code rpc-websockets} 10.0.1 against ours, and the MessagePack packages of its forks. */
class RpcInteropTest {

    private final List<AutoCloseable> open = new ArrayList<>();

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

    // ---- their client, our server

    private RpcServer server() throws Exception {
        RpcServer server =
                opened(
                        RpcServer.builder()
                                .host("127.0.0.1")
                                .port(0)
                                .compatibility(RpcCompatibility.RPC_WEBSOCKETS_10)
                                .build());
        server.onError(failure -> {});
        server.register("sum", int[].class, numbers -> numbers[0] + numbers[1]);
        server.register("subtract", Map.class, n -> (Long) n.get("a") - (Long) n.get("b"));
        server.register("echo", params -> params.value());
        server.register("nothing", params -> null);
        server.register(
                "fail",
                params -> {
                    throw new RpcException(-32050, "demo failure", Map.of("why", "asked"));
                });
        server.register(
                "boom",
                params -> {
                    throw new RuntimeException("boom");
                });
        server.register("secret", params -> "treasure").protect();
        server.authenticate(Map.class, (login, caller) -> "bar".equals(login.get("password")));
        server.event("newMail");
        server.event("hidden").protect();
        server.namespace("/chat").register("where", params -> "chat");
        server.listen().get(20, TimeUnit.SECONDS);
        return server;
    }

    private PeerProcess npmClient(RpcServer server, String target) {
        PeerProcess client =
                opened(
                        PeerProcess.script(
                                "rpc-client.js",
                                "url",
                                "ws://127.0.0.1:" + server.port() + target));
        client.next("open");
        return client;
    }

    private static Object result(PeerProcess client, String command, Object... fields) {
        client.command(command, fields);
        return String.valueOf(client.await("result").get("value"));
    }

    private static Object failure(PeerProcess client, String command, Object... fields) {
        client.command(command, fields);
        return String.valueOf(client.await("failed").get("error"));
    }

    @Test
    void theirClientCallsOurServer() throws Exception { // RPC 23, 24, 47, 48, 52
        PeerProcess client = npmClient(server(), "/");
        assertThat(result(client, "call", "method", "sum", "params", List.of(5, 3))).isEqualTo("8");
        assertThat(result(client, "call", "method", "subtract", "params", Map.of("a", 5, "b", 3)))
                .isEqualTo("2");
        assertThat(result(client, "call", "method", "nothing")).isEqualTo("null");
        assertThat(result(client, "call", "method", "echo", "params", List.of(0))).isEqualTo("[0]");
        assertThat(result(client, "binary", "method", "sum", "params", List.of(1, 1)))
                .isEqualTo("2");
        assertThat(result(client, "notify", "method", "echo")).isEqualTo("null");
        assertThat(result(client, "methods").toString()).startsWith("[__listMethods, sum");
    }

    @Test
    void theirClientGetsOurErrors() throws Exception { // RPC 30, 42, 44, 93
        PeerProcess client = npmClient(server(), "/");
        assertThat(failure(client, "call", "method", "fail"))
                .isEqualTo("{code=-32050, message=demo failure, data={why=asked}}");
        assertThat(failure(client, "call", "method", "boom"))
                .isEqualTo("{code=-32000, message=Error, data=boom}");
        assertThat(failure(client, "call", "method", "nope"))
                .isEqualTo("{code=-32601, message=Method not found}");
        assertThat(failure(client, "call", "method", "secret"))
                .isEqualTo("{code=-32605, message=Method forbidden}");
    }

    @Test
    void theirClientLogsInAndSubscribesWithUs() throws Exception { // RPC 69, 78, 92, 94, 99, 113
        RpcServer server = server();
        PeerProcess client = npmClient(server, "/?socket_id=ada");
        assertThat(server.namespace("/").clients()).containsExactly("ada");
        assertThat(failure(client, "login", "params", Map.of("password", "x")))
                .isEqualTo("authentication failed");
        assertThat(failure(client, "subscribe", "name", "hidden"))
                .isEqualTo("{code=-32606, message=Event forbidden}");
        assertThat(result(client, "login", "params", Map.of("password", "bar"))).isEqualTo("true");
        assertThat(result(client, "call", "method", "secret")).isEqualTo("treasure");
        assertThat(result(client, "subscribe", "name", "newMail")).isEqualTo("{newMail=ok}");
        Object[][] emitted = {{}, {1}, {1, "b"}, {Map.of("x", 1)}, {List.of(1, 2)}};
        String[] received = {"[]", "[1]", "[1, b]", "[{x=1}]", "[1, 2]"};
        for (int i = 0; i < emitted.length; i++) {
            server.emit("newMail", emitted[i]);
            assertThat(client.await("event").get("args")).hasToString(received[i]);
        }
        assertThat(result(client, "unsubscribe", "name", "newMail")).isEqualTo("{newMail=ok}");
    }

    @Test
    void theirClientComesBackUnlessWeCloseWith1000() throws Exception { // RPC 12, 122, 132
        RpcServer server = server();
        PeerProcess client = npmClient(server, "/chat");
        assertThat(result(client, "call", "method", "where")).isEqualTo("chat");
        server.closeNamespace("/chat");
        assertThat(client.await("close").get("code")).isEqualTo(1005);
        client.await("open");
        assertThat(failure(client, "call", "method", "where"))
                .isEqualTo("{code=-32601, message=Method not found}");
        server.namespace("/chat").connected().values().forEach(s -> s.close(4000, "again"));
        assertThat(client.await("close").get("code")).isEqualTo(4000);
        client.await("open");
        failure(client, "call", "method", "where");
        server.namespace("/chat").connected().values().forEach(s -> s.close(1000, "go"));
        assertThat(client.await("close").get("code")).isEqualTo(1000);
    }

    @Test
    void bothCodecsAreSpokenOnOneSocket() throws Exception { // RPC 56, 142
        RpcServer server = server();
        PeerProcess client =
                opened(
                        PeerProcess.script(
                                "rpc-client.js",
                                "url",
                                "ws://127.0.0.1:" + server.port() + "/",
                                "raw",
                                true));
        client.next("open");
        client.command(
                "text",
                "value",
                "[{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[1,2],\"id\":1}]");
        assertThat(client.next("text").get("value"))
                .isEqualTo("[{\"jsonrpc\":\"2.0\",\"result\":3,\"id\":1}]");
        for (String lib : List.of("tiny-msgpack", "msgpack-lite")) {
            client.command(
                    "packed",
                    "lib",
                    lib,
                    "value",
                    Map.of(
                            "method",
                            "echo",
                            "params",
                            List.of(1, "ä", -1, 0.5, 1L << 40),
                            "id",
                            7));
            assertThat(client.next("packed").get("value"))
                    .isEqualTo(Map.of("result", List.of(1, "ä", -1, 0.5, 1L << 40), "id", 7));
            client.command("packed", "lib", lib, "value", Map.of("method", "nope", "id", 1L << 33));
            assertThat(client.next("packed").get("value"))
                    .isEqualTo(
                            Map.of(
                                    "error",
                                    Map.of("code", -32601, "message", "Method not found"),
                                    "id",
                                    1L << 33));
        }
    }

    // ---- our client, their server

    private PeerProcess npmServer(boolean msgpack) {
        return opened(PeerProcess.script("rpc-server.js", "msgpack", msgpack));
    }

    private RpcClient client(PeerProcess server, String target, RpcCodec codec) throws Exception {
        RpcClient client =
                opened(
                        RpcClient.builder(
                                        URI.create(
                                                "ws://127.0.0.1:"
                                                        + server.await("ready").get("port")
                                                        + target))
                                .codec(codec)
                                .reconnectInterval(Duration.ofMillis(50))
                                .build());
        client.onError(failure -> {});
        client.connect().get(20, TimeUnit.SECONDS);
        return client;
    }

    private static <T extends @Nullable Object> T value(CompletableFuture<T> call)
            throws Exception {
        return call.get(20, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletableFuture<?> call) {
        return catchThrowable(() -> call.get(20, TimeUnit.SECONDS)).getCause();
    }

    @ParameterizedTest
    @EnumSource(RpcCodec.class)
    void ourClientCallsTheirServer(RpcCodec codec) throws Exception { // RPC 107, 110, 112, 115
        PeerProcess server = npmServer(codec == RpcCodec.MSGPACK);
        RpcClient client = client(server, "/?socket_id=ada", codec);
        assertThat(server.await("connection").get("id")).isEqualTo("ada");
        assertThat(value(client.call("sum", List.of(5, 3), Integer.class))).isEqualTo(8);
        assertThat(value(client.call("sum", Map.of("a", 5, "b", 3), Integer.class))).isEqualTo(8);
        assertThat(
                        value(
                                client.call(
                                        "echo",
                                        List.of("ä", 0.5, 1L << 40),
                                        new TypeRef<List<Object>>() {})))
                .hasToString(
                        codec == RpcCodec.JSON
                                ? "[ä, 0.5, 1099511627776]"
                                : "[ä, 0.5, 1.099511627776E12]");
        assertThat(value(client.listMethods())).startsWith("__listMethods", "sum");
        assertThat(failure(client.call("fail")))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        error -> {
                            assertThat(error.code()).isEqualTo(-32050);
                            assertThat(error.data()).isEqualTo(Map.of("why", "asked"));
                        });
        assertThat(failure(client.call("plain"))).hasMessage("plain");
        assertThat(failure(client.call("nope"))).hasMessage("Method not found");
        if (codec == RpcCodec.JSON) {
            assertThat(failure(client.call("nothing")))
                    .isInstanceOf(MalformedResponseException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(RpcCodec.class)
    void ourClientLogsInAndSubscribesWithThem(RpcCodec codec)
            throws Exception { // RPC 113, 116, 118
        PeerProcess server = npmServer(codec == RpcCodec.MSGPACK);
        RpcClient client = client(server, "/", codec);
        assertThat(failure(client.call("secret"))).hasMessage("Method forbidden");
        assertThat(failure(client.login(Map.of("username", "x"))))
                .hasMessage("authentication failed");
        assertThat(value(client.login(Map.of("username", "foo", "password", "bar")))).isTrue();
        assertThat(value(client.call("secret", null, String.class))).isEqualTo("treasure");
        assertThat(value(client.subscribe("newMail", "zz")))
                .isEqualTo(Map.of("newMail", "ok", "zz", "provided event invalid"));
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        client.on("newMail", event -> events.add(event.params().value() + ""));
        for (List<Object> args :
                List.<List<Object>>of(
                        List.of(), List.of(1), List.of("a", 2), List.of(Map.of("x", 1)))) {
            server.command("emit", "name", "newMail", "args", args);
        }
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("[]");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("[1]");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("[a, 2]");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("{x=1}");
        assertThat(failure(client.subscribe())).hasMessage("Event not provided");
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 4000, 0})
    void ourClientComesBackToThem(int code) throws Exception { // RPC 122, 128, 129
        PeerProcess server = npmServer(false);
        RpcClient client = client(server, "/", RpcCodec.JSON);
        LinkedBlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();
        CompletableFuture<Void> again = new CompletableFuture<>();
        client.onClose(closed::add);
        client.onOpen(() -> again.complete(null));
        CompletableFuture<?> hanging = client.call("hang");
        if (code == 0) {
            server.command("terminate");
            assertThat(closed.poll(20, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Failed.class);
        } else {
            server.command("drop", "code", code, "reason", "bye");
            assertThat(closed.poll(20, TimeUnit.SECONDS))
                    .isEqualTo(new CloseReason.Remote(code, "bye"));
        }
        assertThat(failure(hanging)).isNotNull();
        value(again);
        assertThat(value(client.call("sum", List.of(1, 1), Integer.class))).isEqualTo(2);
        value(client.disconnect());
        server.await("disconnection");
        server.await("disconnection");
    }
}
