package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.Checklist;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import io.heliograph.transport.WebSocketOptions.Compression;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** socketcluster-client and our server. */
class NpmRealtimeClientInteropTest {

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private RealtimeServer server(NpmRealtimeServerFixture.Dialect dialect, Consumer<RealtimeServer.Builder> options) {
        return server(dialect, 0, options);
    }

    private RealtimeServer server(
            NpmRealtimeServerFixture.Dialect dialect, int port, Consumer<RealtimeServer.Builder> options) {
        RealtimeServer.Builder builder = RealtimeServer.builder()
                .host("127.0.0.1")
                .port(port)
                .authKey("key")
                .protocolVersion(dialect.version)
                .pingInterval(Duration.ofMillis(300))
                .codec(dialect.minBin ? RealtimeCodec.minBin() : RealtimeCodec.json());
        options.accept(builder);
        RealtimeServer server = scratch.closing(builder.build());
        server.onConnection(NpmRealtimeClientInteropTest::serve);
        server.listen().join();
        return server;
    }

    private static void serve(RealtimeSocket socket) {
        socket.onProcedure("echo", Object.class, data -> data);
        socket.onProcedure("nothing", Object.class, (data, request) -> request.end());
        socket.onProcedure(
                "fail",
                Object.class,
                (data, request) -> request.fail(
                        RealtimeException.of("DemoError", "demanded").with("code", 42)));
        socket.onProcedure("text", Object.class, (data, request) -> request.failWith("just a string"));
        socket.onProcedure("login", new TypeRef<Map<String, Object>>() {}, (data, request) -> {
            socket.setAuthToken(Map.of("username", String.valueOf(data.get("username"))));
            request.end();
        });
        socket.onProcedure("logout", Object.class, (data, request) -> {
            socket.deauthenticate();
            request.end();
        });
        socket.onReceiver("reply", Object.class, data -> socket.transmit("replied", data));
    }

    /** Connects a client of the npm package. */
    private PeerProcess client(NpmRealtimeServerFixture.Dialect dialect, RealtimeServer server, Object... more) {
        List<Object> options = new ArrayList<>(List.of(
                "hostname",
                "127.0.0.1",
                "port",
                server.port(),
                "protocolVersion",
                dialect.version,
                "codec",
                dialect.minBin ? "minBin" : "json",
                "autoReconnectOptions",
                Map.of("initialDelay", 50, "randomness", 50, "maxDelay", 300)));
        options.addAll(List.of(more));
        PeerProcess client = scratch.closing(PeerProcess.script("realtime-client.js", options.toArray()));
        client.await("ready");
        client.command("connect");
        return client;
    }

    private static PeerEvent call(PeerProcess client, String procedure, Object data) {
        client.command("invoke", "name", procedure, "data", data, "tag", procedure);
        return client.events().next("the answer of " + procedure, event -> procedure.equals(event.get("tag")));
    }

