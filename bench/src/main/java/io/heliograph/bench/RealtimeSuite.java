package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/** Suite of bench/realtime. */
final class RealtimeSuite {

    static final int SUBSCRIBERS = 1000;
    static final int CONNECTIONS = 64;
    static final int CALLS_OUTSTANDING = 16;
    static final int HELD = 8000;

    static final Contestant DIRECT = new Contestant("direct", "Heliograph, Dispatch.direct()");
    static final Contestant VIRTUAL = new Contestant("virtual", "Heliograph, Dispatch.virtual()");
    static final Contestant NPM = Contestant.onNode("npm", "socketcluster-server 20.0.1 on Node");

    static final Scenario FANOUT_1 = new Scenario(
            "fanout-1", "100 B to 1000 subscribers, 1 publication outstanding", List.of(Metric.DELIVERIES));
    static final Scenario FANOUT_16 = new Scenario(
            "fanout-16", "100 B to 1000 subscribers, 16 publications outstanding", List.of(Metric.DELIVERIES));
    static final Scenario FANOUT_MIDDLEWARE = new Scenario(
            "fanout-middleware", "As fanout-16, with middleware for each publication", List.of(Metric.DELIVERIES));
    static final Scenario FANOUT_NON_BLOCKING =
            new Scenario("fanout-non-blocking", "As fanout-middleware, non-blocking", List.of(Metric.DELIVERIES));
    static final Scenario RPC =
            new Scenario("rpc", "Calls on 64 connections, 16 outstanding on each, 64 B", List.of(Metric.CALLS));
    static final Scenario CALL = new Scenario(
            "call", "Calls on one connection, one after the other, 64 B", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario CALL_SPIN = new Scenario(
            "call-spin", "As call, by a client that polls its socket", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario CONNECT =
            new Scenario("connect", "Upgrade and handshake with a token, 64 at once", List.of(Metric.HANDSHAKES));
    static final Scenario MEMORY = new Scenario(
            "memory",
            "8000 idle authenticated connections with one subscription",
            List.of(Metric.RSS, Metric.RSS_AFTER_GC, Metric.HEAP));

    static final Suite SUITE = new Suite(
            "realtime",
            """
                    Measures a SocketCluster server under the load of one and the same generator: Heliograph with
                    direct and with virtual dispatch, and the npm package.
                    """,
            "A SocketCluster server on one machine with its clients",
            "direct and virtual: Heliograph; npm: socketcluster-server 20.0.1",
            List.of(DIRECT, VIRTUAL, NPM),
            List.of(NPM),
            List.of(),
            List.of(FANOUT_1, FANOUT_16, FANOUT_MIDDLEWARE, FANOUT_NON_BLOCKING, RPC, CALL, CALL_SPIN, CONNECT, MEMORY),
            List.of(
                    Target.atLeast(DIRECT, NPM, FANOUT_16, 8),
                    Target.atLeast(VIRTUAL, NPM, FANOUT_16, 8),
                    Target.atLeast(DIRECT, NPM, FANOUT_1, 2.5),
                    Target.atLeast(VIRTUAL, NPM, FANOUT_1, 2.5),
                    Target.atLeast(DIRECT, NPM, RPC, 2),
                    Target.atLeast(VIRTUAL, NPM, RPC, 2),
                    Target.atMost(DIRECT, NPM, CALL, 1),
                    Target.atMost(DIRECT, NPM, MEMORY, 0.45),
                    Target.atMost(VIRTUAL, NPM, MEMORY, 0.45)),
            Map.of(
                    "subscribers", SUBSCRIBERS,
                    "connections", CONNECTIONS,
                    "callsOutstanding", CALLS_OUTSTANDING,
                    "idleConnections", HELD));

    private RealtimeSuite() {}
}
