package io.heliograph.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.http.HttpResponse;
import io.heliograph.rpc.RpcClient;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A process that has no file descriptor left, and its recovery. */
class DescriptorLimitTest {

    private static final int DESCRIPTORS = 400;

    /** A server that prints its errors, and connects to a URL when it is asked to. */
    static final class Server {

        private Server() {}

        public static void main(String[] arguments) {
            WebServer server = WebServer.builder().host("127.0.0.1").port(0).build();
            server.serve(
                    "/drops",
                    request -> HttpResponse.text(200, server.stats().drops().toString()));
            server.serve("/fails", request -> {
                throw new IllegalStateException("first");
            });
            server.onError(error -> {
                print("error", error);
                connect(server.port());
            });
            server.listen().join();
            System.out.println("{\"event\":\"listening\",\"port\":" + server.port() + "}");
            server.closed().join();
        }

        private static void connect(int port) {
            try (RpcClient client = RpcClient.builder(URI.create("ws://127.0.0.1:" + port + "/"))
                    .reconnect(false)
                    .build()) {
                client.connect()
                        .exceptionally(failure -> {
                            print("connect", failure);
                            return null;
                        })
                        .join();
            }
        }

        private static void print(String event, Throwable error) {
            System.out.println("{\"event\":\"" + event + "\",\"message\":\"" + error.getMessage() + "\"}");
        }
    }

    @Test
    void serverReportsTheLimitAndAcceptsAgainLater() throws IOException {
        try (PeerProcess process = PeerProcess.limited(DESCRIPTORS, Server.class)) {
            int port = (int) process.next("listening").get("port");
            // Classes are loaded from files here: the first failure loads those that report it.
            answer(port, "/fails");
            assertThat(process.next("error").text("message")).isEqualTo("first");
            assertThat(process.next("connect").text("message")).contains("refused the WebSocket with status 400");
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < DESCRIPTORS; i++) {
                sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertThat(process.next("error").text("message"))
                    .contains("Too many open files")
                    .contains("EMFILE");
            assertThat(process.await("connect").text("message"))
                    .contains("ws://127.0.0.1:" + port + "/: too many open files in this process");
            for (Socket socket : sockets) {
                socket.close();
            }
            Awaitility.await()
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(answer(port, "/drops"))
                            .startsWith("HTTP/1.1 200 OK")
                            .contains("accept-failed="));
        }
    }

    private static String answer(int port, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
