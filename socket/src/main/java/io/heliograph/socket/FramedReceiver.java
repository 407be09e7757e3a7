package io.heliograph.socket;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameDecoder;
import io.heliograph.frame.LengthPrefix;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Messages with their length before them. */
final class FramedReceiver implements Receiver {

    private final DataType type;
    private final FrameDecoder decoder;

    FramedReceiver(DataType type, int max) {
        this.type = type;
        this.decoder = LengthPrefix.ONE_OR_FIVE_BYTES.decoder(max);
    }

    @Override
    public void read(ByteBuffer chunk, Sink sink) {
        decoder.read(
                chunk,
                frame -> {
                    message(frame, sink);
                    return true;
                });
    }

    private void message(Frame frame, Sink sink) {
        if (!type.isNumeric()) {
            sink.message(frame, null);
            return;
        }
        int rest = frame.length() % type.size();
        if (frame.length() >= type.size()) {
            sink.message(frame, null);
            if (rest > 0) {
                sink.malformed(
                        "message of "
                                + frame.length()
                                + " bytes (expected: a multiple of "
                                + type.size()
                                + "); the last "
                                + rest
                                + " are dropped");
            }
        } else {
            sink.malformed(
                    "Expect to receive type "
                            + type.typeName().toUpperCase(Locale.ROOT)
                            + ", but received an insufficient number of bytes: "
                            + frame.length());
        }
    }

    @Override
    public void end(Sink sink) {
        if (decoder.isInFrame()) {
            sink.malformed(
                    "the connection ended inside of a message, of which "
                            + decoder.buffered()
                            + " bytes had come");
        }
    }
}
