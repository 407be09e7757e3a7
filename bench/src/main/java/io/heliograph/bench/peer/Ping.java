package io.heliograph.bench.peer;

/**
 * Message of a round trip.
 *
 * @param id number of the message, starting at {@link #FIRST_ID}
 * @param text padding to the size of the message
 */
record Ping(long id, String text) {

    /** Nine digits for every id, so that all messages have one size. */
    static final long FIRST_ID = 100_000_000;

    private static final int BYTES_WITHOUT_TEXT = "{\"id\":100000000,\"text\":\"\"}".length();

    /** Returns the first message of {@code bytes} bytes of JSON. */
    static Ping first(int bytes) {
        return new Ping(FIRST_ID, "x".repeat(bytes - BYTES_WITHOUT_TEXT));
    }

    Ping next() {
        return new Ping(id + 1, text);
    }

    /** Returns the size on the wire, including the envelope and delimiter. */
    static int wireBytes(int bytes) {
        return "{\"topic\":\"echo\",\"message\":}".length() + bytes + 2;
    }

    void expect(Ping expected) {
        if (id != expected.id || text.length() != expected.text.length()) {
            throw Peer.failed("expected " + expected.id + ", got " + id);
        }
    }
}
