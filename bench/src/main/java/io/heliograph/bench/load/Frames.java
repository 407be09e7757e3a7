package io.heliograph.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encoded WebSocket frames of a client. */
final class Frames {

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;

    private static final int PONG = 10;

    /** Masking key; not zero, so that servers have to unmask. */
    private static final int MASK = 0x37fa213d;

    private static final int LONGEST_SHORT = 125;

    private Frames() {}

    static byte[] upgrade(String path, int port) {
        String request = "GET "
                + path
                + " HTTP/1.1\r\n"
                + "Host: localhost:"
                + port
                + "\r\n"
                + "Connection: Upgrade\r\n"
                + "Upgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        return request.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] text(String message) {
        return frame(TEXT, message.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] binary(byte[] message) {
        return frame(BINARY, message);
    }

    /** Returns the pong to a WebSocket ping. */
    static byte[] pong(byte[] payload) {
        return frame(PONG, payload);
    }

    private static byte[] frame(int opcode, byte[] payload) {
        boolean isShort = payload.length <= LONGEST_SHORT;
        ByteBuffer frame = ByteBuffer.allocate((isShort ? 6 : 8) + payload.length);
        frame.put((byte) (0x80 | opcode));
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
