package io.heliograph.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a SocketCluster client sends, as the bytes of WebSocket frames. */
final class Packets {

    /** Any but zero, so that servers have to unmask. */
    private static final int MASK = 0x37fa213d;

    private static final int LONGEST_SHORT = 125;
    private static final int TEXT = 0x81;
    private static final int PONG = 0x8a;

    private Packets() {}

    static byte[] upgrade(int port) {
        String request =
                "GET /socketcluster/ HTTP/1.1\r\n"
                        + "Host: localhost:"
                        + port
                        + "\r\n"
                        + "Connection: Upgrade\r\n"
                        + "Upgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        return request.getBytes(StandardCharsets.US_ASCII);
    }

    /** The handshake, call 1 of a connection. */
    static byte[] handshake(String token) {
        return text(
                "{\"event\":\"#handshake\",\"data\":{\"authToken\":\"" + token + "\"},\"cid\":1}");
    }

    static byte[] subscribe(String channel, long cid) {
        return text(
                "{\"event\":\"#subscribe\",\"data\":{\"channel\":\""
                        + channel
                        + "\"},\"cid\":"
                        + cid
                        + "}");
    }

    static byte[] publish(String channel, String data, long cid) {
        return text(
                "{\"event\":\"#publish\",\"data\":{\"channel\":\""
                        + channel
                        + "\",\"data\":"
                        + data
                        + "},\"cid\":"
                        + cid
                        + "}");
    }

    static byte[] call(String procedure, String data, long cid) {
        return text("{\"event\":\"" + procedure + "\",\"data\":" + data + ",\"cid\":" + cid + "}");
    }

    /** A JSON string of {@code bytes} bytes, quotes included. */
    static String filler(int bytes) {
        return "\"" + "x".repeat(bytes - 2) + "\"";
    }

    static byte[] text(String packet) {
        return frame(TEXT, packet.getBytes(StandardCharsets.US_ASCII));
    }

    /** The answer to a ping of WebSocket's own. */
    static byte[] pong(byte[] payload) {
        return frame(PONG, payload);
    }

    private static byte[] frame(int head, byte[] payload) {
        boolean isShort = payload.length <= LONGEST_SHORT;
        ByteBuffer frame = ByteBuffer.allocate((isShort ? 6 : 8) + payload.length);
        frame.put((byte) head);
        if (isShort) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        frame.putInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ MASK >>> (24 - 8 * (i & 3))));
        }
        return frame.array();
    }
}
