package io.heliograph.cli.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import io.heliograph.cli.console.Json;
import io.heliograph.testkit.CertificateAuthority;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code helio socket listen} and {@code connect}. */
class SocketCommandsTest {

    private static String port(Program listen) {
        String line = listen.line("listening");
        return line.replaceAll(".*\"port\":(\\d+).*", "$1");
    }

    private static Program listen(String... more) {
        return start(new String[] {"socket", "listen", "0", "--host", "127.0.0.1", "--grace", "1s"}, more);
    }

    private static Program connect(String port, String... more) {
        return start(new String[] {"socket", "connect", "127.0.0.1", port, "--grace", "1s", "--stay"}, more);
    }

    private static Program start(String[] first, String... more) {
        String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return Program.start(all);
    }

    @Test
    void valuesAreExchangedAsJsonLines() {
        try (Program listen = listen("--receive", "int", "--send", "double", "--framed")) {
            String port = port(listen);
            try (Program connect = connect(port, "--receive", "double", "--send", "int", "--framed")) {
                assertThat(connect.line())
                        .isEqualTo("{\"event\":\"open\",\"remoteHost\":\"127.0.0.1\",\"remotePort\":" + port + "}");
                assertThat(listen.line())
                        .matches(
                                "\\{\"event\":\"connection\",\"id\":1,\"remoteHost\":\"127.0.0.1\",\"remotePort\":\\d+}");
                connect.type("[1,-2]\n7.9\n");
                assertThat(listen.line()).isEqualTo("{\"event\":\"data\",\"id\":1,\"data\":[1,-2]}");
                assertThat(listen.line()).isEqualTo("{\"event\":\"data\",\"id\":1,\"data\":7}");
                listen.type("1.5\n{\"id\":1,\"data\":[1,2.5]}\n{\"id\":9,\"data\":1}\n");
                assertThat(connect.line()).isEqualTo("{\"event\":\"data\",\"data\":1.5}");
                assertThat(connect.line()).isEqualTo("{\"event\":\"data\",\"data\":[1.0,2.5]}");
                assertThat(listen.line())
                        .isEqualTo(
                                "{\"event\":\"error\",\"name\":\"InputError\",\"message\":\"line 3: no connection 9\"}");
                connect.type("\"text\"\n");
                assertThat(connect.line())
                        .isEqualTo(
                                "{\"event\":\"error\",\"name\":\"ConversionError\",\"message\":\"Data cannot be converted to int. It is: java.lang.String\"}");
                connect.type("no\n");
                assertThat(connect.line("error")).contains("line 4: malformed JSON");
            }
            assertThat(listen.line()).isEqualTo("{\"event\":\"close\",\"id\":1,\"reason\":\"closed by the peer\"}");
        }
    }

