package io.heliograph.transport.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.http.HttpHeaders;
import io.heliograph.websocket.WebSocketHandshake;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A raw peer of a WebSocket, client or server, that writes and reads frames as bytes. */
final class WebSocketPeer implements Closeable {

    final Socket socket;
    private final boolean masks;
    private final DataInputStream in;
    private final OutputStream out;

    private WebSocketPeer(Socket socket, boolean masks) throws IOException {
        this.socket = socket;
        this.masks = masks;
        socket.setSoTimeout(10_000);
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** A client of ours at a port, with an extension or none. */
    static WebSocketPeer client(int port, String extensions) throws IOException {
        WebSocketPeer peer = new WebSocketPeer(new Socket(InetAddress.getLoopbackAddress(), port), true);
        String more = extensions.isEmpty() ? "" : "Sec-WebSocket-Extensions: " + extensions + "\r\n";
        peer.raw(HttpTest.UPGRADE.replace(HttpTest.KEY, HttpTest.KEY + more).getBytes(ISO_8859_1));
        String answer = peer.head();
        if (!answer.startsWith("HTTP/1.1 101")) {
            throw new IOException(answer);
        }
        return peer;
    }

    /** A server for the next client of ours. */
    static WebSocketPeer server(ServerSocket listening, String extensions) throws IOException {
        WebSocketPeer peer = new WebSocketPeer(listening.accept(), false);
        String request = peer.head();
        int at = request.indexOf("Sec-WebSocket-Key: ") + 19;
        HttpHeaders asked = HttpHeaders.empty().with("Sec-WebSocket-Key", request.substring(at, at + 24));
        StringBuilder answer = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        WebSocketHandshake.accepted(asked, null, extensions.isEmpty() ? Optional.empty() : Optional.of(extensions))
                .map()
                .forEach((name, values) -> answer.append(name + ": " + values.get(0) + "\r\n"));
        peer.raw(answer.append("\r\n").toString().getBytes(ISO_8859_1));
        return peer;
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    WebSocketPeer raw(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /** Sends the bytes of frames as a server would, each masked here if this is a client. */
    WebSocketPeer frames(byte[]... frames) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        return raw(all.toByteArray());
    }

    /** A frame: its first byte, and its payload. */
    byte[] frame(int first, byte[] payload) {
        return frame(first, payload.length, payload);
    }

    byte[] frame(int first, String payload) {
        return frame(first, payload.getBytes(UTF_8));
    }

    /** A frame whose header says another length than it has. */
    byte[] frame(int first, long length, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(first);
        int mask = masks ? 0x80 : 0;
        if (length < 126) {
            bytes.write(mask | (int) length);
        } else {
            int size = length <= 0xffff ? 2 : 8;
            bytes.write(mask | (size == 2 ? 126 : 127));
            for (int i = size - 1; i >= 0; i--) {
                bytes.write((int) (length >>> (8 * i)));
            }
        }
        byte[] key = {0x11, 0x7f, (byte) 0xa5, (byte) 0xe3};
        if (masks) {
            bytes.writeBytes(key);
        }
        for (int i = 0; i < payload.length; i++) {
            bytes.write(masks ? payload[i] ^ key[i & 3] : payload[i]);
        }
        return bytes.toByteArray();
    }

    /** Reads a frame: {@code text:…}, {@code binary:…} in hex, {@code close:…}, {@code pong:…}, or {@code end}. */
    String next() throws IOException {
        int first;
        try {
            first = in.readUnsignedByte();
        } catch (EOFException end) {
            return "end";
        }
        int second = in.readUnsignedByte();
        boolean masked = (second & 0x80) != 0;
        if (masked == masks) {
            throw new IOException("masked: " + masked);
        }
        long length = second & 0x7f;
        length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
        byte[] key = masked ? in.readNBytes(4) : new byte[4];
        byte[] payload = in.readNBytes((int) length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i & 3];
        }
        return switch (first) {
            case 0x81 -> "text:" + new String(payload, UTF_8);
            case 0x82 -> "binary:" + HexFormat.of().formatHex(payload);
            case 0x88 ->
                payload.length == 0
                        ? "close"
                        : "close:"
                                + ((payload[0] & 0xff) << 8 | (payload[1] & 0xff))
                                + new String(payload, 2, payload.length - 2, UTF_8);
            case 0x89 -> "ping:" + new String(payload, UTF_8);
            case 0x8a -> "pong:" + new String(payload, UTF_8);
            default -> Integer.toHexString(first) + ":" + HexFormat.of().formatHex(payload);
        };
    }

    /** Reads frames up to and with the peer's close frame, or the end of the stream. */
    List<String> rest() throws IOException {
        List<String> all = new ArrayList<>();
        while (all.isEmpty()
                || !(all.getLast().startsWith("close") || all.getLast().equals("end"))) {
            all.add(next());
        }
        return all;
    }

    /** Reads to the end of the stream, which must come; what there is. */
    byte[] drain() throws IOException {
        return in.readAllBytes();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
