package io.heliograph.interop;

import static io.heliograph.testkit.Await.failure;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.codec.TypeRef;
import io.heliograph.rpc.MalformedResponseException;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcCodec;
import io.heliograph.rpc.RpcException;
import io.heliograph.testkit.Checklist;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Our client with servers of {@code rpc-websockets} 10.0.1: in JSON, and in MessagePack by the packages that can be plugged into
 * them.
 */
class NpmRpcServerInteropTest {

    private static final String JSON = "";

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

    private PeerProcess server(String pack) {
        return opened(PeerProcess.script("rpc-server.js", "pack", pack));
    }

    private RpcClient client(PeerProcess server, String target, String pack) throws Exception {
        RpcClient client = opened(RpcClient.builder(
                        URI.create("ws://127.0.0.1:" + server.await("ready").get("port") + target))
                .codec(pack.equals(JSON) ? RpcCodec.JSON : RpcCodec.MSGPACK)
                .reconnectInterval(Duration.ofMillis(50))
                .build());
        client.onError(failure -> {});
        value(client.connect());
        return client;
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, "tiny-msgpack", "msgpack-lite"})
    @Checklist({"RPC 107", "RPC 110", "RPC 112", "RPC 115", "RPC 138"})
    void javaClientCallsAreAnswered(String pack) throws Exception {
        PeerProcess server = server(pack);
        RpcClient client = client(server, "/?socket_id=ada", pack);
        assertThat(server.await("connection").get("id")).isEqualTo("ada");
        assertThat(value(client.call("sum", List.of(5, 3), Integer.class))).isEqualTo(8);
        assertThat(value(client.call("sum", Map.of("a", 5, "b", 3), Integer.class)))
                .isEqualTo(8);
        List<Object> sent = List.of("ä", 0.5, 1L << 40, -7, true, List.of(), "x".repeat(70_000));
        List<Object> echoed =
                value(client.method("echo", new TypeRef<List<Object>>() {}).call(sent));
        assertThat(((Number) echoed.get(2)).doubleValue()).isEqualTo(0x1p40);
        echoed.set(2, 1L << 40);
        assertThat(echoed).hasToString(sent.toString());
        assertThat(value(client.listMethods())).startsWith("__listMethods", "sum");
        assertThat(failure(client.call("fail", null))).isInstanceOfSatisfying(RpcException.class, error -> {
            assertThat(error.code()).isEqualTo(-32050);
            assertThat(error.data()).isEqualTo(Map.of("why", "asked"));
        });
        assertThat(failure(client.call("boom", null)))
                .isInstanceOfSatisfying(
                        RpcException.class, error -> assertThat(error.data()).isEqualTo("boom"))
                .hasMessage("TypeError");
        assertThat(failure(client.call("plain", null))).hasMessage("plain");
        assertThat(failure(client.call("nope", null))).hasMessage("Method not found");
        if (pack.equals(JSON)) {
            assertThat(failure(client.call("nothing", null))).isInstanceOf(MalformedResponseException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, "tiny-msgpack"})
    @Checklist({"RPC 105", "RPC 109"})
    void javaClientConcurrentCallsAreAnswered(String pack) throws Exception {
        RpcClient client = client(server(pack), "/", pack);
        List<CompletableFuture<Integer>> calls = IntStream.range(0, 2000)
                .mapToObj(i -> client.call("sum", List.of(i, 1), Integer.class))
                .toList();
        for (int i = 0; i < calls.size(); i++) {
            assertThat(value(calls.get(i))).isEqualTo(i + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, "tiny-msgpack", "msgpack-lite"})
    @Checklist("RPC 114")
    void javaClientNotificationsArrive(String pack) throws Exception {
        PeerProcess server = server(pack);
        RpcClient client = client(server, "/", pack);
        value(client.notify("log", List.of("x", 1)));
        assertThat(server.await("logged").get("params")).isEqualTo(List.of("x", 1));
        value(client.notify("log"));
        assertThat(server.await("logged").get("params")).isNull();
        value(client.notify("nope")); // the server responds with an error
        assertThat(value(client.call("sum", List.of(1, 1), Integer.class))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, "tiny-msgpack", "msgpack-lite"})
    @Checklist({"RPC 113", "RPC 116", "RPC 117", "RPC 118"})
    void loginAndSubscriptionWork(String pack) throws Exception {
        PeerProcess server = server(pack);
        RpcClient client = client(server, "/", pack);
        assertThat(failure(client.call("secret", null))).hasMessage("Method forbidden");
        assertThat(failure(client.subscribe("hidden"))).hasMessage("Event forbidden");
        assertThat(failure(client.login(Map.of("username", "x")))).hasMessage("authentication failed");
        assertThat(value(client.login(Map.of("username", "foo", "password", "bar"))))
                .isTrue();
        assertThat(value(client.call("secret", null, String.class))).isEqualTo("treasure");
        assertThat(value(client.subscribe("hidden"))).isEqualTo(Map.of("hidden", "ok"));
        assertThat(value(client.subscribe("newMail", "zz")))
                .isEqualTo(Map.of("newMail", "ok", "zz", "provided event invalid"));
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        client.events("newMail").on(event -> events.add(event.params().value() + ""));
        for (List<Object> args :
                List.<List<Object>>of(List.of(), List.of(1), List.of("a", 2), List.of(Map.of("x", 1)))) {
            server.command("emit", "name", "newMail", "args", args);
        }
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("[]");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("[1]");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("[a, 2]");
        assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo("{x=1}");
        assertThat(failure(client.subscribe())).hasMessage("Event not provided");
        assertThat(value(client.unsubscribe("newMail"))).isEqualTo(Map.of("newMail", "ok"));
        assertThat(value(client.unsubscribe("newMail"))).isEqualTo(Map.of("newMail", "not subscribed"));
    }

    @Test
    @Checklist({"RPC 12", "RPC 83", "RPC 119"})
    void namespaceHasOwnMethodsAndEvents() throws Exception {
        PeerProcess server = server(JSON);
        RpcClient client = client(server, "/chat", JSON);
        assertThat(value(client.call("where", null, String.class))).isEqualTo("chat");
        assertThat(failure(client.call("sum", List.of(1, 1)))).hasMessage("Method not found");
        LinkedBlockingQueue<Object> received = new LinkedBlockingQueue<>();
        client.events("said").on(event -> received.add(event.args().size()));
        client.events("slotNotification").on(event -> received.add(event.as(Map.class)));
        value(client.subscribe("said"));
        server.command("say", "args", List.of("aaaa", "bbbb", "cccc"));
        assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(3);
        server.command(
                "tell",
                "text",
                "{\"jsonrpc\":\"2.0\",\"method\":\"slotNotification\",\"params\":{\"subscription\":0}}");
        assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo(Map.of("subscription", 0L));
    }

    @Test
    @Checklist({"RPC 122", "RPC 130"})
    void clientReconnectsToClosedNamespace() throws Exception {
        PeerProcess server = server(JSON);
        RpcClient client = client(server, "/chat", JSON);
        CompletableFuture<Void> again = new CompletableFuture<>();
        LinkedBlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();
        client.onDisconnect(closed::add);
        client.onConnect(() -> again.complete(null));
        server.command("renewNamespace", "name", "/chat");
        assertThat(closed.poll(20, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Remote.class);
        value(again);
        assertThat(failure(client.call("where", null))).hasMessage("Method not found");
    }

    @ParameterizedTest
    @ValueSource(ints = {1001, 4000, 0})
    @Checklist({"RPC 122", "RPC 128", "RPC 129"})
    void clientReconnectsAfterClose(int code) throws Exception {
        PeerProcess server = server(JSON);
        RpcClient client = client(server, "/", JSON);
        LinkedBlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();
        CompletableFuture<Void> again = new CompletableFuture<>();
        client.onDisconnect(closed::add);
        client.onConnect(() -> again.complete(null));
        CompletableFuture<?> hanging = client.call("hang", null);
        if (code == 0) {
            server.command("terminate");
            assertThat(closed.poll(20, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Failed.class);
        } else {
            server.command("drop", "code", code, "reason", "bye");
            assertThat(closed.poll(20, TimeUnit.SECONDS)).isEqualTo(new CloseReason.Remote(code, "bye"));
        }
        assertThat(failure(hanging)).isNotNull();
        value(again);
        assertThat(value(client.call("sum", List.of(1, 1), Integer.class))).isEqualTo(2);
        value(client.disconnect());
        server.await("disconnection");
        server.await("disconnection");
    }

    @Test
    @Checklist({"RPC 121", "RPC 122"})
    void clientStopsAfter1000AndFindsRestartedServer() throws Exception {
        PeerProcess server = server(JSON);
        RpcClient client = client(server, "/", JSON);
        LinkedBlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();
        client.onDisconnect(closed::add);
        server.command("drop", "code", 1000, "reason", "go");
        assertThat(closed.poll(20, TimeUnit.SECONDS)).isEqualTo(new CloseReason.Remote(1000, "go"));
        assertThat(client.isReconnecting()).isFalse();
        value(client.connect());

        CompletableFuture<Void> again = new CompletableFuture<>();
        client.maxReconnects(0);
        client.onConnect(() -> again.complete(null));
        server.kill9();
        assertThat(closed.poll(20, TimeUnit.SECONDS)).isInstanceOf(CloseReason.Failed.class);
        opened(PeerProcess.script(
                "rpc-server.js", "port", server.all("ready").getFirst().get("port")));
        value(again);
        assertThat(value(client.call("sum", List.of(1, 1), Integer.class))).isEqualTo(2);
    }
}
