package io.heliograph.bench;

import io.heliograph.bench.peer.SocketPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Measures typed sockets: framed doubles over TCP, between two processes of each contestant in turn, round after round. Writes a
 * table, and judges what was promised.
 */
public final class SocketBench {

    private static final String USAGE =
            """
            usage: bench/socket [options]

            Measures framed doubles over TCP on one machine, two processes each: Heliograph with
            direct and with virtual dispatch, a raw blocking Java socket, and Node's net module.

              --quick          a first look: 2 rounds of 2 seconds; results go to bench/target/results
              --seconds N      how long one measurement takes after its warm-up (5)
              --runs N         rounds; each measures every contestant once (5)
              --warm-up N      seconds of warm-up, and at least 20000 round trips (3)
              --out DIR        where results go (bench/results)
              -h, --help       this text
            """;

    private static final Duration SLACK = Duration.ofSeconds(60);

    private enum Peers {
        DIRECT,
        VIRTUAL,
        RAW,
        NODE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private enum Work {
        LATENCY("Round trip, 8 doubles; median in µs", 8, 0, 0),
        BATCHES("One way, batches of 8192 doubles; MB/s", 8192, 64, 16),
        SMALL("One way, messages of 2 doubles; thousands a second", 2, 20_000, 5_000);

        final String title;
        final int doubles;
        final int window;
        final int ackEvery;

        Work(String title, int doubles, int window, int ackEvery) {
            this.title = title;
            this.doubles = doubles;
            this.window = window;
            this.ackEvery = ackEvery;
        }
    }

    private final Path bench;
    private final Path out;
    private final int seconds;
    private final int warmUp;
    private final int runs;
    private final Map<Work, Map<Peers, List<Double>>> results = new EnumMap<>(Work.class);

    private SocketBench(Path bench, List<String> args) {
        boolean quick = args.contains("--quick");
        this.bench = bench;
        this.seconds = number(args, "--seconds", quick ? 2 : 5);
        this.warmUp = number(args, "--warm-up", quick ? 2 : 3);
        this.runs = number(args, "--runs", quick ? 2 : 5);
        int at = args.indexOf("--out");
        this.out =
                at >= 0 && at + 1 < args.size()
                        ? Path.of(args.get(at + 1))
                        : bench.resolve(quick ? "target/results" : "results");
    }

    private static int number(List<String> args, String option, int otherwise) {
        int at = args.indexOf(option);
        if (at < 0) {
            return otherwise;
        }
        String text = at + 1 < args.size() ? args.get(at + 1) : "";
        if (!text.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException(option + ": '" + text + "' (expected: 1 to 9999)");
        }
        return Integer.parseInt(text);
    }

