package io.heliograph.websocket;

import static io.heliograph.internal.Check.positive;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameTooLongException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the framing of RFC 6455: puts fragments together, takes the mask off in the chunk itself, checks text, and gives out
 * whole messages.
 *
 * <p>A message that lies in one chunk and one frame is a slice of the chunk. All others are collected as their bytes come, never
 * beyond the limit: a frame that would pass it is refused by its header, a compressed message while it is inflated.
 */
public final class WebSocketDecoder implements FrameDecoder {

    /** Told of control frames, in their place between and inside messages. */
    public interface Control {

        /** A ping with its payload, which stays valid. */
        void ping(Frame payload);

        /** A pong with its payload, which stays valid. */
        void pong(Frame payload);

        /**
         * The peer's close frame: nothing follows.
         *
         * @param code its code, or 1005 if it had none
         */
        void peerCloses(int code, String text);
    }

    /** The peer has broken the rules. */
    public static final int PROTOCOL_ERROR = 1002;

    /** Text that is not UTF-8, or data that cannot be inflated. */
    public static final int INVALID_DATA = 1007;

    /** A message that is too long. */
    public static final int TOO_BIG = 1009;

    /** There was no code in the close frame. */
    public static final int NO_CODE = 1005;

    private static final int FIRST_ROOM = 8 * 1024;
    private static final int HEAD = 1024;
    private static final int LEAST_ROOM = 256;
    private static final String INVALID = "Invalid WebSocket frame: ";
    private static final byte[] NONE = {};
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final boolean masked;
    private final int max;
    private final Control control;
    private final @Nullable Inflation inflation;

    // The header: how much of it has come, and what it says so far.
    private byte headerRead;
    private byte headerSize = 2;
    private byte first;
    private int key;
    private long length;

    // The payload of the frame: how much of it has come.
    private long payloadRead;

    // The message: its opcode, or 0 between messages, and what was collected of it.
    private byte opcode;
    private boolean compressed;
    private int text;
    private byte[] body = NONE;
    private int bodySize;

    // The control frame that is under way, collected.
    private byte[] controlBody = NONE;

    private boolean over;
    private int closeCode;

    /**
     * @param masked whether the peer is a client, whose frames are masked
     * @param maxMessageBytes the longest message accepted; positive
     * @param deflate what inflates compressed messages, or null if none were agreed upon
     * @param peerResets whether the peer compresses each message by itself
     */
    public WebSocketDecoder(
            boolean masked,
            int maxMessageBytes,
            @Nullable MessageDeflate deflate,
            boolean peerResets,
            Control control) {
        this.masked = masked;
        this.max = positive("maxMessageBytes", maxMessageBytes);
        this.inflation = deflate == null ? null : new Inflation(deflate, peerResets);
        this.control = control;
    }

    /**
     * {@inheritDoc} Writes to the array of the chunk.
     *
     * @throws ProtocolViolationException if the peer has broken the rules, after the messages before were given to {@code
     *     sink}; {@link #closeCode()} tells how
     */
    @Override
    public void read(Frame chunk, Sink sink) {
        byte[] array = chunk.array();
        int at = chunk.offset();
        int end = at + chunk.length();
        while (at < end && !over) {
            while (headerRead < headerSize && at < end) {
                readHeader(array[at++] & 0xff);
            }
            if (headerRead < headerSize) {
                return;
            }
            int part = (int) Math.min(length - payloadRead, end - at);
            if (part == 0 && payloadRead < length) {
                return;
            }
            if (masked && key != 0) {
                unmask(array, at, part, Integer.rotateLeft(key, (int) (8 * (payloadRead & 3))));
            }
            boolean whole = part == length;
            payloadRead += part;
            boolean ends = payloadRead == length;
            if (isControl()) {
                control(array, at, part, whole);
            } else {
                data(array, at, part, whole && isFinal(), ends, sink);
            }
            at += part;
            if (ends) {
                headerRead = 0;
                headerSize = 2;
                payloadRead = 0;
            }
        }
    }

    private boolean isControl() {
        return (first & 0x8) != 0;
    }

    private boolean isFinal() {
        return (first & WebSocketEncoder.FIN) != 0;
    }

    // ---- the header

    private void readHeader(int value) {
        if (headerRead == 0) {
            first = (byte) value;
            checkFirst(value);
        } else if (headerRead == 1) {
            readLength(value);
        } else if (headerRead < headerSize - (masked ? 4 : 0)) {
            length = length << 8 | value;
        } else {
            key = key << 8 | value;
        }
        headerRead++;
        if (headerRead > 1 && headerRead == headerSize - (masked ? 4 : 0)) {
            checkLength();
        }
    }

