package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class ReadyCommandTest {

    @Test
    void runningServerIsReady() {
        try (Program server = Program.start("serve", "--port", "0")) {
            String url = server.line("listening").replaceAll(".*\"ws(://[^/]*)/.*", "http$1");
            Program ready = Program.run("", "ready", url);
            assertThat(ready.exitCode()).isZero();
            assertThat(ready.line()).isEqualTo("{\"event\":\"ready\",\"url\":\"" + url + "\"}");
        }
    }

    @Test
    void missingServerIsNotReady() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0)) {
            port = unused.getLocalPort();
        }
        Program ready = Program.run("", "ready", "http://localhost:" + port, "--wait", "300ms");
        assertThat(ready.exitCode()).isEqualTo(1);
        assertThat(ready.err()).startsWith("helio: http://localhost:" + port + " is not ready: ");
    }

    @Test
    void addressOfAnotherSchemeIsInvalidUsage() {
        Program ready = Program.run("", "ready", "ws://localhost:8000");
        assertThat(ready.exitCode()).isEqualTo(2);
        assertThat(ready.err())
                .contains("URL: 'ws://localhost:8000' (expected: http://HOST:PORT or https://HOST:PORT)");
    }
}
