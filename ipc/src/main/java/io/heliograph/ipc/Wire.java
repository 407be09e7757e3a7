package io.heliograph.ipc;

import io.heliograph.HeliographException;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import org.jspecify.annotations.Nullable;

/** A wire format: how messages become frames, and frames messages. One serves all connections of an endpoint. */
interface Wire {

    /** The topic of a message that has none. */
    String NO_TOPIC = "none";

    /** How many bytes of what could not be decoded an error shows. */
    int SHOWN_BYTES = 1024;

    /** How many characters of a topic an error shows. */
    int SHOWN_TOPIC = 128;

    Framing framing();

    /**
     * Encodes a message. Any thread, several at once.
     *
     * @param present whether there is a message; without one it is null
     * @return null if nothing is to be sent
     * @throws Exception if it has no encoding, or one that is too long
     */
    @Nullable
    Frame encode(String topic, @Nullable Object message, boolean present) throws Exception;

    /** A reader for one new connection. */
    Reader reader();

    /** What is known of the topic of a frame that was too long, as words for an error. */
    String describe(Frame head);

    /** Reads the frames of one connection, on the event loop. */
    interface Reader {

        /**
         * Gives the messages of {@code frame} to {@code sink}.
         *
         * @throws Exception if it holds something else; messages before it have been given
         */
        void read(Frame frame, Sink sink) throws Exception;
    }

    /** Told of each message, in order. */
    interface Sink {

        /**
         * One message.
         *
         * @param bytes what the message holds of memory, roughly
         */
        void message(String topic, Payload payload, int bytes);
    }

    static String topicOrNone(@Nullable String topic) {
        return topic == null || topic.isEmpty() ? NO_TOPIC : topic;
    }

    /** What a failure says, for an error that is caused by it. */
    static String reason(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof HeliographException && message != null ? message : failure.toString();
    }

    /** A topic in an error; a peer may choose a long one. */
    static String quoted(String topic) {
        return topic.length() <= SHOWN_TOPIC ? "'" + topic + "'" : "'" + topic.substring(0, SHOWN_TOPIC) + "...'";
    }

    /** A message that is longer than it may be, in words for an error. */
    static CodecException tooLong(String topic, long bytes, int limit) {
        return new CodecException(
                "a message with topic %s of %d bytes (expected: at most %d)".formatted(quoted(topic), bytes, limit),
                null);
    }

    /** The beginning of what could not be decoded. */
    static String shown(Frame data) {
        return data.slice(0, Math.min(SHOWN_BYTES, data.length())).utf8();
    }
}
