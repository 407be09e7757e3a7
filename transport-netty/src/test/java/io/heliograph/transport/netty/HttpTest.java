package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.QueueFullException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHeaders;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.testkit.Checklist;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.HttpAcceptHandler.Exchange;
import io.heliograph.transport.HttpAcceptHandler.Upgrade;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP as a raw peer sees it. */
@SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF here
class HttpTest {

    static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    static final String UPGRADE = "GET /path/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\n"
            + KEY
            + "Sec-WebSocket-Version: 13\r\n\r\n";

    private @Nullable Sockets sockets;
    private @Nullable HttpPort listening;

    @BeforeEach
    void open() {
        listen(HttpOptions.defaults());
    }

    private void listen(HttpOptions options) {
        close();
        Sockets opened = new Sockets(Engine.choose(null));
        sockets = opened;
        listening = HttpPort.listen(
                opened.transport, HttpPort.ANY, options, WebSocketOptions.defaults(), RecordingHandler::new);
    }

    private HttpPort server() {
        return Objects.requireNonNull(listening);
    }

    @AfterEach
    void close() {
        if (sockets != null) {
            sockets.close();
        }
    }

    private HttpPeer connect() throws IOException {
        return new HttpPeer(server().port());
    }

    private String answer(String request) throws IOException {
        try (HttpPeer peer = connect()) {
            return peer.send(request).rest();
        }
    }