    private void checkFirst(int value) {
        int code = value & 0xf;
        boolean rsv1 = (value & WebSocketEncoder.COMPRESSED) != 0;
        require((value & 0x30) == 0, "RSV2 and RSV3 must be clear");
        switch (code) {
            case WebSocketEncoder.CONTINUATION -> {
                require(opcode != 0, "invalid opcode 0, as no message is under way");
                require(!rsv1, "RSV1 must be clear");
            }
            case WebSocketEncoder.TEXT, WebSocketEncoder.BINARY -> {
                require(opcode == 0, "invalid opcode, as another message is under way");
                require(!rsv1 || inflation != null, "RSV1 must be clear");
                opcode = (byte) code;
                compressed = rsv1;
            }
            case WebSocketEncoder.CLOSE, WebSocketEncoder.PING, WebSocketEncoder.PONG -> {
                require(isFinal(), "FIN must be set");
                require(!rsv1, "RSV1 must be clear");
            }
            default -> throw violation(PROTOCOL_ERROR, INVALID + "invalid opcode " + code);
        }
    }

    private void readLength(int value) {
        require(((value & WebSocketEncoder.MASKED) != 0) == masked, masked ? "MASK must be set" : "MASK must be clear");
        int shown = value & 0x7f;
        require(!isControl() || shown <= WebSocketEncoder.MAX_CONTROL, "invalid payload length of a control frame");
        boolean closes = isControl() && (first & 0xf) == WebSocketEncoder.CLOSE;
        require(!closes || shown != 1, "invalid payload length 1 of a close frame");
        int more = shown == WebSocketEncoder.LENGTH_16 ? 2 : shown == WebSocketEncoder.LENGTH_64 ? 8 : 0;
        length = more == 0 ? shown : 0;
        key = 0;
        headerSize = (byte) (2 + more + (masked ? 4 : 0));
    }

    private void checkLength() {
        int extended = headerRead - 2;
        require(
                extended == 0 || Long.compareUnsigned(length, extended == 2 ? 125 : 0xffff) > 0,
                "length not in its shortest form");
        boolean tooLong = length < 0 || (!isControl() && !compressed && length > max - bodySize);
        if (tooLong) {
            throw tooLong(bodySize + "+" + Long.toUnsignedString(length));
        }
    }

    private void require(boolean condition, String rule) {
        if (!condition) {
            throw violation(PROTOCOL_ERROR, INVALID + rule);
        }
    }

    // ---- the payload

    private static void unmask(byte[] array, int from, int length, int key) {
        long wide = (key & 0xffff_ffffL) << 32 | (key & 0xffff_ffffL);
        int at = from;
        int end = from + length;
        for (; at + 8 <= end; at += 8) {
            LONG.set(array, at, (long) LONG.get(array, at) ^ wide);
        }
        for (int i = 0; at < end; at++, i++) {
            array[at] ^= (byte) (key >>> (8 * (3 - (i & 3))));
        }
    }

    /** A part of the payload of a control frame; {@code whole} if it is all. */
    private void control(byte[] array, int at, int part, boolean whole) {
        byte[] payload;
        if (whole) {
            payload = Arrays.copyOfRange(array, at, at + part);
        } else {
            int before = (int) payloadRead - part;
            if (controlBody.length != length) {
                controlBody = new byte[(int) length];
            }
            System.arraycopy(array, at, controlBody, before, part);
            if (payloadRead < length) {
                return;
            }
            payload = controlBody;
            controlBody = NONE;
        }
        switch (first & 0xf) {
            case WebSocketEncoder.PING -> control.ping(Frame.of(payload));
            case WebSocketEncoder.PONG -> control.pong(Frame.of(payload));
            default -> close(payload);
        }
    }

    private void close(byte[] payload) {
        int code = NO_CODE;
        String words = "";
        if (payload.length >= 2) {
            code = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
            if (!WebSocketEncoder.isCloseCode(code)) {
                throw violation(PROTOCOL_ERROR, INVALID + "invalid status code " + code);
            }
            if (Utf8.check(Utf8.ACCEPT, payload, 2, payload.length) != Utf8.ACCEPT) {
                throw notUtf8();
            }
            words = new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        }
        over = true;
        control.peerCloses(code, words);
    }

