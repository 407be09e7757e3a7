package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
        new ProcessBuilder("kill", "-" + signal, Long.toString(listen.pid()))
                .start()
                .waitFor();

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

    @Test
    void failureAndInvalidUsageHaveExitCodes() throws Exception {
        Process failed = start("ipc", "send", socket, "a", "1");
        Process wrong = start("ipc", "send", socket, "a", "b");

        assertThat(exitCode(failed)).isEqualTo(1);
        assertThat(errorOf(failed)).startsWith("helio: cannot connect").hasLineCount(1);
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

    private static Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.add("-XX:+UseSerialGC");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Helio.class.getName());
        command.addAll(List.of(args));
        return new ProcessBuilder(command).start();
    }

    private static int exitCode(Process process) throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running: " + process.info());
        }
        return process.exitValue();
    }

    private static String errorOf(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