    @Test
    void unframedStringsAndJsonRemainUnchanged() throws IOException {
        try (Program listen = listen("--send", "json");
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port(listen)))) {
            listen.line("connection");
            peer.getOutputStream().write("h\u00e9llo".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(listen.line()).isEqualTo("{\"event\":\"data\",\"id\":1,\"data\":\"h\u00e9llo\"}");
            listen.type("{\"a\": 1.10}\n");
            assertThat(new String(peer.getInputStream().readNBytes(11), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("{\"a\": 1.10}");
        }
    }

    @Test
    void echoReturnsValues() throws IOException {
        try (Program listen = listen("--receive", "short", "--send", "short", "--echo");
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port(listen)))) {
            peer.getOutputStream().write(new byte[] {0, 1, -1, -1});
            assertThat(peer.getInputStream().readNBytes(4)).containsExactly(0, 1, -1, -1);
        }
    }

    @Test
    void connectExitsAtEndOfInput() {
        try (Program listen = listen("--receive", "short")) {
            Program connect = Program.run("[1,2]\n", "socket", "connect", "127.0.0.1", port(listen), "--send", "short");
            assertThat(connect.exitCode()).isZero();
            listen.line("connection");
            assertThat(listen.line()).isEqualTo("{\"event\":\"data\",\"id\":1,\"data\":1}");
            assertThat(listen.line()).isEqualTo("{\"event\":\"data\",\"id\":1,\"data\":2}");
            listen.line("close");
        }
    }

    @Test
    void connectExitsWhenServerCloses() {
        Program listen = listen();
        Program connect = connect(port(listen));
        connect.line("open");
        listen.line("connection");
        listen.close();
        connect.line("close");
        assertThat(connect.exitCode()).isZero();
    }

    @Test
    void closedConnectionIsUnknown() {
        try (Program listen = listen("--receive", "json", "--send", "json", "--framed")) {
            Program connect = connect(port(listen), "--receive", "json", "--send", "json", "--framed");
            listen.line("connection");
            connect.close();
            listen.line("close");
            listen.type("{\"id\":1,\"data\":1}\n");
            assertThat(listen.line("error")).contains("line 1: no connection 1");
        }
    }

    @Test
    void idleConnectionIsClosed() {
        try (Program listen = listen()) {
            Program connect = connect(port(listen), "--idle", "100ms");
            connect.line("open");
            assertThat(connect.line("close")).contains("\"reason\":\"");
            assertThat(connect.exitCode()).isZero();
        }
        try (Program listen = listen("--idle", "100ms")) {
            Program connect = connect(port(listen));
            listen.line("connection");
            listen.line("close");
            assertThat(connect.exitCode()).isZero();
        }
    }

    @Test
    void failuresAreOneLine() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(busy.getLocalPort());
            Program listen = Program.run("", "socket", "listen", port, "--host", "127.0.0.1");
            assertThat(listen.exitCode()).isEqualTo(1);
            assertThat(listen.err())
                    .startsWith("helio: Failed to start server listening: ")
                    .endsWith(
                            "(EADDRINUSE). Stop the program that uses the port, or choose another port; port 0 selects a free one.\n");
        }
        Program connect = Program.run("", "socket", "connect", "127.0.0.1", "1", "--attempts", "0");
        assertThat(connect.exitCode()).isEqualTo(1);
        assertThat(connect.err()).startsWith("helio: Failed to connect: ");
        Program waiting = Program.run("1\n", "socket", "connect", "127.0.0.1", "1", "--attempts", "0");
        assertThat(waiting.exitCode()).isEqualTo(1);
        Program type = Program.run("", "socket", "connect", "127.0.0.1", "1", "--send", "octet");
        assertThat(type.exitCode()).isEqualTo(2);
        assertThat(type.err()).startsWith("helio: Invalid send data type: octet");
        Program image = Program.run("", "socket", "listen", "0", "--receive", "image");
        assertThat(image.exitCode()).isEqualTo(2);
        assertThat(image.err()).contains("--receive image without --framed");
    }

    @Test
    void closedPortIsReportedOnceAndAtOnce() {
        Program connect = Program.run("", "socket", "connect", "127.0.0.1", "1");
        assertThat(connect.exitCode()).isEqualTo(1);
        assertThat(connect.lines()).isEmpty();
        assertThat(connect.err())
                .startsWith("helio: Failed to connect: gave up after 1 attempt: tcp://127.0.0.1:1: connection refused;")
                .endsWith("(ECONNREFUSED). Start a server there, or increase --attempts.\n")
                .containsOnlyOnce("ECONNREFUSED");
    }

    @Test
    void imagesAreReadFromAndWrittenToFiles(@TempDir Path folder) throws IOException {
        Path sent = folder.resolve("sent.png");
        ImageIO.write(new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB), "png", sent.toFile());
        Path received = folder.resolve("received");
        try (Program listen = listen("--receive", "image", "--framed", "--images", received.toString());
                Program connect = connect(port(listen), "--send", "png", "--framed")) {
            connect.line("open");
            listen.line("connection");
            connect.type(Json.quote(sent.toString()) + "\n\"missing.png\"\n");
            Path image = received.resolve("image-1.png");
            assertThat(listen.line())
                    .isEqualTo("{\"event\":\"data\",\"id\":1,\"data\":" + Json.quote(image.toString()) + "}");
            assertThat(ImageIO.read(image.toFile()).getWidth()).isEqualTo(3);
            assertThat(connect.line("error"))
                    .contains("line 2: 'missing.png' (expected: the name of a readable image file");
        }
    }

    @Test
    void tlsConnectsClientAndServer(@TempDir Path folder) throws IOException {
        CertificateAuthority authority = new CertificateAuthority("authority");
        Path ca = authority.writePem(folder.resolve("ca.pem"));
        Path p12 = authority.issue("server", "127.0.0.1").writePkcs12(folder.resolve("s.p12"), "pw");
        Path secret = Files.writeString(folder.resolve("secret"), "pw\n");
        String[] client = {"--tls", "--ca", ca.toString()};
        try (Program listen = listen("--tls", "--cert", p12.toString(), "--password-file", secret.toString())) {
            String port = port(listen);
            try (Program connect = connect(port, client)) {
                connect.line("open");
                listen.line("connection");
                listen.type("\"welcome\"\n");
                assertThat(connect.line()).isEqualTo("{\"event\":\"data\",\"data\":\"welcome\"}");
            }
            Program rejected = Program.run("", "socket", "connect", "127.0.0.1", port, "--tls", "--attempts", "0");
            assertThat(rejected.exitCode()).isEqualTo(1);
        }
        Program wrong = Program.run("", "socket", "listen", "0", "--tls", "--cert", p12.toString());
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("s.p12: wrong password. ").contains("--password-file");
        for (String[] incomplete : List.of(
                new String[] {"socket", "listen", "0", "--tls"},
                new String[] {"socket", "listen", "0", "--client-auth", "required"},
                new String[] {"socket", "listen", "0", "--ca", ca.toString()},
                new String[] {"socket", "listen", "0", "--key", ca.toString()},
                new String[] {"socket", "connect", "127.0.0.1", "1", "--password-file", secret.toString()})) {
            Program unencrypted = Program.run("", incomplete);
            assertThat(unencrypted.exitCode()).isEqualTo(2);
            assertThat(unencrypted.err()).startsWith("helio: --").contains(" without --cert (expected: both)");
        }
    }

    @Test
    void everyTlsOptionEnablesTls(@TempDir Path folder) throws IOException {
        CertificateAuthority authority = new CertificateAuthority("authority");
        Path ca = authority.writePem(folder.resolve("ca.pem"));
        Path p12 = authority.issue("server", "127.0.0.1").writePkcs12(folder.resolve("s.p12"), "pw");
        Path secret = Files.writeString(folder.resolve("secret"), "pw\n");
        try (Program listen = listen("--cert", p12.toString(), "--password-file", secret.toString())) {
            String port = port(listen);
            for (List<String> option : List.of(List.of("--ca", ca.toString()), List.of("--trust-all"))) {
                try (Program connect = connect(port, option.toArray(String[]::new))) {
                    connect.line("open");
                    listen.line("connection");
                }
                listen.line("close");
            }
        }
    }
}
