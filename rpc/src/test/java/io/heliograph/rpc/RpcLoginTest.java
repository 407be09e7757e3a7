package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.testkit.Checklist;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Login and protected methods. */
class RpcLoginTest extends ServerFixture {

    private static final String WRONG = call(1, "rpc.login", "{\"username\":\"x\"}");
    private static final String SECRET = call(2, "secret", "[]");
    private static final String FORBIDDEN = error(-32605, "Method forbidden", "2");
    private static final String TREASURE = result(2, "\"treasure\"");

    @ParameterizedTest
    @ValueSource(strings = {"null", "0", "\"\"", "false"})
    @Checklist("RPC 89")
    void loginRequiresParams(String params) throws Exception {
        assertThat(open("/").ask(call(1, "rpc.login", params))).isEqualTo(error(-32604, "Params not found", "1"));
        assertThat(open("/none").ask("{\"jsonrpc\":\"2.0\",\"method\":\"rpc.login\",\"id\":1}"))
                .isEqualTo(error(-32604, "Params not found", "1"));
    }

    @Test
    @Checklist("RPC 90")
    void loginWithoutHandlerIsNotFound() throws Exception {
        assertThat(open("/none").ask(LOGIN)).isEqualTo(error(-32601, "Method not found", "1"));
    }

    @Test
    @Checklist({"RPC 91", "RPC 93"})
    void wrongCredentialsReturnFalse() throws Exception {
        RawSocket socket = open("/");
        assertThat(socket.ask(WRONG)).isEqualTo(result(1, "false"));
        assertThat(socket.ask(SECRET)).isEqualTo(FORBIDDEN);
    }

    @Test
    @Checklist({"RPC 92", "RPC 94"})
    void loginAppliesToOneSocketOnly() throws Exception {
        RawSocket socket = open("/");
        RawSocket other = open("/");
        assertThat(socket.ask(LOGIN)).isEqualTo(result(1, "true"));
        assertThat(socket.ask(SECRET)).isEqualTo(TREASURE);
        assertThat(other.ask(SECRET)).isEqualTo(FORBIDDEN);
    }

    @Test
    @Checklist("RPC 95")
    void loginAndMethodsReceiveSameSocket() throws Exception {
        server.method("mine", Payload.class)
                .handle((params, caller) -> caller.id())
                .protect();
        RawSocket socket = open("/?socket_id=x");
        socket.ask(LOGIN);
        assertThat(socket.ask(call(3, "mine", "[]"))).isEqualTo(result(3, "\"x\""));
        assertThat(handled).containsExactly("login x");
    }

    @Test
    @Checklist("RPC 96")
    void onlyResultTrueLogsIn() throws Exception {
        server.authenticate(Credentials.class, (given, caller) -> "token");
        RawSocket socket = open("/");
        assertThat(socket.ask(LOGIN)).isEqualTo(result(1, "\"token\""));
        assertThat(socket.ask(SECRET)).isEqualTo(FORBIDDEN);
    }

    @Test
    @Checklist("RPC 97")
    void loginNotificationDoesNotLogIn() throws Exception {
        RawSocket socket = open("/");
        socket.send(LOGIN.replace("\"id\":1", "\"id\":0"));
        Awaitility.await().until(() -> handled.size() == 1);
        assertThat(socket.ask(SECRET)).isEqualTo(FORBIDDEN);
    }

    @Test
    @Checklist("RPC 98")
    void failedSecondLoginKeepsFirst() throws Exception {
        RawSocket socket = open("/");
        socket.ask(LOGIN);
        socket.ask(WRONG);
        assertThat(socket.ask(SECRET)).isEqualTo(TREASURE);
    }

    @Test
    @Checklist("RPC 100")
    void protectionAppliesToNextRequest() throws Exception {
        Registration method = server.method("gate").handle(params -> "open");
        RawSocket socket = open("/");
        assertThat(socket.ask(call(2, "gate", "[]"))).isEqualTo(result(2, "\"open\""));
        assertThat(method.protect().isProtected()).isTrue();
        assertThat(socket.ask(call(2, "gate", "[]"))).isEqualTo(FORBIDDEN);
        method.unprotect();
        assertThat(socket.ask(call(2, "gate", "[]"))).isEqualTo(result(2, "\"open\""));
    }

