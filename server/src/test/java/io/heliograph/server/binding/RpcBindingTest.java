package io.heliograph.server.binding;

import static io.heliograph.server.binding.RpcListener.call;
import static io.heliograph.server.binding.RpcListener.error;
import static io.heliograph.server.binding.RpcListener.event;
import static io.heliograph.server.binding.RpcListener.result;
import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.control.Command;
import io.heliograph.rpc.RpcClient;
import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.Connection;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Rule;
import io.heliograph.testkit.RawPeer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls, logins and rules of RPC clients in a hub, as frames. */
class RpcBindingTest {

    record Sum(int a, int b) {}

    private static void addProcedures(RpcListener listener) {
        listener.hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        listener.hub.procedure("echo", Object.class, (value, call) -> value);
        listener.hub.procedure("chat/say", String.class, (text, call) -> "said " + text);
        listener.hub.procedure("pay", Object.class, (none, call) -> {
            throw CallException.of("InsufficientFundsError", "3 missing")
                    .code(-1)
                    .data(Map.of("missing", 3));
        });
        listener.hub.procedure("refuse", Object.class, (none, call) -> {
            throw CallException.of("RefusedError", "no");
        });
        listener.hub.procedure("boom", Object.class, (none, call) -> {
            throw new IllegalStateException("secret of the server");
        });
    }

    @Test
    void methodsAreProcedures() {
        try (RpcListener listener = RpcListener.start()) {
            addProcedures(listener);
            RawPeer peer = listener.open("");
            assertThat(peer.ask(call(1, "sum", "{\"a\":2,\"b\":3}"))).isEqualTo(result(1, "5"));
            assertThat(peer.ask(call(2, "sum", "[2,3]"))).isEqualTo(result(2, "5"));
            assertThat(peer.ask(call(3, "echo", "[9007199254740993]"))).isEqualTo(result(3, "[9007199254740993]"));
            assertThat(peer.ask(call(4, "chat/say", "[\"hi\"]"))).isEqualTo(result(4, "\"said hi\""));
        }
    }

    @Test
    void messagePackCallIsAnsweredInMessagePack() {
        try (RpcListener listener = RpcListener.start()) {
            addProcedures(listener);
            RawPeer peer = listener.open("");
            // {method: "sum", params: [2, 3], id: 1}
            peer.sendHex("83 a66d6574686f64 a373756d a6706172616d73 920203 a26964 01");
            assertThat(peer.nextHex()).isEqualTo("82a6726573756c7405a2696401");
        }
    }

    @Test
    void namespaceIsPrefixOfNames() {
        try (RpcListener listener = RpcListener.start()) {
            addProcedures(listener);
            RawPeer peer = listener.open("/chat");
            assertThat(peer.ask(call(1, "say", "[\"hi\"]"))).isEqualTo(result(1, "\"said hi\""));
            assertThat(peer.ask(call(2, "sum", "[1,2]"))).contains("-32601");
            assertThat(peer.ask(call(3, "rpc.on", "[\"said\"]"))).isEqualTo(result(3, "{\"said\":\"ok\"}"));
            value(listener.hub.exchange().publish("chat/said", "hello"));
            assertThat(peer.nextText()).isEqualTo(event("said", "[\"hello\"]"));
            assertThat(peer.ask(call(4, "helio.publish", "[\"chat/said\",1]"))).isEqualTo(event("said", "[1]"));
            assertThat(peer.nextText()).isEqualTo(result(4, "true"));
        }
    }

    @Test
    void errorsHaveCodeMessageAndData() throws Exception {
        try (RpcListener listener = RpcListener.start()) {
            addProcedures(listener);
            RawPeer peer = listener.open("");
            assertThat(peer.ask(call(1, "pay", "[]"))).isEqualTo(error(1, -1, "3 missing", "{\"missing\":3}"));
            assertThat(peer.ask(call(2, "refuse", "[]")))
                    .isEqualTo(error(2, -32000, "no", "{\"name\":\"RefusedError\"}"));
            assertThat(peer.ask(call(3, "boom", "[]")))
                    .isEqualTo(error(3, -32000, "the procedure has failed", "{\"name\":\"Error\"}"));
            assertThat(listener.errors.poll(20, TimeUnit.SECONDS)).hasMessage("secret of the server");
            assertThat(peer.ask(call(4, "nosuch", "[]")))
                    .isEqualTo(error(
                            4,
                            -32601,
                            "procedure: 'nosuch' (expected: a registered procedure)",
                            "{\"name\":\"ProcedureNotFoundError\"}"));
            assertThat(peer.ask(call(5, "sum", "[\"x\",2]")))
                    .contains("\"code\":-32602")
                    .contains("\"data\":{\"name\":\"InvalidArgumentsError\"}");
        }
    }

