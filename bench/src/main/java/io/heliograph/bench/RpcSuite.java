package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/** Suite of bench/rpc. */
final class RpcSuite {

    static final int OUTSTANDING = 256;
    static final int CONNECTIONS = 64;

    /** Suffix of the labels of MessagePack contestants. */
    static final String MSGPACK = "-mp";

    static final Contestant DIRECT = new Contestant("direct", "Heliograph, Dispatch.direct(), JSON");
    static final Contestant DIRECT_MSGPACK =
            new Contestant("direct" + MSGPACK, "Heliograph, Dispatch.direct(), MessagePack");
    static final Contestant VIRTUAL = new Contestant("virtual", "Heliograph, Dispatch.virtual(), JSON");
    static final Contestant VIRTUAL_MSGPACK =
            new Contestant("virtual" + MSGPACK, "Heliograph, Dispatch.virtual(), MessagePack");
    static final Contestant NPM = Contestant.onNode("npm", "rpc-websockets 10.0.1 on Node, JSON");
    static final Contestant NPM_MSGPACK =
            Contestant.onNode("npm" + MSGPACK, "rpc-websockets 10.0.1 on Node, MessagePack by tiny-msgpack 1.0.3");

    static final Scenario CALL = new Scenario(
            "call", "Calls on one connection, one after the other", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario CALL_SPIN = new Scenario(
            "call-spin", "As call, by a client that polls its socket", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario PIPELINED =
            new Scenario("pipelined", "256 calls outstanding on one connection", List.of(Metric.CALLS));
    static final Scenario MANY =
            new Scenario("many", "256 calls outstanding on 64 connections, 4 on each", List.of(Metric.CALLS));
    static final Scenario OWN_CALL = new Scenario(
            "own-call", "As call, by the client of the same package", List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario OWN_PIPELINED =
            new Scenario("own-pipelined", "As pipelined, by the client of the same package", List.of(Metric.CALLS));

    static final Suite SUITE = new Suite(
            "rpc",
            """
                    Measures RPC over a WebSocket in JSON and in MessagePack: servers under the load of one and the
                    same generator, and each with the client of its own package. Heliograph with direct and with
                    virtual dispatch, and the npm package.
                    """,
            "RPC over WebSocket on one machine",
            "direct and virtual: Heliograph; npm: rpc-websockets 10.0.1; mp: MessagePack, others JSON",
            List.of(DIRECT, DIRECT_MSGPACK, VIRTUAL, VIRTUAL_MSGPACK, NPM, NPM_MSGPACK),
            List.of(NPM),
            List.of(),
            List.of(CALL, CALL_SPIN, PIPELINED, MANY, OWN_CALL, OWN_PIPELINED),
            List.of(
                    Target.atMost(DIRECT, NPM, CALL, 0.8),
                    Target.atMost(DIRECT_MSGPACK, NPM, CALL, 0.8),
                    Target.atMost(DIRECT, NPM, OWN_CALL, 0.8),
                    Target.atMost(DIRECT_MSGPACK, NPM, OWN_CALL, 0.8),
                    Target.atLeast(DIRECT, NPM, PIPELINED, 3),
                    Target.atLeast(DIRECT_MSGPACK, NPM, PIPELINED, 3),
                    Target.atLeast(DIRECT, NPM, MANY, 3),
                    Target.atLeast(DIRECT_MSGPACK, NPM, MANY, 3),
                    Target.atLeast(DIRECT_MSGPACK, DIRECT, PIPELINED, 1),
                    Target.atLeast(DIRECT_MSGPACK, DIRECT, MANY, 1)),
            Map.of("outstanding", OUTSTANDING, "connections", CONNECTIONS));

    private RpcSuite() {}
}
