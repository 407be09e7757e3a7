package io.heliograph.frame;

import static io.heliograph.internal.Check.positive;

import java.util.Arrays;

/** Reads the prefix byte by byte, then the body: as a slice of the chunk if it is all there, else collected. */
final class LengthPrefixDecoder implements FrameDecoder {

    private static final int FIRST_ROOM = 8 * 1024;
    private static final int HEAD = 1024;

    private final LengthPrefix framing;
    private final int max;

    private int prefixRead;
    private long length;
    private int prefixSize;

    // The body collected so far, or an empty array between frames and while all of it lies in one
    // chunk.
    private byte[] body = {};
    private int bodySize;

    LengthPrefixDecoder(LengthPrefix framing, int maxFrameBytes) {
        this.framing = framing;
        this.max = positive("maxFrameBytes", maxFrameBytes);
        startFrame();
    }

    @Override
    public void read(Frame chunk, Sink sink) {
        int at = 0;
        while (at < chunk.length()) {
            if (prefixRead < prefixSize) {
                readPrefix(chunk.at(at++) & 0xff);
                checkLength(chunk, at);
                if (prefixRead < prefixSize || length > 0) {
                    continue;
                }
            }
            int wanted = (int) length - bodySize;
            int part = Math.min(wanted, chunk.length() - at);
            Frame frame;
            if (bodySize == 0 && part == wanted) {
                frame = chunk.slice(at, part);
            } else {
                collect(chunk, at, part);
                if (bodySize < length) {
                    return;
                }
                frame = Frame.of(body, 0, bodySize);
            }
            at += part;
            startFrame();
            if (!sink.frame(frame)) {
                return;
            }
        }
    }

    private void readPrefix(int value) {
        if (prefixRead == 0
                && framing == LengthPrefix.ONE_OR_FIVE_BYTES
                && value == LengthPrefix.ESCAPE) {
            prefixSize = 5;
        } else {
            length = length << 8 | value;
        }
        prefixRead++;
    }

    private void checkLength(Frame chunk, int bodyFrom) {
        if (prefixRead == prefixSize && length > max) {
            int known = (int) Math.min(HEAD, Math.min(length, chunk.length() - bodyFrom));
            throw new FrameTooLongException(
                    "frame of " + length + " bytes (expected: at most " + max + ")",
                    max,
                    Frame.of(chunk.slice(bodyFrom, known).toByteArray()));
        }
    }

    private void collect(Frame chunk, int from, int part) {
        int needed = bodySize + part;
        if (needed > body.length) {
            // Grown as bytes arrive: a length that lies costs its sender, not us. Four times what
            // has
            // come, as a frame that is a little longer than a read would be copied twice otherwise.
            long room = Math.max(FIRST_ROOM, needed * 4L);
            body = Arrays.copyOf(body, (int) Math.min(length, room));
        }
        System.arraycopy(chunk.array(), chunk.offset() + from, body, bodySize, part);
        bodySize = needed;
    }

    private void startFrame() {
        prefixRead = 0;
        prefixSize = framing == LengthPrefix.FOUR_BYTES ? 4 : 1;
        length = 0;
        body = new byte[0];
        bodySize = 0;
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