    private static String refusal(String status, String body) {
        return refusal(status, body, "");
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

    // ---- requests for a WebSocket

    @Test
    void upgradeIsAnsweredAsInTheRfc() throws IOException {
        try (HttpPeer peer = connect()) {
            assertThat(peer.send(UPGRADE).response(false))
                    .isEqualTo("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
            server().next().link().send(Frame.utf8("hi").asText());
            assertThat(peer.in.readNBytes(4)).isEqualTo(new byte[] {(byte) 0x81, 2, 'h', 'i'});
        }
    }

    @Test
    void framesBeforeTheUpgradeResponseAreDelivered() throws IOException {
        try (HttpPeer peer = connect()) {
            peer.send(UPGRADE + "\u0081\u0082\0\0\0\0hi");
            assertThat(server().next().awaitFrames(1)).containsExactly(Frame.utf8("hi"));
            peer.response(false);
            peer.send("\u0081\u0082\0\0\0\0ho");
            assertThat(peer.socket.isConnected()).isTrue();
        }
    }

    // table: checks 1 to 4
    @ParameterizedTest
    @CsvSource({
        "GET /path, POST /path, 405 Method Not Allowed, Invalid HTTP method",
        "GET /path, HEAD /path, 405 Method Not Allowed, Invalid HTTP method",
        "Upgrade: websocket, Upgrade: h2c, 400 Bad Request, Invalid Upgrade header",
        "Upgrade: websocket, 'Upgrade: websocket, x', 400 Bad Request, Invalid Upgrade header",
    })
    @Checklist("SC 1.1")
    void otherMethodOrUpgradeIsRejected(String what, String instead, String status, String body) throws IOException {
        assertThat(answer(UPGRADE.replace(what, instead))).isEqualTo(refusal(status, body));
    }

    @ParameterizedTest
    @CsvSource({"''", "'Sec-WebSocket-Key: short==\r\n'", "'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n'"})
    void invalidKeyIsRejected(String instead) throws IOException {
        assertThat(answer(UPGRADE.replace(KEY, instead)))
                .isEqualTo(refusal("400 Bad Request", "Missing or invalid Sec-WebSocket-Key header"));
    }

    @ParameterizedTest
    @CsvSource({"Version: 12", "Version: ", "Version: 13x", "Other: 13"})
    void invalidVersionIsRejected(String instead) throws IOException {
        assertThat(answer(UPGRADE.replace("Version: 13", instead)))
                .isEqualTo(refusal(
                        "400 Bad Request",
                        "Missing or invalid Sec-WebSocket-Version header",
                        "Sec-WebSocket-Version: 13, 8\r\n"));
    }

    @ParameterizedTest
    @CsvSource({"'a,'", "',a'", "'a b'", "'a,a'", "'a;b'", "''"})
    void invalidSubProtocolsAreRejected(String offer) throws IOException {
        assertThat(answer(UPGRADE.replace(KEY, KEY + "Sec-WebSocket-Protocol: " + offer + "\r\n")))
                .isEqualTo(refusal("400 Bad Request", "Invalid Sec-WebSocket-Protocol header"));
    }

    @Test
    void validSubProtocolsAreParsed() throws IOException {
        try (HttpPeer peer = connect()) {
            peer.send(UPGRADE.replace(KEY, KEY + "Sec-WebSocket-Protocol: a.1 ,\tb,c\r\n"));
            assertThat(peer.response(false)).contains("\r\nSec-WebSocket-Protocol: a.1\r\n");
            assertThat(Sockets.take(server().upgrades).protocols()).containsExactly("a.1", "b", "c");
        }
    }

    @Test
    void invalidExtensionsAreRejectedOnlyWithCompression() throws IOException {
        String odd = UPGRADE.replace(KEY, KEY + "Sec-WebSocket-Extensions: permessage-deflate; x=\r\n");
        try (HttpPeer peer = connect()) {
            assertThat(peer.send(odd).response(false)).startsWith("HTTP/1.1 101");
        }
        WebSocketOptions compressing =
                WebSocketOptions.defaults().withCompression(WebSocketOptions.Compression.defaults());
        server().onUpgrade = upgrade -> {
            HttpResponse refusal = upgrade.refusal(compressing);
            if (refusal != null) {
                upgrade.refuse(refusal);
            } else {
                upgrade.accept(compressing, null, link -> new RecordingHandler());
            }
        };
        assertThat(answer(odd))
                .isEqualTo(refusal("400 Bad Request", "Invalid or unacceptable Sec-WebSocket-Extensions header"));
        for (String offer : new String[] {
            "permessage-deflate", "permessage-deflate; client_max_window_bits",
            "x, permessage-deflate; client_max_window_bits=10", "permessage-deflate; server_no_context_takeover",
            "permessage-deflate; server_max_window_bits=9, permessage-deflate"
        }) {
            try (HttpPeer peer = connect()) {
                peer.send(UPGRADE.replace(KEY, KEY + "Sec-WebSocket-Extensions: " + offer + "\r\n"));
                assertThat(peer.response(false))
                        .contains("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                                + "server_no_context_takeover; client_no_context_takeover\r\n");
            }
        }
        for (String offer : new String[] {"x", "permessage-deflate; server_max_window_bits=9"}) {
            try (HttpPeer peer = connect()) {
                peer.send(UPGRADE.replace(KEY, KEY + "Sec-WebSocket-Extensions: " + offer + "\r\n"));
                assertThat(peer.response(false)).doesNotContain("Extensions");
            }
        }
    }

    @Test
    void pendingUpgradeHasNoTimeoutAndIsDecidedOnce() throws IOException {
        listen(HttpOptions.defaults().withRequestTimeout(Duration.ofMillis(500)));
        server().onUpgrade = upgrade -> {};
        try (HttpPeer peer = connect()) {
            peer.send(UPGRADE);
            Upgrade upgrade = Sockets.take(server().upgrades);
            try (HttpPeer other = connect()) {
                other.rest(); // times out
            }
            assertThat(upgrade.isOpen()).isTrue();
            upgrade.refuse(HttpResponse.text(503, "one"));
            upgrade.refuse(HttpResponse.text(503, "two"));
            upgrade.accept(WebSocketOptions.defaults(), null, link -> new RecordingHandler());
            assertThat(peer.rest()).endsWith("\r\n\r\none");
        }
    }

    // ---- ordinary requests

    @Test
    void requestsOfOneConnectionAreAnsweredInSequence() throws IOException {
        try (HttpPeer peer = connect()) {
            peer.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /b?q HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(peer.response(true))
                    .isEqualTo("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n"
                            + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n\r\n"
                            + "GET /a");
            assertThat(peer.response(true)).endsWith("\r\n\r\nGET /b");
            peer.send("POST /c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
            assertThat(peer.rest()).contains("Connection: close").endsWith("POST /c");
        }
        assertThat(server().requests).hasSize(3);
        server().requests.remove();
        HttpRequest second = server().requests.remove().request();
        assertThat(second.query()).contains("q");
        assertThat(server().requests.remove().request().body()).isEqualTo(Frame.utf8("abc"));
    }

    @Test
    void nextRequestWaitsForTheResponse() throws IOException {
        server().onRequest = exchange -> {};
        try (HttpPeer peer = connect()) {
            peer.send("GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Exchange first = Sockets.take(server().requests);
            assertThat(server().requests).isEmpty();
            first.answer(HttpResponse.text(200, "1"));
            first.answer(HttpResponse.text(200, "again"));
            assertThat(peer.response(true)).endsWith("\r\n\r\n1");
            Sockets.take(server().requests).answer(HttpResponse.text(404, "2"));
            assertThat(peer.response(true)).startsWith("HTTP/1.1 404 Not Found").endsWith("\r\n2");
        }
    }

    @Test
    void upgradeMayFollowRequest() throws IOException {
        try (HttpPeer peer = connect()) {
            peer.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n" + UPGRADE);
            assertThat(peer.response(true)).endsWith("GET /a");
            assertThat(peer.response(false)).startsWith("HTTP/1.1 101");
            peer.send("\u0081\u0082\0\0\0\0hi");
            assertThat(server().next().awaitFrames(1)).containsExactly(Frame.utf8("hi"));
        }
        // Messages before the answer to a request that itself had to wait were taken for HTTP.
        try (HttpPeer peer = connect()) {
            peer.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n" + UPGRADE + "\u0081\u0082\0\0\0\0hi");
            assertThat(peer.response(true)).endsWith("GET /a");
            assertThat(peer.response(false)).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void upgradeToOtherProtocolIsAnsweredWithHttp1() throws IOException {
        assertThat(answer("GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\n"
                        + "Upgrade: h2c\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .endsWith("GET /a");
    }

    @Test
    void headHasTheFieldsOfGetAndNoBody() throws IOException {
        try (HttpPeer peer = connect()) {
            peer.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(peer.response(false)).contains("Content-Length: 7\r\n").endsWith("\r\n\r\n");
            assertThat(peer.response(true)).endsWith("GET /b");
        }
    }

    @Test
    void responseHasItsHeaderFields() throws IOException {
        server().onRequest = exchange -> exchange.answer(new HttpResponse(
                204, HttpHeaders.of(Map.of("X-One", "1", "Content-Length", "99")), Frame.utf8("never")));
        try (HttpPeer peer = connect()) {
            assertThat(peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").response(false))
                    .isEqualTo("HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\nX-One: 1\r\n\r\n");
        }
    }

    @Test
    void http10ClosesUnlessAskedNotTo() throws IOException {
        assertThat(answer("GET /a HTTP/1.0\r\n\r\n"))
                .contains("Connection: close")
                .endsWith("GET /a");
        try (HttpPeer peer = connect()) {
            peer.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(peer.response(true)).contains("keep-alive");
            peer.send("GET /a HTTP/1.0\r\n\r\n");
            assertThat(peer.rest()).contains("close");
        }
    }

    @Test
    void expectedContinueIsSentBeforeTheBody() throws IOException {
        try (HttpPeer peer = connect()) {
            peer.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(peer.response(false)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(peer.send("ab").response(true)).startsWith("HTTP/1.1 200");
            peer.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: tea\r\n\r\n");
            assertThat(peer.rest()).startsWith("HTTP/1.1 417");
        }
    }

    @Test
    void chunkedBodyIsJoined() throws IOException {
        try (HttpPeer peer = connect()) {
            peer.send(
                    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(peer.response(true)).startsWith("HTTP/1.1 200");
            assertThat(Sockets.take(server().requests).request().body()).isEqualTo(Frame.utf8("abcde"));
        }
    }

    @Test
    void bodyTooLongIs413() throws IOException {
        assertThat(answer("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n"))
                .startsWith("HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n");
        assertThat(
                        answer(
                                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(answer("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + ("80000\r\n" + "x".repeat(0x80000) + "\r\n").repeat(3)))
                .startsWith("HTTP/1.1 413");
        assertThat(server().requests).isEmpty();
    }

    @Test
    void headerTooLongIs431() throws IOException {
        String field = "X-Long: " + "x".repeat(16_000) + "\r\n";
        try (HttpPeer peer = connect()) {
            assertThat(peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + field + "\r\n")
                            .response(true))
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(answer("GET / HTTP/1.1\r\nHost: localhost\r\n" + field + field + "\r\n"))
                .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close");
        assertThat(answer("GET /" + "x".repeat(17_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(answer("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @ParameterizedTest
    @CsvSource({
        "'\u0016\u0003\u0001\u0002\r\n\r\n'",
        "'GET\r\n\r\n'",
        "'GET / HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n'",
        "'GET / HTTP/1.1\r\nHost: localhost\r\nA\u0001: b\r\n\r\n'",
        "'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n'",
        "'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'",
        "'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'"
    })
    void malformedRequestIs400(String request) throws IOException {
        assertThat(answer(request)).startsWith("HTTP/1.1 400 Bad Request\r\nConnection: close");
        assertThat(server().requests).isEmpty();
    }

    @Test
    void failedHandlerIs500() throws IOException {
        server().onRequest = exchange -> {
            throw new IllegalStateException("secret");
        };
        assertThat(answer("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 500")
                .doesNotContain("secret");
    }

    // ---- time and number

    @Test
    void slowRequestTimesOut() throws IOException {
        listen(HttpOptions.defaults().withRequestTimeout(Duration.ofMillis(500)));
        assertThat(answer("")).isEmpty();
        assertThat(answer("GET / HT")).startsWith("HTTP/1.1 408 Request Timeout\r\nConnection: close");
        assertThat(answer("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab"))
                .startsWith("HTTP/1.1 408");
        // Time is not bought byte by byte.
        try (HttpPeer peer = connect()) {
            String got = "";
            for (int i = 0; i < 200 && got.isEmpty(); i++) {
                peer.send("X");
                peer.socket.setSoTimeout(20);
                try {
                    got = peer.response(true);
                } catch (SocketTimeoutException notYet) {
                    got = "";
                }
            }
            assertThat(got).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void idleConnectionIsClosedWithoutResponse() throws IOException {
        listen(HttpOptions.defaults().withRequestTimeout(Duration.ofMillis(500)));
        try (HttpPeer peer = connect()) {
            peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(peer.response(true)).startsWith("HTTP/1.1 200");
            assertThat(peer.rest()).isEmpty();
        }
    }

    @Test
    void connectionsAreLimited() throws IOException {
        listen(HttpOptions.defaults().withMaxConnections(2));
        try (HttpPeer one = connect();
                HttpPeer two = connect()) {
            one.send(UPGRADE).response(false);
            two.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").response(true);
            try (HttpPeer three = connect()) {
                assertThat(three.socket.getInputStream().read()).isNegative();
            }
            assertThat(Sockets.take(server().failures))
                    .isInstanceOfSatisfying(
                            QueueFullException.class,
                            full -> assertThat(full.limit()).isEqualTo(2));
            server().next().link().end();
        }
        // Room again.
        org.awaitility.Awaitility.await()
                .ignoreExceptions()
                .until(() -> answer("GET / HTTP/1.0\r\n\r\n").startsWith("HTTP/1.1 200"));
    }

    @Test
    void requestOfHalfClosedConnectionIsAnswered() throws IOException {
        byte[] large = "x".repeat(3_000_000).getBytes(UTF_8);
        server().onRequest = exchange -> exchange.answer(HttpResponse.of(200, "text/plain", Frame.of(large)));
        try (HttpPeer peer = connect()) {
            peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            peer.socket.shutdownOutput();
            assertThat(peer.response(true)).hasSizeGreaterThan(3_000_000);
        }
    }
}
