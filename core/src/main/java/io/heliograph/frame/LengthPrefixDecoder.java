package io.heliograph.frame;

import static io.heliograph.internal.Check.positive;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decoder of length-prefixed frames.
 *
 * <p>A frame is a slice of its chunk if it lies in one chunk whose array may be kept. Else its parts are offered to the
 * sink, or collected in a new array.
 */
final class LengthPrefixDecoder implements FrameDecoder {

    private static final int INITIAL_CAPACITY = 8 * 1024;
    private static final int MAX_HEAD = 1024;
    private static final byte[] EMPTY = {};

    private final LengthPrefix framing;
    private final int max;

    private int prefixRead;
    private long length;
    private int prefixSize;

    // Collected part of the body; empty between frames, and while the body lies in one chunk.
    private byte[] body = EMPTY;
    private int bodySize;

    // Whether the sink reads this frame part by part.
    private boolean streaming;

    LengthPrefixDecoder(LengthPrefix framing, int maxFrameBytes) {
        this.framing = framing;
        this.max = positive("maxFrameBytes", maxFrameBytes);
        startFrame();
    }

    @Override
    public void read(Frame chunk, Sink sink) {
        read(chunk.buffer(), chunk, sink);
    }

    @Override
    public void read(ByteBuffer chunk, Sink sink) {
        read(chunk, null, sink);
    }

    /** @param source frame that {@code chunk} is a view of, if frames may be slices of it */
    private void read(ByteBuffer chunk, @Nullable Frame source, Sink sink) {
        while (chunk.hasRemaining()) {
            if (prefixRead < prefixSize) {
                readPrefix(chunk);
                checkLength(chunk);
                if (prefixRead < prefixSize || length > 0) {
                    continue;
                }
            }
            int wanted = (int) length - bodySize;
            int part = Math.min(wanted, chunk.remaining());
            Frame frame;
            if (source != null && bodySize == 0 && part == wanted) {
                frame = source.slice(chunk.position(), part);
                chunk.position(chunk.position() + part);
            } else if (source == null && part > 0 && offerPart(chunk, part, sink)) {
                if (bodySize == length) {
                    startFrame();
                }
                continue;
            } else {
                collect(chunk, part);
                if (bodySize < length) {
                    return;
                }
                frame = Frame.of(body, 0, bodySize);
            }
            startFrame();
            if (!sink.frame(frame)) {
                return;
            }
        }
    }

    /** Reads one byte of the prefix, or all four bytes if they are available. */
    private void readPrefix(ByteBuffer chunk) {
        if (prefixRead == 0
                && framing == LengthPrefix.FOUR_BYTES
                && chunk.remaining() >= Integer.BYTES
                && chunk.order() == ByteOrder.BIG_ENDIAN) {
            length = Integer.toUnsignedLong(chunk.getInt());
            prefixRead = Integer.BYTES;
        } else {
            readPrefix(chunk.get() & 0xff);
        }
    }

    private void readPrefix(int value) {
        if (prefixRead == 0 && framing == LengthPrefix.ONE_OR_FIVE_BYTES && value == LengthPrefix.ESCAPE) {
            prefixSize = 5;
        } else {
            length = length << 8 | value;
        }
        prefixRead++;
    }

    private void checkLength(ByteBuffer chunk) {
        if (prefixRead == prefixSize && length > max) {
            int known = (int) Math.min(MAX_HEAD, Math.min(length, chunk.remaining()));
            throw new FrameTooLongException(
                    "frame of " + length + " bytes (expected: at most " + max + ")",
                    max,
                    Frame.copyOf(chunk.slice(chunk.position(), known)));
        }
    }

    private boolean offerPart(ByteBuffer chunk, int part, Sink sink) {
        if (bodySize == 0 || streaming) {
            streaming = sink.part(chunk, part, (int) length);
        }
        if (streaming) {
            bodySize += part;
        }
        return streaming;
    }

    private void collect(ByteBuffer chunk, int part) {
        int needed = bodySize + part;
        if (needed > body.length) {
            // Grows with the received bytes, so that a false length costs its sender. The factor of four avoids a
            // second copy of a frame that is slightly longer than a read.
            long capacity = Math.max(INITIAL_CAPACITY, needed * 4L);
            body = Arrays.copyOf(body, (int) Math.min(length, capacity));
        }
        chunk.get(body, bodySize, part);
        bodySize = needed;
    }

    private void startFrame() {
        prefixRead = 0;
        prefixSize = framing == LengthPrefix.FOUR_BYTES ? 4 : 1;
        length = 0;
        body = EMPTY;
        bodySize = 0;
        streaming = false;
    }

    @Override
    public int buffered() {
        return bodySize;
    }

    @Override
    public int allocated() {
        return body.length;
    }

    @Override
    public boolean isInFrame() {
        return prefixRead > 0;
    }
}
