package io.heliograph.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import io.heliograph.testkit.CertificateAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max open files            1024                 524288               files
            """;

    @TempDir
    private Path folder;

    private Path file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void validConfigurationHasNoFailure() throws IOException {
        Path config = file("helio.yaml", "listen:\n  - {url: \"unix:" + folder.resolve("s") + "\", protocol: ipc}\n");
        Program doctor = Program.run("", "doctor", "--config", config.toString());
        assertThat(doctor.exitCode()).isZero();
        List<String> lines = doctor.lines();
        assertThat(lines.getFirst()).startsWith("{\"check\":\"java\",\"level\":\"ok\",\"text\":\"Java ");
        assertThat(lines)
                .contains("{\"check\":\"configuration\",\"level\":\"ok\",\"text\":\"configuration " + config + "\"}");
        assertThat(lines).anyMatch(line -> line.startsWith("{\"check\":\"socket\",\"level\":\"ok\""));
        assertThat(lines.getLast()).startsWith("{\"failures\":0,\"warnings\":");
    }

    @Test
    void eachErrorOfTheConfigurationIsAFailure() throws IOException {
        Path config = file("helio.yaml", "listne: []\nlimits: {max-connections: many}\n");
        Program doctor = Program.run("", "doctor", "--config", config.toString());
        assertThat(doctor.exitCode()).isEqualTo(1);
        assertThat(doctor.lines())
                .filteredOn(line -> line.contains("\"level\":\"fail\""))
                .hasSize(2)
                .allMatch(line -> line.contains("\"fix\":\""));
    }

    @Test
    void occupiedPortIsAWarning() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path config = file(
                    "helio.yaml",
                    "listen:\n  - {url: \"ws://127.0.0.1:" + other.getLocalPort() + "/rpc\", protocol: rpc}\n");
            Program doctor = Program.run("", "doctor", "--config", config.toString());
            assertThat(doctor.exitCode()).isZero();
            assertThat(doctor.lines())
                    .anyMatch(line -> line.startsWith("{\"check\":\"port\",\"level\":\"warn\"")
                            && line.contains("127.0.0.1:" + other.getLocalPort()));
        }
    }

    @Test
    void terminalShowsColumnsWithRemedies() throws IOException {
        Path config = file("helio.yaml", "listne: []\n");
        try (Program doctor = Program.startOnTerminal("doctor", "--config", config.toString())) {
            assertThat(doctor.exitCode()).isEqualTo(1);
            assertThat(doctor.lines())
                    .anyMatch(line -> line.startsWith(" ok    Java "))
                    .anyMatch(line -> line.startsWith(" FAIL  "))
                    .anyMatch(line -> line.startsWith("       fix: see docs/configuration.md"))
                    .last()
                    .asString()
                    .startsWith("1 failure, ");
        }
    }

    @Test
    void limitOfOpenFilesMustHoldTheConnections() throws IOException {
        file("self/limits", LIMITS);
        HostChecks host = new HostChecks(folder);
        assertThat(host.openFiles(784).level()).isEqualTo(Finding.Level.OK);
        assertThat(host.openFiles(10_000))
                .isEqualTo(Finding.warn(
                        "files",
                        "open files: limit 1024 (hard limit 524288); limits.max-connections 10000 needs about 10240",
                        "ulimit -n 10240, or LimitNOFILE=10240 in the unit"));
        assertThat(new HostChecks(folder.resolve("none")).openFiles(1).level()).isEqualTo(Finding.Level.WARN);
    }

    @Test
    void kernelAndJavaAndClockAreChecked() throws IOException {
        HostChecks host = new HostChecks(folder);
        assertThat(host.migration().level()).isEqualTo(Finding.Level.WARN);
        file("sys/net/ipv4/tcp_migrate_req", "1\n");
        assertThat(host.migration().level()).isEqualTo(Finding.Level.OK);
        assertThat(host.java(17, "17.0.1").level()).isEqualTo(Finding.Level.FAIL);
        assertThat(host.java(21, "21").level()).isEqualTo(Finding.Level.OK);
        assertThat(host.clock(Instant.EPOCH).level()).isEqualTo(Finding.Level.FAIL);
        assertThat(host.transport("no library").text()).isEqualTo("transport NIO: no library");
    }

    @Test
    void directoryOfASocketIsChecked() throws IOException {
        assertThat(AddressChecks.socket(folder.resolve("none/s")).level()).isEqualTo(Finding.Level.FAIL);
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(AddressChecks.socket(open.resolve("s")).text()).contains("every user can replace the socket file");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx------"));
        assertThat(AddressChecks.socket(open.resolve("s")).level()).isEqualTo(Finding.Level.OK);
    }

    @Test
    void certificateNearItsEndIsReported() {
        CertificateAuthority.Issued issued = new CertificateAuthority("authority").issue("localhost", "localhost");
        Path file = issued.writeChainPem(folder.resolve("tls.crt"));
        Instant end = issued.chain().getFirst().getNotAfter().toInstant();
        assertThat(AddressChecks.certificate(file, end.plus(Duration.ofDays(2))).text())
                .isEqualTo("tls.certificate " + file + ": expired on " + end + ", 2 days ago");
        assertThat(AddressChecks.certificate(file, end.minus(Duration.ofHours(1)))
                        .level())
                .isEqualTo(Finding.Level.WARN);
        assertThat(AddressChecks.certificate(folder.resolve("none"), end).level())
                .isEqualTo(Finding.Level.FAIL);
    }
}
