package io.heliograph.bench;

import io.heliograph.bench.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Runs one contestant's server and client once. */
final class IpcMeasurement extends Measurement {

    /** The npm package is fastest with this window; smaller ones cost it up to a third. */
    static final int WINDOW = 20_000;

    static final int ACK_EVERY = 10_000;

    IpcMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        Path socket = scratch.resolve("s");
        Files.deleteIfExists(socket);
        return scenario.main().isLatency()
                ? latency(contestant, scenario, socket)
                : throughput(contestant, scenario, socket);
    }

    private Map<Metric, Double> latency(Contestant contestant, Scenario scenario, Path socket)
            throws IOException, InterruptedException {
        int bytes = scenario.equals(IpcSuite.LATENCY_4K) ? 4096 : 64;
        Path file = scratch.resolve("nanos");
        try (Child server = start(contestant, scenario, "echo", socket, bytes)) {
            server.awaitReady();
            try (Child client = start(
                    contestant,
                    scenario,
                    "ping",
                    socket,
                    bytes,
                    WARM_UP_TRIPS,
                    options.warmUpSeconds() * 1000,
                    options.seconds() * 1000,
                    file)) {
                client.results(limit());
            }
            server.end();
        }
        return percentiles(file);
    }

    private Map<Metric, Double> throughput(Contestant contestant, Scenario scenario, Path socket)
            throws IOException, InterruptedException {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        try (Child server = start(contestant, scenario, "sink", socket, ACK_EVERY)) {
            server.awaitReady();
            try (Child client = start(
                    contestant,
                    scenario,
                    "source",
                    socket,
                    options.warmUpSeconds() * 1000,
                    options.seconds() * 1000,
                    WINDOW,
                    ACK_EVERY)) {
                Map<String, Long> sent = client.results(limit());
                values.put(Metric.RATE, number(sent, "messages") * 1e9 / number(sent, "nanos"));
            }
            Map<String, Long> received = server.end();
            if (received.containsKey("allocated")) {
                values.put(Metric.ALLOCATED, (double) number(received, "allocated"));
            }
        }
        return values;
    }

    private Child start(Contestant contestant, Scenario scenario, String role, Path socket, Object... args)
            throws IOException {
        String name = contestant.label() + "-" + scenario.label() + "-" + role;
        List<Object> all = new ArrayList<>(List.of(role, socket));
        all.addAll(Arrays.asList(args));
        if (contestant.onNode()) {
            all.addFirst(bench.resolve("peers/peer.js"));
            return startNode(name, scenario, List.of(), all.toArray());
        }
        all.addFirst(contestant.label());
        return startJava(name, scenario, Peer.class, all.toArray());
    }
}
