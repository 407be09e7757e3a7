package io.heliograph.bench;

import java.util.List;
import java.util.Map;

/** Suite of bench/channel. */
final class ChannelSuite {

    static final Contestant DIRECT = new Contestant("direct", "Heliograph, Dispatch.direct()");
    static final Contestant VIRTUAL = new Contestant("virtual", "Heliograph, Dispatch.virtual()");
    static final Contestant WARM_UP =
            new Contestant("warm-up", "Heliograph, Dispatch.virtual(), takeoverWarmUp(true); takeover only");
    static final Contestant NPM = Contestant.onNode("npm", "open-channel 0.1.12 on Node");

    static final Scenario LATENCY = new Scenario(
            "latency",
            "Round trip from member to member through the host, 64 B of JSON",
            List.of(Metric.P50, Metric.P99, Metric.P999));
    static final Scenario THROUGHPUT = new Scenario(
            "throughput",
            "One way from member to member through the host, objects of 83 B of JSON",
            List.of(Metric.RATE, Metric.ALLOCATED));
    static final Scenario TAKEOVER = new Scenario(
            "takeover",
            "From kill -9 of the host until the last of "
                    + (ChannelMeasurement.MEMBERS - 1)
                    + " members is on the next one",
            List.of(Metric.TAKEOVER, Metric.WORST_TAKEOVER));

    static final Suite SUITE = new Suite(
            "channel",
            """
                    Measures messages from one member of a channel to another, through a third process that
                    hosts it, and how long a takeover takes: Heliograph with direct and with virtual dispatch,
                    and the npm package, which has no takeovers to measure.
                    """,
            "Three processes on a channel",
            "direct and virtual: Heliograph; npm: open-channel 0.1.12",
            List.of(DIRECT, VIRTUAL, WARM_UP, NPM),
            List.of(NPM),
            List.of(),
            List.of(LATENCY, THROUGHPUT, TAKEOVER),
            List.of(
                    Target.atMost(DIRECT, NPM, LATENCY, 1),
                    Target.atLeast(DIRECT, NPM, THROUGHPUT, 3),
                    Target.atLeast(VIRTUAL, NPM, THROUGHPUT, 3),
                    Target.below(DIRECT, TAKEOVER, Metric.TAKEOVER, 50),
                    Target.below(DIRECT, TAKEOVER, Metric.WORST_TAKEOVER, 500),
                    Target.below(VIRTUAL, TAKEOVER, Metric.TAKEOVER, 50),
                    Target.below(VIRTUAL, TAKEOVER, Metric.WORST_TAKEOVER, 500),
                    Target.below(WARM_UP, TAKEOVER, Metric.TAKEOVER, 50),
                    Target.below(WARM_UP, TAKEOVER, Metric.WORST_TAKEOVER, 500)),
            Map.of(
                    "window", PeerMeasurement.WINDOW,
                    "ackEvery", PeerMeasurement.ACK_EVERY,
                    "members", ChannelMeasurement.MEMBERS,
                    "takeovers", ChannelMeasurement.TAKEOVERS));

    private ChannelSuite() {}
}
