package io.heliograph.cli;

import static io.heliograph.cli.HelioProcess.errorOf;
import static io.heliograph.cli.HelioProcess.exitCode;
import static io.heliograph.cli.HelioProcess.signal;
import static io.heliograph.cli.HelioProcess.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behavior that needs a separate process: signals, exit codes, a broken pipe, messages of the JVM. */
class ProcessTest {

    private final SocketPaths paths = new SocketPaths();
    private final String socket = paths.socket().toString();

    @AfterEach
    void deletePaths() {
        paths.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void signalRemovesSocketFileAndIsSuccess(String signal) throws Exception {
        assumeThat(signal.equals("INT") && isInterruptIgnored())
                .as("a shell that runs the tests in the background has SIGINT ignored by all")
                .isFalse();
        Process listen = start("ipc", "listen", socket);
        BufferedReader out = listen.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).startsWith("{\"event\":\"listening\"");
        signal(listen, signal);

        assertThat(exitCode(listen)).isZero();
        assertThat(paths.socket()).doesNotExist();
        assertThat(errorOf(listen)).isEmpty();
    }

    @Test
    void brokenPipeExitsWithoutError() throws Exception {
        Process listen = start("ipc", "listen", socket);
        BufferedReader out = listen.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).startsWith("{\"event\":\"listening\"");
        out.close();
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(paths.socket()))) {
            assertThat(exitCode(listen)).isZero();
            assertThat(client.isOpen()).isTrue();
        }
        assertThat(paths.socket()).doesNotExist();
        assertThat(errorOf(listen)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve --port %d", "rpc serve --port %d", "socket listen %d"})
    void usedPortIsReportedOnce(String command) throws Exception {
        try (ServerSocket used = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process serve = start(String.format(command, used.getLocalPort()).split(" "));

            assertThat(exitCode(serve)).isEqualTo(1);
            assertThat(errorOf(serve))
                    .matches("helio: .*cannot listen on tcp://127.0.0.1:" + used.getLocalPort() + ": .*\\R")
                    .hasLineCount(1);
            assertThat(serve.getInputStream()).isEmpty();
        }
    }

    @Test
    void usedSocketFileIsReportedOnce() throws Exception {
        Process listen = start("ipc", "listen", socket);
        BufferedReader out = listen.inputReader(StandardCharsets.UTF_8);
        assertThat(out.readLine()).startsWith("{\"event\":\"listening\"");
        Process serve = start("serve", "--port", "0", "--socket", socket);

        assertThat(exitCode(serve)).isEqualTo(1);
        assertThat(errorOf(serve))
                .startsWith("helio: another server listens on " + socket)
                .contains("--socket", "--no-socket")
                .hasLineCount(1);
        assertThat(serve.getInputStream().readAllBytes()).isEmpty();
        signal(listen, "TERM");
        assertThat(exitCode(listen)).isZero();
    }

    @Test
    void liveDefaultSocketFileIsSkipped() throws Exception {
        Path runtime = Files.createDirectory(paths.socket().resolveSibling("run"));
        Process first = serve(runtime);
        assertThat(eventsOf(first)).containsExactly("socketcluster", "rpc", "ipc", "management");
        Process second = serve(runtime);
        assertThat(eventsOf(second)).containsExactly("socketcluster", "rpc", "management", "skipped");
        signal(first, "TERM");
        signal(second, "TERM");
        assertThat(exitCode(first)).isZero();
        assertThat(exitCode(second)).isZero();
        Files.deleteIfExists(runtime.resolve("helio.sock.lock"));
        Files.delete(runtime);
    }

    private static Process serve(Path runtime) throws IOException {
        return HelioProcess.startIn(runtime, "serve", "--port", "0");
    }

    /** Returns the protocols of the first four events, or the name of another event. */
    private static List<String> eventsOf(Process serve) throws IOException {
        BufferedReader out = serve.inputReader(StandardCharsets.UTF_8);
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String line = out.readLine();
            events.add(
                    line.contains("\"listening\"")
                            ? line.replaceAll(".*\"protocol\":\"(\\w+)\".*", "$1")
                            : line.replaceAll(".*\"event\":\"(\\w+)\".*", "$1"));
        }
        return events;
    }

    @Test
    void failureAndInvalidUsageHaveExitCodes() throws Exception {
        Process failed = start("ipc", "send", socket, "a", "1");
        Process wrong = start("ipc", "send", socket, "a", "b");

        assertThat(exitCode(failed)).isEqualTo(1);
        assertThat(errorOf(failed))
                .startsWith("helio: unix:" + socket + ": no such socket file")
                .hasLineCount(1);
        assertThat(exitCode(wrong)).isEqualTo(2);
        assertThat(errorOf(wrong)).startsWith("helio: JSON: b is not JSON").hasLineCount(2);
    }

    /** Java leaves a signal ignored that it finds ignored; every child inherits that. */
    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .anyMatch(mask -> (mask & 1L << 1) != 0);
    }
}
