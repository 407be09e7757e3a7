package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of {@code rpc-websockets} 10, and of its MessagePack forks, at a hub. */
class HubRpcInteropTest {

    private final List<AutoCloseable> open = new ArrayList<>();
    private Hub hub;

    @BeforeEach
    void start() {
        hub = opened(Hub.builder()
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .authority((who, action, name) -> name.startsWith("secret") && action != HubAction.CONNECT
                        ? Permission.deny("not for you")
                        : Permission.allow())
                .daemon(true)
                .build());
        hub.onError(failure -> {});
        hub.procedure("sum", int[].class, (numbers, call) -> numbers[0] + numbers[1]);
        hub.procedure("chat/say", String.class, (text, call) -> "said " + text);
        hub.procedure("fail", Object.class, (none, call) -> {
            throw CallException.of("DemoError", "demo failure").code(-32050).data(Map.of("why", "asked"));
        });
        hub.procedure("boom", Object.class, (none, call) -> {
            throw new IllegalStateException("boom");
        });
        hub.procedure("login", Map.class, (given, call) -> {
            if ("bar".equals(given.get("password"))) {
                call.authenticate(Principal.of("foo"));
            }
            return null;
        });
        value(hub.start());
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

    private String url() {
        return hub.listeners().get(0).url();
    }

    /** Opens a client of the npm package; {@code pack} is its MessagePack package, or {@code json}. */
    private PeerProcess client(String pack, String namespace) {
        PeerProcess client = opened(
                pack.equals("json")
                        ? PeerProcess.script("rpc-client.js", "url", url() + namespace)
                        : PeerProcess.script("rpc-client.js", "url", url() + namespace, "pack", pack));
        client.next("open");
        return client;
    }

    private static Object result(PeerProcess client, String command, Object... fields) {
        client.command(command, fields);
        return client.await("result").get("value");
    }

    private static String failure(PeerProcess client, String command, Object... fields) {
        client.command(command, fields);
        return String.valueOf(client.await("failed").get("error"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "tiny-msgpack", "msgpack-lite"})
    void npmClientCallsProcedures(String pack) {
        PeerProcess client = client(pack, "");
        assertThat(result(client, "call", "method", "sum", "params", List.of(5, 3)))
                .isEqualTo(8);
        assertThat(failure(client, "call", "method", "fail", "params", List.of()))
                .contains("code=-32050")
                .contains("message=demo failure")
                .contains("why=asked");
        assertThat(failure(client, "call", "method", "boom", "params", List.of()))
                .contains("code=-32000")
                .doesNotContain("boom");
        assertThat(failure(client, "call", "method", "nope", "params", List.of()))
                .contains("code=-32601");
        assertThat(failure(client, "call", "method", "secret", "params", List.of()))
                .contains("code=-32601");
        assertThat(failure(client, "call", "method", "sum", "params", List.of("x", "y")))
                .contains("code=-32602");
        assertThat(result(client(pack, "/chat"), "call", "method", "say", "params", List.of("hi")))
                .isEqualTo("said hi");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "tiny-msgpack"})
    void npmClientLogsIn(String pack) {
        PeerProcess client = client(pack, "");
        assertThat(failure(client, "login", "params", Map.of("password", "no"))).contains("authentication failed");
        assertThat(result(client, "login", "params", Map.of("password", "bar"))).isEqualTo(true);
        assertThat(String.valueOf(result(client, "call", "method", "helio.whoami")))
                .contains("name=foo");
        assertThat(result(client, "login", "params", Map.of("token", hub.signToken(Map.of("sub", "ada")))))
                .isEqualTo(true);
        assertThat(String.valueOf(result(client, "call", "method", "helio.whoami")))
                .contains("name=ada");
        assertThat(String.valueOf(result(client, "methods"))).contains("sum", "rpc.login", "helio.publish");
    }

    @ParameterizedTest
    @CsvSource({
        "json, json",
        "json, tiny-msgpack",
        "tiny-msgpack, json",
        "tiny-msgpack, tiny-msgpack",
        "msgpack-lite, json",
        "json, msgpack-lite",
        "json, java-json",
        "tiny-msgpack, java-msgpack",
        "java-json, tiny-msgpack",
        "java-msgpack, json"
    })
    void publicationsReachEveryClient(String sending, String receiving) throws Exception {
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        if (receiving.startsWith("java")) {
            value(java(receiving).events("news", Object.class).subscribe(received::add));
        } else {
            PeerProcess client = client(receiving, "");
            result(client, "subscribe", "name", "news");
            // Events of the client are read below.
            received = events(client);
        }
        List<Object> values = List.of(
                Map.of("n", 1, "text", "ä😀"),
                "text",
                1.5,
                true,
                List.of(1, 2),
                Map.of(),
                4294967295L,
                "x".repeat(100_000));
        for (Object each : values) {
            List<Object> params = List.of("news", each);
            if (sending.startsWith("java")) {
                value(java(sending).call("helio.publish", params, Boolean.class));
            } else {
                assertThat(result(publisher(sending), "call", "method", "helio.publish", "params", params))
                        .isEqualTo(true);
            }
        }
        for (Object each : values) {
            // A single list of a Java client is the list of arguments.
            Object next = received.poll(30, TimeUnit.SECONDS);
            assertThat(plain(next)).isEqualTo(plain(each));
        }
    }

    private PeerProcess publisher;

    private PeerProcess publisher(String pack) {
        if (publisher == null) {
            publisher = client(pack, "");
        }
        return publisher;
    }

    private RpcClient javaClient;

    private RpcClient java(String codec) {
        if (javaClient == null) {
            javaClient = opened(RpcClient.builder(URI.create(url()))
                    .codec(codec.equals("java-json") ? RpcCodec.JSON : RpcCodec.MSGPACK)
                    .build());
            value(javaClient.connect());
        }
        return javaClient;
    }

    /** Numbers of all types are compared by their text. */
    private static String plain(Object value) {
        return value instanceof Map<?, ?> map
                ? new TreeMap<>(map).toString()
                : value instanceof List<?> list && list.size() == 1 ? plain(list.get(0)) : String.valueOf(value);
    }

    private static BlockingQueue<Object> events(PeerProcess client) {
        BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Object args = client.await("event").get("args");
                    List<?> list = (List<?>) args;
                    events.add(list.size() == 1 ? list.get(0) : list);
                }
            } catch (Throwable ended) {
                // The client has been closed.
            }
        });
        return events;
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "tiny-msgpack"})
    void npmClientIgnoresPositionsRecoveryAndGaps(String pack) throws Exception {
        value(hub.exchange().publish("news", "missed"));
        PeerProcess client = client(pack, "");
        client.command("listen", "name", "news");
        Object params = List.of("news", Map.of("since", Map.of("news", "1x:1")));
        assertThat(result(client, "call", "method", "rpc.on", "params", params)).isEqualTo(Map.of("news", "ok"));
        value(hub.exchange().publish("news", "next"));
        assertThat(client.await("event").get("args")).isEqualTo(List.of("next"));
        assertThat(result(client, "call", "method", "sum", "params", List.of(1, 2)))
                .isEqualTo(3);
    }

    @Test
    void frameOfUnmodifiedClientHasNoPosition() throws Exception {
        PeerProcess raw = opened(PeerProcess.script("rpc-client.js", "url", url(), "raw", true));
        raw.next("open");
        raw.command("text", "value", "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.on\",\"params\":[\"news\"],\"id\":1}");
        assertThat(raw.next("text").get("value"))
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":{\"news\":\"ok\"},\"id\":1}");
        value(hub.exchange().publish("news", 1));
        assertThat(raw.next("text").get("value")).isEqualTo("{\"notification\":\"news\",\"params\":[1]}");
    }

    @Test
    void deniedEventIsAnError() {
        assertThat(failure(client("json", ""), "subscribe", "name", "secret/x")).contains("-32606");
    }

    @Test
    void npmClientReconnectsAfterDisconnection() throws Exception {
        CompletableFuture<String> id = new CompletableFuture<>();
        hub.onConnection(connection -> id.complete(connection.id()));
        PeerProcess client = client("json", "");
        hub.connection(value(id)).orElseThrow().close("again");
        assertThat(client.await("close").get("code")).isEqualTo(1008);
        client.await("open");
        assertThat(result(client, "call", "method", "sum", "params", List.of(1, 2)))
                .isEqualTo(3);
    }
}
