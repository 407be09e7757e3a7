package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Framing;
import io.heliograph.http.HttpResponse;
import io.heliograph.http.UpgradeRefusedException;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.tls.ClientTls;
import io.heliograph.transport.ConnectFailures;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages of failed attempts to connect: address, cause, and what to do. */
class ConnectFailureTest {

    private static final LinkOptions PLAIN = LinkOptions.of(Framing.delimiter('\n'));

    private Sockets sockets;

    @TempDir
    Path folder;

    @BeforeEach
    void open() {
        sockets = new Sockets(Engine.choose(null));
    }

    @AfterEach
    void close() {
        sockets.close();
    }

    private HeliographException fail(WebSocketTarget target) {
        try {
            HttpPort.connect(sockets.transport, target, WebSocketOptions.defaults(), new RecordingHandler());
            throw new AssertionError("connected");
        } catch (HeliographException failure) {
            return failure;
        }
    }

    @Test
    void failedAttemptClosesItsConnection() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HeliographException failure =
                    fail(target("ws://127.0.0.1:" + silent.getLocalPort()).withConnectTimeout(Duration.ofMillis(200)));
            assertCode(failure, ConnectFailures.TIMED_OUT);
            try (Socket accepted = silent.accept()) {
                accepted.setSoTimeout(20_000);
                assertThat(new String(accepted.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                        .startsWith("GET / HTTP/1.1\r\n");
            }
        }
    }

    private static WebSocketTarget target(String url) {
        return WebSocketTarget.of(URI.create(url), Optional.empty());
    }