    @Test
    @Checklist("RPC 101")
    void loginCompletingAfterCloseIsIgnored() throws Exception {
        CompletableFuture<RpcSocket> caller = new CompletableFuture<>();
        CompletableFuture<Boolean> verdict = new CompletableFuture<>();
        server.authenticate(Credentials.class, (given, socket) -> {
            caller.complete(socket);
            return verdict;
        });
        RawSocket socket = open("/");
        socket.send(LOGIN);
        RpcSocket known = value(caller);
        socket.end(1000);
        Awaitility.await().until(() -> server.stats().connections() == 0);
        verdict.complete(true);
        assertThat(known.isAuthenticated()).isFalse();
        assertThat(open("/").ask(SECRET)).isEqualTo(FORBIDDEN);
    }

    @Test
    @Checklist("RPC 102")
    void listMethodsIncludesProtectedMethods() throws Exception {
        server.namespace("/list").method("b").handle(params -> 1);
        server.namespace("/list").method("a").handle(params -> 1).protect();
        server.namespace("/list").authenticate(Credentials.class, (given, caller) -> true);
        assertThat(open("/list").ask(call(1, "__listMethods", "[]")))
                .isEqualTo(result(1, "[\"__listMethods\",\"b\",\"a\",\"rpc.login\"]"));
    }

    /** In the npm package, the second socket inherits the login of the first: the id in the URL selects the login. */
    @Test
    void socketsWithOneIdNeverShareLogin() throws Exception {
        RawSocket victim = open("/?socket_id=victim");
        victim.ask(LOGIN);
        RawSocket attacker = open("/?socket_id=victim");
        assertThat(attacker.ask(SECRET)).isEqualTo(FORBIDDEN);
        assertThat(victim.ask(SECRET)).isEqualTo(TREASURE);

        RawSocket early = open("/?socket_id=other");
        early.ask(call(1, "rpc.on", "[\"newMail\"]"));
        RawSocket late = open("/?socket_id=other");
        late.ask(LOGIN);
        assertThat(early.ask(SECRET)).isEqualTo(FORBIDDEN);
        server.emit("newMail", 1);
        assertThat(early.nextText()).startsWith("{\"notification\"");
        late.assertNoOtherMessage();
        late.end(1000);
        Awaitility.await().until(() -> server.stats().connections() == 3);
        assertThat(early.ask(call(3, "sum", "[1,2]"))).isEqualTo(result(3, "3"));
        assertThat(server.namespace("/").clients()).containsExactlyInAnyOrder("victim", "other");
    }

    @Test
    void duplicateIdIsRejected() throws Exception {
        restart(builder -> builder.sameId(SameId.REJECT));
        open("/?socket_id=a").ask(SECRET);
        assertThatThrownBy(() -> open("/?socket_id=a")).hasMessageContaining("409");
    }

    @Test
    void duplicateIdReplacesEarlierSocket() throws Exception {
        restart(builder -> builder.sameId(SameId.CLOSE_EARLIER));
        RawSocket first = open("/?socket_id=a");
        first.ask(SECRET);
        open("/?socket_id=a").ask(SECRET);
        assertThat(first.awaitClosed()).isEqualTo(new CloseReason.Remote(1000, "replaced"));
    }

    @Test
    void loginCanBeRevoked() throws Exception {
        RawSocket socket = open("/?socket_id=a");
        socket.ask(LOGIN);
        Objects.requireNonNull(server.namespace("/").connected().get("a")).deauthenticate();
        assertThat(socket.ask(SECRET)).isEqualTo(FORBIDDEN);
        Objects.requireNonNull(server.namespace("/").connected().get("a")).authenticate();
        assertThat(socket.ask(SECRET)).isEqualTo(TREASURE);
    }

