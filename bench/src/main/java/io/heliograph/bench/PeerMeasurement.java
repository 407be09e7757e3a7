package io.heliograph.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measurement of two processes of one contestant: a server in the role {@code echo} or {@code sink}, and a client in the role
 * {@code ping} or {@code source}.
 */
abstract class PeerMeasurement extends Measurement {

    /** Maximum number of unacknowledged small messages. A smaller window slows the npm package down by up to a third. */
    static final int WINDOW = 20_000;

    /** Number of messages per acknowledgement within {@link #WINDOW}. */
    static final int ACK_EVERY = 10_000;

    private final String script;
    private final Class<?> peer;

    /**
     * @param script Node peer, relative to the benchmark directory
     * @param peer Java peer
     */
    PeerMeasurement(Options options, Path bench, Path scratch, String script, Class<?> peer) {
        super(options, bench, scratch);
        this.script = script;
        this.peer = peer;
    }

    /**
     * Measures the latency of round trips.
     *
     * @param address address of the server; empty for a server that prints its port
     * @param size size of a message, in the unit of the client
     * @param echoArgs further arguments of the server
     */
    final Map<Metric, Double> roundTrips(
            Contestant contestant, Scenario scenario, Optional<Path> address, int size, Object... echoArgs)
            throws IOException, InterruptedException {
        Path file = scratch.resolve("nanos");
        try (Child server = start(contestant, scenario, "echo", arguments(address, echoArgs))) {
            int port = server.awaitReady();
            try (Child client = start(
                    contestant,
                    scenario,
                    "ping",
                    address.isPresent() ? address.get() : port,
                    size,
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

    /**
     * Measures the rate of messages in one direction, and the bytes that the receiver allocates per message.
     *
     * @param address address of the server; empty for a server that prints its port
     * @param ackEvery number of messages per acknowledgement
     * @param perMessage weight of a message in the scenario's main metric
     * @param sourceArgs further arguments of the client
     */
    final Map<Metric, Double> oneWay(
            Contestant contestant,
            Scenario scenario,
            Optional<Path> address,
            int ackEvery,
            double perMessage,
            Object... sourceArgs)
            throws IOException, InterruptedException {
        try (Child server = start(contestant, scenario, "sink", arguments(address, ackEvery))) {
            int port = server.awaitReady();
            List<Object> args = new ArrayList<>(Arrays.asList(sourceArgs));
            args.addFirst(address.isPresent() ? address.get() : port);
            try (Child client = start(contestant, scenario, "source", args.toArray())) {
                Map<Metric, Double> values = new EnumMap<>(Metric.class);
                Map<String, Long> sent = client.results(limit());
                values.put(scenario.main(), number(sent, "messages") * 1e9 / number(sent, "nanos") * perMessage);
                Map<String, Long> received = server.end();
                if (received.containsKey("allocated")) {
                    values.put(Metric.ALLOCATED, (double) number(received, "allocated"));
                }
                return values;
            }
        }
    }

    private static Object[] arguments(Optional<Path> address, Object... further) {
        List<Object> args = new ArrayList<>(Arrays.asList(further));
        address.ifPresent(args::addFirst);
        return args.toArray();
    }

    /** Starts a Java or Node peer in a role. */
    final Child start(Contestant contestant, Scenario scenario, String role, Object... args) throws IOException {
        String name = contestant.label() + "-" + scenario.label() + "-" + role;
        List<Object> all = new ArrayList<>(Arrays.asList(args));
        all.addFirst(role);
        if (contestant.onNode()) {
            // The election of open-channel identifies processes by the absolute path of their script.
            all.addFirst(bench.resolve(script).toAbsolutePath());
            return startNode(name, scenario, List.of(), all.toArray());
        }
        all.addFirst(contestant.label());
        return startJava(name, scenario, peer, all.toArray());
    }
}
