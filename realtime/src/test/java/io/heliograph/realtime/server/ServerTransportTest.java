package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.http.Origins;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Compatibility;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.testkit.Checklist;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The way to a socket: requests, paths, origins, sub-protocols, sizes. */
class ServerTransportTest {

    private static UpgradeRefusedException refused(RawPeer peer) {
        try {
            peer.link();
        } catch (CompletionException e) {
            return (UpgradeRefusedException) Objects.requireNonNull(e.getCause());
        }
        throw new AssertionError("not refused");
    }

    @Test
    @Checklist("SC 1")
    void unknownPathIsRejected() {
        try (var fixture = ServerFixture.listening()) {
            fixture.connect(fixture.target("/socketcluster/")).handshake();
            for (String path : List.of("/socketcluster", "/other/")) {
                UpgradeRefusedException refusal = refused(fixture.connect(fixture.target(path)));
                assertThat(refusal.status()).isEqualTo(400);
                assertThat(refusal.body()).isEqualTo("Bad Request");
            }
        }
    }

    @Test
    @Checklist("SC 2")
    void queryIsVisibleToSocketsAndMiddleware() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (var fixture = ServerFixture.listening()) {
            fixture.server.middleware(Action.HandshakeWs.class, Middleware.of(action -> {
                seen.add("ws " + action.request().target());
                return Decision.allow();
            }));
            fixture.server.middleware(Action.HandshakeSc.class, Middleware.of(action -> {
                seen.add("sc " + action.request().query().orElse(""));
                return Decision.allow();
            }));
            fixture.server.onConnection(
                    socket -> seen.add("socket " + socket.request().target()));
            fixture.connect(fixture.target("/socketcluster/?a=1")).handshake();
            await().untilAsserted(() ->
                    assertThat(seen).containsExactly("ws /socketcluster/?a=1", "sc a=1", "socket /socketcluster/?a=1"));
        }
    }

    @Test
    void socketReportsRemoteAddress() {
        try (var fixture = ServerFixture.listening()) {
            assertThat(fixture.joined().socket().peer()).isInstanceOfSatisfying(Address.Tcp.class, peer -> {
                assertThat(peer.host()).isEqualTo("127.0.0.1");
                assertThat(peer.port()).isPositive().isNotEqualTo(fixture.server.port());
            });
        }
    }

    @Test
    @Checklist("SC 3")
    void pathIsSameForBothProtocolVersions() {
        for (int version : new int[] {1, 2}) {
            try (var fixture = ServerFixture.listening(options -> options.protocolVersion(version))) {
                assertThat(fixture.server.path()).isEqualTo("/socketcluster/");
                fixture.join();
            }
        }
    }

    @Test
    @Checklist("SC 4")
    void disallowedOriginIsRejectedAndReported() {
        try (var fixture = ServerFixture.listening(options -> options.origins(Origins.of("example.com:*")))) {
            fixture.connect(Map.of("Origin", "http://example.com")).handshake();
            UpgradeRefusedException refusal = refused(fixture.connect(Map.of("Origin", "http://evil.com")));
            assertThat(refusal.status()).isEqualTo(403);
            assertThat(refusal.body())
                    .isEqualTo("Failed to authorize socket handshake - Invalid origin: http://evil.com");
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("ServerProtocolError"));
            assertThat(fixture.warnings.get(0)).hasMessage(refusal.body());
        }
    }

    @Test
    void originMatchesCompletely() { // Q1
        try (var fixture = ServerFixture.listening(options -> options.origins(Origins.of("example.com:*")))) {
            assertThat(refused(fixture.connect(Map.of("Origin", "http://ample.com")))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    @Checklist("SC 5")
    void missingOriginMatchesWildcardOnly() {
        for (Map<String, String> headers : List.of(Map.<String, String>of(), Map.of("Origin", "null"))) {
            try (var fixture = ServerFixture.listening(options -> options.origins(Origins.of("example.com:*")))) {
                assertThat(refused(fixture.connect(headers)).body()).endsWith("Invalid origin: *");
            }
            for (Origins origins : List.of(Origins.of("*:80"), Origins.of("*:*"))) {
                try (var fixture = ServerFixture.listening(options -> options.origins(origins))) {
                    fixture.connect(headers).handshake();
                }
            }
        }
    }

    @Test
    @Checklist("SC 6")
    void httpsOriginHasDefaultPort443() {
        try (var fixture = ServerFixture.listening(options -> options.origins(Origins.of("example.com:443")))) {
            fixture.connect(Map.of("Origin", "https://example.com")).handshake();
            assertThat(refused(fixture.connect(Map.of("Origin", "http://example.com")))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void crossOriginPageIsRejectedByDefault() {
        try (var fixture = ServerFixture.listening()) {
            fixture.connect(Map.of("Origin", "http://127.0.0.1:" + fixture.server.port()))
                    .handshake();
            assertThat(refused(fixture.connect(Map.of("Origin", "http://evil.com")))
                            .status())
                    .isEqualTo(403);
        }
        try (var fixture = ServerFixture.listening(options -> options.compatibility(Compatibility.SOCKETCLUSTER_20))) {
            fixture.connect(Map.of("Origin", "http://evil.com")).handshake();
        }
    }

    @Test
    @Checklist("SC 7")
    void ordinaryRequestIsAnsweredWith501() throws Exception {
        try (var fixture = ServerFixture.listening()) {
            assertThat(get(fixture.server.port(), "/any")).isEqualTo("501 Not Implemented");
        }
    }

    /** Status and body of the answer to an ordinary request. */
    private static String get(int port, String path) throws IOException {
        HttpURLConnection http = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        int status = http.getResponseCode();
        try (InputStream body = status < 400 ? http.getInputStream() : http.getErrorStream()) {
            return status + " " + new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    @Checklist("SC 8")
    void firstSubprotocolIsSelected() {
        try (var fixture = ServerFixture.listening()) {
            RawPeer peer = fixture.connect(fixture.target("/socketcluster/").withProtocols(List.of("aaa", "bbb")));
            assertThat(peer.link().protocol()).contains("aaa");
            assertThat(fixture.connect().link().protocol()).isEmpty();
        }
    }

    @Test
    @Checklist("SC 9")
    void tooLongMessageClosesConnection() {
        try (var fixture = ServerFixture.listening(options -> options.maxMessageBytes(1000))) {
            var ended = new java.util.concurrent.CompletableFuture<Integer>();
            fixture.server.onDisconnection(event -> ended.complete(event.code()));
            RawPeer peer = fixture.join();
            peer.send("{'event':'a','data':'" + "x".repeat(2000) + "'}");
            assertThat(peer.endCode()).isEqualTo(1009);
            assertThat(ended.orTimeout(RawPeer.DEADLINE, java.util.concurrent.TimeUnit.SECONDS)
                            .join())
                    .isEqualTo(1006);
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.MESSAGE_TOO_LONG, 1L);
        }
    }

    @Test
    @Checklist({"SC 10", "SC 11"})
    void jsonInBinaryMessageIsAccepted() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket -> socket.onProcedure("echo", Object.class, data -> data));
            RawPeer peer = fixture.join();
            peer.sendBinary(
                    "{\"event\":\"echo\",\"data\":1,\"cid\":2}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            var answer = peer.nextFrame();
            assertThat(answer.isText()).isTrue();
            assertThat(answer.utf8()).isEqualTo("{\"rid\":2,\"data\":1}");
        }
    }

    @Test
    void serverSharesPortOfWebServer() throws Exception {
        WebServer web = WebServer.builder().host("127.0.0.1").port(0).build();
        web.serve("/hello", request -> io.heliograph.http.HttpResponse.text(200, "hello"));
        web.listen().join();
        try (var fixture = ServerFixture.listening(options -> options.on(web))) {
            assertThat(fixture.server.port()).isEqualTo(web.port());
            fixture.join();
            assertThat(get(web.port(), "/hello")).isEqualTo("200 hello");
        } finally {
            web.closeGracefully(java.time.Duration.ofSeconds(1)).join();
        }
    }

    @Test
    void secondListenFails() {
        try (var fixture = ServerFixture.listening()) {
            assertThatThrownBy(() -> fixture.server.listen().join()).hasCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void exceededPendingHandshakesAreRejected() {
        try (var fixture = ServerFixture.listening(options -> options.maxPendingHandshakes(2))) {
            RawPeer one = fixture.connect();
            fixture.connect().link();
            one.link();
            await().until(() -> fixture.server.pendingConnectionCount() == 2);
            assertThat(refused(fixture.connect()).status()).isEqualTo(503);
            one.handshake();
            fixture.join();
            assertThat(fixture.server.stats().drops()).containsEntry(DropReason.TOO_MANY_HANDSHAKES, 1L);
        }
    }
}