    private static WebSocketTarget target(String url, Tls tls) {
        return WebSocketTarget.of(URI.create(url), Optional.of(tls));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return unused.getLocalPort();
        }
    }

    private static void assertCode(HeliographException failure, String code) {
        assertThat(failure).isInstanceOf(UnreachableException.class);
        assertThat(failure.unsent()).isTrue();
        assertThat(failure.getCause())
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void closedPortIsNamed() throws Exception {
        int port = closedPort();
        HeliographException failure = fail(target("ws://127.0.0.1:" + port + "/chat?token=secret"));
        assertThat(failure)
                .hasMessage("ws://127.0.0.1:" + port
                        + "/chat: connection refused; is the server running on this port? (ECONNREFUSED)");
        assertCode(failure, "ECONNREFUSED");
        failure = sockets.failToConnect(new Address.Tcp("127.0.0.1", port), PLAIN);
        assertThat(failure)
                .hasMessage("tcp://127.0.0.1:" + port
                        + ": connection refused; is the server running on this port? (ECONNREFUSED)");
    }

    @Test
    void socketFileWithoutListenerIsNamed() throws Exception {
        Path path = folder.resolve("a.sock");
        HeliographException failure = sockets.failToConnect(new Address.Unix(path), PLAIN);
        assertThat(failure)
                .hasMessage("unix:" + path
                        + ": no such socket file; is the server running, and is the path right? (ENOENT)");
        assertCode(failure, "ENOENT");
        Files.createFile(path);
        failure = sockets.failToConnect(new Address.Unix(path), PLAIN);
        assertThat(failure)
                .hasMessage("unix:" + path
                        + ": connection refused; is the server running? Nobody listens on this socket file"
                        + " (ECONNREFUSED)");
        failure = fail(target("ws://localhost:8000/chat").withAddress(new Address.Unix(path)));
        assertThat(failure).hasMessageStartingWith("ws://localhost:8000/chat (unix:" + path + "): connection refused");
    }

    @Test
    void unknownHostIsNamed() {
        HeliographException failure = fail(target("ws://name.invalid/"));
        assertThat(failure).hasMessage("ws://name.invalid/: unknown host; check the name");
        assertCode(failure, "ENOTFOUND");
        failure = sockets.failToConnect(new Address.Tcp("name.invalid", 80), PLAIN);
        assertThat(failure).hasMessage("tcp://name.invalid:80: unknown host; check the name");
    }

    @Test
    void unknownNetworkInterfaceIsAnUnknownHost() {
        HeliographException failure = sockets.failToConnect(new Address.Tcp("fe80::1%none9", 80), PLAIN);
        assertThat(failure).hasMessage("tcp://[fe80::1%none9]:80: unknown host; check the name");
        assertCode(failure, "ENOTFOUND");
    }

    @Test
    void plainClientOfATlsPortIsAdvised() throws Exception {
        HeliographException failure = answered("\u0015\u0003\u0003\0\u0002\u0002\u000f"); // a fatal alert
        assertThat(failure).hasMessageEndingWith("/: the server speaks TLS on this port; connect with TLS (wss:)");
        assertCode(failure, "TLS_EXPECTED");
        HttpPort server = listenTls(); // which closes without an alert
        assertThat(fail(target("ws://127.0.0.1:" + server.port() + "/")))
                .hasMessageEndingWith("does the port expect TLS (wss:)?");
    }

    private HttpPort listenTls() {
        return HttpPort.listen(
                sockets.transport,
                HttpPort.ANY,
                HttpOptions.defaults().withTls(Certificates.trusted()),
                WebSocketOptions.defaults(),
                RecordingHandler::new);
    }

    @Test
    void tlsClientOfAPlainPortIsAdvised() {
        HttpPort server = HttpPort.listen(sockets.transport, HttpPort.ANY);
        HeliographException failure = fail(target("wss://127.0.0.1:" + server.port() + "/", Certificates.trusted()));
        assertThat(failure)
                .hasMessage("wss://127.0.0.1:" + server.port()
                        + "/: TLS handshake failed: the server does not speak TLS on this port;"
                        + " connect without TLS (ws:), or to the TLS port");
        assertCode(failure, "TLS_MISSING");
        failure = sockets.failToConnect(server.address(), PLAIN.withTls(Certificates.trusted()));
        assertThat(failure)
                .hasMessageStartingWith("tcp://127.0.0.1:" + server.port()
                        + ": TLS handshake failed: the server does not speak TLS on this port;");
    }

    @Test
    void untrustedCertificateIsNamed() {
        HttpPort server = listenTls();
        HeliographException failure = fail(target("wss://127.0.0.1:" + server.port() + "/", Certificates.untrusted()));
        assertThat(failure)
                .hasMessage("wss://127.0.0.1:" + server.port()
                        + "/: TLS handshake failed: the certificate of the server is not trusted;"
                        + " trust its authority, or check that the address is right");
        assertCode(failure, "TLS_UNTRUSTED");
    }

    @Test
    void certificateOfAnotherHostIsNamed() {
        HttpPort server = listenTls();
        Tls verifying = (peer, asServer) -> {
            var engine = Certificates.client().createSSLEngine("other.example", 443);
            engine.setUseClientMode(true);
            var parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
            return engine;
        };
        HeliographException failure = fail(target("wss://127.0.0.1:" + server.port() + "/", verifying));
        assertThat(failure)
                .hasMessageContaining("TLS handshake failed: the certificate of the server is not valid for it (")
                .hasMessageEndingWith("; connect by a name that the certificate has");
        assertCode(failure, "TLS_HOST");
    }

    @Test
    void refusedUpgradeNamesPathAndStatus() {
        HttpPort server = HttpPort.listen(sockets.transport, HttpPort.ANY);
        server.onUpgrade = upgrade -> upgrade.refuse(HttpResponse.text(400, "Bad Request"));
        assertThat(fail(target("ws://127.0.0.1:" + server.port() + "/wrong?token=secret")))
                .hasMessage("ws://127.0.0.1:" + server.port() + "/wrong refused the WebSocket with status 400"
                        + " (Bad Request); check the path, which must be that of a WebSocket");
    }

    @Test
    void serverOfAnotherProtocolIsAdvised() throws Exception {
        assertThat(answered("220 mail.example ESMTP \u001b[31m\r\n"))
                .hasMessageContaining(
                        "/: the response is not HTTP; does the server speak another protocol on this port? (")
                .hasMessageNotContaining("\u001b");
        assertThat(answered(""))
                .hasMessageEndingWith("/: the connection was closed before the response to the request;"
                        + " does the port expect TLS (wss:)?");
    }

    @Test
    void endOfALongRefusalIsNotAwaited() throws Exception {
        String head = "HTTP/1.1 400 Bad Request\r\nContent-Length: 1000000000\r\n\r\n";
        CountDownLatch failed = new CountDownLatch(1);
        HeliographException failure = answered(head + "x".repeat(5_000), failed);
        failed.countDown();
        assertThat(failure)
                .isInstanceOfSatisfying(
                        UpgradeRefusedException.class,
                        refused -> assertThat(refused.body()).isEqualTo("x".repeat(1024)));
    }

    private HeliographException answered(String response) throws Exception {
        return answered(response, new CountDownLatch(0));
    }

    /** Returns the failure of a client whose server sends a response, and closes when {@code close} has counted down. */
    private HeliographException answered(String response, CountDownLatch close) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.setSoTimeout(10_000);
                    byte[] request = new byte[16 * 1024];
                    int size = 0;
                    while (!new String(request, 0, size, US_ASCII).endsWith("\r\n\r\n")) {
                        size += socket.getInputStream().read(request, size, request.length - size);
                    }
                    socket.getOutputStream().write(response.getBytes(US_ASCII));
                    close.await();
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            HeliographException failure = fail(target("ws://127.0.0.1:" + server.getLocalPort() + "/"));
            if (close.getCount() == 0) {
                peer.join();
            }
            return failure;
        }
    }

    @Test
    void silentServerTimesOut() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = server.getLocalPort();
            HeliographException failure =
                    fail(target("ws://127.0.0.1:" + port + "/").withConnectTimeout(Duration.ofMillis(50)));
            assertThat(failure)
                    .hasMessage("ws://127.0.0.1:" + port
                            + "/: no answer within 50 ms; check the address, and firewalls on the way");
            assertCode(failure, "ETIMEDOUT");
        }
    }

    @Test
    void certificatesAreCheckedForTheAddressWithoutItsZone() {
        Tls tls = ClientTls.builder().load();
        assertThat(tls.engine(new Address.Tcp("fe80::1%eth0", 443), false).getPeerHost())
                .isEqualTo("fe80::1");
    }
}
