package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.testkit.Checklist;
import io.heliograph.transport.WebSocketOptions.Compression;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invalid upgrade requests, byte by byte, while a valid client is served. */
class ServerUpgradeTest {

    private ServerFixture fixture = ServerFixture.listening().witnessed();
    private @Nullable WebServer web;

    @BeforeEach
    void onlyWitnessIsConnected() {
        assertThat(fixture.server.connectionCount()).isOne();
    }

    @AfterEach
    void close() {
        assertThat(fixture.server.pendingConnectionCount()).isZero();
        fixture.close();
        if (web != null) {
            web.closeGracefully(Duration.ofSeconds(1)).join();
        }
    }

    private void serve(ServerFixture other) {
        fixture.close();
        fixture = other;
    }

    private String answer(String request) throws IOException {
        try (WirePeer peer = WirePeer.connect(fixture.server.port())) {
            return peer.answer(request);
        }
    }

    private static String refusal(String status, String body, String more) {
        return "HTTP/1.1 "
                + status
                + "\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: "
                + body.length()
                + "\r\n"
                + more
                + "\r\n"
                + body;
    }

    // Section 1.1 of the specification: the first check that fails ends the request.
    @ParameterizedTest
    @CsvSource({
        "GET, POST, 405 Method Not Allowed, Invalid HTTP method",
        "GET, DELETE, 405 Method Not Allowed, Invalid HTTP method",
        "Upgrade: websocket, Upgrade: h2c, 400 Bad Request, Invalid Upgrade header",
        "Key: dGhl, Key: x, 400 Bad Request, Missing or invalid Sec-WebSocket-Key header",
        "Sec-WebSocket-Key, X, 400 Bad Request, Missing or invalid Sec-WebSocket-Key header",
        "/socketcluster/, /socketcluster, 400 Bad Request, Bad Request",
        "/socketcluster/, /socketcluster/x, 400 Bad Request, Bad Request",
        "/socketcluster/, //socketcluster/, 400 Bad Request, Bad Request",
        "/socketcluster/, /%73ocketcluster/, 400 Bad Request, Bad Request",
        "Host, 'Sec-WebSocket-Protocol: a,,b\r\nHost', 400 Bad Request, Invalid Sec-WebSocket-Protocol header",
        "Host, 'Origin: http://evil.com\r\nHost', 403 Forbidden, Failed to authorize socket handshake - Invalid origin: http://evil.com",
    })
    @Checklist({"SC 1", "SC 4"})
    void invalidUpgradeRequestIsAnsweredWithError(String what, String instead, String status, String body)
            throws IOException {
        String request = WirePeer.UPGRADE.replace(what, instead);
        assertThat(request).isNotEqualTo(WirePeer.UPGRADE);
        assertThat(answer(request)).isEqualTo(refusal(status, body, ""));
    }

    @ParameterizedTest
    @CsvSource({"Version: 13, Version: 12", "Version: 13, Version: 14", "Sec-WebSocket-Version, X"})
    void unsupportedVersionIsAnsweredWithSupportedVersions(String what, String instead) throws IOException {
        assertThat(answer(WirePeer.UPGRADE.replace(what, instead)))
                .isEqualTo(refusal(
                        "400 Bad Request",
                        "Missing or invalid Sec-WebSocket-Version header",
                        "Sec-WebSocket-Version: 13, 8\r\n"));
    }

    @Test
    void invalidExtensionsAreRejectedIfCompressionIsOn() throws IOException {
        String odd = WirePeer.UPGRADE.replace("Host", "Sec-WebSocket-Extensions: permessage-deflate; =\r\nHost");
        try (WirePeer peer = WirePeer.connect(fixture.server.port())) {
            assertThat(peer.send(odd).head()).startsWith("HTTP/1.1 101 ").doesNotContain("Extensions");
        }
        await().until(() -> fixture.server.pendingConnectionCount() == 0);
        serve(ServerFixture.listening(options -> options.compression(Compression.defaults()))
                .witnessed());
        assertThat(answer(odd))
                .isEqualTo(refusal("400 Bad Request", "Invalid or unacceptable Sec-WebSocket-Extensions header", ""));
    }

    @Test
    @Checklist("SC 7")
    void requestWithoutUpgradeIsAnsweredWith501() throws IOException {
        String plain = "GET /socketcluster/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        assertThat(answer(plain)).isEqualTo(refusal("501 Not Implemented", "Not Implemented", ""));
    }

    @Test
    void invalidHttpIsRejected() throws IOException {
        assertThat(answer("\u0016\u0003\u0001\u0002\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answer("GET /socketcluster/ HTTP/1.1\r\nno colon\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(answer(WirePeer.UPGRADE.replace("Host", "X-Long: " + "x".repeat(20_000) + "\r\nHost")))
                .startsWith("HTTP/1.1 431 ");
        assertThat(answer(WirePeer.UPGRADE.replace("/socketcluster/", "/" + "x".repeat(20_000))))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void slowRequestTimesOut() throws IOException {
        WebServer impatient = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .requestTimeout(Duration.ofMillis(200))
                .build();
        web = impatient;
        impatient.listen().join();
        serve(ServerFixture.listening(options -> options.on(impatient)).witnessed());
        try (WirePeer silent = WirePeer.connect(impatient.port());
                WirePeer slow = WirePeer.connect(impatient.port())) {
            slow.send("GET /socketcluster/ HTTP/1.1\r\nX");
            assertThat(silent.answer("")).isEmpty();
            assertThat(slow.answer("")).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void refusedUpgradesAreNotPending() {
        try (var fixture = ServerFixture.listening(options -> options.maxPendingHandshakes(3))) {
            fixture.server.middleware(
                    Action.HandshakeWs.class, Middleware.of(action -> Decision.block("NoError", "no")));
            for (int i = 0; i < 5; i++) {
                assertThat(fixture.connect().end().toString()).contains("401");
            }
            fixture.server.removeMiddleware(Action.HandshakeWs.class);
            for (int i = 0; i < 5; i++) {
                assertThat(fixture.connect(Map.of("Origin", "http://evil.example"))
                                .end()
                                .toString())
                        .contains("403");
            }
            for (int i = 0; i < 5; i++) {
                fixture.join();
            }
            assertThat(fixture.server.pendingConnectionCount()).isZero();
        }
    }
}
