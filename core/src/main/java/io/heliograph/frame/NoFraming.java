package io.heliograph.frame;

import java.nio.ByteBuffer;

/** Absence of framing: bytes are sent unchanged, and the bytes of one read are one frame. */
enum NoFraming implements Framing {
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

    /** Ignores the limit: a frame is never longer than one read. */
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
