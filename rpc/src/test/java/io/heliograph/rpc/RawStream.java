package io.heliograph.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;

/** A WebSocket client of the test's own bytes: it can send messages in the packet of its upgrade request, and answers no ping. */
final class RawStream implements AutoCloseable {

    private static final String UPGRADE = """
            GET / HTTP/1.1\r
            Host: 127.0.0.1\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """;

    private final Socket socket;
    private final InputStream in;

    RawStream(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        in = socket.getInputStream();
    }

    /** Sends the upgrade request and text messages of less than 126 bytes with one write, and reads the response. */
    RawStream upgradeAndSend(String... texts) throws IOException {
        return upgrade("127.0.0.1", texts);
    }

    /** Sends the upgrade request with another {@code Host}, and reads the response. */
    RawStream upgradeTo(String host) throws IOException {
        return upgrade(host);
    }

    private RawStream upgrade(String host, String... texts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(UPGRADE.replace("127.0.0.1", host).getBytes(US_ASCII));
        for (String text : texts) {
            bytes.writeBytes(frame(text));
        }
        socket.getOutputStream().write(bytes.toByteArray());
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) read());
        }
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new AssertionError(head.toString());
        }
        return this;
    }

    private static byte[] frame(String text) {
        byte[] payload = text.getBytes(UTF_8);
        if (payload.length > 125) {
            throw new IllegalArgumentException("text of " + payload.length + " bytes (expected: at most 125)");
        }
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | payload.length); // masked with zeros
        System.arraycopy(payload, 0, frame, 6, payload.length);
        return frame;
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(frame(text));
    }

    private int read() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new AssertionError("end of the stream");
        }
        return next;
    }

    /** Reads the next frame, with its head. */
    byte[] frame() throws IOException {
        int first = read();
        int length = read();
        int extended = length == 126 ? 2 : length == 127 ? 8 : 0;
        byte[] size = in.readNBytes(extended);
        for (int i = 0; i < extended; i++) {
            length = (i == 0 ? 0 : length << 8) | (size[i] & 0xff);
        }
        byte[] frame = new byte[2 + length];
        frame[0] = (byte) first;
        System.arraycopy(in.readNBytes(length), 0, frame, 2, length);
        return frame;
    }

    /** Reads the next frame, which must be text. */
    String text() throws IOException {
        byte[] frame = frame();
        if (frame[0] != (byte) 0x81) {
            throw new AssertionError("frame of type " + frame[0] + " (expected: text)");
        }
        return new String(Arrays.copyOfRange(frame, 2, frame.length), UTF_8);
    }

    /** Whether the server has closed the connection, which this call waits for. */
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
