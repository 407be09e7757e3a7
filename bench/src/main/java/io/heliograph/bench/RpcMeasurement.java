package io.heliograph.bench;

import io.heliograph.bench.load.RpcLoad;
import io.heliograph.bench.peer.RpcPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Measurement of one RPC server, loaded by the load generator or a client of the same contestant. */
final class RpcMeasurement extends Measurement {

    RpcMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        try (Child server = startPeer(contestant, scenario, "serve")) {
            int port = server.awaitReady();
            Map<Metric, Double> values = load(contestant, scenario, port);
            server.end();
            return values;
        }
    }

    private Map<Metric, Double> load(Contestant contestant, Scenario scenario, int port)
            throws IOException, InterruptedException {
        int warmUp = options.warmUpSeconds() * 1000;
        int millis = options.seconds() * 1000;
        Path file = scratch.resolve("nanos");
        boolean latency = scenario.main().isLatency();
        boolean own = scenario.equals(RpcSuite.OWN_CALL) || scenario.equals(RpcSuite.OWN_PIPELINED);
        List<Object> args = new ArrayList<>(List.of(port, codec(contestant)));
        if (latency) {
            args.addAll(List.of(WARM_UP_TRIPS, warmUp, millis, file));
        } else if (own) {
            args.addAll(List.of(RpcSuite.OUTSTANDING, warmUp, millis));
        } else {
            int connections = scenario.equals(RpcSuite.MANY) ? RpcSuite.CONNECTIONS : 1;
            args.addAll(List.of(connections, RpcSuite.OUTSTANDING / connections, warmUp, millis));
        }
        String role = scenario.equals(RpcSuite.CALL_SPIN) ? "spin" : latency ? "call" : "calls";
        try (Child load = own
                ? startPeer(contestant, scenario, role, args.toArray())
                : startLoad(contestant, scenario, role, args)) {
            Map<String, Long> results = load.results(limit());
            if (latency) {
                return percentiles(file);
            }
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.CALLS, number(results, "calls") * 1e9 / number(results, "nanos"));
            return values;
        }
    }

    private static String codec(Contestant contestant) {
        return contestant.label().endsWith(RpcSuite.MSGPACK) ? "MSGPACK" : "JSON";
    }

    /** Returns the contestant's label without the codec. */
    private static String owner(Contestant contestant) {
        return contestant.label().replace(RpcSuite.MSGPACK, "");
    }

    private Child startLoad(Contestant contestant, Scenario scenario, String role, List<Object> args)
            throws IOException {
        List<Object> all = new ArrayList<>(args);
        all.addFirst(role);
        return startJava(name(contestant, scenario, "load"), scenario, RpcLoad.class, all.toArray());
    }

    /** Starts a server or client of the contestant. */
    private Child startPeer(Contestant contestant, Scenario scenario, String role, Object... args) throws IOException {
        String name = name(contestant, scenario, role);
        List<Object> all = new ArrayList<>(List.of(role));
        if (contestant.onNode()) {
            all.addFirst(bench.resolve("peers/rpc.js"));
            all.add(codec(contestant));
            all.addAll(Arrays.asList(args));
            return startNode(name, scenario, List.of(), all.toArray());
        }
        all.add(owner(contestant));
        all.addAll(Arrays.asList(args));
        return startJava(name, scenario, RpcPeer.class, all.toArray());
    }

    private static String name(Contestant contestant, Scenario scenario, String role) {
        return contestant.label() + "-" + scenario.label() + "-" + role;
    }
}
