package io.heliograph.socket;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Separates JSON documents that follow each other without framing. Objects, arrays and strings are self-delimiting; a number
 * or literal ends at white space, at the beginning of the next document, or at the end of the stream.
 *
 * <p>Validity is checked when a document is decoded.
 */
final class RawJsonReceiver implements Receiver {

    private static final int INITIAL_CAPACITY = 1024;
    private static final int REPORTED_BYTES = 1024;

    private enum State {
        BETWEEN,
        IN_CONTAINER,
        IN_STRING,
        IN_SCALAR
    }

    private final int max;

    private State state = State.BETWEEN;
    private int depth;
    private boolean escaped;

    // The beginning of a document that spans chunks.
    private byte[] kept = {};
    private int keptSize;

    RawJsonReceiver(int max) {
        this.max = max;
    }

    @Override
    public void read(ByteBuffer chunk, Sink sink) {
        read(Frame.copyOf(chunk), sink);
    }

    private void read(Frame chunk, Sink sink) {
        int start = 0; // of the current document in this chunk
        int at = 0;
        while (at < chunk.length()) {
            int b = chunk.at(at) & 0xff;
            switch (state) {
                case BETWEEN -> {
                    start = at;
                    begin(b);
                    at++;
                    if (state == State.BETWEEN) {
                        start = at;
                    }
                }
                case IN_STRING -> {
                    at++;
                    if (escaped) {
                        escaped = false;
                    } else if (b == '\\') {
                        escaped = true;
                    } else if (b == '"') {
                        state = depth == 0 ? State.BETWEEN : State.IN_CONTAINER;
                        start = deliverIfComplete(chunk, start, at, sink);
                    }
                }
                case IN_CONTAINER -> {
                    at++;
                    if (b == '"') {
                        state = State.IN_STRING;
                    } else if (b == '{' || b == '[') {
                        depth++;
                    } else if (b == '}' || b == ']') {
                        depth--;
                        state = depth == 0 ? State.BETWEEN : State.IN_CONTAINER;
                        start = deliverIfComplete(chunk, start, at, sink);
                    }
                }
                case IN_SCALAR -> {
                    if (endsScalar(b)) {
                        state = State.BETWEEN;
                        start = deliverIfComplete(chunk, start, at, sink);
                    } else {
                        at++;
                    }
                }
            }
            checkLength(chunk, start, at);
        }
        if (state != State.BETWEEN) {
            keep(chunk, start, at - start);
        }
    }

    private void begin(int b) {
        switch (b) {
            case ' ', '\t', '\n', '\r' -> {}
            case '{', '[' -> {
                state = State.IN_CONTAINER;
                depth = 1;
            }
            case '"' -> state = State.IN_STRING;
            case '}', ']', ',', ':' ->
                throw new ProtocolViolationException(
                        "'" + (char) b + "' between JSON documents (expected: the beginning of a document)", null);
            default -> state = State.IN_SCALAR;
        }
    }

    private static boolean endsScalar(int b) {
        return switch (b) {
            case ' ', '\t', '\n', '\r', '{', '}', '[', ']', '"', ',', ':' -> true;
            default -> false;
        };
    }

    private int deliverIfComplete(Frame chunk, int start, int end, Sink sink) {
        if (state != State.BETWEEN) {
            return start;
        }
        checkLength(chunk, start, end);
        if (keptSize == 0) {
            sink.message(chunk.slice(start, end - start), null);
        } else {
            keep(chunk, start, end - start);
            sink.message(Frame.of(kept, 0, keptSize), null);
            kept = new byte[0];
            keptSize = 0;
        }
        return end;
    }

    private void checkLength(Frame chunk, int start, int end) {
        long length = (long) keptSize + end - start;
        if (length > max) {
            int known = Math.min(REPORTED_BYTES, end - start);
            throw new FrameTooLongException(
                    "JSON document of more than " + max + " bytes (expected: at most " + max + ")",
                    max,
                    Frame.of(chunk.slice(start, known).toByteArray()));
        }
    }

    private void keep(Frame chunk, int from, int length) {
        int needed = keptSize + length;
        if (needed > kept.length) {
            kept = Arrays.copyOf(kept, (int)
                    Math.min(max, Math.max(needed, Math.max(INITIAL_CAPACITY, kept.length * 2L))));
        }
        System.arraycopy(chunk.array(), chunk.offset() + from, kept, keptSize, length);
        keptSize = needed;
    }

    @Override
    public int allocated() {
        return kept.length;
    }

    @Override
    public void end(Sink sink) {
        switch (state) {
            case BETWEEN -> {}
            case IN_SCALAR -> sink.message(Frame.of(kept, 0, keptSize), null);
            case IN_CONTAINER, IN_STRING ->
                sink.malformed("the connection ended inside a JSON document after " + keptSize + " bytes");
        }
    }
}
