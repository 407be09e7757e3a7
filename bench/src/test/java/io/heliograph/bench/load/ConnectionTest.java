package io.heliograph.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sent and received bytes of the load generator for SocketCluster servers. */
class ConnectionTest {

    private static final String SWITCH = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    private static final String ACCEPTED =
            "{\"rid\":1,\"data\":{\"id\":\"a\",\"pingTimeout\":30000,\"isAuthenticated\":true}}";

    private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
    private final RealtimeConnection.Handler handler = connection -> {};
    private ServerSocket listening;
    private RealtimeConnection connection;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        connection = new RealtimeConnection(
                new RealtimeConnection.Server(listening.getLocalPort(), "a.b.c"), null, true, handler);
        server = listening.accept();
        server.setTcpNoDelay(true);
    }

    @AfterEach
    void close() throws IOException {
        connection.close();
        server.close();
        listening.close();
    }

    @Test
    void clientUpgradesAndAuthenticates() throws IOException {
        assertThat(read(upgrade(listening.getLocalPort()).length))
                .asString(StandardCharsets.US_ASCII)
                .startsWith("GET /socketcluster/ HTTP/1.1\r\n");
        write(SWITCH.getBytes(StandardCharsets.US_ASCII));
        connection.read(in);
        assertThat(frame()).isEqualTo("{\"event\":\"#handshake\",\"data\":{\"authToken\":\"a.b.c\"},\"cid\":1}");
    }

    @Test
    void framesAreCountedAcrossChunks() throws IOException {
        String publication =
                "{\"event\":\"#publish\",\"data\":{\"channel\":\"bench\",\"data\":" + Packets.filler(100) + "}}";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(SWITCH.getBytes(StandardCharsets.US_ASCII));
        for (String text : new String[] {ACCEPTED, publication, "{\"rid\":2}", "", publication, "#1"}) {
            bytes.write(unmasked(text));
        }
        for (byte each : bytes.toByteArray()) {
            write(new byte[] {each});
            connection.read(in);
        }
        assertThat(connection.publications).isEqualTo(2);
        assertThat(connection.answers).isEqualTo(2);
        read(upgrade(listening.getLocalPort()).length);
        assertThat(frame()).contains("#handshake");
        assertThat(frame()).isEmpty(); // the pong of version 2
        assertThat(frame()).isEqualTo("#2"); // and of version 1
    }

    @Test
    void errorsFailTheRun() throws IOException {
        write(SWITCH.getBytes(StandardCharsets.US_ASCII));
        connection.read(in);
        for (String[] wrong : new String[][] {
            {"{\"rid\":1,\"data\":{\"isAuthenticated\":false}}", "not authenticated: {"},
            {"{\"rid\":1,\"error\":{\"message\":\"no\"}}", "error from the server: {\"rid\":1,"},
            {"{\"event\":\"#kickOut\",\"data\":{}}", "unexpected: {\"event\":\"#kickOut\""},
            {"[1,2,3,4,5,6,7]", "unexpected: [1,2"}
        }) {
            write(unmasked(wrong[0]));
            assertThatThrownBy(() -> connection.read(in))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(wrong[1]);
        }
        write(new byte[] {(byte) 0x88, 2, 3, (byte) 0xf0});
        assertThatThrownBy(() -> connection.read(in)).hasMessage("closed by the server: code 1008");
        server.close();
        assertThatThrownBy(() -> connection.read(in)).isInstanceOf(IOException.class);
    }

    @Test
    void rejectedUpgradeFailsTheRun() throws IOException {
        write("HTTP/1.1 403 Forbidden\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> connection.read(in))
                .hasMessage("upgrade response: HTTP/1.1 403 Forbidden (expected: 101)");
    }

    @Test
    void packetsMatchTheProtocol() {
        assertThat(Packets.filler(4)).isEqualTo("\"xx\"");
        assertThat(unmask(Packets.publish("bench", "1", 7)))
                .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"bench\",\"data\":1},\"cid\":7}");
        assertThat(unmask(Packets.subscribe("bench", 2)))
                .isEqualTo("{\"event\":\"#subscribe\",\"data\":{\"channel\":\"bench\"},\"cid\":2}");
        assertThat(unmask(Packets.call("echo", Packets.filler(200), 3)))
                .isEqualTo("{\"event\":\"echo\",\"data\":" + Packets.filler(200) + ",\"cid\":3}");
    }

    private static byte[] upgrade(int port) {
        return Frames.upgrade("/socketcluster/", port);
    }

    private void write(byte[] bytes) throws IOException {
        OutputStream out = server.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    private byte[] read(int bytes) throws IOException {
        InputStream input = server.getInputStream();
        return input.readNBytes(bytes);
    }

    /** Returns the next frame that the server receives. */
    private String frame() throws IOException {
        byte[] head = read(2);
        int length = head[1] & 0x7f;
        byte[] body = read(length + 4);
        return unmask(ByteBuffer.allocate(2 + body.length).put(head).put(body).array());
    }

    private static String unmask(byte[] frame) {
        int mask = (frame[1] & 0x7f) == 126 ? 4 : 2;
        byte[] text = new byte[frame.length - mask - 4];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (frame[mask + 4 + i] ^ frame[mask + (i & 3)]);
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    private static byte[] unmasked(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(4 + payload.length).put((byte) 0x81);
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else {
            frame.put((byte) 126).putShort((short) payload.length);
        }
        frame.put(payload);
        byte[] bytes = new byte[frame.position()];
        frame.flip().get(bytes);
        return bytes;
    }
}
