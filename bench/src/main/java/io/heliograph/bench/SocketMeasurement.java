package io.heliograph.bench;

import io.heliograph.bench.peer.SocketPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Runs the server and the client of one contestant of typed sockets once. */
final class SocketMeasurement extends Measurement {

    /** 4 MB on their way. */
    static final int BATCH_WINDOW = 64;

    static final int SMALL_WINDOW = 20_000;

    private static final int LATENCY_DOUBLES = 8;
    private static final int BATCH_DOUBLES = 8192;
    private static final int SMALL_DOUBLES = 2;

    /** How often a window is acknowledged while it passes. */
    private static final int ACKS_OF_A_WINDOW = 4;

    SocketMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        if (scenario.main().isLatency()) {
            return latency(contestant, scenario);
        }
        return scenario.equals(SocketSuite.BATCHES)
                ? throughput(contestant, scenario, BATCH_DOUBLES, BATCH_WINDOW)
                : throughput(contestant, scenario, SMALL_DOUBLES, SMALL_WINDOW);
    }

    private Map<Metric, Double> latency(Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException {
        Path file = scratch.resolve("nanos");
        try (Child server = start(contestant, scenario, "echo");
                Child client = start(
                        contestant,
                        scenario,
                        "ping",
                        server.awaitReady(),
                        LATENCY_DOUBLES,
                        WARM_UP_TRIPS,
                        options.warmUpSeconds() * 1000,
                        options.seconds() * 1000,
                        file)) {
            client.results(limit());
            server.end();
        }
        return percentiles(file);
    }

    private Map<Metric, Double> throughput(Contestant contestant, Scenario scenario, int doubles, int window)
            throws IOException, InterruptedException {
        try (Child server = start(contestant, scenario, "sink", window / ACKS_OF_A_WINDOW);
                Child client = start(
                        contestant,
                        scenario,
                        "source",
                        server.awaitReady(),
                        doubles,
                        options.warmUpSeconds() * 1000,
                        options.seconds() * 1000,
                        window)) {
            Map<String, Long> sent = client.results(limit());
            double perSecond = number(sent, "messages") * 1e9 / number(sent, "nanos");
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(
                    scenario.main(), scenario.main() == Metric.VOLUME ? perSecond * doubles * Double.BYTES : perSecond);
            Map<String, Long> received = server.end();
            if (received.containsKey("allocated")) {
                values.put(Metric.ALLOCATED, (double) number(received, "allocated"));
            }
            return values;
        }
    }

    private Child start(Contestant contestant, Scenario scenario, String role, Object... args) throws IOException {
        String name = contestant.label() + "-" + scenario.label() + "-" + role;
        List<Object> all = new ArrayList<>(List.of(role));
        all.addAll(Arrays.asList(args));
        if (contestant.onNode()) {
            all.addFirst(bench.resolve("peers/socket.js"));
            return startNode(name, scenario, List.of(), all.toArray());
        }
        all.addFirst(contestant.label());
        return startJava(name, scenario, SocketPeer.class, all.toArray());
    }
}
