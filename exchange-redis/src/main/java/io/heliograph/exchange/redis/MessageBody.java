package io.heliograph.exchange.redis;

import io.heliograph.exchange.PublicationId;
import io.heliograph.frame.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Message as it is stored and distributed: a byte of flags (1: has data, 2: has a trace context), the pipeline with its length, the number of the
 * message as eight bytes, the trace context with its length, the data. Lengths are one byte; numbers are big-endian.
 *
 * @param origin pipeline and number of the message there
 */
record MessageBody(
        PublicationId origin,
        @Nullable String traceContext,
        @Nullable Frame data) {

    private static final int HAS_DATA = 1;
    private static final int HAS_TRACE_CONTEXT = 2;
    private static final int MAX_TEXT = 255;

    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 + (data == null ? 0 : data.length()));
        byte[] trace = traceContext == null ? null : traceContext.getBytes(StandardCharsets.UTF_8);
        if (trace != null && trace.length > MAX_TEXT) {
            trace = null; // of a valid trace context, 55 characters are used
        }
        out.write((data == null ? 0 : HAS_DATA) | (trace == null ? 0 : HAS_TRACE_CONTEXT));
        write(out, origin.publisher().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(
                ByteBuffer.allocate(Long.BYTES).putLong(origin.sequence()).array());
        if (trace != null) {
            write(out, trace);
        }
        if (data != null) {
            out.write(data.array(), data.offset(), data.length());
        }
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, byte[] text) {
        out.write(text.length);
        out.writeBytes(text);
    }

    /**
     * Decodes a body.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static MessageBody decode(byte[] array, int offset, int length) {
        try {
            ByteBuffer in = ByteBuffer.wrap(array, offset, length);
            int flags = in.get();
            String pipeline = text(in);
            long number = in.getLong();
            String trace = (flags & HAS_TRACE_CONTEXT) == 0 ? null : text(in);
            Frame data = (flags & HAS_DATA) == 0 ? null : Frame.of(array, in.position(), in.remaining());
            return new MessageBody(new PublicationId(pipeline, number), trace, data);
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException(
                    "message of " + length + " bytes (expected: flags, origin, data)", malformed);
        }
    }

    private static String text(ByteBuffer in) {
        byte[] text = new byte[in.get() & 0xff];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