    @Test
    void callBeyondDeadlineFails() {
        try (RpcListener listener = RpcListener.start(hub -> hub.callTimeout(Duration.ofMillis(20)), rpc -> {})) {
            CompletableFuture<Object> never = new CompletableFuture<>();
            listener.hub.procedure("never", Object.class, (none, call) -> never);
            assertThat(listener.open("").ask(call(1, "never", "[]")))
                    .contains("\"code\":-32001")
                    .contains("\"name\":\"TimeoutError\"");
        }
    }

    @Test
    void notificationIsOneWayCall() throws Exception {
        try (RpcListener listener = RpcListener.start()) {
            CompletableFuture<Boolean> oneWay = new CompletableFuture<>();
            listener.hub.procedure("log", String.class, (text, call) -> oneWay.complete(call.isOneWay()));
            RawPeer peer = listener.open("");
            peer.send("{\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":[\"x\"]}");
            assertThat(value(oneWay)).isTrue();
            peer.send("{\"jsonrpc\":\"2.0\",\"method\":\"nosuch\",\"params\":[]}");
            assertThat(peer.ask(call(1, "helio.procedures", "[]"))).isEqualTo(result(1, "[\"log\"]"));
        }
    }

    @Test
    void endOfConnectionCancelsCall() throws Exception {
        try (RpcListener listener = RpcListener.start()) {
            CompletableFuture<Call> started = new CompletableFuture<>();
            listener.hub.procedure("never", Object.class, (none, call) -> {
                started.complete(call);
                return new CompletableFuture<>();
            });
            RawPeer peer = listener.open("");
            peer.send(call(1, "never", "[]"));
            Call running = value(started);
            assertThat(running.isCancelled()).isFalse();
            CompletableFuture<String> ended = new CompletableFuture<>();
            listener.hub.onDisconnection(end -> ended.complete(end.connection().id()));
            peer.close();
            assertThat(value(ended)).startsWith("rpc-");
            assertThat(running.isCancelled()).isTrue();
        }
    }

    @Test
    void deniedActionsHaveTheirCodes() {
        try (RpcListener listener = RpcListener.start(
                hub -> hub.authority((who, action, name) ->
                        action == HubAction.CONNECT ? Permission.allow() : Permission.deny("log in first")),
                rpc -> {})) {
            addProcedures(listener);
            RawPeer peer = listener.open("");
            assertThat(peer.ask(call(1, "sum", "[1,2]")))
                    .isEqualTo(error(
                            1, -32605, "call: 'sum' is not allowed: log in first", "{\"name\":\"NotAllowedError\"}"));
            assertThat(peer.ask(call(2, "helio.publish", "[\"news\",1]"))).contains("\"code\":-32605");
            assertThat(peer.ask(call(3, "rpc.on", "[\"news\"]")))
                    .isEqualTo(error(
                            3,
                            -32606,
                            "subscribe: 'news' is not allowed: log in first",
                            "{\"name\":\"NotAllowedError\"}"));
            assertThat(peer.ask(call(4, "__listMethods", "[]")))
                    .doesNotContain("sum")
                    .contains("helio.publish");
        }
    }

    @Test
    void deniedConnectionIsClosedWithReason() {
        try (RpcListener listener = RpcListener.start(
                hub -> hub.authority((who, action, name) -> Permission.deny("é".repeat(200))), rpc -> {})) {
            assertThat(listener.open("").awaitClosed().toString())
                    .contains("1008")
                    .contains("connect: 'ws://");
        }
    }

    @Test
    void messagesWaitForDeferredAdmission() throws Exception {
        CompletableFuture<Permission> decision = new CompletableFuture<>();
        try (RpcListener listener = RpcListener.start(
                hub -> hub.authority((who, action, name) ->
                        action == HubAction.CONNECT ? Permission.defer(decision) : Permission.allow()),
                rpc -> {})) {
            CompletableFuture<String> called = new CompletableFuture<>();
            listener.hub.procedure("note", String.class, (text, call) -> called.complete(text));
            RawPeer peer = listener.open("");
            peer.send(call(1, "note", "[\"x\"]"));
            assertThat(called).isNotDone();
            assertThat(peer.poll()).isNull();
            decision.complete(Permission.allow());
            assertThat(peer.nextText()).isEqualTo(result(1, "true"));
        }
    }

    @Test
    void listMethodsNamesProceduresOfNamespace() {
        try (RpcListener listener = RpcListener.start()) {
            addProcedures(listener);
            listener.hub.procedure("login", Object.class, (none, call) -> null);
            String builtIn = "\"helio.authenticate\",\"helio.history\",\"helio.presence\",\"helio.presence.unwatch\","
                    + "\"helio.presence.watch\",\"helio.procedures\",\"helio.publish\",\"helio.whoami\"";
            assertThat(listener.open("/chat").ask(call(1, "__listMethods", "[]")))
                    .isEqualTo(result(1, "[\"__listMethods\",\"say\",\"rpc.login\"," + builtIn + "]"));
            assertThat(listener.open("").ask(call(1, "__listMethods", "[]")))
                    .isEqualTo(result(
                            1,
                            "[\"__listMethods\",\"boom\",\"chat/say\",\"echo\",\"login\",\"rpc.login\",\"pay\",\"refuse\",\"sum\","
                                    + builtIn + "]"));
        }
    }

    // ---- identity

    @Test
    void loginProcedureAuthenticatesConnection() {
        try (RpcListener listener = RpcListener.start()) {
            listener.hub.procedure("login", Map.class, (given, call) -> {
                if (!"secret".equals(given.get("password"))) {
                    throw CallException.of("LoginError", "wrong password");
                }
                call.authenticate(Principal.of("ada", "editor"));
                return null;
            });
            RawPeer peer = listener.open("/chat");
            assertThat(peer.ask(call(1, "rpc.login", "{\"password\":\"x\"}"))).contains("wrong password");
            assertThat(peer.ask(call(2, "rpc.login", "{\"password\":\"secret\"}")))
                    .isEqualTo(result(2, "true"));
            assertThat(peer.ask(call(3, "helio.whoami", "[]")))
                    .contains("\"name\":\"ada\"")
                    .contains("\"roles\":[\"editor\"]");
        }
    }

    @Test
    void loginFollowsTheRulesOfItsListener() {
        try (RpcListener listener =
                RpcListener.start(hub -> {}, rpc -> rpc.map(Rule.method("login").procedure("auth/login")))) {
            listener.hub.procedure("login", Object.class, (given, call) -> "wrong");
            listener.hub.procedure("auth/login", Object.class, (given, call) -> "right");
            assertThat(listener.open("").ask(call(1, "rpc.login", "[1]"))).isEqualTo(result(1, "\"right\""));
        }
        try (RpcListener listener =
                RpcListener.start(hub -> {}, rpc -> rpc.map(Rule.method("login").none()))) {
            listener.hub.procedure("login", Object.class, (given, call) -> "wrong");
            assertThat(listener.open("").ask(call(1, "rpc.login", "[1]"))).contains("-32601");
        }
    }

    @Test
    void loginWithoutAuthenticationIsFalse() {
        try (RpcListener listener = RpcListener.start()) {
            listener.hub.procedure("login", Object.class, (given, call) -> null);
            assertThat(listener.open("").ask(call(1, "rpc.login", "[1]"))).isEqualTo(result(1, "false"));
        }
    }

    @Test
    void tokenAuthenticatesConnection() {
        try (RpcListener listener = RpcListener.start()) {
            String token = listener.hub.signToken(Map.of("sub", "ada"));
            RawPeer peer = listener.open("");
            assertThat(peer.ask(call(1, "rpc.login", "{\"token\":\"" + token + "\"}")))
                    .isEqualTo(result(1, "true"));
            assertThat(peer.ask(call(2, "helio.whoami", "[]"))).contains("\"name\":\"ada\"");
            RawPeer bearer = listener.open("", "Authorization", "Bearer " + token);
            assertThat(bearer.ask(call(1, "helio.whoami", "[]"))).contains("\"name\":\"ada\"");
        }
    }

    @Test
    void expiredTokenEndsSubscriptions() throws Exception {
        try (RpcListener listener = RpcListener.start(
                hub -> hub.authority((who, action, name) -> action != HubAction.SUBSCRIBE || who.isAuthenticated()
                        ? Permission.allow()
                        : Permission.deny()),
                rpc -> {})) {
            String token = listener.hub.signToken(Map.of("sub", "ada", "exp", System.currentTimeMillis() / 1000 + 2));
            RawPeer peer = listener.open("");
            peer.ask(call(1, "rpc.login", "{\"token\":\"" + token + "\"}"));
            assertThat(peer.ask(call(2, "rpc.on", "[\"news\"]"))).isEqualTo(result(2, "{\"news\":\"ok\"}"));
            Awaitility.await().until(() -> listener.hub.exchange().subscribers("news") == 0);
            assertThat(peer.ask(call(3, "rpc.on", "[\"news\"]"))).contains("\"code\":-32606");
        }
    }

    @Test
    void invalidTokenIsRejected() {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer peer = listener.open("");
            for (String params : List.of("{\"token\":\"x\"}", "[{\"token\":\"x\"}]")) {
                assertThat(peer.ask(call(1, "rpc.login", params)))
                        .contains("\"code\":-32605")
                        .contains("\"name\":\"AuthTokenInvalidError\"");
            }
            assertThat(listener.open("", "Authorization", "Bearer x")
                            .awaitClosed()
                            .toString())
                    .contains("1008");
        }
    }

