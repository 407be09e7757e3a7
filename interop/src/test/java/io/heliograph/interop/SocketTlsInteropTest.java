package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.Checklist;
import io.heliograph.tls.ClientAuth;
import io.heliograph.tls.ClientTls;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with OpenSSL's own programs, and with Node's. */
class SocketTlsInteropTest {

    @TempDir
    private static Path folder;

    private static Path ca;
    private static Path chain;
    private static Path key;
    private static Path p12;

    @RegisterExtension
    final Typed typed = new Typed();

    @BeforeAll
    static void makeCertificates() {
        CertificateAuthority authority = new CertificateAuthority("authority");
        ca = authority.writePem(folder.resolve("ca.pem"));
        CertificateAuthority.Issued issued = authority.issue("both", "localhost", "127.0.0.1");
        chain = issued.writeChainPem(folder.resolve("chain.pem"));
        key = issued.writeKeyPem(folder.resolve("key.pem"));
        p12 = issued.writePkcs12(folder.resolve("own.p12"), "pw");
    }

    private static ServerTls.Builder serverTls() {
        return ServerTls.builder(TlsIdentity.pkcs12(p12, "pw"));
    }

    private static Process openssl(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "openssl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    @Checklist("AS 58")
    void opensslClientExchangesDataWithServer(String version) throws Exception {
        SocketServer server = typed.listening(
                SocketServer.builder(Typed.HOST, 0).tls(serverTls().load()));
        Process client = openssl(
                "s_client",
                version,
                "-quiet",
                "-verify_return_error",
                "-verify_hostname",
                "localhost",
                "-CAfile",
                ca.toString(),
                "-connect",
                Typed.HOST + ":" + server.port());
        try {
            typed.accepted().send("welcome");
            assertThat(client.getInputStream().readNBytes(7))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("welcome");
            client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
            assertThat(typed.next()).isEqualTo("hello");
        } finally {
            client.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, false, true",
        "NONE, true, true",
        "REQUEST, false, true",
        "REQUEST, true, true",
        "REQUIRED, false, false",
        "REQUIRED, true, true"
    })
    @Checklist("AS 61")
    void clientAuthAppliesToOpensslClient(ClientAuth mode, boolean shown, boolean served) throws Exception {
        askedFor(mode, shown ? List.of("-cert", chain.toString(), "-key", key.toString()) : List.of(), served);
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "REQUIRED"})
    @Checklist("AS 61")
    void certificateOfOtherAuthorityIsRejected(ClientAuth mode) throws Exception {
        CertificateAuthority.Issued foreign = new CertificateAuthority("other").issue("foreign");
        List<String> shown = List.of(
                "-cert",
                foreign.writeChainPem(folder.resolve("foreign.pem")).toString(),
                "-key",
                foreign.writeKeyPem(folder.resolve("foreign-key.pem")).toString());
        askedFor(mode, shown, false);
    }

    private void askedFor(ClientAuth mode, List<String> shown, boolean served) throws Exception {
        ServerTls.Builder tls = serverTls().clientAuth(mode);
        SocketServer server = typed.listening(
                SocketServer.builder(Typed.HOST, 0).tls((mode == ClientAuth.NONE ? tls : tls.trust(ca)).load()));
        List<String> arguments = new ArrayList<>(
                List.of("s_client", "-quiet", "-CAfile", ca.toString(), "-connect", Typed.HOST + ":" + server.port()));
        arguments.addAll(shown);
        Process client = openssl(arguments.toArray(String[]::new));
        try {
            if (served) {
                typed.accepted().send("in");
                assertThat(client.getInputStream().readNBytes(2))
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("in");
            } else {
                assertThat(typed.next()).startsWith("error TLS handshake");
                assertThat(server.connections()).isEmpty();
            }
        } finally {
            client.destroyForcibly();
        }
    }

    @Test
    @Checklist("AS 61")
    void clientPresentsCertificateToOpensslServer() throws Exception {
        Process server = openssl(
                "s_server",
                "-accept",
                Typed.HOST + ":0",
                "-Verify",
                "1",
                "-verify_return_error",
                "-CAfile",
                ca.toString(),
                "-cert",
                chain.toString(),
                "-key",
                key.toString());
        try {
            int port = portOf(server);
            SocketClient client = typed.connected(SocketClient.builder("localhost", port)
                    .tls(ClientTls.builder()
                            .trust(ca)
                            .identity(TlsIdentity.pkcs12(p12, "pw"))
                            .load()));
            client.send("0123456789\n");
            awaitPrinted(server, "0123456789");
        } finally {
            server.destroyForcibly();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    @Checklist({"AS 58", "AS 63"})
    void clientExchangesDataWithOpensslServer() throws Exception {
        Process server = openssl(
                "s_server",
                "-accept",
                Typed.HOST + ":0",
                "-naccept",
                "1",
                "-cert",
                chain.toString(),
                "-key",
                key.toString());
        try {
            int port = portOf(server);
            SocketClient client = typed.connected(SocketClient.builder("localhost", port)
                    .tls(ClientTls.builder().trust(ca).load()));
            server.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            server.getOutputStream().flush();
            assertThat(typed.next()).isEqualTo("hello");
            client.send("0123456789\n");
            awaitPrinted(server, "0123456789");
        } finally {
            server.destroyForcibly();
            server.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static void awaitPrinted(Process server, String text) throws IOException {
        StringBuilder printed = new StringBuilder();
        while (printed.indexOf(text) < 0) {
            int next = server.getInputStream().read();
            assertThat(next).as("s_server: %s", printed).isNotNegative();
            printed.append((char) next);
        }
    }

    /** It prints {@code ACCEPT 127.0.0.1:port} when it listens. */
    private static int portOf(Process server) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = server.getInputStream().read();
            assertThat(next).as("s_server: %s", line).isNotNegative();
            if (next == '\n') {
                if (line.indexOf("ACCEPT ") == 0) {
                    return Integer.parseInt(
                            line.substring(line.lastIndexOf(":") + 1).strip());
                }
                line.setLength(0);
            } else {
                line.append((char) next);
            }
        }
    }

    @Test
    @Checklist({"AS 58", "AS 59"})
    void nodeIsTlsPeerInBothRoles() throws Exception {
        Map<String, String> keys = Map.of("key", Files.readString(key), "cert", Files.readString(chain));
        PeerProcess node = typed.keep(
                PeerProcess.script("socket-peer.js", "role", "server", "framed", true, "type", "string", "tls", keys));
        int port = (Integer) node.next("ready").get("port");
        SocketClient client = typed.connected(SocketClient.builder(Typed.HOST, port)
                .framed()
                .tls(ClientTls.builder().trust(ca).load()));
        node.next("connection");
        client.send("hello");
        assertThat(node.next("message").get("text")).isEqualTo("hello");

        SocketServer server = typed.listening(
                SocketServer.builder(Typed.HOST, 0).framed().tls(serverTls().load()));
        PeerProcess other = typed.keep(PeerProcess.script(
                "socket-peer.js",
                "role",
                "client",
                "port",
                server.port(),
                "framed",
                true,
                "type",
                "string",
                "tls",
                Map.of("ca", Files.readString(ca))));
        other.next("connection");
        other.command("text", "text", "from node");
        assertThat(typed.next()).isEqualTo("from node");
    }
}
