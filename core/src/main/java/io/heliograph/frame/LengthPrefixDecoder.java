package io.heliograph.frame;

import static io.heliograph.internal.Check.positive;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the prefix byte by byte, then the body: as a slice of the chunk if that lasts and the body is all there, else into an
 * array of its own, unless the sink reads it part by part.
 */
final class LengthPrefixDecoder implements FrameDecoder {

    private static final int FIRST_ROOM = 8 * 1024;
    private static final int HEAD = 1024;
    private static final byte[] NOTHING = {};

    private final LengthPrefix framing;
    private final int max;

    private int prefixRead;
    private long length;
    private int prefixSize;

    // The body collected so far, or an empty array between frames and while all of it lies in one
    // chunk.
    private byte[] body = NOTHING;
    private int bodySize;

    // Whether the sink reads the parts of this frame.
    private boolean handedOn;

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

    /**
     * @param lasting what {@code chunk} is a view of, if frames may be slices of it
     */
    private void read(ByteBuffer chunk, @Nullable Frame lasting, Sink sink) {
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
            if (lasting != null && bodySize == 0 && part == wanted) {
                frame = lasting.slice(chunk.position(), part);
                chunk.position(chunk.position() + part);
            } else if (lasting == null && part > 0 && handOn(chunk, part, sink)) {
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

    /** Reads one byte of the prefix, or all four if they are there. */
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
            int known = (int) Math.min(HEAD, Math.min(length, chunk.remaining()));
            throw new FrameTooLongException(
                    "frame of " + length + " bytes (expected: at most " + max + ")",
                    max,
                    Frame.copyOf(chunk.slice(chunk.position(), known)));
        }
    }

    private boolean handOn(ByteBuffer chunk, int part, Sink sink) {
        if (bodySize == 0 || handedOn) {
            handedOn = sink.part(chunk, part, (int) length);
        }
        if (handedOn) {
            bodySize += part;
        }
        return handedOn;
    }

    private void collect(ByteBuffer chunk, int part) {
        int needed = bodySize + part;
        if (needed > body.length) {
            // Grown as bytes arrive: a length that lies costs its sender, not us. Four times what
            // has
            // come, as a frame that is a little longer than a read would be copied twice otherwise.
            long room = Math.max(FIRST_ROOM, needed * 4L);
            body = Arrays.copyOf(body, (int) Math.min(length, room));
        }
        chunk.get(body, bodySize, part);
        bodySize = needed;
    }

    private void startFrame() {
        prefixRead = 0;
        prefixSize = framing == LengthPrefix.FOUR_BYTES ? 4 : 1;
        length = 0;
        body = NOTHING;
        bodySize = 0;
        handedOn = false;
    }

    @Override
    public int buffered() {
        return bodySize;
    }

    @Override
    public boolean isInFrame() {
        return prefixRead > 0;
    }
}
