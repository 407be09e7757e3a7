package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/** Suite of bench/ipc. */
final class IpcSuite {

    static final Contestant DIRECT = new Contestant("direct", "Heliograph, Dispatch.direct()");
    static final Contestant VIRTUAL = new Contestant("virtual", "Heliograph, Dispatch.virtual()");
    static final Contestant NPM = Contestant.onNode("npm", "@crussell52/socket-ipc 0.4.0 on Node");
    static final Contestant RAW = new Contestant("raw", "blocking Java socket, no JSON");

    static final Scenario LATENCY_64 =
            new Scenario("64b", "Round trip, 64 B of JSON", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario LATENCY_4K =
            new Scenario("4k", "Round trip, 4 KB of JSON", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario THROUGHPUT =
            new Scenario("throughput", "One way, objects of 83 B of JSON", List.of(Metric.RATE, Metric.ALLOCATED));

    static final Suite SUITE = new Suite(
            "ipc",
            """
                    Measures message passing over a Unix domain socket, two processes each: Heliograph with
                    direct and with virtual dispatch, the npm package, and a raw blocking Java socket.
                    """,
            "Two processes over a Unix domain socket",
            "direct and virtual: Heliograph; npm: @crussell52/socket-ipc 0.4.0; raw: a blocking Java socket, no JSON",
            List.of(DIRECT, VIRTUAL, NPM, RAW),
            List.of(NPM, RAW),
            // The raw socket transfers no messages; its bar would dwarf the others.
            List.of(RAW),
            List.of(LATENCY_64, LATENCY_4K, THROUGHPUT),
            List.of(
                    Target.atMost(DIRECT, NPM, LATENCY_64, 0.8),
                    Target.atMost(DIRECT, NPM, LATENCY_4K, 0.8),
                    Target.atMost(DIRECT, RAW, LATENCY_64, 1.7),
                    Target.atMost(DIRECT, RAW, LATENCY_4K, 1.7),
                    Target.atMost(VIRTUAL, NPM, LATENCY_64, 2),
                    Target.atMost(VIRTUAL, NPM, LATENCY_4K, 2),
                    Target.atLeast(DIRECT, NPM, THROUGHPUT, 3),
                    Target.atLeast(VIRTUAL, NPM, THROUGHPUT, 3)),
            Map.of(
                    "window", PeerMeasurement.WINDOW,
                    "ackEvery", PeerMeasurement.ACK_EVERY));

    private IpcSuite() {}
}
