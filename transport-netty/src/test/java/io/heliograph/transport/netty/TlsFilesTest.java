package io.heliograph.transport.netty;

import static io.heliograph.transport.netty.Sockets.take;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.CertificateAuthority.Issued;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.tls.ClientAuth;
import io.heliograph.tls.ClientTls;
import io.heliograph.tls.KeyMaterialException;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.netty.Sockets.Listening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and certificates from files, over real connections. */
class TlsFilesTest {

    private static final Address.Tcp ANY = new Address.Tcp("127.0.0.1", 0);
    private static final String PASSWORD = "a secret";

    @TempDir
    private static Path folder;

    private static CertificateAuthority authority;
    private static Issued server;
    private static Path authorityPem;
    private static Path otherPem;
    private static Path serverP12;
    private static Path clientP12;
    private static Path otherClientP12;

    private Sockets sockets;

    @BeforeAll
    static void makeCertificates() {
        authority = new CertificateAuthority("authority");
        CertificateAuthority other = new CertificateAuthority("other");
        server = authority.issue("server", "localhost", "127.0.0.1");
        authorityPem = authority.writePem(file("authority.pem"));
        otherPem = other.writePem(file("other.pem"));
        serverP12 = server.writePkcs12(file("server.p12"), PASSWORD);
        clientP12 = authority.issue("client").writePkcs12(file("client.p12"), PASSWORD);
        otherClientP12 = other.issue("client").writePkcs12(file("other.p12"), PASSWORD);
    }

    @BeforeEach
    void open() {
        sockets = new Sockets(Engine.choose(null));
    }

    @AfterEach
    void close() {
        sockets.close();
    }

    private static Path file(String name) {
        return folder.resolve(name);
    }

    private static ServerTls.Builder serverTls() {
        return ServerTls.builder(TlsIdentity.pkcs12(serverP12, PASSWORD));
    }

    private static ClientTls.Builder clientTls() {
        return ClientTls.builder().trust(authorityPem);
    }

    private static LinkOptions with(Tls tls) {
        return LinkOptions.of(Framing.delimiter('\n')).withTls(tls);
    }

    private Listening listen(Tls tls) {
        return sockets.listen(ANY, with(tls), RecordingHandler::new);
    }

    private void talk(Tls ofServer, Tls ofClient) {
        talk(listen(ofServer), ofClient);
    }

    private void talk(Listening listening, Tls ofClient) {
        RecordingHandler caller = sockets.connect(listening.address(), with(ofClient), new RecordingHandler());
        RecordingHandler called = listening.next();
        caller.link().send(Frame.utf8("hello"));
        assertThat(called.awaitFrames(1)).containsExactly(Frame.utf8("hello"));
        called.link().send(Frame.utf8("welcome"));
        assertThat(caller.awaitFrames(1)).containsExactly(Frame.utf8("welcome"));
    }

    private HeliographException refused(Tls ofServer, Tls ofClient) {
        return sockets.failToConnect(listen(ofServer).address(), with(ofClient));
    }

