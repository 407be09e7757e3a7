package io.heliograph.bench;

import io.heliograph.bench.load.HubLoad;
import io.heliograph.bench.load.Load;
import io.heliograph.bench.load.RpcLoad;
import io.heliograph.bench.peer.HubPeer;
import io.heliograph.bench.peer.RealtimePeer;
import io.heliograph.bench.peer.RpcPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Measurement of a hub, or of a server of one of its protocols, loaded by the load generator. */
final class HubMeasurement extends Measurement {

    private static final int FANOUT_BYTES = 100;
    private static final int LATENCY_BYTES = 64;
    private static final int CONNECTING_AT_ONCE = 64;
    private static final int SETTLING_SECONDS = 3;

    HubMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        boolean hub = !contestant.equals(HubSuite.ALONE);
        return switch (scenario.label()) {
            case "fanout" -> fanOut(contestant, scenario, 0, "JSON", false);
            case "fanout-json" -> fanOut(contestant, scenario, HubSuite.SUBSCRIBERS / 2, "JSON", false);
            case "fanout-msgpack" -> fanOut(contestant, scenario, HubSuite.SUBSCRIBERS / 2, "MSGPACK", false);
            case "fanout-ipc" -> fanOut(contestant, scenario, 0, "JSON", true);
            case "ipc-sc" -> hub ? rate(contestant, scenario) : Map.of();
            case "ipc-sc-latency" ->
                hub ? latency(contestant, scenario, "ipc-sc") : halfOfRoundTrips(contestant, scenario);
            case "call" -> calls(contestant, scenario);
            default -> idle(contestant, scenario);
        };
    }

    private Path socket() {
        return scratch.resolve("hub.sock");
    }

    private Child startServer(Contestant contestant, Scenario scenario, String role) throws IOException {
        String name = contestant.label() + "-" + scenario.label() + "-" + role;
        List<String> helio = RealtimeMeasurement.HELIO;
        return contestant.equals(HubSuite.ALONE)
                ? switch (role) {
                    case "rpc" -> startJava(name, scenario, helio, RpcPeer.class, "serve", "direct");
                    case "ipc" -> startJava(name, scenario, helio, HubPeer.class, "ipc", "", socket());
                    default ->
                        startJava(
                                name,
                                scenario,
                                helio,
                                RealtimePeer.class,
                                RealtimeMeasurement.AUTH_KEY,
                                role.equals("echo") ? "echo" : "none",
                                "direct");
                }
                : startJava(
                        name,
                        scenario,
                        helio,
                        HubPeer.class,
                        contestant.label(),
                        RealtimeMeasurement.AUTH_KEY,
                        socket());
    }

    private Child startLoad(Contestant contestant, Scenario scenario, Class<?> load, Object... args)
            throws IOException {
        return startJava(contestant.label() + "-" + scenario.label() + "-load", scenario, load, args);
    }

    private int warmUp() {
        return options.warmUpSeconds() * 1000;
    }

    private int millis() {
        return options.seconds() * 1000;
    }

    private static Map<Metric, Double> value(Metric metric, double value) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(metric, value);
        return values;
    }

    private static double perSecond(Map<String, Long> results, String counted) throws IOException {
        return number(results, counted) * 1e9 / number(results, "nanos");
    }

    /**
     * Measures a fan-out. A server alone has SocketCluster subscribers only.
     *
     * @param rpc number of RPC subscribers among all
     * @param ipc whether an IPC client receives the publications too
     */
    private Map<Metric, Double> fanOut(Contestant contestant, Scenario scenario, int rpc, String codec, boolean ipc)
            throws IOException, InterruptedException {
        boolean alone = contestant.equals(HubSuite.ALONE);
        int others = alone ? 0 : rpc;
        try (Child server = startServer(contestant, scenario, "server")) {
            int port = server.awaitReady();
            long before = number(server.ask("allocated"), "allocated");
            try (Child load = startLoad(
                    contestant,
                    scenario,
                    HubLoad.class,
                    "fanout",
                    port,
                    RealtimeMeasurement.token(),
                    ipc && !alone ? socket() : "-",
                    HubSuite.SUBSCRIBERS - others,
                    others,
                    codec,
                    HubSuite.PUBLICATIONS_OUTSTANDING,
                    FANOUT_BYTES,
                    warmUp(),
                    millis())) {
                Map<String, Long> results = load.results(limit());
                long after = number(server.ask("allocated"), "allocated");
                Map<Metric, Double> values = value(Metric.DELIVERIES, perSecond(results, "deliveries"));
                if (scenario.metrics().contains(Metric.ALLOCATED)) {
                    values.put(Metric.ALLOCATED, (double) (after - before) / number(results, "total"));
                }
                server.end();
                return values;
            }
        }
    }

    private Map<Metric, Double> rate(Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException {
        try (Child server = startServer(contestant, scenario, "server")) {
            int port = server.awaitReady();
            try (Child load = startLoad(
                    contestant,
                    scenario,
                    HubLoad.class,
                    "ipc-sc-rate",
                    port,
                    RealtimeMeasurement.token(),
                    socket(),
                    HubSuite.MESSAGES_OUTSTANDING,
                    FANOUT_BYTES,
                    warmUp(),
                    millis())) {
                Map<Metric, Double> values = value(Metric.RATE, perSecond(load.results(limit()), "messages"));
                server.end();
                return values;
            }
        }
    }

    /** Measures the time of one message, or of one round trip, after the other. */
    private Map<Metric, Double> latency(Contestant contestant, Scenario scenario, String role)
            throws IOException, InterruptedException {
        Path file = scratch.resolve("nanos");
        String kind = role.equals("sc") ? "echo" : role;
        try (Child server = startServer(contestant, scenario, kind)) {
            int port = server.awaitReady();
            try (Child load = startLoad(
                    contestant,
                    scenario,
                    HubLoad.class,
                    role,
                    port,
                    RealtimeMeasurement.token(),
                    socket(),
                    LATENCY_BYTES,
                    WARM_UP_TRIPS,
                    warmUp(),
                    millis(),
                    file)) {
                load.results(limit());
            }
            server.end();
        }
        return percentiles(file);
    }

    /** Returns half the sum of the round trips over IPC and SocketCluster. */
    private Map<Metric, Double> halfOfRoundTrips(Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException {
        Map<Metric, Double> half = latency(contestant, scenario, "ipc");
        latency(contestant, scenario, "sc").forEach((metric, trip) -> half.merge(metric, trip, (a, b) -> (a + b) / 2));
        return half;
    }

    private Map<Metric, Double> calls(Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException {
        try (Child server = startServer(contestant, scenario, "rpc")) {
            int port = server.awaitReady();
            try (Child load = startLoad(
                    contestant,
                    scenario,
                    RpcLoad.class,
                    "calls",
                    contestant.equals(HubSuite.ALONE) ? port : port + "/rpc",
                    "JSON",
                    HubSuite.CONNECTIONS,
                    HubSuite.CALLS_OUTSTANDING,
                    warmUp(),
                    millis())) {
                Map<Metric, Double> values = value(Metric.CALLS, perSecond(load.results(limit()), "calls"));
                server.end();
                return values;
            }
        }
    }

    /** Measures the memory per connection. Earlier connections, closed by then, have warmed the server up. */
    private Map<Metric, Double> idle(Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException {
        try (Child server = startServer(contestant, scenario, "server")) {
            int port = server.awaitReady();
            try (Child visits =
                    startClients(contestant, scenario, "visit", port, CONNECTING_AT_ONCE, WARM_UP_TRIPS, warmUp())) {
                visits.results(limit());
            }
            TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
            long before = number(server.ask("memory"), "heap");
            try (Child held = startClients(contestant, scenario, "hold", port, HubSuite.HELD)) {
                held.awaitReady();
                TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
                long after = number(server.ask("memory"), "heap");
                held.end();
                server.end();
                return value(Metric.HEAP, (double) (after - before) / HubSuite.HELD);
            }
        }
    }

    private Child startClients(Contestant contestant, Scenario scenario, String role, int port, Object... args)
            throws IOException {
        List<Object> all = new ArrayList<>(List.of(role, port, RealtimeMeasurement.token()));
        all.addAll(Arrays.asList(args));
        return startLoad(contestant, scenario, Load.class, all.toArray());
    }
}
