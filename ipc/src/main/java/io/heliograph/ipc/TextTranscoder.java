package io.heliograph.ipc;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.List;
import java.util.function.Supplier;

/** Puts a charset between bytes and a transcoder of text. */
record TextTranscoder(
        Charset charset,
        Supplier<? extends Transcoder.TextEncoder> encoders,
        Supplier<? extends Transcoder.TextDecoder> decoders)
        implements Transcoder {

    @Override
    public Encoder createEncoder() {
        TextEncoder encoder = encoders.get();
        return (topic, message) -> {
            String text = encoder.encode(topic, message);
            return text == null ? null : text.getBytes(charset);
        };
    }

    @Override
    public Decoder createDecoder() {
        return new Incremental(charset, decoders.get());
    }

    /** Keeps the bytes of a character that is split over chunks, seven at most in any charset of the JDK. */
    private static final class Incremental implements Decoder {

        private final CharsetDecoder charset;
        private final TextDecoder decoder;
        private ByteBuffer rest = ByteBuffer.allocate(0);

        Incremental(Charset charset, TextDecoder decoder) {
            this.charset = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
            this.decoder = decoder;
        }

        @Override
        public List<Decoded> decode(ByteBuffer chunk) throws Exception {
            ByteBuffer bytes = chunk;
            if (rest.hasRemaining()) {
                bytes = ByteBuffer.allocate(rest.remaining() + chunk.remaining());
                bytes.put(rest).put(chunk).flip();
            }
            // Two more for what a stateful charset has kept back.
            CharBuffer text =
                    CharBuffer.allocate((int) Math.ceil(bytes.remaining() * (double) charset.maxCharsPerByte()) + 2);
            CoderResult result = charset.decode(bytes, text, false);
            if (result.isOverflow()) {
                throw new IllegalStateException(charset + " made more characters than it may");
            }
            rest = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            text.flip();
            return text.hasRemaining() ? decoder.decode(text.toString()) : List.of();
        }
    }
}
