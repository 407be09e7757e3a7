package io.heliograph.ipc;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Custom wire format. Both peers must use the same one.
 *
 * <p>A transcoder delimits messages itself and limits the length of received ones; {@code maxMessageBytes} limits encoded
 * messages only.
 */
public interface Transcoder {

    /** Creates the encoder that one server or client uses for all its connections. Called once, by {@code build()}. */
    Encoder createEncoder();

    /** Creates the decoder of one connection. Called once per connection, on the event loop. */
    Decoder createDecoder();

    /** Encodes messages. Called by sending threads; must be thread-safe. */
    @FunctionalInterface
    interface Encoder {

        /**
         * Encodes one message.
         *
         * @param topic the topic; never empty
         * @param message the message; null also if absent
         * @return the bytes to send, which must not be modified afterwards; null to send nothing without an error
         * @throws Exception if the message is rejected; the error listeners receive an {@link EncodeException} with this cause
         */
        byte @Nullable [] encode(String topic, @Nullable Object message) throws Exception;
    }

    /** Decodes the bytes of one connection. Called on the event loop; must not block. */
    @FunctionalInterface
    interface Decoder {

        /**
         * Decodes the next bytes.
         *
         * @param chunk bytes with arbitrary boundaries; read-only, and immutable for as long as it is referenced
         * @return the completed messages, possibly none
         * @throws Exception if the input is malformed; a {@link DecodeException} with this cause is reported and the connection
         *     is closed
         */
        List<Decoded> decode(ByteBuffer chunk) throws Exception;
    }

    /**
     * A decoded message.
     *
     * @param topic the topic; null or empty for {@code none}
     * @param message a value of {@link io.heliograph.codec.Codec}, or any object that the listeners expect
     */
    record Decoded(@Nullable String topic, @Nullable Object message) {}

    /** Encodes messages as strings; see {@link Encoder}. */
    @FunctionalInterface
    interface TextEncoder {

        @Nullable
        String encode(String topic, @Nullable Object message) throws Exception;
    }

    /** Decodes the characters of one connection; see {@link Decoder}. */
    @FunctionalInterface
    interface TextDecoder {

        /**
         * Decodes the next characters.
         *
         * @param chunk whole code points with arbitrary boundaries; never empty
         */
        List<Decoded> decode(String chunk) throws Exception;
    }

    /**
     * Creates a transcoder over strings, like the transcoders of the npm package.
     *
     * @param charset charset of both directions ({@code socketEncoding} in npm); malformed bytes become U+FFFD
     * @param encoders source of encoders; see {@link #createEncoder()}
     * @param decoders source of decoders; see {@link #createDecoder()}
     */
    static Transcoder text(
            Charset charset, Supplier<? extends TextEncoder> encoders, Supplier<? extends TextDecoder> decoders) {
        return new TextTranscoder(charset, encoders, decoders);
    }
}
