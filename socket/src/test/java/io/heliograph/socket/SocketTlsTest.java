package io.heliograph.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.UnreachableException;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.Checklist;
import io.heliograph.tls.ClientAuth;
import io.heliograph.tls.ClientTls;
import io.heliograph.tls.KeyMaterialException;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and clients over TLS. */
class SocketTlsTest {

    @TempDir
    private static Path folder;

    private static Path ca;
    private static TlsIdentity identity;
    private static TlsIdentity elsewhere;
    private static TlsIdentity ofClient;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final EventRecorder seen = new EventRecorder();
    private final EventRecorder served = new EventRecorder();

    @BeforeAll
    static void makeCertificates() {
        CertificateAuthority authority = new CertificateAuthority("authority");
        ca = authority.writePem(folder.resolve("ca.pem"));
        identity = TlsIdentity.pkcs12(
                authority.issue("server", "127.0.0.1").writePkcs12(folder.resolve("s.p12"), "pw"), "pw");
        elsewhere = TlsIdentity.pkcs12(
                authority.issue("server", "elsewhere.example").writePkcs12(folder.resolve("e.p12"), "pw"), "pw");
        ofClient = TlsIdentity.pkcs12(authority.issue("client").writePkcs12(folder.resolve("c.p12"), "pw"), "pw");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private SocketServer listening(ServerTls.Builder tls) {
        SocketServer server = SocketServer.builder(RawPeer.HOST, 0)
                .linger(Duration.ofMillis(200))
                .tls(tls.load())
                .build();
        open.add(server);
        server.onConnection(socket -> {
            served.record(socket);
            socket.onText(text -> socket.send(text + "!"));
        });
        server.onError(error -> served.add("error " + error.getMessage()));
        Await.value(server.listen());
        return server;
    }

    private SocketClient client(SocketServer server, ClientTls.Builder tls) {
        SocketClient client = SocketClient.builder(RawPeer.HOST, server.port())
                .reconnectAttempts(0)
                .linger(Duration.ofMillis(200))
                .tls(tls.load())
                .build();
        open.add(client);
        seen.record(client);
        return client;
    }

    private void assertConnects(SocketServer server, ClientTls.Builder tls) {
        SocketClient client = client(server, tls);
        Await.value(client.connect());
        client.send("hello");
        seen.await("'hello!'");
    }

    private void assertConnectFails(SocketServer server, ClientTls.Builder tls) {
        assertThat(Await.failure(client(server, tls).connect())).isInstanceOf(UnreachableException.class);
        assertThat(seen.await(1)).hasSize(1);
        assertThat(seen.events().getFirst()).startsWith("error Failed to connect: ");
    }

    @Test
    @Checklist("AS 58")
    void clientTrustingAuthorityExchangesData() {
        assertConnects(
                listening(ServerTls.builder(identity)), ClientTls.builder().trust(ca));
        assertThat(seen.events()).startsWith("connect");
    }

    @Test
    @Checklist("AS 59")
    void untrustedAuthorityFailsConnect() {
        assertConnectFails(listening(ServerTls.builder(identity)), ClientTls.builder());
    }

    @Test
    @Checklist("AS 59")
    void differentAuthorityFailsConnect() {
        Path other = new CertificateAuthority("other").writePem(folder.resolve("other.pem"));
        assertConnectFails(
                listening(ServerTls.builder(identity)), ClientTls.builder().trust(other));
    }

    @Test
    @Checklist("AS 60")
    void trustAllAcceptsAnyCertificate() {
        assertConnects(
                listening(ServerTls.builder(elsewhere)), ClientTls.builder().trustAll(true));
    }

    @Test
    @Checklist("AS 61")
    void requiredClientCertificateIsEnforced() {
        ServerTls.Builder required =
                ServerTls.builder(identity).clientAuth(ClientAuth.REQUIRED).trust(ca);
        SocketServer server = listening(required);
        // With TLS 1.3 a client connects before the server has verified its certificate.
        client(server, ClientTls.builder().trust(ca)).connect().exceptionally(failure -> null);
        served.await(events -> events.stream().anyMatch(event -> event.contains("TLS handshake")));
        assertThat(server.connections()).isEmpty();
        assertConnects(server, ClientTls.builder().trust(ca).identity(ofClient));
    }

    @Test
    @Checklist("AS 61")
    void requestedClientCertificateIsOptional() {
        assertConnects(
                listening(ServerTls.builder(identity)
                        .clientAuth(ClientAuth.REQUEST)
                        .trust(ca)),
                ClientTls.builder().trust(ca));
    }

    @Test
    @Checklist("AS 62")
    void missingKeyMaterialFailsAtLoadWithFileName() {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> ClientTls.builder().trust(missing).load())
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(missing + ": no such file");
        assertThatThrownBy(
                        () -> ServerTls.builder(TlsIdentity.pkcs12(missing, "")).load())
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(missing + ": no such file");
        assertThatThrownBy(() -> ServerTls.builder(identity)
                        .clientAuth(ClientAuth.REQUIRED)
                        .load())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Checklist("AS 63")
    void mismatchedHostNameFailsConnect() {
        assertConnectFails(
                listening(ServerTls.builder(elsewhere)), ClientTls.builder().trust(ca));
    }

    @Test
    @Checklist("AS 63")
    void mismatchedHostNameIsAcceptedWithoutVerification() {
        assertConnects(
                listening(ServerTls.builder(elsewhere)),
                ClientTls.builder().trust(ca).verifyHost(false));
    }

    @Test
    void malformedHandshakeDoesNotAffectOthers() throws Exception {
        SocketServer server = listening(ServerTls.builder(identity));
        SocketClient other = client(server, ClientTls.builder().trust(ca));
        Await.value(other.connect());
        for (String garbage :
                List.of("474554202f20485454502f312e310d0a0d0a", "1603010004 01000000", "ff".repeat(100))) {
            int before = served.events().size();
            try (RawPeer peer = RawPeer.connect(server.port())) {
                peer.send(garbage).end();
                served.await(events -> events.stream().skip(before).anyMatch(event -> event.contains("TLS handshake")));
            }
        }
        other.send("hello");
        seen.await("'hello!'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"474554202f20485454502f312e310d0a0d0a", "1503010002 0246", "ff", ""})
    void malformedServerHandshakeFailsConnect(String garbage) throws Exception {
        try (ServerSocket server = RawPeer.listen();
                SocketClient client = SocketClient.builder(RawPeer.HOST, server.getLocalPort())
                        .reconnectAttempts(0)
                        .tls(ClientTls.builder().trust(ca).load())
                        .build()) {
            seen.record(client);
            client.connect();
            try (RawPeer peer = RawPeer.accept(server)) {
                peer.send(garbage).end();
                assertThat(seen.await(1)).hasSize(1);
                assertThat(seen.events().getFirst()).startsWith("error Failed to connect: ");
            }
        }
    }
}
