package io.heliograph.interop;

import org.jspecify.annotations.Nullable;

/** Kind of client at a hub, which publishes to and receives the channel {@code m/t}; a row and a column of the matrix. */
interface MatrixPeer {

    /** Contents of publications, as JSON in the hub. */
    enum Content {
        VALUE("{\"n\":1}"),
        NULL("null"),
        /** A publication without data. */
        ABSENT(""),
        BYTES("{\"base64\":true,\"data\":\"AAEC\"}"),
        /** 2^53 + 1. */
        EXACT("9007199254740993"),
        UNICODE("\"é😀\""),
        LARGE("\"" + "x".repeat(1_000_000) + "\""),
        NUMBER("7"),
        INTS("[1,2]");

        final String json;

        Content(String json) {
            this.json = json;
        }
    }

    /** Sends a content. */
    void send(Content content) throws Exception;

    /** Sends a number, for the test of the order. */
    void send(int number) throws Exception;

    /** Returns the data in the hub after {@link #send(Content)}; null if this client cannot send the content. */
    @Nullable
    String sent(Content content);

    /**
     * Returns the text of what this client receives.
     *
     * @param json data of the publication; empty for none
     * @return null if the client receives nothing
     */
    @Nullable
    String received(String json);

    /** Whether this client receives what it has published. */
    default boolean hasEcho() {
        return false;
    }

    /** Whether two messages that follow each other stay two messages. */
    default boolean keepsMessages() {
        return true;
    }

    /** Returns the text of the next message that this client has received; waits for it. */
    String next() throws Exception;
}
