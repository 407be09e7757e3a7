package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Endpoint;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.rpc.RpcClient;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketClient;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.Scratch;
import io.heliograph.tls.ClientAuth;
import io.heliograph.tls.ClientTls;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The certificate of a client is its identity at the start. */
class CertificateIdentityTest {

    private static final List<String> PROTOCOLS = List.of("socketcluster", "rpc", "socket");

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private final CertificateAuthority authority = new CertificateAuthority("authority");
    private Path trusted = Path.of("");
    private Hub hub = Hub.builder().build();

    @BeforeEach
    void start() {
        trusted = authority.writePem(scratch.path("ca.pem"));
        ServerTls tls = ServerTls.builder(identity("localhost", "127.0.0.1"))
                .clientAuth(ClientAuth.REQUEST)
                .trust(trusted)
                .load();
        hub = Hub.builder()
                .daemon(true)
                .tls(tls)
                .listen("wss://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("wss://127.0.0.1:0/rpc", Protocols.rpc())
                .listen(
                        "tcp://127.0.0.1:0",
                        Protocols.socket()
                                .types(DataType.STRING, DataType.STRING)
                                .configure(server -> server.tls(tls)))
                .build();
        scratch.closing(() -> Await.value(hub.closeGracefully(Duration.ofSeconds(2))));
        Await.value(hub.start());
    }

    private TlsIdentity identity(String name, String... hosts) {
        CertificateAuthority.Issued issued = authority.issue(name, hosts);
        return TlsIdentity.pem(
                issued.writeChainPem(scratch.path(name + ".pem")), issued.writeKeyPem(scratch.path(name + ".key")));
    }

    private void connect(String protocol, ClientTls tls) {
        URI url = URI.create(hub.listeners().get(PROTOCOLS.indexOf(protocol)).url());
        switch (protocol) {
            case "socketcluster" -> {
                RealtimeClient client = RealtimeClient.builder(url)
                        .tls(tls)
                        .autoReconnect(false)
                        .build();
                closing(client);
                Await.value(client.connect());
            }
            case "rpc" -> {
                RpcClient client = RpcClient.builder(url).tls(tls).build();
                closing(client);
                Await.value(client.connect());
            }
            default -> {
                SocketClient client = SocketClient.builder("127.0.0.1", url.getPort())
                        .receive(DataType.STRING)
                        .send(DataType.STRING)
                        .tls(tls)
                        .build();
                closing(client);
                Await.value(client.connect());
            }
        }
    }

    private void closing(Endpoint client) {
        scratch.closing(() -> Await.value(client.closeGracefully(Duration.ofSeconds(2))));
    }

    private Principal principal() {
        await().until(() -> hub.connections().size() == 1);
        return hub.connections().stream().map(Connection::principal).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "socket"})
    void commonNameIsTheName(String protocol) {
        connect(
                protocol,
                ClientTls.builder().trust(trusted).identity(identity("ada")).load());
        assertThat(principal().name()).isEqualTo("ada");
        assertThat(principal().source()).isEqualTo(Principal.Source.CERTIFICATE);
        assertThat(principal().local()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"socketcluster", "rpc", "socket"})
    void clientWithoutCertificateIsAnonymous(String protocol) {
        connect(protocol, ClientTls.builder().trust(trusted).load());
        assertThat(principal()).isEqualTo(Principal.anonymous());
    }

    @Test
    void certificateOfAnotherAuthorityGivesNoIdentity() {
        CertificateAuthority.Issued issued = new CertificateAuthority("other").issue("ada");
        TlsIdentity foreign =
                TlsIdentity.pem(issued.writeChainPem(scratch.path("f.pem")), issued.writeKeyPem(scratch.path("f.key")));
        // A client does not send a certificate whose issuer the server does not trust.
        connect("rpc", ClientTls.builder().trust(trusted).identity(foreign).load());
        assertThat(principal()).isEqualTo(Principal.anonymous());
    }
}
