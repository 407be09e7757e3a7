package io.heliograph.bench.peer;

/**
 * What is sent one way: 83 bytes of JSON.
 *
 * @param id counts up from {@link Ping#FIRST_ID}, so that a lost message is noticed
 */
record Reading(long id, String sensor, double celsius, boolean valid, String note) {

    private static final String EXAMPLE =
            "{\"topic\":\"reading\",\"message\":{\"id\":100000000,\"sensor\":\"roof-03\",\"celsius\":21.5,"
                    + "\"valid\":true,\"note\":\"north side\"}}";

    /** Message {@code count}, counted from 0. */
    static Reading of(long count) {
        return new Reading(Ping.FIRST_ID + count, "roof-03", 21.5, true, "north side");
    }

    /** How many bytes it takes on the wire, with its envelope and delimiter. */
    static int wireBytes() {
        return EXAMPLE.length() + 2;
    }
}