    /** Exit codes: 0 measured, 1 failed, 2 wrong usage. */
    public static void main(String[] args) throws Exception {
        List<String> arguments = List.of(args);
        if (arguments.contains("-h") || arguments.contains("--help")) {
            System.out.print(USAGE);
            return;
        }
        SocketBench measured;
        try {
            measured =
                    new SocketBench(Path.of(System.getProperty("bench.home", "bench")), arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("bench/socket: " + e.getMessage() + "; see bench/socket --help");
            System.exit(2);
            return;
        }
        try {
            measured.run();
        } catch (IOException e) {
            System.err.println("bench/socket: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run() throws IOException, InterruptedException {
        Map<String, String> machine = Machine.facts();
        StringBuilder text = new StringBuilder();
        machine.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        System.out.print(text);
        List<Peers> contestants = new ArrayList<>(List.of(Peers.values()));
        if (!Machine.hasNode()) {
            contestants.remove(Peers.NODE);
            System.out.println("No node on the path: it is left out.");
        }
        for (int round = 1; round <= runs; round++) {
            for (Work work : Work.values()) {
                for (Peers peers : contestants) {
                    double value =
                            work == Work.LATENCY ? latency(peers, work) : throughput(peers, work);
                    results.computeIfAbsent(work, key -> new EnumMap<>(Peers.class))
                            .computeIfAbsent(peers, key -> new ArrayList<>())
                            .add(value);
                    System.out.printf(
                            Locale.ROOT,
                            "%d/%d  %-8s  %-8s  %.1f%n",
                            round,
                            runs,
                            work.name().toLowerCase(Locale.ROOT),
                            peers.label(),
                            value);
                }
            }
        }
        text.append('\n').append(table()).append(targets());
        System.out.print("\n" + table() + targets());
        Files.createDirectories(out);
        Files.writeString(out.resolve("socket.txt"), text);
        System.out.println("Written to " + out.resolve("socket.txt"));
    }

    // ---- one measurement

    private double latency(Peers peers, Work work) throws IOException, InterruptedException {
        Path file = Files.createTempFile("hb", ".nanos");
        try (Child server = start(peers, "echo")) {
            int port = port(server);
            try (Child client =
                    start(peers, "ping", port, work.doubles, warmUp * 1000, seconds * 1000, file)) {
                client.results(limit());
            }
            server.end();
            Histogram histogram = new Histogram(60_000_000_000L, 3);
            ByteBuffer nanos =
                    ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            while (nanos.hasRemaining()) {
                histogram.recordValue(Integer.toUnsignedLong(nanos.getInt()));
            }
            return histogram.getValueAtPercentile(50) / 1e3;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private double throughput(Peers peers, Work work) throws IOException, InterruptedException {
        try (Child server = start(peers, "sink", work.ackEvery)) {
            int port = port(server);
            try (Child client =
                    start(
                            peers,
                            "source",
                            port,
                            work.doubles,
                            warmUp * 1000,
                            seconds * 1000,
                            work.window)) {
                Map<String, Long> sent = client.results(limit());
                server.end();
                double perSecond = of(sent, "messages") * 1e9 / of(sent, "nanos");
                return work == Work.BATCHES
                        ? perSecond * work.doubles * Double.BYTES / 1e6
                        : perSecond / 1e3;
            }
        }
    }

    private static long of(Map<String, Long> results, String name) throws IOException {
        Long value = results.get(name);
        if (value == null) {
            throw new IOException("no " + name + " in " + results);
        }
        return value;
    }

    private static int port(Child server) throws IOException {
        server.awaitReady();
        return Math.toIntExact(server.awaitNumber("port"));
    }

    private Duration limit() {
        return Duration.ofSeconds((long) warmUp + seconds).plus(SLACK);
    }

    private Child start(Peers peers, String role, Object... args) throws IOException {
        List<String> command = new ArrayList<>();
        if (peers == Peers.NODE) {
            command.addAll(List.of("node", bench.resolve("peers/socket.js").toString()));
        } else {
            command.addAll(
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SocketPeer.class.getName(),
                            peers.label()));
        }
        command.add(role);
        Arrays.stream(args).map(Object::toString).forEach(command::add);
        return new Child(peers.label() + "-" + role, command);
    }

    // ---- the results

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private double ratioToRaw(Work work, Peers peers) {
        Map<Peers, List<Double>> all = results.getOrDefault(work, Map.of());
        return median(all.getOrDefault(peers, List.of(Double.NaN)))
                / median(all.getOrDefault(Peers.RAW, List.of(Double.NaN)));
    }

    private String table() {
        StringBuilder text = new StringBuilder();
        results.forEach((work, byPeers) -> {
            text.append(work.title).append("; median of the rounds (least–greatest)\n");
            byPeers.forEach((peers, values) ->
                    text.append(
                            String.format(
                                    Locale.ROOT,
                                    "  %-8s %10.1f (%.1f–%.1f)   / raw %.2f%n",
                                    peers.label(),
                                    median(values),
                                    values.stream().mapToDouble(v -> v).min().orElse(Double.NaN),
                                    values.stream().mapToDouble(v -> v).max().orElse(Double.NaN),
                                    ratioToRaw(work, peers))));
            text.append('\n');
        });
        return text.toString();
    }

    private String targets() {
        double batches = ratioToRaw(Work.BATCHES, Peers.DIRECT);
        double latency = ratioToRaw(Work.LATENCY, Peers.DIRECT);
        return String.format(
                Locale.ROOT,
                "Targets%n  direct / raw, batches, at least 0.80   %.2f   %s%n  direct / raw, round trip, at most 1.30   %.2f   %s%n",
                batches,
                batches >= 0.8 ? "met" : "MISSED",
                latency,
                latency <= 1.3 ? "met" : "MISSED");
    }
}
