package io.heliograph.realtime.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A peer that writes and reads the bytes themselves, as Latin-1. */
final class WirePeer implements AutoCloseable {

    /** A request that is granted. */
    static final String UPGRADE = """
            GET /socketcluster/ HTTP/1.1\r
            Host: localhost\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            Sec-WebSocket-Version: 13\r
            \r
            """;

    private final Socket socket;
    private final InputStream in;

    private WirePeer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        socket.setSoTimeout(RawPeer.DEADLINE * 1000);
    }

    static WirePeer connect(int port) throws IOException {
        return new WirePeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    WirePeer send(String text) throws IOException {
        return send(text.getBytes(ISO_8859_1));
    }

    WirePeer send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends a frame, masked with zeros. */
    WirePeer frame(int head, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(head);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >>> shift));
            }
        }
        frame.write(new byte[4], 0, 4);
        frame.write(payload, 0, payload.length);
        return send(frame.toByteArray());
    }

    /** Reads the head of a response, to the empty line. */
    String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after " + head);
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    /** Reads to the end. */
    byte[] rest() throws IOException {
        return in.readAllBytes();
    }

    /** Sends, and reads to the end. */
    String answer(String text) throws IOException {
        return new String(send(text).rest(), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