    @Test
    void duplicateMethodFollowsConfiguredPolicy() throws Exception {
        server.method("secret").handle(params -> "public");
        assertThat(open("/").ask(SECRET)).isEqualTo(result(2, "\"public\""));
        restart(builder -> builder.duplicates(Duplicates.KEEP_PROTECTION));
        server.method("secret").handle(params -> "public");
        assertThat(open("/").ask(SECRET)).isEqualTo(FORBIDDEN);
        restart(builder -> builder.duplicates(Duplicates.REJECT));
        assertThatThrownBy(() -> server.method("secret").handle(params -> 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("method 'secret' is registered in /");
    }

    private RpcSocket connected(String id) {
        return Objects.requireNonNull(server.namespace("/").connected().get(id));
    }

    @Test
    void logoutEndsProtectedSubscriptions() throws Exception {
        RawSocket socket = open("/?socket_id=a");
        socket.ask(LOGIN);
        assertThat(socket.ask(call(2, "rpc.on", "[\"hidden\",\"newMail\"]")))
                .isEqualTo(result(2, "{\"hidden\":\"ok\",\"newMail\":\"ok\"}"));
        assertThat(server.emit("hidden", 1)).isEqualTo(1);
        socket.nextText();
        connected("a").deauthenticate();
        assertThat(server.emit("hidden", 2)).isZero();
        assertThat(server.emit("newMail", 3)).isEqualTo(1);
        assertThat(socket.nextText()).isEqualTo("{\"notification\":\"newMail\",\"params\":[3]}");
        socket.ask(LOGIN);
        assertThat(server.emit("hidden", 4)).isZero();
        assertThat(socket.ask(call(5, "rpc.on", "[\"hidden\"]"))).isEqualTo(result(5, "{\"hidden\":\"ok\"}"));
        assertThat(server.emit("hidden", 6)).isEqualTo(1);
    }

    @Test
    void logoutEndsSubscriptionsEvenIfLoginFollows() throws Exception {
        RawSocket socket = open("/?socket_id=a");
        socket.ask(LOGIN);
        socket.ask(call(2, "rpc.on", "[\"hidden\"]"));
        connected("a").deauthenticate();
        connected("a").authenticate();
        Awaitility.await().until(() -> server.emit("hidden", 1) == 0);
    }

    @Test
    void protectingEventEndsSubscriptionsOfOthers() throws Exception {
        Registration news = server.event("news");
        RawSocket guest = open("/?socket_id=guest");
        RawSocket user = open("/?socket_id=user");
        user.ask(LOGIN);
        guest.ask(call(2, "rpc.on", "[\"news\"]"));
        user.ask(call(2, "rpc.on", "[\"news\"]"));
        assertThat(server.emit("news", 1)).isEqualTo(2);
        guest.nextText();
        news.protect();
        assertThat(server.emit("news", 2)).isEqualTo(1);
        guest.assertNoOtherMessage();
        news.unprotect();
        assertThat(server.emit("news", 3)).isEqualTo(1);
    }

    @Test
    void broadcastOfProtectedEventReachesLoggedInSocketsOnly() throws Exception {
        restart(builder -> builder.namespaceBroadcast(true));
        RawSocket guest = open("/");
        RawSocket user = open("/");
        user.ask(LOGIN);
        assertThat(server.namespace("/").emit("hidden", 1)).isEqualTo(1);
        assertThat(user.nextText()).contains("hidden");
        guest.assertNoOtherMessage();
        assertThat(server.namespace("/").emit("newMail", 1)).isEqualTo(2);
    }

    @Test
    void compatibleServerKeepsSubscriptionsAfterLogout() throws Exception {
        restart(builder -> builder.compatibility(RpcCompatibility.RPC_WEBSOCKETS_10));
        RawSocket socket = open("/?socket_id=a");
        socket.ask(LOGIN);
        socket.ask(call(2, "rpc.on", "[\"hidden\"]"));
        connected("a").deauthenticate();
        assertThat(server.emit("hidden", 1)).isEqualTo(1);
        assertThat(socket.nextText()).contains("hidden");
    }
}
