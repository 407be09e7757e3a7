package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/** Suite of bench/socket. */
final class SocketSuite {

    static final Contestant DIRECT = new Contestant("direct", "Heliograph, Dispatch.direct()");
    static final Contestant VIRTUAL = new Contestant("virtual", "Heliograph, Dispatch.virtual()");
    static final Contestant RAW = new Contestant("raw", "blocking Java socket, the same frames");
    static final Contestant NODE = Contestant.onNode("node", "Node's net, the same frames");

    static final Scenario LATENCY =
            new Scenario("latency", "Round trip, 8 doubles", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario BATCHES =
            new Scenario("batches", "One way, batches of 8192 doubles", List.of(Metric.VOLUME, Metric.ALLOCATED));
    static final Scenario SMALL =
            new Scenario("small", "One way, messages of 2 doubles", List.of(Metric.RATE, Metric.ALLOCATED));

    static final Suite SUITE = new Suite(
            "socket",
            """
                    Measures framed doubles over TCP on one machine, two processes each: Heliograph with
                    direct and with virtual dispatch, a raw blocking Java socket, and Node's net module.
                    """,
            "Framed doubles over TCP, two processes on one machine",
            "direct and virtual: Heliograph; raw: a blocking Java socket; node: Node's net; all with the same frames",
            List.of(DIRECT, VIRTUAL, RAW, NODE),
            List.of(RAW, NODE),
            List.of(),
            List.of(LATENCY, BATCHES, SMALL),
            List.of(Target.atLeast(DIRECT, RAW, BATCHES, 0.8), Target.atMost(DIRECT, RAW, LATENCY, 1.3)),
            Map.of(
                    "batchWindow", SocketMeasurement.BATCH_WINDOW,
                    "smallWindow", PeerMeasurement.WINDOW));

    private SocketSuite() {}
}
