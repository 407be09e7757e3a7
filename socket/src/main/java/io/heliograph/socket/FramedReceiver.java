package io.heliograph.socket;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.Framing;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Receives messages with a length prefix. */
final class FramedReceiver implements Receiver {

    private final DataType type;
    private final FrameDecoder decoder;
    private final @Nullable DoubleCollector doubles;

    FramedReceiver(DataType type, int max) {
        this.type = type;
        this.decoder = Framing.oneOrFiveByteLength().decoder(max);
        this.doubles = type == DataType.DOUBLE || type == DataType.NUMBER ? new DoubleCollector() : null;
    }

    @Override
    public void read(ByteBuffer chunk, Sink sink) {
        decoder.read(chunk, new Messages(sink));
    }

    private final class Messages implements FrameDecoder.Sink {

        private final Sink sink;

        Messages(Sink sink) {
            this.sink = sink;
        }

        @Override
        public boolean frame(Frame frame) {
            int length = frame.length();
            if (!type.isNumeric()) {
                sink.message(frame, null);
            } else if (length >= type.size()) {
                sink.message(frame, null);
                reportTrailingBytes(length);
            } else {
                sink.malformed("Expect to receive type "
                        + type.typeName().toUpperCase(Locale.ROOT)
                        + ", but received an insufficient number of bytes: "
                        + length);
            }
            return true;
        }

        @Override
        public boolean part(ByteBuffer part, int size, int length) {
            if (doubles == null || length < Double.BYTES) {
                return false;
            }
            if (doubles.read(part, size, length)) {
                sink.doubles(doubles.take());
                reportTrailingBytes(length);
            }
            return true;
        }

        private void reportTrailingBytes(int length) {
            int trailing = length % type.size();
            if (trailing > 0) {
                sink.malformed("message of "
                        + length
                        + " bytes (expected: a multiple of "
                        + type.size()
                        + "); dropped "
                        + trailing
                        + " trailing bytes");
            }
        }
    }

    @Override
    public int allocated() {
        return decoder.allocated() + (doubles == null ? 0 : doubles.allocated());
    }

    @Override
    public void end(Sink sink) {
        if (decoder.isInFrame()) {
            sink.malformed("the connection ended inside a message after " + decoder.buffered() + " bytes");
        }
    }
}