    @Test
    void clientOfUnixSocketIsLocalUser(@TempDir Path directory) {
        try (RpcListener listener = RpcListener.start("unix:" + directory.resolve("rpc.sock"), hub -> {}, rpc -> {})) {
            listener.hub.procedure(
                    "local", Object.class, (none, call) -> call.principal().local());
            RawPeer peer = listener.openUnix();
            assertThat(peer.send(call(1, "local", "[]")).next().utf8()).isEqualTo(result(1, "true"));
            assertThat(peer.send(call(2, "helio.whoami", "[]")).next().utf8())
                    .contains("\"source\":\"os_user\"")
                    .contains("\"name\":\"" + System.getProperty("user.name") + "\"");
        }
    }

    @Test
    void socketIdGrantsNothing() {
        try (RpcListener listener = RpcListener.start()) {
            listener.hub.procedure("login", Object.class, (given, call) -> {
                call.authenticate(Principal.of("ada"));
                return null;
            });
            RawPeer first = listener.open("?socket_id=ada");
            assertThat(first.ask(call(1, "rpc.login", "[1]"))).isEqualTo(result(1, "true"));
            assertThat(listener.open("?socket_id=ada").ask(call(1, "helio.whoami", "[]")))
                    .contains("\"source\":\"anonymous\"");
        }
    }

