package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Subscription;
import io.heliograph.rpc.RpcCompatibility;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.RpcServer;
import io.heliograph.rpc.RpcSocket;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of {@code rpc-websockets} 10.0.1 with a Heliograph server. */
class NpmRpcClientInteropTest {

    private final List<AutoCloseable> open = new ArrayList<>();
    private final LinkedBlockingQueue<String> logged = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> slow = new CompletableFuture<>();
    private RpcServer server;

    @BeforeEach
    void listen() throws Exception {
        server = opened(RpcServer.builder()
                .host("127.0.0.1")
                .port(0)
                .compatibility(RpcCompatibility.RPC_WEBSOCKETS_10)
                .build());
        server.onError(failure -> {});
        server.method("sum", int[].class).handle(numbers -> numbers[0] + numbers[1]);
        server.method("subtract", Map.class).handle(n -> (Long) n.get("a") - (Long) n.get("b"));
        server.method("echo").handle(params -> params.value());
        server.method("log").handle(params -> logged.add(String.valueOf(params.value())));
        server.method("nothing").handle(params -> null);
        server.method("slow").handle(params -> slow);
        server.method("fail").handle(params -> {
            throw new RpcException(-32050, "demo failure", Map.of("why", "asked"));
        });
        server.method("boom").handle(params -> {
            throw new IllegalStateException("boom");
        });
        server.method("plain").handle(params -> {
            throw RpcException.raw("plain");
        });
        server.method("secret").handle(params -> "treasure").protect();
        server.authenticate(Map.class, (login, caller) -> "bar".equals(login.get("password")));
        server.event("newMail");
        server.event("hidden").protect();
        server.namespace("/chat").method("where").handle(params -> "chat");
        server.namespace("/chat").event("said");
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

    private PeerProcess client(String target) {
        PeerProcess client =
                opened(PeerProcess.script("rpc-client.js", "url", "ws://127.0.0.1:" + server.port() + target));
        client.next("open");
        return client;
    }

    private static String result(PeerProcess client, String command, Object... fields) {
        client.command(command, fields);
        return String.valueOf(client.await("result").get("value"));
    }

    private static String failure(PeerProcess client, String command, Object... fields) {
        client.command(command, fields);
        return String.valueOf(client.await("failed").get("error"));
    }

    @Test
    @Checklist({"RPC 23", "RPC 24", "RPC 47", "RPC 48", "RPC 52"})
    void npmClientCallsByPositionNameAndWithoutParams() {
        PeerProcess client = client("/");
        assertThat(result(client, "call", "method", "sum", "params", List.of(5, 3)))
                .isEqualTo("8");
        assertThat(result(client, "call", "method", "subtract", "params", Map.of("a", 5, "b", 3)))
                .isEqualTo("2");
        assertThat(result(client, "call", "method", "nothing")).isEqualTo("null");
        assertThat(result(client, "call", "method", "echo", "params", List.of(0)))
                .isEqualTo("[0]");
        assertThat(result(client, "binary", "method", "sum", "params", List.of(1, 1)))
                .isEqualTo("2");
        assertThat(result(client, "methods")).startsWith("[__listMethods, sum");
    }

    @Test
    @Checklist({"RPC 29", "RPC 45", "RPC 114"})
    void npmClientNotificationsArrive() throws Exception {
        PeerProcess client = client("/");
        result(client, "notify", "method", "log", "params", List.of("x"));
        result(client, "notify", "method", "boom");
        result(client, "notify", "method", "log");
        assertThat(logged.poll(20, TimeUnit.SECONDS)).isEqualTo("[x]");
        assertThat(logged.poll(20, TimeUnit.SECONDS)).isEqualTo("null");
        assertThat(result(client, "call", "method", "sum", "params", List.of(5, 3)))
                .isEqualTo("8");
    }

    @Test
    @Checklist({"RPC 30", "RPC 42", "RPC 44", "RPC 46", "RPC 93"})
    void npmClientReceivesErrorData() {
        PeerProcess client = client("/");
        assertThat(failure(client, "call", "method", "fail"))
                .isEqualTo("{code=-32050, message=demo failure, data={why=asked}}");
        assertThat(failure(client, "call", "method", "boom"))
                .isEqualTo("{code=-32000, message=IllegalStateException, data=boom}");
        assertThat(failure(client, "call", "method", "plain")).isEqualTo("plain");
        assertThat(failure(client, "call", "method", "nope")).isEqualTo("{code=-32601, message=Method not found}");
        assertThat(failure(client, "call", "method", "secret")).isEqualTo("{code=-32605, message=Method forbidden}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"toString", "constructor", "__proto__", "hasOwnProperty"})
    @Checklist("RPC 54")
    void javaScriptPropertyNamesAreOrdinary(String name) {
        PeerProcess client = client("/");
        assertThat(failure(client, "call", "method", name)).isEqualTo("{code=-32601, message=Method not found}");
        server.method(name).handle(params -> "ours");
        assertThat(result(client, "call", "method", name)).isEqualTo("ours");
    }

    @Test
    @Checklist({"RPC 53", "RPC 109", "RPC 111"})
    void responsesMayBeReorderedAndLate() {
        PeerProcess client = client("/");
        client.command("call", "call", 1, "method", "slow", "timeout", 50);
        assertThat(client.await("failed").get("error")).isEqualTo("reply timeout");
        client.command("call", "call", 2, "method", "slow");
        assertThat(result(client, "call", "call", 3, "method", "nothing")).isEqualTo("null");
        slow.complete("late");
        PeerEvent answer = client.await("result");
        assertThat(answer.get("call")).isEqualTo(2);
        assertThat(answer.get("value")).isEqualTo("late");
        assertThat(result(client, "burst", "count", 2000)).isEqualTo("true");
    }

    @Test
    @Checklist("RPC 22")
    void longStringsPassBothWays() {
        PeerProcess client = client("/");
        String text = "grüße, 世界 🌍 ".repeat(40_000);
        client.command("call", "method", "echo", "params", List.of(text));
        assertThat(client.await("result").get("value")).isEqualTo(List.of(text));
    }

    @Test
    @Checklist({"RPC 9", "RPC 69", "RPC 74", "RPC 78", "RPC 79", "RPC 80", "RPC 92", "RPC 94", "RPC 99", "RPC 113"})
    void loginAndSubscriptionWork() {
        PeerProcess client = client("/?socket_id=ada");
        assertThat(failure(client, "login", "params", Map.of("password", "x"))).isEqualTo("authentication failed");
        assertThat(server.namespace("/").clients()).containsExactly("ada");
        assertThat(failure(client, "subscribe", "name", "hidden")).isEqualTo("{code=-32606, message=Event forbidden}");
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
        assertThat(result(client, "unsubscribe", "name", "newMail")).isEqualTo("{newMail=not subscribed}");
        assertThat(result(client, "subscribe", "name", "hidden")).isEqualTo("{hidden=ok}");
        server.emit("newMail", "lost");
        server.emit("hidden", "received");
        assertThat(client.await("event").get("args")).hasToString("[received]");
    }

    @Test
    @Checklist("RPC 94")
    void secondClientWithSameIdIsNotLoggedIn() {
        PeerProcess ada = client("/?socket_id=ada");
        assertThat(result(ada, "login", "params", Map.of("password", "bar"))).isEqualTo("true");
        PeerProcess thief = client("/?socket_id=ada");
        assertThat(failure(thief, "call", "method", "secret")).isEqualTo("{code=-32605, message=Method forbidden}");
        assertThat(result(ada, "call", "method", "secret")).isEqualTo("treasure");
    }

    @Test
    @Checklist({"RPC 6", "RPC 12", "RPC 13", "RPC 83", "RPC 85"})
    void namespacesAreIsolated() {
        PeerProcess root = client("/");
        PeerProcess chat = client("/chat");
        PeerProcess quiet = client("/chat");
        PeerProcess other = client("/nowhere");
        assertThat(result(chat, "call", "method", "where")).isEqualTo("chat");
        assertThat(failure(root, "call", "method", "where")).isEqualTo("{code=-32601, message=Method not found}");
        assertThat(result(other, "methods")).isEqualTo("[__listMethods]");
        assertThat(result(root, "subscribe", "name", "said")).isEqualTo("{said=provided event invalid}");
        quiet.command("listen", "name", "said");
        assertThat(result(chat, "subscribe", "name", "said")).isEqualTo("{said=ok}");
        server.namespace("/chat").emit("said", "aaaa", "bbbb", "cccc");
        assertThat(chat.await("event").get("args")).hasToString("[aaaa, bbbb, cccc]");
        assertThat(result(quiet, "call", "method", "where")).isEqualTo("chat");
        assertThat(quiet.all("event")).isEmpty();
    }

    @Test
    @Checklist({"RPC 12", "RPC 122", "RPC 130", "RPC 132"})
    void npmClientReconnectsUnlessClosedWith1000() {
        PeerProcess client = client("/chat");
        assertThat(result(client, "call", "method", "where")).isEqualTo("chat");
        server.closeNamespace("/chat");
        assertThat(client.await("close").get("code")).isEqualTo(1005);
        client.await("open");
        assertThat(failure(client, "call", "method", "where")).isEqualTo("{code=-32601, message=Method not found}");
        sockets("/chat").forEach(socket -> socket.close(4000, "again"));
        assertThat(client.await("close").get("code")).isEqualTo(4000);
        client.await("open");
        failure(client, "call", "method", "where");
        sockets("/chat").forEach(socket -> socket.close(1000, "go"));
        assertThat(client.await("close").get("code")).isEqualTo(1000);
    }

    private List<RpcSocket> sockets(String namespace) {
        return List.copyOf(server.namespace(namespace).connected().values());
    }

    @Test
    @Checklist("RPC 134")
    void npmClientReceives1001OnServerClose() throws Exception {
        PeerProcess client = client("/");
        server.close();
        assertThat(client.await("close").get("code")).isEqualTo(1001);
        value(server.closed());
    }

    @Test
    @Checklist({"RPC 19", "RPC 121"})
    void npmClientCloseReachesServer() throws Exception {
        LinkedBlockingQueue<String> closes = new LinkedBlockingQueue<>();
        Subscription subscription = server.onDisconnection((socket, reason) -> closes.add(reason.toString()));
        client("/").command("close");
        assertThat(closes.poll(20, TimeUnit.SECONDS)).contains("1000");
        subscription.close();
    }
}
