package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/** Suite of bench/hub. */
final class HubSuite {

    static final int SUBSCRIBERS = 1000;
    static final int PUBLICATIONS_OUTSTANDING = 16;
    static final int CONNECTIONS = 64;
    static final int CALLS_OUTSTANDING = 16;
    static final int HELD = 8000;

    /** Messages from IPC to SocketCluster: half a mebibyte, less than the queue of a subscriber. */
    static final int MESSAGES_OUTSTANDING = 4096;

    static final Contestant ALONE =
            new Contestant("alone", "RealtimeServer, RpcServer and IpcServer, each without a hub, Dispatch.direct()");
    static final Contestant HUB = new Contestant("hub", "Hub, Dispatch.direct()");
    static final Contestant RULES = new Contestant("rules", "Hub with ten permission rules, Dispatch.direct()");

    static final Scenario FANOUT = new Scenario(
            "fanout",
            "100 B to 1000 SocketCluster subscribers, 16 publications outstanding",
            List.of(Metric.DELIVERIES, Metric.ALLOCATED));
    static final Scenario FANOUT_JSON =
            new Scenario("fanout-json", "The same, 500 of them RPC subscribers with JSON", List.of(Metric.DELIVERIES));
    static final Scenario FANOUT_MSGPACK = new Scenario(
            "fanout-msgpack", "The same, 500 of them RPC subscribers with MessagePack", List.of(Metric.DELIVERIES));
    static final Scenario FANOUT_IPC =
            new Scenario("fanout-ipc", "1000 SocketCluster subscribers and one IPC client", List.of(Metric.DELIVERIES));
    static final Scenario IPC_RATE =
            new Scenario("ipc-sc", "100 B from an IPC client to a SocketCluster subscriber", List.of(Metric.RATE));
    static final Scenario IPC_LATENCY = new Scenario(
            "ipc-sc-latency",
            "64 B from IPC to SocketCluster, one after the other; alone: half the round trips of both",
            List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario CALL =
            new Scenario("call", "RPC calls on 64 connections, 16 outstanding on each, JSON", List.of(Metric.CALLS));
    static final Scenario IDLE =
            new Scenario("idle", "8000 idle SocketCluster connections with one subscription", List.of(Metric.HEAP));

    static final Suite SUITE = new Suite(
            "hub",
            """
                    Measures a hub under the load of one and the same generator: beside the servers of its protocols
                    alone, and with ten permission rules.
                    """,
            "A hub on one machine with its clients",
            "alone: the servers without a hub; hub; rules: hub with ten permission rules",
            List.of(ALONE, HUB, RULES),
            List.of(ALONE),
            List.of(),
            List.of(FANOUT, FANOUT_JSON, FANOUT_MSGPACK, FANOUT_IPC, IPC_RATE, IPC_LATENCY, CALL, IDLE),
            List.of(
                    Target.atLeast(HUB, ALONE, FANOUT, 0.97),
                    Target.atMostMore(HUB, ALONE, FANOUT, Metric.ALLOCATED, 0.5),
                    Target.atLeast(HUB, ALONE, FANOUT_JSON, 0.90),
                    Target.atLeast(HUB, ALONE, FANOUT_MSGPACK, 0.85),
                    Target.atLeast(HUB, ALONE, FANOUT_IPC, 0.90),
                    Target.above(HUB, IPC_RATE, Metric.RATE, 500_000),
                    Target.atMost(HUB, ALONE, IPC_LATENCY, 1.25),
                    Target.atLeast(HUB, ALONE, CALL, 0.95),
                    Target.atMostMore(HUB, ALONE, IDLE, Metric.HEAP, 64),
                    Target.atLeast(RULES, HUB, FANOUT, 0.98),
                    Target.atLeast(RULES, HUB, CALL, 0.98)),
            Map.of(
                    "subscribers", SUBSCRIBERS,
                    "publicationsOutstanding", PUBLICATIONS_OUTSTANDING,
                    "connections", CONNECTIONS,
                    "callsOutstanding", CALLS_OUTSTANDING,
                    "messagesOutstanding", MESSAGES_OUTSTANDING,
                    "idleConnections", HELD));

    private HubSuite() {}
}
