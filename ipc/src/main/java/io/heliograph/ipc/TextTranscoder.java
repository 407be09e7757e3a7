package io.heliograph.ipc;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.List;
import java.util.function.Supplier;

/** Transcoder that converts between bytes and strings by a charset. */
record TextTranscoder(
        Charset charset,
        Supplier<? extends Transcoder.TextEncoder> encoders,
        Supplier<? extends Transcoder.TextDecoder> decoders)
        implements Transcoder {

    @Override
    public Encoder createEncoder() {
        TextEncoder encoder = encoders.get();
        return (topic, message) -> {
            String string = encoder.encode(topic, message);
            return string == null ? null : string.getBytes(charset);
        };
    }

    @Override
    public Decoder createDecoder() {
        return new Incremental(charset, decoders.get());
    }

    /** Holds the bytes of a character that spans chunks; at most seven in any charset of the JDK. */
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
            // Two more for characters that a stateful charset has held back.
            CharBuffer characters =
                    CharBuffer.allocate((int) Math.ceil(bytes.remaining() * (double) charset.maxCharsPerByte()) + 2);
            CoderResult result = charset.decode(bytes, characters, false);
            if (result.isOverflow()) {
                throw new IllegalStateException(charset + " decoded more than maxCharsPerByte characters per byte");
            }
            rest = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            characters.flip();
            return characters.hasRemaining() ? decoder.decode(characters.toString()) : List.of();
        }
    }
}
