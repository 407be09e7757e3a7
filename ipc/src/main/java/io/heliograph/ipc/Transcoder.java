package io.heliograph.ipc;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Another wire format than JSON; both peers must use the same one.
 *
 * <p>It decides alone where a message begins and ends, and how long one may be on the way in; {@code maxMessageBytes} limits
 * what its encoder returns.
 */
public interface Transcoder {

    /** Makes the encoder of one server or client, which uses it for all its connections. Called once for each, in {@code build()}. */
    Encoder createEncoder();

    /** Makes the decoder of one connection. Called once for each, on the event loop. */
    Decoder createDecoder();

    /** Turns messages into bytes. Called by the threads that send, possibly several at once. */
    @FunctionalInterface
    interface Encoder {

        /**
         * Encodes one message.
         *
         * @param topic never empty
         * @param message null also if there is none
         * @return the bytes to send, which nobody may write to from now on; null to send nothing, and to say nothing about it
         * @throws Exception to refuse: the sender's error listener gets an {@link EncodeException} with it as the cause
         */
        byte @Nullable [] encode(String topic, @Nullable Object message) throws Exception;
    }

    /** Turns the bytes of one connection into messages. Called on the event loop, so it must not block. */
    @FunctionalInterface
    interface Decoder {

        /**
         * Takes the next bytes.
         *
         * @param chunk a part of a message, one, or many; read-only, and valid for as long as it is held
         * @return the messages that are complete now, possibly none
         * @throws Exception to have the connection closed and a {@link DecodeException} with it as the cause reported
         */
        List<Decoded> decode(ByteBuffer chunk) throws Exception;
    }

    /**
     * A decoded message.
     *
     * @param topic null or empty for the topic {@code none}
     * @param message a value as {@link io.heliograph.codec.Codec} knows them, or any object the listeners expect
     */
    record Decoded(@Nullable String topic, @Nullable Object message) {}

    /** Turns messages into text; see {@link Encoder}. */
    @FunctionalInterface
    interface TextEncoder {

        @Nullable
        String encode(String topic, @Nullable Object message) throws Exception;
    }

    /** Turns the text of one connection into messages; see {@link Decoder}. */
    @FunctionalInterface
    interface TextDecoder {

        /**
         * Takes the next characters.
         *
         * @param chunk a part of a message, one, or many; whole code points, never empty
         */
        List<Decoded> decode(String chunk) throws Exception;
    }

    /**
     * A transcoder over text, as those of the npm package are.
     *
     * @param charset of both directions, the {@code socketEncoding} of npm; bytes that are none come out as U+FFFD
     * @param encoders see {@link #createEncoder()}
     * @param decoders see {@link #createDecoder()}
     */
    static Transcoder text(
            Charset charset, Supplier<? extends TextEncoder> encoders, Supplier<? extends TextDecoder> decoders) {
        return new TextTranscoder(charset, encoders, decoders);
    }
}
