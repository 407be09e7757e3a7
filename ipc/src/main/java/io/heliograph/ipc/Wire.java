package io.heliograph.ipc;

import io.heliograph.HeliographException;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.internal.Printable;
import org.jspecify.annotations.Nullable;

/** Wire format of an endpoint: encodes messages as frames and decodes frames. Shared by all connections of the endpoint. */
interface Wire {

    /** The topic of a message without a topic. */
    String NO_TOPIC = "none";

    /** Limit of the raw data in an error, in bytes. */
    int REPORTED_BYTES = 1024;

    /** Limit of a topic in an error, in characters. */
    int REPORTED_TOPIC = 128;

    Framing framing();

    /**
     * Encodes a message. Thread-safe.
     *
     * @param present whether a message is present; an absent message is null
     * @return the frame; null to send nothing
     * @throws Exception if the message is inconvertible or too long
     */
    @Nullable
    Frame encode(String topic, @Nullable Object message, boolean present) throws Exception;

    /** Creates a reader for one connection. */
    Reader reader();

    /** Describes a frame that is too long by its topic, if known, for an error. */
    String describe(Frame head);

    /** Decodes the frames of one connection. Event loop only. */
    interface Reader {

        /**
         * Passes the messages of {@code frame} to {@code sink}.
         *
         * @throws Exception if the frame is malformed; preceding messages have been passed
         */
        void read(Frame frame, Sink sink) throws Exception;
    }

    /** Consumer of decoded messages, in order. */
    interface Sink {

        /**
         * Accepts a message.
         *
         * @param bytes approximate memory of the message
         */
        void message(String topic, Payload payload, int bytes);
    }

    static String topicOrNone(@Nullable String topic) {
        return topic == null || topic.isEmpty() ? NO_TOPIC : topic;
    }

    /** Returns the description of a cause, for the error that it leads to. */
    static String reason(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof HeliographException && message != null ? message : failure.toString();
    }

    /** Quotes a topic for an error, truncated to {@link #REPORTED_TOPIC} characters. */
    static String quoted(String topic) {
        return "'" + Printable.of(topic, REPORTED_TOPIC) + "'";
    }

    /** Creates the error for a message that is too long. */
    static CodecException tooLong(String topic, long bytes, int limit) {
        return new CodecException(
                "a message with topic %s of %d bytes (expected: at most %d)".formatted(quoted(topic), bytes, limit),
                null);
    }

    /** Returns the beginning of undecodable data, for an error. */
    static String excerpt(Frame data) {
        return data.slice(0, Math.min(REPORTED_BYTES, data.length())).utf8();
    }
}
