package io.heliograph.cli.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import io.heliograph.testkit.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServeDrainTest {

    private static Program serve(String... options) {
        String[] args = new String[options.length + 4];
        args[0] = "serve";
        args[1] = "--port";
        args[2] = "0";
        args[3] = "--no-socket";
        System.arraycopy(options, 0, args, 4, options.length);
        return Program.start(args);
    }

    /** Connects a client of RPC; returns the code and reason of its close. */
    private static CompletableFuture<String> connect(Program server) {
        server.line("listening");
        String line = server.line("listening");
        String url = line.replaceAll(".*\"url\":\"([^\"]*)\".*", "$1");
        CompletableFuture<String> closed = new CompletableFuture<>();
        Await.value(HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(url), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
                        closed.complete(status + " " + reason);
                        return null;
                    }
                }));
        server.line("listening");
        server.line("connection");
        return closed;
    }

    @Test
    void signalPrintsTheDrainAndItsResult() {
        try (Program server = serve()) {
            CompletableFuture<String> closed = connect(server);
            server.interrupt();
            assertThat(server.line("draining"))
                    .isEqualTo("{\"event\":\"draining\",\"connections\":1,\"mode\":\"restart\",\"time\":\"20s\"}");
            assertThat(server.exitCode()).isZero();
            assertThat(server.lines()).last().isEqualTo("{\"event\":\"closed\",\"connections\":1,\"aborted\":0}");
            assertThat(Await.value(closed)).startsWith("1012 retry=");
        }
    }

    @Test
    void optionsSelectModeAndTime() {
        try (Program server = serve("--drain-mode", "rolling", "--drain-time", "100ms")) {
            CompletableFuture<String> closed = connect(server);
            server.interrupt();
            assertThat(server.line("draining")).endsWith("\"mode\":\"rolling\",\"time\":\"100ms\"}");
            assertThat(server.exitCode()).isZero();
            assertThat(Await.value(closed)).isEqualTo("1012 retry=0");
        }
    }

    @Test
    void keysSelectModeAndTime() {
        try (Program server = serve("--set", "drain.mode=rolling", "--set", "drain.time=2s")) {
            connect(server);
            server.interrupt();
            assertThat(server.line("draining")).endsWith("\"mode\":\"rolling\",\"time\":\"2s\"}");
            assertThat(server.exitCode()).isZero();
        }
    }

    @Test
    void unknownModeIsRejected() {
        try (Program server = serve("--drain-mode", "slow")) {
            assertThat(server.exitCode()).isEqualTo(2);
            assertThat(server.err()).contains("--drain-mode: drain.mode: 'slow' (expected: restart or rolling)");
        }
    }
}
