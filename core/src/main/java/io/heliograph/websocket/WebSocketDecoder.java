package io.heliograph.websocket;

import static io.heliograph.internal.Check.positive;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.FrameTooLongException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Decoder of the WebSocket framing (RFC 6455, section 5): joins fragments, removes the mask in place, validates UTF-8,
 * inflates, and delivers whole messages.
 *
 * <p>A message that lies in one chunk and one frame is a slice of the chunk. Other messages are collected as their
 * bytes arrive, up to the limit: a header that exceeds the limit is rejected at once, a compressed message while it is
 * inflated.
 */
public final class WebSocketDecoder implements FrameDecoder {

    /** Receiver of control frames, in their order relative to messages and fragments. */
    public interface Control {

        /** Receives a ping. The payload stays valid after the call. */
        void ping(Frame payload);

        /** Receives a pong. The payload stays valid after the call. */
        void pong(Frame payload);

        /**
         * Receives the peer's close frame, after which nothing is decoded.
         *
         * @param code close code, or 1005 if the frame has none
         * @param text close message, possibly empty
         */
        void peerCloses(int code, String text);
    }

    /** Close code: the peer has violated the protocol. */
    public static final int PROTOCOL_ERROR = 1002;

    /** Close code: text that is not UTF-8, or data that cannot be inflated. */
    public static final int INVALID_DATA = 1007;

    /** Close code: the message exceeds the limit. */
    public static final int TOO_BIG = 1009;

    /** Close code of a close frame without a code. */
    public static final int NO_CODE = 1005;

    private static final int INITIAL_CAPACITY = 8 * 1024;
    private static final int MAX_HEAD = 1024;
    private static final int MIN_CAPACITY = 256;
    private static final String INVALID = "Invalid WebSocket frame: ";
    private static final byte[] EMPTY = {};

    private final boolean masked;
    private final int max;
    private final Control control;
    private final @Nullable Inflation inflation;

    // Header: number of bytes read, and the fields read so far.
    private byte headerRead;
    private byte headerSize = 2;
    private byte first;
    private int key;
    private long length;

    // Number of payload bytes read.
    private long payloadRead;

    // Message: its opcode, or 0 between messages, and the collected bytes.
    private byte opcode;
    private boolean compressed;
    private int utf8State;
    private byte[] body = EMPTY;
    private int bodySize;

    // Collected bytes of an incomplete control frame.
    private byte[] controlBody = EMPTY;

    private boolean finished;
    private int closeCode;

    /**
     * @param masked whether the peer is a client, whose frames must be masked
     * @param maxMessageBytes maximum length of a message after inflation, in bytes; must be positive
     * @param deflate inflates compressed messages; null if compression was not negotiated
     * @param peerResets whether the peer compresses each message independently
     * @param control receives the control frames
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
     * {@inheritDoc} Unmasks in the array of the chunk.
     *
     * @throws ProtocolViolationException if the peer has violated the protocol; {@code sink} has received all messages
     *     before it, and {@link #closeCode()} returns the code to send
     */
    @Override
    public void read(Frame chunk, Sink sink) {
        byte[] array = chunk.array();
        int at = chunk.offset();
        int end = at + chunk.length();
        while (at < end && !finished) {
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
                Masks.apply(array, at, part, Integer.rotateLeft(key, (int) (8 * (payloadRead & 3))));
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
                require(opcode != 0, "invalid opcode 0 outside a fragmented message");
                require(!rsv1, "RSV1 must be clear");
            }
            case WebSocketEncoder.TEXT, WebSocketEncoder.BINARY -> {
                require(opcode == 0, "invalid opcode inside a fragmented message");
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

    /**
     * Reads a part of the payload of a control frame.
     *
     * @param whole whether the part is the whole payload
     */
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
            controlBody = EMPTY;
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
        finished = true;
        control.peerCloses(code, words);
    }

    /**
     * Reads a part of the payload of a data frame.
     *
     * @param last whether the part is the whole payload of the final frame
     * @param ends whether the frame ends with the part
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
            ensureCapacity(bodySize + part, isFinal() ? bodySize + length - payloadRead + part : max);
            System.arraycopy(array, at, body, bodySize, part);
            bodySize += part;
        }
        checkText(body, compressed ? bodySize : before, bodySize, complete);
        if (complete) {
            byte[] bytes = body.length > 2 * bodySize ? Arrays.copyOf(body, bodySize) : body;
            Frame message = Frame.message(bytes, 0, bodySize, isText, false);
            body = EMPTY;
            bodySize = 0;
            deliver(message, sink);
        }
    }

    private void deliver(Frame message, Sink sink) {
        opcode = 0;
        compressed = false;
        if (!sink.frame(message)) {
            finished = true;
        }
    }

    private void checkText(byte[] array, int from, int to, boolean complete) {
        if (opcode == WebSocketEncoder.TEXT) {
            utf8State = Utf8.check(utf8State, array, from, to);
            if (utf8State == Utf8.REJECT || (complete && utf8State != Utf8.ACCEPT)) {
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
                ensureCapacity(bodySize + 1, max + 1L);
            }
            try {
                inflating.output(body, bodySize);
            } catch (DataFormatException malformed) {
                // The bytes before the malformed ones count first: the message may exceed the limit before it is
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

    /** Validates inflated bytes at once, so that the first violation is reported regardless of the chunk boundaries. */
    private void inflated(int count) {
        checkText(body, bodySize, bodySize + count, false);
        bodySize += count;
        if (bodySize > max) {
            throw tooLong("at least " + bodySize);
        }
    }

    /** Ensures a capacity of {@code needed} bytes, and allocates up to {@code expected} bytes if it has to grow. */
    private void ensureCapacity(long needed, long expected) {
        if (needed > body.length) {
            // Grows with the received bytes, so that a false length costs its sender.
            long least = isFinal() && opcode == (first & 0xf) ? INITIAL_CAPACITY : MIN_CAPACITY;
            long capacity = Math.max(needed, Math.max(least, body.length * 2L));
            long most = Math.min(Math.max(needed, expected), Integer.MAX_VALUE - 8);
            body = Arrays.copyOf(body, (int) Math.min(most, capacity));
        }
    }

    // ---- failures

    private ProtocolViolationException notUtf8() {
        return violation(INVALID_DATA, INVALID + "invalid UTF-8 sequence");
    }

    private ProtocolViolationException violation(int code, String message) {
        finished = true;
        closeCode = code;
        return new ProtocolViolationException(message, null);
    }

    private FrameTooLongException tooLong(String size) {
        finished = true;
        closeCode = TOO_BIG;
        return new FrameTooLongException(
                "message of " + size + " bytes (expected: at most " + max + ")",
                max,
                Frame.of(Arrays.copyOf(body, Math.min(MAX_HEAD, bodySize))));
    }

    /** Returns the close code to send after {@link #read} has thrown, or 0 if it has not thrown. */
    public int closeCode() {
        return closeCode;
    }

    @Override
    public int buffered() {
        return bodySize;
    }

    @Override
    public int allocated() {
        return body.length;
    }

    /** Discards the unfinished message and all further input, and releases the inflater. Repeated calls have no effect. */
    public void release() {
        finished = true;
        body = EMPTY;
        bodySize = 0;
        if (inflation != null) {
            inflation.release();
        }
    }
}
