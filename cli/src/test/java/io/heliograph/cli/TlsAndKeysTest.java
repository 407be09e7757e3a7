package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.realtime.Tokens;
import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.CertificateAuthority.Issued;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, keys and their reload, for the commands of realtime and RPC. */
class TlsAndKeysTest {

    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path folder;

    private final CertificateAuthority authority = new CertificateAuthority("authority");

    private static Program start(String command, String... more) {
        return Program.start(args(command, more));
    }

    private static String[] args(String command, String... more) {
        return Stream.concat(Arrays.stream(command.split(" ")), Arrays.stream(more))
                .toArray(String[]::new);
    }

    private static String url(Program server) {
        return server.line("listening").replaceAll(".*\"(wss?:[^\"]*)\".*", "$1");
    }

    private static Program sum(String url, String... more) {
        String command = url.endsWith("/socketcluster/") ? "invoke" : "rpc call";
        return Program.run(
                "",
                args(
                        command,
                        Stream.concat(Stream.of(url, "sum", "[1,2]"), Arrays.stream(more))
                                .toArray(String[]::new)));
    }

    private Path ca() {
        return authority.writePem(folder.resolve("ca.pem"));
    }

    private String[] identity(Issued issued) throws IOException {
        Path p12 = issued.writePkcs12(folder.resolve("server.p12"), "pw");
        Path password = Files.writeString(folder.resolve("password"), "pw\n");
        return new String[] {"--cert", p12.toString(), "--password-file", password.toString()};
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --port 0 --demo", "rpc serve --port 0 --demo"})
    void certificateEnablesTls(String command) throws IOException {
        try (Program server = start(command, identity(authority.issue("server", "localhost")))) {
            String url = url(server);
            assertThat(url).startsWith("wss://localhost:");
            if (command.startsWith("serve")) {
                assertThat(await(server, "page")).contains("\"https://localhost:");
            }

            Program trusting = sum(url, "--ca", ca().toString());
            assertThat(trusting.err()).isEmpty();
            assertThat(trusting.line()).endsWith(":3}");
            assertThat(sum(url, "--trust-all").line()).endsWith(":3}");
            Program distrusting = sum(url);
            assertThat(distrusting.exitCode()).isEqualTo(1);
            assertThat(distrusting.err())
                    .contains(url, "certificate")
                    .endsWith(" Name the authority with --ca.\n")
                    .hasLineCount(1);
            Program plain = sum(url.replace("wss:", "ws:"));
            assertThat(plain.exitCode()).isEqualTo(1);
            assertThat(plain.err())
                    .contains(url.replace("wss:", "ws:"), "TLS (wss:)?\n")
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --port 0 --demo", "rpc serve --port 0 --demo"})
    void connectFailureNamesAddressAndRemedy(String command) throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (Program server = start(command)) {
            String url = url(server);
            for (String[] failing : new String[][] {
                {url.replace("ws:", "wss:"), "connect without TLS (ws:)"},
                {url.replaceFirst(":\\d+/", ":" + free + "/"), "connection refused; is the server running"},
                {url.replace("localhost", "no.such.host.invalid"), "check the name"},
            }) {
                Program failed = sum(failing[0]);
                assertThat(failed.exitCode()).isEqualTo(1);
                assertThat(failed.err())
                        .startsWith("helio: " + failing[0].replaceFirst("/(socketcluster/)?$", ""))
                        .contains(failing[1])
                        .doesNotContain("Exception", "io.netty", "javax.")
                        .hasLineCount(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --port 0 --demo", "rpc serve --port 0 --demo"})
    void certificateOfAnotherHostIsRefused(String command) throws IOException {
        try (Program server = start(command, identity(authority.issue("server", "other.example")))) {
            String url = url(server);
            Program refused = sum(url, "--ca", ca().toString());
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err())
                    .contains(" --any-host accepts the certificate")
                    .hasLineCount(1);
            assertThat(sum(url, "--ca", ca().toString(), "--any-host").line()).endsWith(":3}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc serve --port 0 --host 0.0.0.0", "socket listen 0 --host 0.0.0.0"})
    void clientCertificatesAreAuthentication(String command) throws IOException {
        String[] identity = identity(authority.issue("server", "localhost"));
        Program anonymous = Program.run("", args(command, identity));
        assertThat(anonymous.exitCode()).isEqualTo(2);
        assertThat(anonymous.err()).contains("client certificates with --ca, or --allow-anonymous");
        String[] requesting = Stream.concat(
                        Arrays.stream(identity), Stream.of("--ca", ca().toString(), "--client-auth", "request"))
                .toArray(String[]::new);
        assertThat(Program.run("", args(command, requesting)).exitCode()).isEqualTo(2);
        String[] requiring = Stream.concat(Arrays.stream(identity), Stream.of("--ca", ca().toString()))
                .toArray(String[]::new);
        try (Program server = start(command, requiring)) {
            server.line("listening");
        }
    }

    @Test
    void wrongPathIsNamed() {
        try (Program server = start("serve --port 0 --demo")) {
            Program failed =
                    Program.run("", "invoke", url(server).replace("/socketcluster/", "/other/"), "sum", "[1,2]");
            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.err()).contains("/other/", "status").hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --port 0 --demo", "rpc serve --port 0 --demo"})
    void authorityRequiresClientCertificates(String command) throws IOException {
        String[] identity = identity(authority.issue("server", "localhost"));
        String[] options = Stream.concat(Arrays.stream(identity), Stream.of("--ca", ca().toString()))
                .toArray(String[]::new);
        try (Program server = start(command, options)) {
            String url = url(server);
            assertThat(sum(url, "--ca", ca().toString()).exitCode()).isEqualTo(1);
            Issued client = authority.issue("client");
            Path chain = client.writeChainPem(folder.resolve("client.pem"));
            Path key = client.writeKeyPem(folder.resolve("client.key"));
            assertThat(sum(url, "--ca", ca().toString(), "--cert", chain.toString(), "--key", key.toString())
                            .line())
                    .endsWith(":3}");
        }
    }

    @ParameterizedTest
    @CsvSource({"PRIVATE KEY,false", "PRIVATE KEY,true", "RSA PRIVATE KEY,true", "EC PRIVATE KEY,false"})
    void everyFormOfAKeyIsAccepted(String form, boolean rsa) throws IOException {
        Issued issued = rsa ? authority.issueRsa("server", "localhost") : authority.issue("server", "localhost");
        Path chain = issued.writeChainPem(folder.resolve("server.pem"));
        Path key = Files.writeString(folder.resolve("server.key"), pem(form, issued.key()));
        try (Program server = start("serve --port 0 --demo", "--cert", chain.toString(), "--key", key.toString())) {
            assertThat(sum(url(server), "--ca", ca().toString()).line()).endsWith(":3}");
        }
        Path pair = Files.writeString(folder.resolve("pair.pem"), pem(form, issued.key()) + Files.readString(chain));
        try (Program server = start("serve --port 0 --demo", "--auth-key-file", pair.toString())) {
            String url = url(server);
            Program login = Program.run("", "pub", url, "members", "1", "--login", "{\"username\":\"ada\"}");
            assertThat(login.err()).isEmpty();
            assertThat(login.exitCode()).isZero();
            // The public key is no secret: a token that is signed with its text is refused.
            Program forged = Program.run(
                    "",
                    "pub",
                    url,
                    "members",
                    "1",
                    "--token",
                    Tokens.hs256("{}", Files.readString(pair).strip()));
            assertThat(forged.exitCode()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void authenticationKeySignsWithTheAlgorithmOfItsCurve(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair keys = generator.generateKeyPair();
        String pair = pem("PRIVATE KEY", keys.getPrivate())
                + "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        Path file = Files.writeString(folder.resolve("pair.pem"), pair);
        try (Program server = start("serve --port 0 --demo", "--auth-key-file", file.toString())) {
            Program publish = Program.run("", "pub", url(server), "members", "1", "--login", "{\"username\":\"ada\"}");
            assertThat(publish.err()).isEmpty();
            assertThat(publish.exitCode()).isZero();
        }
    }

    private static String pem(String form, PrivateKey key) {
        byte[] pkcs8 = key.getEncoded();
        byte[] der = switch (form) {
            case "RSA PRIVATE KEY" -> Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
            case "EC PRIVATE KEY" -> sec1((ECPrivateKey) key);
            default -> pkcs8;
        };
        return "-----BEGIN " + form + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + form + "-----\n";
    }

    /** The key of the curve P-256 in SEC1. */
    private static byte[] sec1(ECPrivateKey key) {
        byte[] number = key.getS().toByteArray();
        byte[] secret = new byte[32];
        int length = Math.min(32, number.length);
        System.arraycopy(number, number.length - length, secret, 32 - length, length);
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        der.writeBytes(HexFormat.of().parseHex("30310201010420"));
        der.writeBytes(secret);
        der.writeBytes(HexFormat.of().parseHex("a00a06082a8648ce3d030107"));
        return der.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --port 0 --demo", "rpc serve --port 0 --demo", "socket listen 0"})
    void hangupReadsCertificatesAgain(String command) throws IOException {
        String[] identity = identity(authority.issue("server", "localhost", "127.0.0.1"));
        CertificateAuthority next = new CertificateAuthority("next");
        String nextCa = next.writePem(folder.resolve("next.pem")).toString();
        try (Program server = start(command, identity)) {
            String listening = server.line("listening");
            if (command.contains("--demo") && command.startsWith("serve")) {
                await(server, "page");
            }
            String[] connect = command.startsWith("socket")
                    ? args("socket connect 127.0.0.1 " + listening.replaceAll(".*\"port\":(\\d+).*", "$1")
                            + " --attempts 0 --ca " + nextCa)
                    : args((command.startsWith("serve") ? "invoke " : "rpc call ")
                            + listening.replaceAll(".*\"(wss:[^\"]*)\".*", "$1") + " sum [1,2] --ca " + nextCa);
            assertThat(Program.run("", connect).exitCode()).isEqualTo(1);

            next.issue("server", "localhost", "127.0.0.1").writePkcs12(folder.resolve("new.p12"), "pw");
            Files.move(folder.resolve("new.p12"), folder.resolve("server.p12"), StandardCopyOption.REPLACE_EXISTING);
            server.hangUp();
            await(server, command.startsWith("serve") ? "reloaded" : "reload");
            Program trusting = Program.run("", connect);
            assertThat(trusting.err()).isEmpty();
            assertThat(trusting.exitCode()).isZero();

            Files.writeString(folder.resolve("server.p12"), "no certificate");
            server.hangUp();
            assertThat(await(server, "error")).contains("server.p12");
            assertThat(Program.run("", connect).exitCode()).isZero();
        }
    }

    private static String await(Program program, String event) {
        String line = program.line();
        while (!line.contains("\"event\":\"" + event + "\"")) {
            line = program.line();
        }
        return line;
    }

    @Test
    void hangupReadsTheAuthenticationKeyAgain() throws IOException {
        Path file = Files.writeString(folder.resolve("key"), KEY + "\n");
        try (Program server = start("serve --port 0 --demo", "--auth-key-file", file.toString())) {
            String url = url(server);
            String other = "ffffffffffffffffffffffffffffffff";
            String[] publish =
                    args("pub " + url + " members 1 --token " + Tokens.hs256("{\"username\":\"ada\"}", other));
            assertThat(Program.run("", publish).exitCode()).isEqualTo(1);

            Files.writeString(file, other);
            server.hangUp();
            assertThat(await(server, "reloaded")).contains("\"changed\":[\"auth.keys[0].key\"],\"needs-restart\":[]");
            assertThat(Program.run("", publish).exitCode()).isZero();

            for (String unusable : List.of("short", "", "-----BEGIN PRIVATE KEY-----")) {
                Files.writeString(file, unusable);
                server.hangUp();
                assertThat(await(server, "error")).contains("--auth-key-file").doesNotContain("short");
                assertThat(Program.run("", publish).exitCode()).isZero();
            }
        }
    }

    @Test
    void hangupReadsKeysOfAProcess() throws Exception {
        Path file = Files.writeString(folder.resolve("key"), KEY);
        Process serve = HelioProcess.start("serve", "--port", "0", "--auth-key-file", file.toString());
        var out = serve.inputReader();
        assertThat(out.readLine()).contains("\"listening\"");
        assertThat(out.readLine()).contains("\"listening\"");
        assertThat(out.readLine()).contains("\"management\"");
        HelioProcess.signal(serve, "HUP");
        assertThat(out.readLine()).contains("\"reloaded\"");
        HelioProcess.signal(serve, "HUP");
        assertThat(out.readLine()).contains("\"reloaded\"");
        HelioProcess.signal(serve, "TERM");
        assertThat(HelioProcess.exitCode(serve)).isZero();
        assertThat(HelioProcess.errorOf(serve)).isEmpty();
    }
}