    // ---- rules

    @Test
    void rulesRenameAndHideNames() {
        try (RpcListener listener = RpcListener.start(
                hub -> {},
                rpc -> rpc.map(
                        Rule.event("feedUpdated").channel("feed/updates"),
                        Rule.method("add").procedure("sum"),
                        Rule.event("secret/**").none(),
                        Rule.event("inbox").none().out()))) {
            addProcedures(listener);
            RawPeer peer = listener.open("");
            assertThat(peer.ask(call(6, "rpc.on", "[\"inbox\"]")))
                    .isEqualTo(result(6, "{\"inbox\":\"provided event invalid\"}"));
            assertThat(peer.ask(call(7, "helio.publish", "[\"inbox\",1]"))).isEqualTo(result(7, "true"));
            assertThat(peer.ask(call(8, "__listMethods", "[]"))).contains("\"add\"");
            assertThat(peer.ask(call(1, "add", "[1,2]"))).isEqualTo(result(1, "3"));
            peer.ask(call(2, "rpc.on", "[\"feedUpdated\"]"));
            value(listener.hub.exchange().publish("feed/updates", 1));
            assertThat(peer.nextText()).isEqualTo(event("feedUpdated", "[1]"));
            assertThat(peer.ask(call(3, "rpc.on", "[\"secret/x\"]")))
                    .isEqualTo(result(3, "{\"secret/x\":\"provided event invalid\"}"));
            assertThat(peer.ask(call(4, "secret/x", "[]"))).contains("-32601");
            for (String builtIn : List.of("publish", "history", "presence", "presence.watch", "presence.unwatch")) {
                assertThat(peer.ask(call(5, "helio." + builtIn, "{\"channel\":\"secret/x\"}")))
                        .as(builtIn)
                        .contains("\"code\":-32602");
            }
        }
    }

    // ---- the hub's side

    @Test
    void hubSendsToConnectionAndDisconnectsIt() {
        try (RpcListener listener = RpcListener.start()) {
            CompletableFuture<Connection> connected = new CompletableFuture<>();
            listener.hub.onConnection(connected::complete);
            RawPeer peer = listener.open("");
            Connection connection = value(connected);
            assertThat(connection.protocol()).isEqualTo("rpc");
            assertThat(connection.remoteAddress()).startsWith("tcp://127.0.0.1:");
            connection.send("note", Map.of("a", 1));
            assertThat(peer.nextText()).isEqualTo(event("note", "[{\"a\":1}]"));
            value(listener.hub.disconnect(new Command.Target.Connection(connection.id()), "bye"));
            assertThat(peer.awaitClosed().toString()).contains("1008").contains("bye");
        }
    }

    @Test
    void closedHubEndsConnectionsWith1001() {
        try (RpcListener listener = RpcListener.start()) {
            RawPeer peer = listener.open("");
            listener.hub.close();
            assertThat(peer.awaitClosed().toString()).contains("1001");
        }
    }

    @Test
    void javaClientCallsAndSubscribes() throws Exception {
        try (RpcListener listener = RpcListener.start();
                RpcClient client = RpcClient.connect(URI.create(listener.url()))) {
            addProcedures(listener);
            assertThat(value(client.call("sum", List.of(1, 2), Integer.class))).isEqualTo(3);
            CompletableFuture<@Nullable String> received = new CompletableFuture<>();
            value(client.events("news", String.class).subscribe(received::complete));
            value(client.call("helio.publish", List.of("news", "it is up"), Boolean.class));
            assertThat(value(received)).isEqualTo("it is up");
        }
    }
}