    /**
     * A part of the payload of a data frame.
     *
     * @param last whether it is the only part of the last frame
     * @param ends whether the frame ends with it
     */
    private void data(byte[] array, int at, int part, boolean last, boolean ends, Sink sink) {
        boolean isText = opcode == WebSocketEncoder.TEXT;
        if (last && bodySize == 0 && !compressed) {
            checkText(array, at, at + part, true);
            deliver(Frame.message(array, at, part, isText, false), sink);
            return;
        }
        boolean complete = ends && isFinal();
        int before = bodySize;
        if (compressed) {
            inflate(array, at, part, complete);
        } else {
            reserve(bodySize + part, isFinal() ? bodySize + length - payloadRead + part : max);
            System.arraycopy(array, at, body, bodySize, part);
            bodySize += part;
        }
        checkText(body, compressed ? bodySize : before, bodySize, complete);
        if (complete) {
            byte[] bytes = body.length > 2 * bodySize ? Arrays.copyOf(body, bodySize) : body;
            Frame message = Frame.message(bytes, 0, bodySize, isText, false);
            body = NONE;
            bodySize = 0;
            deliver(message, sink);
        }
    }

    private void deliver(Frame message, Sink sink) {
        opcode = 0;
        compressed = false;
        if (!sink.frame(message)) {
            over = true;
        }
    }

    private void checkText(byte[] array, int from, int to, boolean complete) {
        if (opcode == WebSocketEncoder.TEXT) {
            text = Utf8.check(text, array, from, to);
            if (text == Utf8.REJECT || (complete && text != Utf8.ACCEPT)) {
                throw notUtf8();
            }
        }
    }

    private void inflate(byte[] array, int at, int part, boolean complete) {
        Inflation inflating = inflation;
        if (inflating == null) {
            throw new IllegalStateException("compressed without inflation");
        }
        try {
            inflating.input(array, at, part);
            drain(inflating);
            if (complete) {
                inflating.tail();
                drain(inflating);
                inflating.end();
            }
        } catch (DataFormatException malformed) {
            throw violation(INVALID_DATA, "a compressed message that cannot be inflated: " + malformed.getMessage());
        }
    }

    private void drain(Inflation inflating) throws DataFormatException {
        while (true) {
            if (bodySize == body.length) {
                reserve(bodySize + 1, max + 1L);
            }
            try {
                inflating.output(body, bodySize);
            } catch (DataFormatException malformed) {
                // It comes after the bytes before it: a message may be too long before it is
                // malformed.
                inflated(inflating.written());
                throw malformed;
            }
            if (inflating.written() == 0) {
                return;
            }
            inflated(inflating.written());
        }
    }

    /** Checks bytes as soon as they are there, so that what is wrong first is found first, however the bytes were cut. */
    private void inflated(int count) {
        checkText(body, bodySize, bodySize + count, false);
        bodySize += count;
        if (bodySize > max) {
            throw tooLong("at least " + bodySize);
        }
    }

    /** Makes room for {@code needed} bytes, and for more, up to {@code expected}, if it has to be made. */
    private void reserve(long needed, long expected) {
        if (needed > body.length) {
            // Grown as bytes arrive: a length that lies costs its sender, not us.
            long least = isFinal() && opcode == (first & 0xf) ? FIRST_ROOM : LEAST_ROOM;
            long room = Math.max(needed, Math.max(least, body.length * 2L));
            long most = Math.min(Math.max(needed, expected), Integer.MAX_VALUE - 8);
            body = Arrays.copyOf(body, (int) Math.min(most, room));
        }
    }

    // ---- failures

    private ProtocolViolationException notUtf8() {
        return violation(INVALID_DATA, INVALID + "invalid UTF-8 sequence");
    }

    private ProtocolViolationException violation(int code, String message) {
        over = true;
        closeCode = code;
        return new ProtocolViolationException(message, null);
    }

    private FrameTooLongException tooLong(String size) {
        over = true;
        closeCode = TOO_BIG;
        return new FrameTooLongException(
                "message of " + size + " bytes (expected: at most " + max + ")",
                max,
                Frame.of(Arrays.copyOf(body, Math.min(HEAD, bodySize))));
    }

    /** The code to tell the peer why {@link #read} has thrown, or 0 if it has not. */
    public int closeCode() {
        return closeCode;
    }

    @Override
    public int buffered() {
        return bodySize;
    }

    /** Gives back what is kept outside the heap. Nothing may be read afterwards. */
    public void release() {
        over = true;
        body = NONE;
        if (inflation != null) {
            inflation.release();
        }
    }
}
