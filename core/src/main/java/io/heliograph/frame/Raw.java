package io.heliograph.frame;

import java.nio.ByteBuffer;

/** No framing: what is sent is written as it is, and what arrives in one read is one frame. */
public enum Raw implements Framing {
    INSTANCE;

    @Override
    public int encodedLength(int length) {
        return length;
    }

    @Override
    public int write(Frame frame, int position, ByteBuffer target) {
        int length = Math.min(frame.length() - position, target.remaining());
        target.put(frame.array(), frame.offset() + position, length);
        return position + length;
    }

    /** {@inheritDoc} No frame is longer than a read, so there is nothing to limit. */
    @Override
    public FrameDecoder decoder(int maxFrameBytes) {
        return new FrameDecoder() {
            @Override
            public void read(Frame chunk, Sink sink) {
                if (chunk.length() > 0) {
                    sink.frame(chunk);
                }
            }

            @Override
            public void read(ByteBuffer chunk, Sink sink) {
                if (chunk.hasRemaining()) {
                    sink.bytes(chunk);
                }
            }

            @Override
            public int buffered() {
                return 0;
            }
        };
    }
}
