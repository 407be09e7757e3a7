package io.heliograph.bench.micro;

/** Message of bench/ipc's throughput scenario. */
public record Sample(long id, String sensor, double celsius, boolean valid, String note) {

    public static final Sample FIRST = new Sample(100_000_000, "roof-03", 21.5, true, "north side");

    public static final String JSON =
            "{\"id\":100000000,\"sensor\":\"roof-03\",\"celsius\":21.5,\"valid\":true,\"note\":\"north side\"}";

    public static final String MESSAGE = "{\"topic\":\"reading\",\"message\":" + JSON + "}";
}
