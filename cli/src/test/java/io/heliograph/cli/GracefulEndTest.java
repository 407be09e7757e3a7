package io.heliograph.cli;

import static io.heliograph.cli.HelioProcess.exitCode;
import static io.heliograph.cli.HelioProcess.signal;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.Await;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of commands at a signal: pending requests are answered, queues flushed, connections closed with 1001. */
class GracefulEndTest {

    private final SocketPaths paths = new SocketPaths();
    private final String socket = paths.socket().toString();

    @AfterEach
    void deletePaths() {
        paths.close();
    }

    private static String url(String listening) {
        return listening.replaceAll(".*\"(wss?:[^\"]*)\".*", "$1");
    }

    @ParameterizedTest
    @CsvSource({"serve,invoke,1500", "rpc serve,rpc call,[1500]"})
    void signalledServerAnswersPendingRequests(String serve, String call, String argument) throws Exception {
        Process server = HelioProcess.start(words(serve, "--demo", "--port", "0"));
        BufferedReader out = server.inputReader(StandardCharsets.UTF_8);
        String url = url(out.readLine());
        Closing idle = Closing.of(url);
        try (Program request = Program.start(words(call, url, "sleep", argument))) {
            // The connection of the request is reported before its request is read, so a second one follows it.
            awaitConnections(out, serve.equals("serve") ? 1 : 2);
            Program later = Program.run("", words(call, url, "sum", "[1,2]"));
            assertThat(later.exitCode()).isZero();
            signal(server, "TERM");

            assertThat(request.line()).endsWith(":1500}");
            assertThat(request.exitCode()).isZero();
            assertThat(request.err()).isEmpty();
            assertThat(exitCode(server)).isZero();
            assertThat(Await.value(idle.code)).isEqualTo(1001);
        }
    }

    private static void awaitConnections(BufferedReader out, int connections) throws Exception {
        int seen = 0;
        while (seen < connections) {
            if (out.readLine().contains("\"event\":\"connection\"")) {
                seen++;
            }
        }
    }

    @Test
    void graceLimitsTheEndOfPendingRequests() {
        Program server = Program.start("rpc", "serve", "--demo", "--port", "0", "--grace", "100ms");
        String url = url(server.line("listening"));
        Program request = Program.start("rpc", "call", url, "sleep", "[9999]");
        server.line("connection");
        server.interrupt();

        assertThat(server.exitCode()).isZero();
        assertThat(request.exitCode()).isEqualTo(1);
        assertThat(request.err()).hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sub URL ticks", "rpc subscribe RPC tick", "ipc listen SOCKET", "channel NAME", "socket listen 0"
            })
    void signalEndsObserversWithSuccess(String command) {
        try (Program serve = Program.start("serve", "--demo", "--port", "0");
                Program rpc = Program.start("rpc", "serve", "--demo", "--port", "0")) {
            Program observer = Program.start(words(command.replace("URL", url(serve.line("listening")))
                    .replace("RPC", url(rpc.line("listening")))
                    .replace("SOCKET", socket)
                    .replace("NAME", "end-" + ProcessHandle.current().pid())));
            observer.line();
            observer.interrupt();

            assertThat(observer.exitCode()).isZero();
            assertThat(observer.err()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"invoke URL sleep 9999", "rpc call RPC sleep [9999]", "ipc send SOCKET a 1 --wait b"})
    void signalEndsRequestsWithFailure(String command) {
        try (Program serve = Program.start("serve", "--demo", "--port", "0", "--grace", "100ms");
                Program rpc = Program.start("rpc", "serve", "--demo", "--port", "0", "--grace", "100ms");
                Program listen = Program.start("ipc", "listen", socket)) {
            listen.line("listening");
            String url = url(serve.line("listening"));
            serve.line("listening");
            serve.line("listening");
            serve.line("page");
            String rpcUrl = url(rpc.line("listening"));
            Program request = Program.start(words(
                    command.replace("URL", url).replace("RPC", rpcUrl).replace("SOCKET", socket) + " --grace 100ms"));
            (command.startsWith("invoke") ? serve : command.startsWith("rpc") ? rpc : listen).line("connection");
            request.interrupt();

            assertThat(request.exitCode()).isEqualTo(1);
            assertThat(request.err()).isEqualTo("helio: interrupted.\n");
            assertThat(request.lines()).isEmpty();
        }
    }

    @Test
    void signalFlushesQueuedLines() {
        try (Program listen = Program.start("ipc", "listen", socket)) {
            listen.line("listening");
            Program connect = Program.start("ipc", "connect", socket, "--stay");
            connect.line("connect");
            listen.line("connection");
            connect.type("{\"topic\":\"a\",\"message\":1}\n".repeat(1000));
            listen.line("message");
            connect.interrupt();
            assertThat(connect.exitCode()).isZero();
            String line = listen.line();
            while (line.contains("\"message\"")) {
                line = listen.line();
            }
            assertThat(line).contains("\"disconnect\"", "closed by the peer");
        }
    }

    private static String[] words(String command, String... more) {
        return Stream.concat(Stream.of(command.split(" ")), Stream.of(more)).toArray(String[]::new);
    }

    /** WebSocket client of the JDK that records the close code. */
    private static final class Closing implements WebSocket.Listener {

        final CompletableFuture<Integer> code = new CompletableFuture<>();

        static Closing of(String url) {
            Closing closing = new Closing();
            Await.value(HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(url), closing));
            return closing;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            code.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            code.completeExceptionally(error);
        }
    }
}
