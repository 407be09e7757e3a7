package io.heliograph.websocket;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * Encoder of the WebSocket framing (RFC 6455, section 5): one frame per message, a text frame if {@link Frame#isText}.
 *
 * <pre>
 * server, text "hi"    81 02 68 69
 * client, text "hi"    81 82 37 fa 21 3d 5f 93      masked with 37 fa 21 3d
 * 126 to 65,535 bytes  82 7e 01 00 ...
 * more                 82 7f 00 00 00 00 00 01 00 00 ...
 * </pre>
 */
public final class WebSocketEncoder implements FrameEncoder {

    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xa;
    static final int FIN = 0x80;
    static final int COMPRESSED = 0x40;
    static final int MASKED = 0x80;
    static final int LENGTH_16 = 126;
    static final int LENGTH_64 = 127;

    /** Maximum payload length of a ping, pong or close frame, in bytes. */
    public static final int MAX_CONTROL = 125;

    private static final WebSocketEncoder SERVER = new WebSocketEncoder(false);

    private final boolean masks;
    private int key;

    private WebSocketEncoder(boolean masks) {
        this.masks = masks;
    }

    /** Returns the encoder of servers, which do not mask. Thread-safe; serves any number of links. */
    public static WebSocketEncoder server() {
        return SERVER;
    }

    /** Creates the encoder of one client link, which masks each frame with a random key. */
    public static WebSocketEncoder client() {
        return new WebSocketEncoder(true);
    }

    @Override
    public int encodedLength(int length) {
        return Math.addExact(header(length), length);
    }

    private int header(int length) {
        return (length < LENGTH_16 ? 2 : length <= 0xffff ? 4 : 10) + (masks ? 4 : 0);
    }

    @Override
    public int write(Frame frame, int position, ByteBuffer target) {
        int first = FIN | (frame.isCompressed() ? COMPRESSED : 0) | (frame.isText() ? TEXT : BINARY);
        return write(first, frame, position, target);
    }

    private int write(int first, Frame frame, int position, ByteBuffer target) {
        int length = frame.length();
        int header = header(length);
        if (masks && position == 0) {
            key = MaskKeys.next();
        }
        int at = position;
        for (; at < header && target.hasRemaining(); at++) {
            target.put(headerByte(first, length, header, at));
        }
        if (at >= header) {
            int from = at - header;
            int part = Math.min(length - from, target.remaining());
            int start = target.position();
            target.put(frame.array(), frame.offset() + from, part);
            if (masks) {
                mask(target, start, part, Integer.rotateLeft(key, 8 * (from & 3)));
            }
            at += part;
        }
        return at;
    }

    private byte headerByte(int first, int length, int header, int index) {
        int plain = masks ? header - 4 : header;
        if (index == 0) {
            return (byte) first;
        }
        if (index == 1) {
            int shown = plain == 2 ? length : plain == 4 ? LENGTH_16 : LENGTH_64;
            return (byte) (shown | (masks ? MASKED : 0));
        }
        if (index < plain) {
            int shift = 8 * (plain - 1 - index);
            return (byte) (shift < 32 ? length >>> shift : 0);
        }
        return (byte) (key >>> (8 * (header - 1 - index)));
    }

    private static void mask(ByteBuffer target, int start, int length, int key) {
        ByteOrder order = target.order();
        target.order(ByteOrder.BIG_ENDIAN);
        long wide = (key & 0xffff_ffffL) << 32 | (key & 0xffff_ffffL);
        int at = start;
        int end = start + length;
        for (; at + 8 <= end; at += 8) {
            target.putLong(at, target.getLong(at) ^ wide);
        }
        for (int i = 0; at < end; at++, i++) {
            target.put(at, (byte) (target.get(at) ^ (key >>> (8 * (3 - (i & 3))))));
        }
        target.order(order);
    }

    /**
     * Returns an encoded ping.
     *
     * @throws IllegalArgumentException if the payload is longer than {@link #MAX_CONTROL}
     */
    public Frame ping(Frame payload) {
        return control(PING, payload);
    }

    /**
     * Returns an encoded pong.
     *
     * @throws IllegalArgumentException if the payload is longer than {@link #MAX_CONTROL}
     */
    public Frame pong(Frame payload) {
        return control(PONG, payload);
    }

    /**
     * Returns an encoded close frame.
     *
     * @throws IllegalArgumentException if the code or text is invalid, see {@link #checkClose}
     */
    public Frame close(int code, String text) {
        checkClose(code, text);
        if (code == 0) {
            return control(CLOSE, Frame.empty());
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[2 + utf8.length];
        payload[0] = (byte) (code >>> 8);
        payload[1] = (byte) code;
        System.arraycopy(utf8, 0, payload, 2, utf8.length);
        return control(CLOSE, Frame.of(payload));
    }

    /**
     * Checks that a close frame can contain a code and a text (RFC 6455, section 7.4).
     *
     * @param code 1000 to 1014 except 1004 to 1006, or 3000 to 4999; 0 for a close frame without a code
     * @param text at most 123 bytes in UTF-8; empty if {@code code} is 0
     * @throws IllegalArgumentException if the code or text is invalid
     */
    public static void checkClose(int code, String text) {
        checkArgument(
                code == 0 || isCloseCode(code),
                "code: %d (expected: 1000 to 1003, 1007 to 1014, 3000 to 4999, or 0 for none)",
                code);
        int length =
                text.length() > MAX_CONTROL ? text.length() : Frame.utf8(text).length();
        checkArgument(
                length <= (code == 0 ? 0 : MAX_CONTROL - 2),
                "text of %d bytes for code %d (expected: at most %d)",
                length,
                code,
                code == 0 ? 0 : MAX_CONTROL - 2);
    }

    static boolean isCloseCode(int code) {
        return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
    }

    private Frame control(int opcode, Frame payload) {
        checkArgument(
                payload.length() <= MAX_CONTROL,
                "control frame of %d bytes (expected: at most %d)",
                payload.length(),
                MAX_CONTROL);
        ByteBuffer bytes = ByteBuffer.allocate(encodedLength(payload.length()));
        // The control frame has its own key; the key of a partially written message is restored.
        int messageKey = key;
        write(FIN | opcode, payload, 0, bytes);
        key = messageKey;
        return Frame.of(bytes.array());
    }

    /** Unpredictable masking keys (RFC 6455, section 10.3), generated 1024 at a time. */
    private static final class MaskKeys {

        private static final SecureRandom random = new SecureRandom();

        // Guarded by the class lock.
        private static final ByteBuffer supply = ByteBuffer.allocate(4096).limit(0);

        private MaskKeys() {}

        static synchronized int next() {
            if (!supply.hasRemaining()) {
                random.nextBytes(supply.array());
                supply.clear();
            }
            return supply.getInt();
        }
    }
}
