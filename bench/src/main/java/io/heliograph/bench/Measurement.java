package io.heliograph.bench;

import io.heliograph.bench.peer.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Runs one contestant's server and client once. */
final class Measurement {

    static final int WARM_UP_TRIPS = 20_000;

    /** The npm package is fastest with this window; smaller ones cost it up to a third. */
    static final int WINDOW = 20_000;

    static final int ACK_EVERY = 10_000;

    private static final Duration SLACK = Duration.ofSeconds(60);

    private final Options options;
    private final Path bench;
    private final Path scratch;

    /**
     * @param scratch an empty directory with a short path
     */
    Measurement(Options options, Path bench, Path scratch) {
        this.options = options;
        this.bench = bench;
        this.scratch = scratch;
    }

    Run run(int round, Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException {
        Path socket = scratch.resolve("s");
        Files.deleteIfExists(socket);
        Map<Metric, Double> values =
                scenario.isLatency()
                        ? latency(contestant, scenario, socket)
                        : throughput(contestant, scenario, socket);
        return new Run(round, contestant, scenario, values);
    }

    private Map<Metric, Double> latency(Contestant contestant, Scenario scenario, Path socket)
            throws IOException, InterruptedException {
        Path file = scratch.resolve("nanos");
        try (Child server = start(contestant, scenario, "echo", socket, scenario.bytes)) {
            server.awaitReady();
            try (Child client =
                    start(
                            contestant,
                            scenario,
                            "ping",
                            socket,
                            scenario.bytes,
                            WARM_UP_TRIPS,
                            options.warmUpSeconds() * 1000,
                            options.seconds() * 1000,
                            file)) {
                client.results(limit());
            }
            server.end();
        }
        Histogram histogram = new Histogram(60_000_000_000L, 3);
        ByteBuffer nanos = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        while (nanos.hasRemaining()) {
            histogram.recordValue(Integer.toUnsignedLong(nanos.getInt()));
        }
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.P50, histogram.getValueAtPercentile(50) / 1e3);
        values.put(Metric.P99, histogram.getValueAtPercentile(99) / 1e3);
        values.put(Metric.P999, histogram.getValueAtPercentile(99.9) / 1e3);
        return values;
    }

    private Map<Metric, Double> throughput(Contestant contestant, Scenario scenario, Path socket)
            throws IOException, InterruptedException {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        try (Child server = start(contestant, scenario, "sink", socket, ACK_EVERY)) {
            server.awaitReady();
            try (Child client =
                    start(
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

    private Duration limit() {
        return Duration.ofSeconds(options.warmUpSeconds() + options.seconds()).plus(SLACK);
    }

    private static long number(Map<String, Long> results, String name) throws IOException {
        Long value = results.get(name);
        if (value == null) {
            throw new IOException("no " + name + " in " + results);
        }
        return value;
    }

    private Child start(
            Contestant contestant, Scenario scenario, String role, Path socket, Object... args)
            throws IOException {
        String name = contestant.label + "-" + scenario.label + "-" + role;
        List<String> command = new ArrayList<>();
        if (options.oneCore() && scenario.isLatency()) {
            command.addAll(List.of("taskset", "-c", "0"));
        }
        if (contestant == Contestant.NPM) {
            command.addAll(List.of("node", bench.resolve("peers/peer.js").toString()));
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(
                    List.of(
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
            if (options.profile()) {
                Files.createDirectories(options.out());
                Path recording = options.out().resolve(name + ".jfr");
                command.add(
                        "-XX:StartFlightRecording=settings=profile,"
                                + Profile.SETTINGS
                                + "filename="
                                + recording.toAbsolutePath());
                command.add("-Xlog:jfr+startup=error"); // standard output is for results
                command.add("-XX:+UnlockDiagnosticVMOptions");
                command.add("-XX:+DebugNonSafepoints");
            }
            command.addAll(options.jvm());
            command.addAll(
                    List.of(
                            "-cp",
                            System.getProperty("java.class.path"),
                            Peer.class.getName(),
                            contestant.label));
        }
        command.add(role);
        command.add(socket.toString());
        for (Object arg : args) {
            command.add(arg.toString());
        }
        return new Child(name, command);
    }
}
