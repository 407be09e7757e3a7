package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcException;
import io.heliograph.rpc.RpcServer;
import io.heliograph.testkit.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text of peers is printable, and its size on screen and disk is limited. */
class HostilePeerTest {

    private static final String ESCAPE = "\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\nhelio: done";

    private static void assertPrintable(String text) {
        assertThat(text.replace("\n", ""))
                .doesNotContainPattern("[\\p{Cntrl}\\u0080-\\u009f\\u202a-\\u202e\\u2028\\u2029]");
    }

    @Test
    void errorOfAnRpcServerIsPrintable() {
        try (RpcServer server = RpcServer.builder().host("127.0.0.1").port(0).build()) {
            server.method("fail").handle(params -> {
                throw new RpcException(-32050, ESCAPE, Map.of());
            });
            server.method("echo").handle(params -> Map.of(ESCAPE, ESCAPE));
            Await.value(server.listen());
            String url = "ws://127.0.0.1:" + server.port();

            Program failed = Program.run("", "rpc", "call", url, "fail");
            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.err()).contains("owned").hasLineCount(1);
            assertPrintable(failed.err());
            for (String form : new String[] {"--pretty", "--no-pretty"}) {
                Program echo = Program.run("", "rpc", "call", url, "echo", form);
                String line = echo.line();
                assertThat(line).contains("owned");
                assertPrintable(line);
                assertThat(echo.lines()).isEmpty();
            }
        }
    }

    @Test
    void longErrorOfAServerIsCut() {
        try (RpcServer server = RpcServer.builder().host("127.0.0.1").port(0).build()) {
            server.method("fail").handle(params -> {
                throw new RpcException(-32050, "x".repeat(500_000), Map.of());
            });
            Await.value(server.listen());

            Program failed = Program.run("", "rpc", "call", "ws://127.0.0.1:" + server.port(), "fail");
            assertThat(failed.err()).hasSizeLessThan(2100).endsWith("…\n");
        }
    }

    @Test
    void errorOfARealtimeServerIsPrintable() {
        try (RealtimeServer server =
                RealtimeServer.builder().host("127.0.0.1").port(0).build()) {
            server.onConnection(socket -> socket.onProcedure(
                    "fail", Object.class, (data, request) -> request.fail(RealtimeException.of(ESCAPE, ESCAPE))));
            Await.value(server.listen());

            Program failed = Program.run("", "invoke", "ws://127.0.0.1:" + server.port(), "fail");
            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.err()).contains("owned").hasLineCount(1);
            assertPrintable(failed.err());
        }
    }

    @Test
    void requestOfAClientIsPrintable() throws IOException {
        try (Program server = Program.startOnTerminal("serve", "--demo", "--port", "0")) {
            String url = server.line().replaceAll(".*(ws:\\S+).*", "$1");
            server.line(); // the listener of RPC
            server.line(); // the listener of operators
            server.line(); // the page
            upgrade(url, "http://other.example/\u009b31m");
            String warning = server.line();
            assertThat(warning).contains("warning", "tcp://127.0.0.1:", "other.example");
            assertPrintable(warning.replaceAll("\u001b\\[[0-9]*m", ""));
        }
    }

    @Test
    void repeatedWarningOfClientsIsPrintedOnce() throws IOException {
        try (Program server = Program.start("serve", "--port", "0")) {
            String url = server.line("listening").replaceAll(".*\"(ws:[^\"]*)\".*", "$1");
            server.line("listening");
            server.line("listening");
            for (int i = 0; i < 100; i++) {
                upgrade(url, "http://other.example");
            }
            assertThat(server.line("warning"))
                    .contains(
                            "\"peer\":\"tcp://127.0.0.1:",
                            "\"path\":\"/socketcluster/\"",
                            "\"origin\":\"http://other.example\"");
            server.interrupt();
            server.exitCode();
            assertThat(server.lines()).hasSizeLessThan(3);
        }
    }

    private static void upgrade(String url, String origin) throws IOException {
        int port = URI.create(url).getPort();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            client.getOutputStream()
                    .write(("GET /socketcluster/ HTTP/1.1\r\nHost: localhost:" + port
                                    + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: " + origin + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            client.getInputStream().readNBytes(12);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socket listen 0", "socket connect"})
    void imagesEndAtTheirLimit(String command, @TempDir Path folder) throws IOException {
        String[] options = {
            "--receive", "image", "--framed", "--images", folder.toString(), "--max-images", "5000", "--grace", "1s"
        };
        byte[] image = ("\74GIF8" + "x".repeat(56)).getBytes(StandardCharsets.ISO_8859_1);
        if (command.equals("socket listen 0")) {
            try (Program listen = Program.start(concat(options, "socket", "listen", "0"));
                    Socket peer = new Socket(
                            InetAddress.getLoopbackAddress(),
                            Integer.parseInt(listen.line("listening").replaceAll(".*\"port\":(\\d+).*", "$1")))) {
                listen.line("connection");
                send(peer.getOutputStream(), image);
                assertLimited(listen, folder);
            }
        } else {
            try (java.net.ServerSocket server = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    Program connect = Program.start(concat(
                            options,
                            "socket",
                            "connect",
                            "127.0.0.1",
                            Integer.toString(server.getLocalPort()),
                            "--stay"));
                    Socket peer = server.accept()) {
                connect.line("open");
                send(peer.getOutputStream(), image);
                assertLimited(connect, folder);
            }
        }
    }

    private static String[] concat(String[] options, String... command) {
        String[] all = java.util.Arrays.copyOf(command, command.length + options.length);
        System.arraycopy(options, 0, all, command.length, options.length);
        return all;
    }

    private static void send(OutputStream out, byte[] image) throws IOException {
        out.write(image);
        out.write(image);
        out.flush();
    }

    private static void assertLimited(Program program, Path folder) {
        assertThat(program.line("data")).contains("image-1.gif");
        assertThat(program.line("error")).contains("--max-images");
        assertThat(folder.toFile().list()).containsExactly("image-1.gif");
    }

    @Test
    void outputEndsAtItsLimit() {
        SocketPaths paths = new SocketPaths();
        try (Program listen = Program.start("ipc", "listen", paths.socket().toString(), "--max-output", "2000")) {
            listen.line("listening");
            Program.run(
                    "{\"topic\":\"a\",\"message\":1}\n".repeat(1000),
                    "ipc",
                    "connect",
                    paths.socket().toString());
            listen.interrupt();
            listen.exitCode();

            var lines = listen.lines();
            assertThat(lines).hasSizeBetween(10, 40);
            assertThat(lines.getLast()).startsWith("{\"event\":\"dropped\",\"count\":9");
        } finally {
            paths.close();
        }
    }
}
