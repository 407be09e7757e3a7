package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.exchange.control.Command;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.spi.Tokens;
import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import io.heliograph.server.Rule;
import io.heliograph.server.SocketClusterProtocol;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketClusterBindingTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef";

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private Hub hub(SocketClusterProtocol protocol, Consumer<HubBuilder> options) {
        HubBuilder builder = Hub.builder()
                .listen("ws://127.0.0.1:0/socketcluster/", protocol)
                .authKey(KEY)
                .daemon(true);
        options.accept(builder);
        Hub hub = builder.build();
        opened.add(hub);
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        return hub;
    }

    private Hub hub(Consumer<HubBuilder> options) {
        return hub(Protocols.socketCluster(), options);
    }

    private Hub hub() {
        return hub(options -> {});
    }

    private WirePeer join(Hub hub) {
        WirePeer peer = WirePeer.join(hub.listeners().getFirst().url());
        opened.add(peer);
        return peer;
    }

    private WirePeer join(Hub hub, String token) {
        WirePeer peer = WirePeer.join(hub.listeners().getFirst().url(), token);
        opened.add(peer);
        return peer;
    }

    private static String publication(String channel, Object data) {
        return "{'event':'#publish','data':{'channel':'" + channel + "','data':" + data + "}}";
    }

    // ---- channels

    @Test
    void publicationReachesHubAndPublisherBeforeResponse() throws Exception {
        Hub hub = hub();
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        hub.channel("jobs/7").on(Object.class, received::add).subscribed().join();
        WirePeer peer = join(hub).subscribe("jobs/7");
        peer.send("{'event':'#publish','data':{'channel':'jobs/7','data':{'n':1}},'cid':4}");
        assertThat(peer.next(2)).containsExactly(publication("jobs/7", "{'n':1}"), "{'rid':4}");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(Map.of("n", 1L));
        hub.channel("jobs/7").publish(List.of(1, 2)).join();
        assertThat(peer.next()).isEqualTo(publication("jobs/7", "[1,2]"));
    }

    @Test
    void withoutEchoPublisherReceivesNothing() {
        Hub hub = hub(Protocols.socketCluster().echo(false), options -> {});
        WirePeer other = join(hub).subscribe("a");
        WirePeer peer = join(hub).subscribe("a");
        assertThat(peer.ask("{'event':'#publish','data':{'channel':'a','data':1},'cid':4}"))
                .isEqualTo("{'rid':4}");
        assertThat(other.next()).isEqualTo(publication("a", 1));
        peer.expectSilence();
    }

    @Test
    void minBinPayloadsAreTranscoded() throws Exception {
        Hub hub =
                hub(Protocols.socketCluster().configure(server -> server.codec(RealtimeCodec.minBin())), options -> {});
        BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        hub.channel("jobs/7").on(Object.class, received::add).subscribed().join();
        WirePeer peer = WirePeer.connect(hub.listeners().getFirst().url());
        opened.add(peer);
        peer.sendHex("81a16593aa2368616e647368616b6581a961757468546f6b656ec001").next();
        // {e: ["#subscribe", {channel: "jobs/7"}, 2]}
        peer.sendHex("81a16593aa2373756273637269626581a76368616e6e656ca66a6f62732f3702");
        assertThat(peer.next()).isEqualTo("81a1729302c0c0");
        // {p: ["jobs/7", {n: 1}, 4]}
        peer.sendHex("81a17093a66a6f62732f3781a16e0104");
        assertThat(peer.next(2)).containsExactly("81a17092a66a6f62732f3781a16e01", "81a1729304c0c0");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(Map.of("n", 1L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "c0                   | 'data':null                          | c0",
                "c403010203           | 'data':{'base64':true,'data':'AQID'} | c403010203",
                "cf0020000000000001   | 'data':9007199254740993              | cb4340000000000000",
                "a7c3a9f09f988061     | 'data':'é😀a'                        | a7c3a9f09f988061",
                "93cb3ff8000000000000c3c0 | 'data':[1.5,true,null]           | 93cb3ff8000000000000c3c0"
            })
    void minBinDataKeepsItsValue(String sent, String json, String binary) {
        Hub hub = Hub.builder()
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen(
                        "ws://127.0.0.1:0/min-bin/",
                        Protocols.socketCluster().configure(server -> server.codec(RealtimeCodec.minBin())))
                .daemon(true)
                .build();
        opened.add(hub);
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        WirePeer text = join(hub).subscribe("a");
        WirePeer peer = WirePeer.connect(hub.listeners().get(1).url());
        opened.add(peer);
        peer.sendHex("81a16593aa2368616e647368616b6581a961757468546f6b656ec001").next();
        peer.sendHex("81a16593aa2373756273637269626581a76368616e6e656ca16102").next();
        peer.sendHex("81a17093a161" + sent + "04");
        assertThat(peer.next(2)).containsExactly("81a17092a161" + binary, "81a1729304c0c0");
        assertThat(text.next()).isEqualTo("{'event':'#publish','data':{'channel':'a'," + json + "}}");
    }

    @Test
    void rulesRenameChannelsAndProcedures() {
        Hub hub = hub(
                Protocols.socketCluster()
                        .map(
                                Rule.topic("log/**").channel("app/logs/**"),
                                Rule.topic("sum").procedure("math/sum"),
                                Rule.topic("secret/**").none()),
                options -> {});
        hub.procedure("math/sum", Object.class, (data, call) -> 5);
        WirePeer peer = join(hub).subscribe("log/a");
        hub.channel("app/logs/a").publish(1).join();
        assertThat(peer.next()).isEqualTo(publication("log/a", 1));
        assertThat(peer.ask("{'event':'sum','cid':5}")).isEqualTo("{'rid':5,'data':5}");
        assertThat(peer.ask("{'event':'#subscribe','data':{'channel':'secret/a'},'cid':6}"))
                .isEqualTo("{'rid':6,'error':{'message':'subscribe: 'secret/a' is not allowed',"
                        + "'name':'NotAllowedError','code':-32606}}");
        assertThat(peer.ask("{'event':'#unsubscribe','data':'log/a','cid':7}")).isEqualTo("{'rid':7}");
        assertThat(hub.exchange().channels()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"#x", "", "\\u0001x"})
    void reservedNamesAreInvalid(String name) {
        String answer = join(hub()).ask("{'event':'#subscribe','data':{'channel':'" + name + "'},'cid':6}");
        assertThat(answer).startsWith("{'rid':6,'error':{'message':'channel: ").contains("InvalidArgumentsError");
    }

    @Test
    void missedPublicationsAreRecovered() {
        Hub hub = hub();
        WirePeer peer = join(hub);
        String answer = peer.ask("{'event':'#subscribe','data':{'channel':'a','since':''},'cid':2}");
        String epoch = answer.replaceAll("^.*'position':'(\\w+):0'.*$", "$1");
        peer.close();
        hub.channel("a").publish(1).join();
        assertThat(join(hub)
                        .send("{'event':'#subscribe','data':{'channel':'a','since':'" + epoch + ":0'},'cid':3}")
                        .next(2))
                .containsExactly(
                        "{'rid':3,'data':{'position':'" + epoch + ":1','recovered':true}}",
                        "{'event':'#publish','data':{'channel':'a','data':1,'position':'" + epoch + ":1'}}");
    }

    // ---- calls

    record Sum(int a, int b) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "sum  | {'a':2,'b':3}  | 'data':5}",
                "sum  | {'a':'x'}      | 'error':{'message':'MESSAGE','name':'InvalidArgumentsError','code':-32602}}",
                "none | 1              | 'data':null}",
                "pay  | 1              | 'error':{'message':'3 missing','name':'InsufficientFundsError','code':-1,'data':{'missing':3}}}",
                "boom | 1              | 'error':{'message':'the procedure has failed','name':'Error'}}",
                "gone | 1              | 'error':{'message':'MESSAGE','name':'ProcedureNotFoundError','code':-32601}}"
            })
    void callIsAnswered(String procedure, String data, String answer) {
        Hub hub = hub();
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.procedure("none", Object.class, (none, call) -> null);
        hub.procedure("pay", Object.class, (none, call) -> {
            throw CallException.of("InsufficientFundsError", "3 missing")
                    .code(-1)
                    .data(Map.of("missing", 3));
        });
        hub.procedure("boom", Object.class, (none, call) -> {
            throw new IllegalStateException("secret");
        });
        String shown = join(hub).ask("{'event':'" + procedure + "','data':" + data + ",'cid':5}");
        assertThat(
                        answer.contains("MESSAGE")
                                ? shown.replaceAll("'message':.*,'name'", "'message':'MESSAGE','name'")
                                : shown)
                .isEqualTo("{'rid':5," + answer);
    }

    @Test
    void transmittedEventIsOneWayCall() throws Exception {
        Hub hub = hub();
        BlockingQueue<String> calls = new LinkedBlockingQueue<>();
        hub.procedure("note", String.class, (text, call) -> calls.add(text + " " + call.isOneWay()));
        WirePeer peer = join(hub).send("{'event':'note','data':'hi'}").send("{'event':'nosuch','data':1}");
        assertThat(calls.poll(10, TimeUnit.SECONDS)).isEqualTo("hi true");
        peer.expectSilence();
    }

    @Test
    void disconnectionCancelsCall() throws Exception {
        Hub hub = hub();
        BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
        hub.procedure("pending", Object.class, (none, call) -> {
            calls.add(call);
            return new CompletableFuture<>();
        });
        WirePeer peer = join(hub).send("{'event':'pending','cid':5}");
        Call call = Objects.requireNonNull(calls.poll(10, TimeUnit.SECONDS));
        assertThat(call.isCancelled()).isFalse();
        peer.close();
        await().until(call::isCancelled);
    }

    @Test
    void unansweredCallFailsAtItsDeadline() {
        Hub hub = hub(options -> options.callTimeout(Duration.ofMillis(50)));
        hub.procedure("pending", Object.class, (none, call) -> new CompletableFuture<>());
        assertThat(join(hub).ask("{'event':'pending','cid':5}"))
                .isEqualTo("{'rid':5,'error':{'message':'procedure: 'pending' has not ended in time',"
                        + "'name':'TimeoutError','code':-32001}}");
    }

    @Test
    void builtInProceduresAreServed() {
        Hub hub = hub();
        WirePeer peer = join(hub).subscribe("a");
        assertThat(peer.ask("{'event':'helio.whoami','cid':5}"))
                .matches("\\{'rid':5,'data':\\{'connection':'sc-\\w{8}','name':'','source':'anonymous','roles':\\[]}}");
        assertThat(peer.send("{'event':'helio.publish','data':['a',7],'cid':6}").next(2))
                .containsExactlyInAnyOrder(publication("a", 7), "{'rid':6,'data':true}");
    }

    // ---- identity

    private String token(Map<String, Object> claims) {
        return Tokens.of(List.of(KEY), Duration.ofHours(1), Duration.ZERO, InstantSource.system())
                .sign(claims);
    }

    private static String whoami(WirePeer peer) {
        return peer.ask("{'event':'helio.whoami','cid':5}").replaceAll("sc-\\w{8}", "ID");
    }

    private static String identity(String name, String source, String roles) {
        return "{'rid':5,'data':{'connection':'ID','name':'" + name + "','source':'" + source + "','roles':[" + roles
                + "]}}";
    }

    @Test
    void tokenOfHandshakeIsPrincipal() {
        WirePeer peer = join(hub(), token(Map.of("sub", "ada", "roles", List.of("admin"))));
        assertThat(whoami(peer)).isEqualTo(identity("ada", "token", "'admin'"));
        peer.send("{'event':'#removeAuthToken'}");
        assertThat(whoami(peer)).isEqualTo(identity("", "anonymous", ""));
        assertThat(peer.ask("{'event':'#authenticate','data':'" + token(Map.of("username", "bob")) + "','cid':6}"))
                .isEqualTo("{'rid':6,'data':{'isAuthenticated':true,'authError':null}}");
        assertThat(whoami(peer)).isEqualTo(identity("bob", "token", ""));
    }

    @Test
    void tokenWithoutUserIsRejected() {
        WirePeer peer = WirePeer.connect(hub().listeners().getFirst().url());
        opened.add(peer);
        assertThat(peer.ask("{'event':'#handshake','data':{'authToken':'" + token(Map.of("x", 1)) + "'},'cid':1}"))
                .contains("'name':'AuthTokenInvalidError'")
                .endsWith("'isAuthenticated':false}}");
        assertThat(peer.next()).isEqualTo("{'event':'#removeAuthToken'}");
    }

    @Test
    void loginSendsTokenBeforeResponse() {
        Hub hub = hub();
        hub.procedure("login", String.class, (name, call) -> login(name, call));
        WirePeer peer = join(hub).send("{'event':'login','data':'ada','cid':4}");
        String token = peer.next();
        assertThat(token).startsWith("{'event':'#setAuthToken','data':{'token':'");
        assertThat(peer.next()).isEqualTo("{'rid':4,'data':null}");
        assertThat(whoami(peer)).isEqualTo(identity("ada", "login", "'staff'"));
        String signed = token.replaceAll("^.*'token':'(.*)'}}$", "$1");
        assertThat(whoami(join(hub, signed))).isEqualTo(identity("ada", "token", "'staff'"));
    }

    private static Object login(String name, Call call) {
        call.authenticate(Principal.of(name, "staff"));
        return CompletableFuture.completedFuture(null);
    }

    @Test
    void logoutRemovesTokenOfClient() {
        Hub hub = hub();
        hub.procedure("logout", Object.class, (none, call) -> {
            call.deauthenticate();
            return null;
        });
        WirePeer peer = join(hub, token(Map.of("sub", "ada")));
        assertThat(peer.send("{'event':'logout','cid':4}").next(2))
                .containsExactlyInAnyOrder("{'event':'#removeAuthToken'}", "{'rid':4,'data':null}");
        assertThat(whoami(peer)).isEqualTo(identity("", "anonymous", ""));
    }

    // ---- permissions

    private static Permission onlyUsers(Principal who, HubAction action, String name) {
        return who.isAuthenticated() || !name.startsWith("members/") ? Permission.allow() : Permission.deny("log in");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'event':'#subscribe','data':{'channel':'members/a'},'cid':2}        | subscribe | -32606",
                "{'event':'#publish','data':{'channel':'members/a','data':1},'cid':2} | publish   | -32605",
                "{'event':'members/a','data':1,'cid':2}                               | call      | -32605"
            })
    void deniedActionFails(String packet, String action, int code) {
        Hub hub = hub(options -> options.authority(SocketClusterBindingTest::onlyUsers));
        hub.procedure("members/a", Object.class, (none, call) -> 1);
        assertThat(join(hub).ask(packet))
                .isEqualTo("{'rid':2,'error':{'message':'" + action
                        + ": 'members/a' is not allowed: log in','name':'NotAllowedError','code':" + code + "}}");
    }

    @Test
    void deniedConnectionFailsHandshake() {
        Hub hub = hub(options ->
                options.authority((who, action, name) -> action == HubAction.CONNECT && !who.isAuthenticated()
                        ? Permission.deny("log in")
                        : Permission.allow()));
        WirePeer peer = WirePeer.connect(hub.listeners().getFirst().url());
        opened.add(peer);
        assertThat(peer.ask("{'event':'#handshake','data':{'authToken':null},'cid':1}"))
                .contains("'name':'NotAllowedError'")
                .contains("log in");
        assertThat(peer.endCode()).isEqualTo(4008);
        join(hub, token(Map.of("sub", "ada")));
    }

    @Test
    void endOfRightsEndsSubscriptions() {
        Hub hub = hub(options -> options.authority(SocketClusterBindingTest::onlyUsers));
        WirePeer peer =
                join(hub, token(Map.of("sub", "ada"))).subscribe("members/a").subscribe("public");
        assertThat(peer.send("{'event':'#removeAuthToken'}").next())
                .isEqualTo("{'event':'#kickOut','data':{'channel':'members/a','message':'subscribe: 'members/a' is not"
                        + " allowed: log in'}}");
        hub.channel("members/a").publish(1).join();
        hub.channel("public").publish(2).join();
        assertThat(peer.next()).isEqualTo(publication("public", 2));
    }

    @Test
    void expiredTokenEndsSubscriptionsOfIdleConnection() {
        Hub hub = hub(options -> options.authority(SocketClusterBindingTest::onlyUsers));
        long soon = System.currentTimeMillis() / 1000 + 2;
        WirePeer peer = join(hub, token(Map.of("sub", "ada", "exp", soon))).subscribe("members/a");
        assertThat(peer.next(2))
                .containsExactlyInAnyOrder(
                        "{'event':'#removeAuthToken'}",
                        "{'event':'#kickOut','data':{'channel':'members/a','message':'subscribe: 'members/a' is not"
                                + " allowed: log in'}}");
    }

    @Test
    void revokedTokenIsRejected() {
        Hub hub = hub();
        String token = token(Map.of("sub", "ada", "jti", "t1"));
        WirePeer peer = join(hub, token);
        hub.revoke(new Command.Target.Token("t1"), Instant.now().plusSeconds(60))
                .join();
        assertThat(peer.next()).isEqualTo("{'event':'#removeAuthToken'}");
        WirePeer again = WirePeer.connect(hub.listeners().getFirst().url());
        opened.add(again);
        assertThat(again.ask("{'event':'#handshake','data':{'authToken':'" + token + "'},'cid':1}"))
                .contains("the token is revoked")
                .endsWith("'isAuthenticated':false}}");
    }

    @Test
    void publicationFilterFollowsMiddleware() {
        List<String> order = new CopyOnWriteArrayList<>();
        Hub hub = hub(
                Protocols.socketCluster()
                        .server(server -> server.middleware(Action.PublishIn.class, action -> {
                            order.add("middleware");
                            return CompletableFuture.completedFuture(Decision.allow("b"));
                        })),
                options -> options.publicationFilter((publisher, channel, data) -> {
                    order.add("filter " + data.as(String.class));
                    if (channel.equals("closed")) {
                        throw CallException.of("ClosedError", "closed").code(-9);
                    }
                    return "c";
                }));
        WirePeer peer = join(hub).subscribe("a");
        assertThat(peer.send("{'event':'#publish','data':{'channel':'a','data':'a'},'cid':4}")
                        .next(2))
                .containsExactly(publication("a", "'c'"), "{'rid':4}");
        assertThat(peer.ask("{'event':'#publish','data':{'channel':'closed','data':'a'},'cid':5}"))
                .isEqualTo("{'rid':5,'error':{'message':'closed','name':'ClosedError','code':-9}}");
        assertThat(order).containsExactly("middleware", "filter b", "middleware", "filter b");
    }

    // ---- hub to client

    @Test
    void hubReachesConnection() {
        Hub hub = hub();
        WirePeer peer = join(hub).subscribe("a");
        await().until(() -> hub.connections().size() == 1);
        var connection = hub.connections().iterator().next();
        connection.send("note", Map.of("text", "hi"));
        assertThat(peer.next()).isEqualTo("{'event':'note','data':{'text':'hi'}}");
        hub.kickOut("a", new Command.Target.Connection(connection.id()), "out").join();
        assertThat(peer.next()).isEqualTo("{'event':'#kickOut','data':{'channel':'a','message':'out'}}");
        hub.disconnect(new Command.Target.Connection(connection.id()), "bye").join();
        assertThat(peer.endCode()).isEqualTo(1008);
        await().until(() -> hub.connections().isEmpty());
    }

    @Test
    void watchedMembersJoinAndLeave() {
        Hub hub = hub(options -> options.presence("room/**").authority((who, action, name) -> Permission.allow()));
        WirePeer watcher = join(hub);
        assertThat(watcher.ask("{'event':'helio.presence.watch','data':{'channel':'room/1'},'cid':3}"))
                .isEqualTo("{'rid':3,'data':{'members':[],'count':0}}");
        WirePeer ada = join(hub, token(Map.of("sub", "ada"))).subscribe("room/1");
        String joined = watcher.next();
        assertThat(joined)
                .matches("\\{'event':'#presence','data':\\{'channel':'room/1','joined':\\["
                        + "\\{'(id':'sc-\\w{8}','user':'ada|user':'ada','id':'sc-\\w{8})'}]}}");
        ada.close();
        assertThat(watcher.next()).isEqualTo(joined.replace("'joined'", "'left'"));
    }
}
