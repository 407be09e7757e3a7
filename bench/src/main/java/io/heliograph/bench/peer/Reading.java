package io.heliograph.bench.peer;

/**
 * One-way message: 83 bytes of JSON.
 *
 * @param id number of the message, starting at {@link Ping#FIRST_ID}, which reveals a lost message
 */
record Reading(long id, String sensor, double celsius, boolean valid, String note) {

    private static final String EXAMPLE =
            "{\"topic\":\"reading\",\"message\":{\"id\":100000000,\"sensor\":\"roof-03\",\"celsius\":21.5,"
                    + "\"valid\":true,\"note\":\"north side\"}}";

    /** Returns message {@code count}, counted from 0. */
    static Reading of(long count) {
        return new Reading(Ping.FIRST_ID + count, "roof-03", 21.5, true, "north side");
    }

    /** Returns the size on the wire, including the envelope and delimiter. */
    static int wireBytes() {
        return EXAMPLE.length() + 2;
    }
}
