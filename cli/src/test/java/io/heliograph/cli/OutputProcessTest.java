package io.heliograph.cli;

import static io.heliograph.cli.HelioProcess.errorOf;
import static io.heliograph.cli.HelioProcess.exitCode;
import static io.heliograph.cli.HelioProcess.signal;
import static io.heliograph.cli.HelioProcess.start;
import static io.heliograph.cli.HelioProcess.startInto;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard output that nobody reads, or that cannot be written. */
class OutputProcessTest {

    private static final File FULL = new File("/dev/full");

    private final SocketPaths paths = new SocketPaths();
    private final String socket = paths.socket().toString();

    @AfterEach
    void deletePaths() {
        paths.close();
    }

    @Test
    void unreadOutputDelaysNeitherAnswersNorExit() throws Exception {
        Process serve = start("serve", "--demo", "--port", "0");
        String url = serve.inputReader(StandardCharsets.UTF_8).readLine().replaceAll(".*\"(ws:[^\"]*)\".*", "$1");
        for (int i = 0; i < 900; i++) {
            assertThat(upgradeFrom("http://other.example", URI.create(url).getPort()))
                    .startsWith("HTTP/1.1 403");
        }
        for (int i = 0; i < 20; i++) {
            Program log = Program.run("", "transmit", url, "log", "\"" + "x".repeat(20_000) + "\"");
            assertThat(log.exitCode()).isZero();
        }

        Program sum = Program.run("", "invoke", url, "sum", "[1,2]");
        assertThat(sum.err()).isEmpty();
        assertThat(sum.lines()).containsExactly("{\"data\":3}");
        signal(serve, "TERM");
        assertThat(exitCode(serve)).isZero();
    }

    @Test
    void unreadOutputDelaysNoMessages() throws Exception {
        Process listen = start("ipc", "listen", socket, "--echo");
        BufferedReader out = listen.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).startsWith("{\"event\":\"listening\"");
        String message = "{\"topic\":\"a\",\"message\":\"" + "x".repeat(1000) + "\"}\n";
        assertThat(Program.run(message.repeat(2000), "ipc", "connect", socket).exitCode())
                .isZero();

        Program send = Program.run("", "ipc", "send", socket, "b", "1", "--wait", "b");
        assertThat(send.err()).isEmpty();
        assertThat(send.exitCode()).isZero();
        signal(listen, "TERM");
        assertThat(exitCode(listen)).isZero();
    }

    private static String upgradeFrom(String origin, int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            client.getOutputStream()
                    .write(("GET /socketcluster/ HTTP/1.1\r\nHost: localhost:" + port
                                    + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: " + origin + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        }
    }

    static boolean hasFullDevice() {
        return FULL.exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--version", "--help", "ipc --help", "ipc listen SOCKET", "serve --port 0", "rpc serve --port 0"
            })
    @EnabledIf("hasFullDevice")
    void unwritableOutputIsFailure(String arguments) throws Exception {
        Process helio = startInto(FULL, arguments.replace("SOCKET", socket).split(" "));

        assertThat(exitCode(helio)).isEqualTo(1);
        assertThat(errorOf(helio)).isEqualTo("helio: cannot write to standard output: No space left on device.\n");
    }

    @Test
    @EnabledIf("hasFullDevice")
    void unwritableResultIsFailure() throws Exception {
        try (Program serve = Program.start("rpc", "serve", "--port", "0", "--demo")) {
            String url = serve.line("listening").replaceAll(".*\"(ws:[^\"]*)\".*", "$1");
            Process call = startInto(FULL, "rpc", "call", url, "sum", "[1,2]");

            assertThat(exitCode(call)).isEqualTo(1);
            assertThat(errorOf(call)).contains("No space left on device").hasLineCount(1);
        }
    }
}
