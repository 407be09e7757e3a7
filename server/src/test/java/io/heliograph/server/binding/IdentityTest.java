package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identity of the clients of all protocols: how it ends, and what does not give one. */
class IdentityTest {

    private static final String[] FORWARDED = {
        "X-Forwarded-For", "127.0.0.1", "Forwarded", "for=127.0.0.1", "X-Real-IP", "127.0.0.1"
    };

    @TempDir
    private Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private Hub hub;

    @BeforeEach
    void start() {
        hub = Hub.builder()
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .listen("unix:" + directory.resolve("hub.sock"), Protocols.ipc())
                .authority(IdentityTest::membersOnly)
                .authKey("0123456789abcdef0123456789abcdef")
                .daemon(true)
                .build();
        opened.add(hub);
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static Permission membersOnly(Principal who, HubAction action, String name) {
        return who.name().equals("ada") || !name.startsWith("members/") ? Permission.allow() : Permission.deny("no");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        hub.closed().orTimeout(10, TimeUnit.SECONDS).join(); // deletes the socket file
    }

    private String url(int listener) {
        return hub.listeners().get(listener).url();
    }

    private WirePeer realtime(String... headers) {
        WirePeer peer = WirePeer.connect(url(0), headers);
        opened.add(peer);
        return peer;
    }

    private WirePeer rpc(String query, String... headers) {
        WirePeer peer = WirePeer.connect(url(1) + query, headers);
        opened.add(peer);
        return peer;
    }

    private RawIpcClient ipc() throws Exception {
        RawIpcClient client = new RawIpcClient(directory.resolve("hub.sock"));
        opened.add(client);
        return client;
    }

    private static String call(int id, String method, String params) {
        return "{'jsonrpc':'2.0','method':'" + method + "','params':" + params + ",'id':" + id + "}";
    }

    @Test
    void expiryEndsRightsOfIdleConnections() throws Exception {
        String token = hub.signToken(Map.of("sub", "ada", "exp", System.currentTimeMillis() / 1000 + 3));
        WirePeer realtime = realtime();
        realtime.ask("{'event':'#handshake','data':{'authToken':'" + token + "'},'cid':1}");
        realtime.subscribe("members/a").subscribe("public");
        WirePeer rpc = rpc("");
        assertThat(rpc.ask(call(1, "rpc.login", "{'token':'" + token + "'}"))).contains("'result':true");
        assertThat(rpc.ask(call(2, "rpc.on", "['members/a','public']")))
                .contains("'result':{'members/a':'ok','public':'ok'}");
        RawIpcClient ipc = ipc();
        ipc.send("{\"topic\":\"#authenticate\",\"message\":\"" + token + "\"}");
        assertThat(ipc.next()).contains("#authenticated");
        ipc.send("{\"topic\":\"#subscribe\",\"message\":[\"members/a\",\"public\"]}");
        assertThat(ipc.next()).contains("#subscribed");
        assertThat(ipc.next()).contains("#subscribed");

        hub.channel("members/a").publish("before").join();
        assertThat(realtime.next()).contains("'members/a'", "before");
        assertThat(rpc.next()).contains("'members/a'", "before");
        assertThat(ipc.next()).contains("members/a", "before");

        await().until(() -> hub.exchange().subscribers("members/a") == 0);
        hub.channel("members/a").publish("after").join();
        hub.channel("public").publish("after").join();
        assertThat(realtime.next(3))
                .noneMatch(message -> message.startsWith("{'event':'#publish','data':{'channel':'members"));
        assertThat(rpc.next()).contains("'public'", "after");
        String next = ipc.next();
        while (!next.contains("\"topic\":\"public\"")) {
            assertThat(next).doesNotContain("after");
            next = ipc.next();
        }
    }

    @Test
    void foreignSocketIdGrantsNothing() {
        String token = hub.signToken(Map.of("sub", "ada"));
        WirePeer ada = rpc("?socket_id=known");
        ada.ask(call(1, "rpc.login", "{'token':'" + token + "'}"));
        assertThat(ada.ask(call(2, "rpc.on", "['members/a']"))).contains("'members/a':'ok'");
        WirePeer other = rpc("?socket_id=known");
        assertThat(other.ask(call(1, "helio.whoami", "[]"))).contains("'name':''", "'source':'anonymous'");
        assertThat(other.ask(call(2, "rpc.on", "['members/a']"))).contains("-32606");
        ada.close();
        WirePeer later = rpc("?socket_id=known");
        assertThat(later.ask(call(1, "helio.whoami", "[]"))).contains("'name':''", "'source':'anonymous'");
    }

    @Test
    void headersMakeNoClientLocal() throws Exception {
        realtime(FORWARDED).ask("{'event':'#handshake','data':{'authToken':null},'cid':1}");
        rpc("", FORWARDED).ask(call(1, "helio.whoami", "[]"));
        ipc();
        await().until(() -> hub.connections().size() == 3);
        assertThat(hub.connections())
                .allSatisfy(connection -> assertThat(connection.principal().local())
                        .as(connection.protocol())
                        .isEqualTo(connection.protocol().equals("ipc")));
        assertThat(hub.connections().stream().map(Connection::protocol))
                .containsExactlyInAnyOrder("socketcluster", "rpc", "ipc");
    }
}
