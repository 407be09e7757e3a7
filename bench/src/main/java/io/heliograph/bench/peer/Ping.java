package io.heliograph.bench.peer;

/**
 * What goes there and back in a round trip.
 *
 * @param id counts up from {@link #FIRST_ID}
 * @param text fills the message up to its size
 */
record Ping(long id, String text) {

    /** Nine digits from the first to the last message, so that all have one size. */
    static final long FIRST_ID = 100_000_000;

    private static final int BYTES_WITHOUT_TEXT = "{\"id\":100000000,\"text\":\"\"}".length();

    /** The first message of {@code bytes} bytes of JSON. */
    static Ping first(int bytes) {
        return new Ping(FIRST_ID, "x".repeat(bytes - BYTES_WITHOUT_TEXT));
    }

    Ping next() {
        return new Ping(id + 1, text);
    }

    /** How many bytes such a message takes on the wire, with its envelope and delimiter. */
    static int wireBytes(int bytes) {
        return "{\"topic\":\"echo\",\"message\":}".length() + bytes + 2;
    }

    void expect(Ping expected) {
        if (id != expected.id || text.length() != expected.text.length()) {
            throw Peer.failed("expected " + expected.id + ", got " + id);
        }
    }
}