    @Test
    void pkcs12ServerIsAcceptedByTrustingClient() {
        talk(serverTls().load(), clientTls().load());
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void pemFilesAreLoaded(String algorithm) {
        Issued issued = algorithm.equals("RSA")
                ? authority.issueRsa("server", "127.0.0.1")
                : authority.issue("server", "127.0.0.1");
        Path chain = issued.writeChainPem(file(algorithm + "-chain.pem"));
        Path key = issued.writeKeyPem(file(algorithm + "-key.pem"));
        talk(ServerTls.builder(TlsIdentity.pem(chain, key)).load(), clientTls().load());
    }

    @Test
    void oneFileHoldsKeyAndCertificates() throws IOException {
        Path both = file("both.pem");
        Files.writeString(
                both,
                Files.readString(server.writeKeyPem(file("k.pem")))
                        + Files.readString(server.writeChainPem(file("c.pem"))));
        talk(ServerTls.builder(TlsIdentity.pem(both, both)).load(), clientTls().load());
    }

    @Test
    void keyInMemoryIsUsed() {
        talk(
                ServerTls.builder(TlsIdentity.of(server.key(), server.chain())).load(),
                clientTls().load());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void eachTlsVersionWorksAlone(String version) {
        talk(serverTls().protocols(version).load(), clientTls().load());
        talk(serverTls().load(), clientTls().protocols(version).load());
    }

    @Test
    void otherTlsVersionsAreRejected() {
        assertThatThrownBy(() -> clientTls().protocols("TLSv1.1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("protocols: [TLSv1.1] (expected: some of [TLSv1.3, TLSv1.2])");
    }

    @Test
    void untrustedServerIsRejected() {
        HeliographException withoutTrust =
                refused(serverTls().load(), ClientTls.builder().load());
        assertThat(withoutTrust).isInstanceOf(UnreachableException.class);
        HeliographException otherTrust =
                refused(serverTls().load(), ClientTls.builder().trust(otherPem).load());
        assertThat(otherTrust).isInstanceOf(UnreachableException.class);
    }

    @Test
    void authoritiesInOneOrSeveralFilesAreTrusted() throws IOException {
        Path bundle = file("bundle.pem");
        Files.writeString(bundle, Files.readString(otherPem) + Files.readString(authorityPem));
        talk(serverTls().load(), ClientTls.builder().trust(bundle).load());
        talk(
                serverTls().load(),
                ClientTls.builder().trust(otherPem, authorityPem).load());
    }

    @Test
    void trustAllAcceptsEveryCertificate() {
        Issued other = new CertificateAuthority("unknown").issue("server", "elsewhere.example");
        Tls tls = ServerTls.builder(TlsIdentity.of(other.key(), other.chain())).load();
        talk(tls, ClientTls.builder().trustAll(true).load());
    }

    @Test
    void hostMustMatchTheCertificate() {
        Issued elsewhere = authority.issue("server", "elsewhere.example");
        ServerTls tls = ServerTls.builder(TlsIdentity.of(elsewhere.key(), elsewhere.chain()))
                .load();
        assertThat(refused(tls, clientTls().load()))
                .hasStackTraceContaining("No subject alternative names matching IP address");
        talk(tls, clientTls().verifyHost(false).load());
        talk(tls, clientTls().serverName("elsewhere.example").load());
    }

    @Test
    void sniNamesHostsButNotAddresses() {
        assertThat(namesTold("localhost")).containsExactly(new SNIHostName("localhost"));
        assertThat(namesTold("host.example.")).containsExactly(new SNIHostName("host.example"));
        assertThat(namesTold("127.0.0.1")).isEmpty();
        assertThat(namesTold("::1")).isEmpty();
    }

    private static List<SNIServerName> namesTold(String host) {
        SSLEngine engine = clientTls().load().engine(new Address.Tcp(host, 443), false);
        return engine.getSSLParameters().getServerNames();
    }

    @Test
    void requiredClientAuthNeedsTrustedCertificate() {
        ServerTls tls =
                serverTls().clientAuth(ClientAuth.REQUIRED).trust(authorityPem).load();
        talk(tls, clientTls().identity(TlsIdentity.pkcs12(clientP12, PASSWORD)).load());
        notAccepted(tls, clientTls().load());
        notAccepted(
                tls,
                clientTls()
                        .identity(TlsIdentity.pkcs12(otherClientP12, PASSWORD))
                        .load());
    }

    @Test
    void requestedClientAuthAcceptsMissingCertificate() {
        ServerTls tls =
                serverTls().clientAuth(ClientAuth.REQUEST).trust(authorityPem).load();
        talk(tls, clientTls().load());
        talk(tls, clientTls().identity(TlsIdentity.pkcs12(clientP12, PASSWORD)).load());
    }

    /** In TLS 1.3 a client is done before the server has seen its certificate, so it is the server that reports. */
    private void notAccepted(Tls ofServer, Tls ofClient) {
        Listening listening = listen(ofServer);
        try {
            sockets.connect(listening.address(), with(ofClient), new RecordingHandler());
        } catch (UnreachableException early) {
            assertThat(early).hasMessageContaining("TLS");
        }
        assertThat(take(listening.failures)).hasMessageContaining("TLS handshake");
        assertThat(listening.accepted).isEmpty();
    }

    @Test
    void clientAuthNeedsTrustedAuthorities() {
        assertThatThrownBy(() -> serverTls().clientAuth(ClientAuth.REQUEST).load())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("trust: no file (expected: some, as clientAuth is REQUEST)");
    }

    @Test
    void reloadAffectsNewConnectionsOnly() throws IOException {
        CertificateAuthority next = new CertificateAuthority("next");
        Path inUse = file("in-use.p12");
        Files.copy(serverP12, inUse);
        ServerTls tls = ServerTls.builder(TlsIdentity.pkcs12(inUse, PASSWORD)).load();
        Listening listening = listen(tls);
        RecordingHandler early =
                sockets.connect(listening.address(), with(clientTls().load()), new RecordingHandler());
        RecordingHandler called = listening.next();

        next.issue("server", "127.0.0.1").writePkcs12(inUse, PASSWORD);
        tls.reload();

        talk(
                listening,
                ClientTls.builder().trust(next.writePem(file("next.pem"))).load());
        assertThat(sockets.failToConnect(listening.address(), with(clientTls().load())))
                .isInstanceOf(UnreachableException.class);
        early.link().send(Frame.utf8("still here"));
        assertThat(called.awaitFrames(1)).containsExactly(Frame.utf8("still here"));
    }

    @Test
    void failedReloadKeepsPreviousKeys() throws IOException {
        Path inUse = file("half-written.p12");
        Files.copy(serverP12, inUse);
        ServerTls tls = ServerTls.builder(TlsIdentity.pkcs12(inUse, PASSWORD)).load();
        Path trusted = file("trusted.pem");
        Files.copy(authorityPem, trusted);
        ClientTls ofClient = ClientTls.builder().trust(trusted).load();

        Files.write(inUse, new byte[100]);
        Files.delete(trusted);
        assertThatThrownBy(tls::reload)
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(inUse + ": not a PKCS#12 file");
        assertThatThrownBy(ofClient::reload)
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(trusted + ": no such file");
        talk(tls, ofClient);
    }

    @Test
    void invalidFilesAreDescribed() throws IOException {
        Path missing = file("missing.p12");
        assertThatThrownBy(() -> load(TlsIdentity.pkcs12(missing, PASSWORD))).hasMessage(missing + ": no such file");
        assertThatThrownBy(() -> load(TlsIdentity.pkcs12(serverP12, "wrong")))
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(serverP12 + ": wrong password");
        assertThatThrownBy(() -> load(TlsIdentity.pkcs12(authorityPem, PASSWORD)))
                .hasMessage(authorityPem + ": not a PKCS#12 file");

        Path chain = server.writeChainPem(file("chain.pem"));
        Path otherKey = authority.issue("other").writeKeyPem(file("other-key.pem"));
        assertThatThrownBy(() -> load(TlsIdentity.pem(chain, otherKey)))
                .hasMessage("PEM " + chain + ": the private key does not match the certificate of CN=server");
        Path rsaKey = authority.issueRsa("other").writeKeyPem(file("rsa-key.pem"));
        assertThatThrownBy(() -> load(TlsIdentity.pem(chain, rsaKey))).hasMessageContaining("does not match");
        assertThatThrownBy(() -> load(TlsIdentity.pem(otherKey, otherKey)))
                .hasMessage(otherKey + ": no certificate (expected: PEM blocks BEGIN CERTIFICATE)");
        assertThatThrownBy(() -> load(TlsIdentity.pem(chain, chain)))
                .hasMessage(chain + ": no private key (expected: a PEM block BEGIN PRIVATE KEY, not encrypted)");

        Path old = file("old-key.pem");
        Files.writeString(
                old,
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        assertThatThrownBy(() -> load(TlsIdentity.pem(chain, old)))
                .hasMessage(
                        old
                                + ": PEM block RSA PRIVATE KEY (expected: not encrypted; 'openssl pkcs8 -topk8 -nocrypt' converts)");
        Path cut = file("cut.pem");
        Files.writeString(cut, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        assertThatThrownBy(() -> load(TlsIdentity.pem(chain, cut)))
                .hasMessage(cut + ": PEM block PRIVATE KEY without -----END PRIVATE KEY-----");
        Path noise = file("noise.pem");
        Files.writeString(noise, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> load(TlsIdentity.pem(chain, noise)))
                .hasMessage(noise + ": not a private key (expected: one of [RSA, EC, EdDSA, RSASSA-PSS])");
        Path noCertificate = file("no-certificate.pem");
        Files.write(noCertificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".getBytes(US_ASCII));
        assertThatThrownBy(() -> ClientTls.builder().trust(noCertificate).load())
                .isInstanceOf(KeyMaterialException.class)
                .hasMessage(noCertificate + ": not an X.509 certificate");
    }

    private static ServerTls load(TlsIdentity identity) {
        return ServerTls.builder(identity).load();
    }

    @Test
    void toStringContainsNoSecret() {
        TlsIdentity identity = TlsIdentity.pkcs12(serverP12, PASSWORD);
        assertThat(identity
                        + " "
                        + serverTls().load()
                        + " "
                        + clientTls().identity(identity).load())
                .contains(serverP12.toString())
                .doesNotContain(PASSWORD);
    }

    @Test
    void tlsOfWrongSideIsRejected() {
        assertThatThrownBy(() -> serverTls().load().engine(ANY, false)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> clientTls().load().engine(ANY, true)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void trustAndTrustAllAreExclusive() {
        assertThatThrownBy(() -> clientTls().trustAll(true).load())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("trustAll: true (expected: false, as trust is given)");
    }
}
