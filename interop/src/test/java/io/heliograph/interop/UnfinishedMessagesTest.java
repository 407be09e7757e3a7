package io.heliograph.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.http.HttpResponse;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that leave requests and messages unfinished, against a server with a small heap. */
class UnfinishedMessagesTest {

    private static final int CLIENTS = 300;
    private static final int LENGTH = 1 << 20;

    private final List<Socket> sockets = new ArrayList<>();

    /** A server for requests and WebSockets of 1 MiB. */
    static final class Server {

        private Server() {}

        public static void main(String[] arguments) {
            WebServer server = WebServer.builder().host("127.0.0.1").port(0).build();
            server.serve(
                    "/echo",
                    request -> HttpResponse.text(200, "length " + request.body().length()));
            server.attach(
                    "/ws", upgrade -> upgrade.accept(WebSocketOptions.defaults(), null, new RecordingHandler()::on));
            server.listen().join();
            System.out.println("{\"event\":\"listening\",\"port\":" + server.port() + "}");
            server.closed().join();
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(2_000);
        sockets.add(socket);
        return socket;
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException refused) {
            // The server has refused the request and closed the connection.
        }
    }

    @Test
    void serverWithASmallHeapAnswersMeanwhile() throws IOException {
        try (PeerProcess process = PeerProcess.java(List.of("-Xmx256m", "-XX:MaxDirectMemorySize=64m"), Server.class)) {
            int port = (int) process.next("listening").get("port");
            byte[] most = new byte[LENGTH - 1];
            for (int i = 0; i < CLIENTS; i++) {
                Socket body = connect(port);
                write(body, post(LENGTH));
                write(body, most);
            }
            for (int i = 0; i < CLIENTS; i++) {
                Socket message = connect(port);
                write(message, UPGRADE.getBytes(ISO_8859_1));
                write(
                        message,
                        ByteBuffer.allocate(14)
                                .put((byte) 0x82)
                                .put((byte) 0xff)
                                .putLong(LENGTH)
                                .putInt(0)
                                .array());
                write(message, most);
                Socket meanwhile = connect(port);
                write(meanwhile, "GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
                assertThat(new String(meanwhile.getInputStream().readNBytes(15), ISO_8859_1))
                        .isEqualTo("HTTP/1.1 200 OK");
            }
            close();
            Socket later = connect(port);
            later.setSoTimeout(10_000);
            write(later, post(LENGTH));
            write(later, new byte[LENGTH]);
            assertThat(new String(later.getInputStream().readNBytes(15), ISO_8859_1))
                    .isEqualTo("HTTP/1.1 200 OK");
        }
    }

    private static byte[] post(int length) {
        return ("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(ISO_8859_1);
    }

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    private static final String UPGRADE = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}
