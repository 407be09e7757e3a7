package io.heliograph.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.bench.load.RpcConnection.Codec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sent and received bytes of the load generator for RPC servers. */
class RpcConnectionTest {

    private static final String SWITCH = "HTTP/1.1 101 Switching Protocols\r\n\r\n";

    private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
    private final RpcConnection.Handler handler = new RpcConnection.Handler() {
        @Override
        public void opened(RpcConnection connection) {}

        @Override
        public void answered(RpcConnection connection) {}
    };
    private ServerSocket listening;

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
    }

    /** Returns the number of answers counted for the received bytes. */
    private long answers(Codec codec, byte[]... frames) throws IOException {
        RpcConnection connection = new RpcConnection("/", listening.getLocalPort(), codec, null, true, handler);
        try (Socket server = listening.accept()) {
            server.getOutputStream().write(SWITCH.getBytes(StandardCharsets.US_ASCII));
            for (byte[] frame : frames) {
                server.getOutputStream().write(frame);
            }
            server.shutdownOutput();
            while (connection.answers < frames.length) {
                connection.read(in);
            }
            assertThat(connection.isOpen).isTrue();
            return connection.answers;
        } finally {
            connection.close();
        }
    }

    private static byte[] text(String message) {
        byte[] payload = message.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer frame = ByteBuffer.allocate(2 + payload.length).put((byte) 0x81);
        return frame.put((byte) payload.length).put(payload).array();
    }

    private static byte[] binary(String hex) {
        byte[] payload = HexFormat.of().parseHex(hex.replace(" ", ""));
        ByteBuffer frame = ByteBuffer.allocate(2 + payload.length).put((byte) 0x82);
        return frame.put((byte) payload.length).put(payload).array();
    }

    @Test
    void callsMatchTheProtocol() {
        assertThat(unmasked(Codec.JSON.call(70)))
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[70,3],\"id\":70}");
        assertThat(unmasked(Codec.MSGPACK.call(70)))
                .asHexString()
                .isEqualToIgnoringCase("84a76a736f6e727063a3322e30a66d6574686f64a373756d"
                        + "a6706172616d7392ce0000004603a26964ce00000046");
    }

    private static byte[] unmasked(byte[] frame) {
        byte[] payload = new byte[frame.length - 6];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (frame[6 + i] ^ frame[2 + (i & 3)]);
        }
        return payload;
    }

    @Test
    void correctSumsAreCounted() throws IOException {
        assertThat(answers(
                        Codec.JSON,
                        text("{\"jsonrpc\":\"2.0\",\"result\":4,\"id\":1}"),
                        text("{\"jsonrpc\":\"2.0\",\"result\":1003,\"id\":1000}")))
                .isEqualTo(2);
        String head = "83 a7 6a736f6e727063 a3 322e30 a6 726573756c74 ";
        assertThat(answers(
                        Codec.MSGPACK,
                        binary(head + "04 a2 6964 01"),
                        binary(head + "cc 80 a2 6964 7d"),
                        binary(head + "cd 0103 a2 6964 cd 0100"),
                        binary(head + "ce 00010003 a2 6964 ce 00010000")))
                .isEqualTo(4);
    }

    @Test
    void otherAnswersFailTheRun() {
        assertThatThrownBy(() -> answers(Codec.JSON, text("{\"jsonrpc\":\"2.0\",\"result\":5,\"id\":1}")))
                .hasMessageStartingWith("unexpected: {\"jsonrpc\"");
        assertThatThrownBy(() -> answers(Codec.JSON, text("{\"jsonrpc\":\"2.0\",\"error\":{}}")))
                .hasMessageStartingWith("unexpected: ");
        assertThatThrownBy(() -> answers(Codec.MSGPACK, text("{}"))).hasMessage("unexpected: {}");
        assertThatThrownBy(() -> answers(Codec.JSON, new byte[] {(byte) 0x88, 2, 3, (byte) 0xf0}))
                .hasMessage("closed by the server: code 1008");
    }
}
