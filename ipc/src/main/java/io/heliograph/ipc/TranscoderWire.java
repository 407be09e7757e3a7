package io.heliograph.ipc;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import org.jspecify.annotations.Nullable;

/** Wire format of a custom {@link Transcoder}. */
final class TranscoderWire implements Wire {

    private final Transcoder transcoder;
    private final Transcoder.Encoder encoder;
    private final Codec codec;
    private final int maxMessageBytes;

    /**
     * @param codec codec that converts decoded values to the types of listeners
     */
    TranscoderWire(Transcoder transcoder, Codec codec, int maxMessageBytes) {
        this.transcoder = transcoder;
        this.encoder = transcoder.createEncoder();
        this.codec = codec;
        this.maxMessageBytes = maxMessageBytes;
    }

    @Override
    public Framing framing() {
        return Framing.none();
    }

    @Override
    public @Nullable Frame encode(String topic, @Nullable Object message, boolean present) throws Exception {
        byte[] bytes = encoder.encode(topic, message instanceof Payload payload ? payload.value() : message);
        if (bytes == null) {
            return null;
        }
        if (bytes.length > maxMessageBytes) {
            throw Wire.tooLong(topic, bytes.length, maxMessageBytes);
        }
        return Frame.of(bytes);
    }

    @Override
    public Reader reader() {
        Transcoder.Decoder decoder = decoder();
        return (frame, sink) -> {
            int bytes = frame.length();
            for (Transcoder.Decoded decoded : decoder.decode(frame.buffer())) {
                sink.message(Wire.topicOrNone(decoded.topic()), Payload.ofValue(codec, decoded.message()), bytes);
                bytes = 0; // the first message accounts for the whole chunk
            }
        };
    }

    /** Creates a decoder; if that fails, returns a decoder that fails with the same exception. */
    private Transcoder.Decoder decoder() {
        try {
            return transcoder.createDecoder();
        } catch (RuntimeException e) {
            return chunk -> {
                throw e;
            };
        }
    }

    @Override
    public String describe(Frame head) {
        return "a message";
    }
}
