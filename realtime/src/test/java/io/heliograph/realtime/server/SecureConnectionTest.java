package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.UnreachableException;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.tls.ClientTls;
import io.heliograph.tls.KeyMaterialException;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and clients of {@code wss:}. */
class SecureConnectionTest {

    private static final String PASSWORD = "secret";

    private final CertificateAuthority authority = new CertificateAuthority("authority");
    private final CertificateAuthority next = new CertificateAuthority("next");

    @TempDir
    private Path folder;

    private static ServerFixture serving(ServerTls tls) {
        ServerFixture fixture = ServerFixture.listening(options -> options.tls(tls));
        fixture.server.onConnection(socket -> socket.onProcedure("echo", Object.class, data -> data));
        return fixture;
    }

    private RealtimeClient client(ServerFixture fixture, CertificateAuthority trusted) {
        Path file = trusted.writePem(folder.resolve(trusted.certificate().getSubjectX500Principal() + ".pem"));
        return RealtimeClient.builder(URI.create("wss://127.0.0.1:" + fixture.server.port()))
                .tls(ClientTls.builder().trust(file).load())
                .autoReconnect(false)
                .build();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(RawPeer.DEADLINE, TimeUnit.SECONDS);
    }

    private static void talks(RealtimeClient client) throws Exception {
        get(client.connect());
        assertThat(get(client.invoke("echo", Map.of("a", 1), Object.class))).isEqualTo(Map.of("a", 1L));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pemAndPkcs12IdentitiesServeTls(boolean pem) throws Exception {
        var issued = authority.issue("server", "127.0.0.1");
        TlsIdentity identity = pem
                ? TlsIdentity.pem(
                        issued.writeChainPem(folder.resolve("chain.pem")),
                        issued.writeKeyPem(folder.resolve("key.pem")))
                : TlsIdentity.pkcs12(issued.writePkcs12(folder.resolve("server.p12"), PASSWORD), PASSWORD);
        try (var fixture = serving(ServerTls.builder(identity).load());
                var client = client(fixture, authority);
                var untrusting = client(fixture, next)) {
            talks(client);
            assertThatThrownBy(() -> get(untrusting.connect())).hasCauseInstanceOf(UnreachableException.class);
            talks(client);
        }
    }

    @Test
    void reloadedCertificateKeepsOpenConnections() throws Exception {
        Path file = folder.resolve("in-use.p12");
        authority.issue("server", "127.0.0.1").writePkcs12(file, PASSWORD);
        ServerTls tls = ServerTls.builder(TlsIdentity.pkcs12(file, PASSWORD)).load();
        try (var fixture = serving(tls);
                var early = client(fixture, authority);
                var late = client(fixture, next);
                var outdated = client(fixture, authority)) {
            talks(early);
            String id = early.id();
            next.issue("server", "127.0.0.1").writePkcs12(file, PASSWORD);
            tls.reload();
            talks(late);
            assertThatThrownBy(() -> get(outdated.connect())).hasCauseInstanceOf(UnreachableException.class);

            // What is on the disk is no key: what was read before stays in use.
            Files.writeString(file, "half");
            assertThatThrownBy(tls::reload)
                    .isInstanceOf(KeyMaterialException.class)
                    .hasMessage(file + ": not a PKCS#12 file");
            late.disconnect();
            talks(late);

            talks(early);
            assertThat(early.id()).isEqualTo(id);
            await().until(() -> fixture.server.connectionCount() == 2);
        }
    }

    @Test
    void invalidKeyMaterialIsRejectedWhenLoaded() throws Exception {
        Path file = authority.issue("server", "127.0.0.1").writePkcs12(folder.resolve("server.p12"), PASSWORD);
        assertThatThrownBy(() ->
                        ServerTls.builder(TlsIdentity.pkcs12(file, "wrong")).load())
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(file + ": wrong password");
        Path noKey = Files.writeString(folder.resolve("key.pem"), "no key at all");
        Path chain = authority.issue("server").writeChainPem(folder.resolve("chain.pem"));
        assertThatThrownBy(
                        () -> ServerTls.builder(TlsIdentity.pem(chain, noKey)).load())
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(noKey + ": no private key (expected: a PEM block BEGIN PRIVATE KEY, not encrypted)");
    }
}