    private static Map<?, ?> error(PeerEvent event) {
        assertThat(event.name()).as(event.line()).isIn("failure", "subscribeFail", "error");
        return (Map<?, ?>) event.get("error");
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void callsAndEventsGoBothWays(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        RealtimeServer server = server(dialect, options -> {});
        PeerProcess client = client(dialect, server);
        client.await("connect");

        for (Object value : new Object[] {0, -1, 1.5, 4294967296L, "wörld😀", true, List.of(1, "a"), Map.of("k", 1)}) {
            assertThat(call(client, "echo", value).get("data")).isEqualTo(value);
        }
        PeerEvent nothing = call(client, "nothing", 1);
        if (dialect.minBin) {
            assertThat(nothing.fields()).containsEntry("data", null);
        } else {
            assertThat(nothing.get("absent")).isEqualTo(true);
        }
        assertThat(error(call(client, "fail", 1)))
                .isEqualTo(Map.of("name", "DemoError", "message", "demanded", "code", 42));
        assertThat(call(client, "text", 1).get("error")).isEqualTo("just a string");

        client.command("receiver", "name", "replied");
        client.command("transmit", "name", "reply", "data", List.of(1, 2));
        assertThat(client.await("received").get("data")).isEqualTo(List.of(1, 2));

        client.command("procedure", "name", "double");
        client.command("failing", "name", "refuse");
        call(client, "echo", "so that they are there");
        RealtimeSocket socket = server.connections().iterator().next();
        assertThat(socket.invoke("double", "x", String.class).get(10, TimeUnit.SECONDS))
                .isEqualTo("x");
        assertThat(socket.invoke("refuse", 1))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(RealtimeException.class, error -> {
                    assertThat(error.errorName()).isEqualTo("PeerError");
                    assertThat(error.fields()).isEqualTo(Map.of("code", 7L));
                });
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void channelsAreSubscribedPublishedAndUnsubscribed(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        RealtimeServer server = server(dialect, options -> {});
        PeerProcess client = client(dialect, server);
        client.command("subscribe", "channel", "news");
        client.await("subscribe");
        RealtimeSocket socket = server.connections().iterator().next();
        assertThat(socket.subscriptions()).containsExactly("news");

        server.exchange().channel("news").publish(Map.of("n", 1));
        assertThat(client.await("message").get("data")).isEqualTo(Map.of("n", 1));
        client.command("publish", "channel", "news", "data", "own");
        assertThat(client.await("message").get("data")).isEqualTo("own");
        client.command("invokePublish", "channel", "news", "data", List.of("a"), "tag", "p");
        assertThat(client.await("message").get("data")).isEqualTo(List.of("a"));
        call(client, "echo", 1);
        assertThat(client.all("answer")).anyMatch(answer -> "p".equals(answer.get("tag")));

        socket.kickOut("news", "bye").get(10, TimeUnit.SECONDS);
        assertThat(client.await("kickOut").get("message")).isEqualTo("bye");
        client.await("unsubscribe");
        assertThat(socket.subscriptions()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void tokensAreIssuedRevokedAndRejected(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        RealtimeServer server = server(dialect, options -> {});
        PeerProcess client = client(dialect, server);
        client.command("subscribe", "channel", "secret", "options", Map.of("waitForAuth", true));
        assertThat(call(client, "login", Map.of("username", "bob")).name()).isEqualTo("answer");
        client.await("subscribe");
        client.command("state");
        assertThat(client.await("state").get("authToken"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("username", "bob");
        client.command("reconnect");
        assertThat(client.await("connect").get("isAuthenticated")).isEqualTo(true);
        // The order of this event and the answer depends on the peer.
        client.command("invoke", "name", "logout", "tag", "logout");
        client.await("removeAuthToken");
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void invalidTokensAreRejected(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        RealtimeServer server = server(dialect, options -> {});
        PeerProcess client = client(dialect, server);
        client.await("connect");
        RealtimeSocket socket = server.connections().iterator().next();
        String good = sign(socket, Map.of(), TokenOptions.defaults());
        String expired = sign(socket, Map.of("exp", 1_500_000_000), TokenOptions.defaults());
        String early = sign(
                socket,
                Map.of(),
                TokenOptions.builder().notBefore(Duration.ofHours(1)).build());

        for (String bad : List.of("a.b.c", good.substring(0, good.length() - 3) + "xyz")) {
            client.command("authenticate", "token", bad, "tag", "bad");
            assertThat(error(client.await("failure")))
                    .isEqualTo(Map.of(
                            "name",
                            "AuthTokenInvalidError",
                            "message",
                            bad.equals("a.b.c") ? "invalid token" : "invalid signature",
                            "isBadToken",
                            true));
        }
        client.command("authenticate", "token", expired, "tag", "expired");
        assertThat(error(client.await("failure")))
                .isEqualTo(Map.of(
                        "name",
                        "AuthTokenExpiredError",
                        "message",
                        "jwt expired",
                        "expiry",
                        "2017-07-14T02:40:00.000Z",
                        "isBadToken",
                        true));
        client.command("authenticate", "token", early, "tag", "early");
        assertThat(client.await("answer").get("data"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("isAuthenticated", false);
        // The client keeps the token and presents it again; the server rejects it again.
        client.command("reconnect");
        PeerEvent connect = client.await("connect");
        assertThat(connect.get("isAuthenticated")).isEqualTo(false);
        assertThat(connect.get("authError"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("name", "AuthTokenNotBeforeError");
        client.command("authenticate", "token", good, "tag", "good");
        assertThat(client.await("answer").get("data"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("isAuthenticated", true);
    }

    /** Returns a token signed by the server. */
    private static String sign(RealtimeSocket socket, Map<String, Object> claims, TokenOptions options)
            throws Exception {
        CompletableFuture<String> signed = new CompletableFuture<>();
        socket.once(
                io.heliograph.realtime.SocketEvent.AuthTokenSigned.class,
                event -> signed.complete(event.signedAuthToken()));
        socket.setAuthToken(claims, options);
        String token = signed.get(10, TimeUnit.SECONDS);
        socket.deauthenticateConfirmed().get(10, TimeUnit.SECONDS);
        return token;
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void reconnectRestoresSubscriptions(NpmRealtimeServerFixture.Dialect dialect) {
        RealtimeServer server = server(dialect, options -> {});
        PeerProcess client = client(dialect, server);
        client.command("subscribe", "channel", "news");
        client.await("subscribe");
        server.connections().iterator().next().terminate();
        assertThat(client.await("disconnect").get("code")).isEqualTo(1006);
        client.await("connect");
        client.await("subscribe");
        server.exchange().channel("news").publish("again");

        assertThat(client.await("message").get("data")).isEqualTo("again");
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void closeCodesAndReasonsCrossTheWire(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        RealtimeServer server = server(dialect, options -> {});
        var ends = server.stream(ServerEvent.Disconnection.class);
        PeerProcess client = client(dialect, server);
        client.await("connect");
        server.connections().iterator().next().disconnect(4123, "enough");
        PeerEvent disconnect = client.await("disconnect");
        assertThat(disconnect.get("code")).isEqualTo(4123);
        assertThat(disconnect.get("reason")).isEqualTo("enough");
        ends.next(Duration.ofSeconds(10));

        client.await("connect");
        client.command("disconnect", "code", 4321, "reason", "mine");
        ServerEvent.Disconnection seen = ends.next(Duration.ofSeconds(10));
        assertThat(seen.code()).isEqualTo(4321);
        assertThat(seen.reason()).isEqualTo("mine");
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void pingsKeepTheConnectionOpen(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        RealtimeServer server = server(
                dialect, options -> options.pingInterval(Duration.ofMillis(100)).pingTimeout(Duration.ofMillis(1500)));
        server.onConnection(socket -> socket.onProcedure(
                "slow",
                Object.class,
                (data, request) -> CompletableFuture.delayedExecutor(2500, TimeUnit.MILLISECONDS)
                        .execute(() -> request.end("late"))));
        PeerProcess client = client(dialect, server);
        client.await("connect");
        // Longer than the ping time-out of both sides, with pings only.
        assertThat(call(client, "slow", 1).get("data")).isEqualTo("late");
        assertThat(client.all("disconnect")).isEmpty();
        assertThat(client.all("raw")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void compressionAndTlsAreSupported(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        var authority = new CertificateAuthority("authority");
        Path keys = authority.issue("server", "127.0.0.1").writePkcs12(scratch.path("server.p12"), "secret");
        RealtimeServer server = server(
                dialect,
                options -> options.tls(ServerTls.builder(TlsIdentity.pkcs12(keys, "secret"))
                                .load())
                        .compression(Compression.defaults()));
        PeerProcess client = client(
                dialect,
                server,
                "secure",
                true,
                "wsOptions",
                Map.of("ca", Files.readString(authority.writePem(scratch.path("authority.pem")))));
        client.await("connect");
        String large = "compressed ".repeat(10_000);
        assertThat(call(client, "echo", large).get("data")).isEqualTo(large);
        client.command("state");
        assertThat(client.await("state").get("extensions")).isEqualTo("permessage-deflate");
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void serverRestartRestoresSubscribers(NpmRealtimeServerFixture.Dialect dialect) {
        RealtimeServer first = server(dialect, options -> {});
        PeerProcess client = client(dialect, first);
        client.command("subscribe", "channel", "news");
        client.await("subscribe");
        first.closeGracefully(Duration.ofSeconds(1)).join();
        client.await("disconnect");
        RealtimeServer second = server(dialect, first.port(), options -> {});
        client.await("connect");
        client.await("subscribe");
        second.exchange().channel("news").publish("again");

        assertThat(client.await("message").get("data")).isEqualTo("again");
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    @Checklist("SC 168")
    void batchesAreExchangedBothWays(NpmRealtimeServerFixture.Dialect dialect) {
        RealtimeServer server = server(dialect, options -> options.batchOnHandshake(true));
        PeerProcess client = client(dialect, server, "batchOnHandshake", true);
        for (int i = 0; i < 20; i++) {
            client.command("subscribe", "channel", "channel " + i);
        }
        for (int i = 0; i < 20; i++) {
            client.await("subscribe");
        }
        client.command("startBatching");
        for (int i = 0; i < 20; i++) {
            client.command("invoke", "name", "echo", "data", i, "tag", "t");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(client.await("answer").get("data")).isEqualTo(i);
        }
        assertThat(client.all("raw")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void middlewareBlocksAreReported(NpmRealtimeServerFixture.Dialect dialect) throws Exception {
        RealtimeServer server = server(dialect, options -> {});
        server.middleware(
                Action.Subscribe.class,
                Middleware.of(action -> action.channel().equals("closed")
                        ? Decision.block("ClosedChannelError", "closed to you")
                        : Decision.allow()));
        server.middleware(
                Action.Invoke.class,
                Middleware.of(action -> action.procedure().equals("forbidden") ? Decision.block() : Decision.allow()));
        server.middleware(Action.PublishIn.class, Middleware.of(action -> Decision.allow("replaced")));
        server.middleware(
                Action.Authenticate.class, Middleware.of(action -> Decision.block("NotWelcomeError", "not you")));
        PeerProcess client = client(dialect, server);
        client.command("subscribe", "channel", "closed");
        assertThat(error(client.await("subscribeFail")).get("name")).isEqualTo("ClosedChannelError");
        assertThat(error(call(client, "forbidden", 1)))
                .isEqualTo(Map.of(
                        "name",
                        "SilentMiddlewareBlockedError",
                        "message",
                        "The invoke AGAction was blocked by inbound middleware",
                        "type",
                        "inbound"));
        client.command("subscribe", "channel", "open");
        client.await("subscribe");
        client.command("publish", "channel", "open", "data", "original");
        assertThat(client.await("message").get("data")).isEqualTo("replaced");
        RealtimeSocket socket = server.connections().iterator().next();
        String token = sign(socket, Map.of(), TokenOptions.defaults());
        client.command("authenticate", "token", token, "tag", "blocked");
        assertThat(client.await("answer").get("data"))
                .isEqualTo(Map.of(
                        "isAuthenticated",
                        false,
                        "authError",
                        Map.of("name", "NotWelcomeError", "message", "not you")));
    }

    @ParameterizedTest
    @EnumSource(NpmRealtimeServerFixture.Dialect.class)
    void rejectedHandshakeReportsReason(NpmRealtimeServerFixture.Dialect dialect) {
        RealtimeServer server = server(dialect, options -> {});
        server.middleware(
                Action.HandshakeSc.class,
                Middleware.of(action -> Decision.block(
                        RealtimeException.of("RefusedError", "not you").with("statusCode", 4501))));
        PeerProcess client = client(dialect, server);
        PeerEvent abort = client.await("connectAbort");

        assertThat(abort.get("code")).isEqualTo(4501);
        assertThat(abort.get("reason")).isEqualTo("RefusedError: not you");
    }
}
