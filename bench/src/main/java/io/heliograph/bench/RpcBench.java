package io.heliograph.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Measures calls over a WebSocket, two processes each, all contestants in turn, round after round: what disturbs the machine
 * disturbs all of them alike.
 */
public final class RpcBench {

    private static final Duration SLACK = Duration.ofSeconds(60);

    private static final String USAGE =
            """
            usage: bench/rpc [options]

            Measures calls over a WebSocket: Heliograph with direct and virtual dispatch, in JSON and in
            MessagePack, and rpc-websockets on Node. One call at a time over one connection, 256 at a time
            over one, and 256 at a time over 64.

              --quick          a first look: 1 round of 2 seconds, 1 second of warm-up
              --seconds N      how long one measurement takes after its warm-up (5)
              --warm-up N      seconds of warm-up (3)
              --runs N         rounds; each measures every contestant once (5)
              --out DIR        where the table goes (bench/results)
              -h, --help       this text
            """;

    /** Whose two ends are measured. */
    private enum Contestant {
        DIRECT_JSON("direct", "JSON"),
        DIRECT_MSGPACK("direct", "MSGPACK"),
        VIRTUAL_JSON("virtual", "JSON"),
        VIRTUAL_MSGPACK("virtual", "MSGPACK"),
        NPM("npm", "JSON");

        final String dispatch;
        final String codec;

        Contestant(String dispatch, String codec) {
            this.dispatch = dispatch;
            this.codec = codec;
        }

        String label() {
            return this == NPM ? "npm" : dispatch + "-" + codec.toLowerCase(Locale.ROOT);
        }
    }

    /** How many calls are under way over how many connections. */
    private enum Scenario {
        LATENCY(1, 1),
        PIPELINED(1, 256),
        MANY(64, 4);

        final int connections;
        final int outstanding;

        Scenario(int connections, int outstanding) {
            this.connections = connections;
            this.outstanding = outstanding;
        }

        String label() {
            return connections * outstanding + " over " + connections;
        }
    }

    private final Path bench;
    private int seconds = 5;
    private int warmUp = 3;
    private int runs = 5;
    private Path out;

    private RpcBench(Path bench) {
        this.bench = bench;
        this.out = bench.resolve("results");
    }

    /** Exit codes: 0 measured, 1 failed, 2 wrong usage. */
    public static void main(String[] args) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(args));
        if (arguments.contains("-h") || arguments.contains("--help")) {
            System.out.print(USAGE);
            return;
        }
        RpcBench driver = new RpcBench(Path.of(System.getProperty("bench.home", "bench")));
        try {
            driver.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("bench/rpc: " + e.getMessage() + "; see bench/rpc --help");
            System.exit(2);
        }
        try {
            driver.measure();
        } catch (IOException e) {
            System.err.println("bench/rpc: " + e.getMessage());
            System.exit(1);
        }
    }

    private void parse(List<String> args) {
        while (!args.isEmpty()) {
            String name = args.remove(0);
            if (name.equals("--quick")) {
                seconds = 2;
                warmUp = 1;
                runs = 1;
                out = bench.resolve("target/results");
                continue;
            }
            if (args.isEmpty()) {
                throw new IllegalArgumentException(name + " needs a value, or is unknown");
            }
            String value = args.remove(0);
            switch (name) {
                case "--seconds" -> seconds = Integer.parseInt(value);
                case "--warm-up" -> warmUp = Integer.parseInt(value);
                case "--runs" -> runs = Integer.parseInt(value);
                case "--out" -> out = Path.of(value);
                default -> throw new IllegalArgumentException("unknown option " + name);
            }
        }
    }

    private void measure() throws IOException, InterruptedException {
        Map<String, String> machine = Machine.facts();
        StringBuilder text = new StringBuilder();
        machine.forEach((name, value) -> text.append(name + ": " + value + "\n"));
        Map<String, List<Map<String, Long>>> results = new LinkedHashMap<>();
        for (int round = 1; round <= runs; round++) {
            for (Scenario scenario : Scenario.values()) {
                for (Contestant contestant : Contestant.values()) {
                    if (contestant == Contestant.NPM && !Machine.hasNode()) {
                        continue;
                    }
                    Map<String, Long> result = run(contestant, scenario);
                    results.computeIfAbsent(key(scenario, contestant), k -> new ArrayList<>())
                            .add(result);
                    System.out.println(
                            round + "/" + runs + "  " + key(scenario, contestant) + "  " + result);
                }
            }
        }
        text.append(
                String.format(
                        "%n%-14s%-18s%14s%12s%12s%n", "calls", "", "calls/s", "p50 µs", "p99 µs"));
        results.forEach((key, all) ->
                text.append(
                        String.format(
                                Locale.ROOT,
                                "%-32s%14.0f%12.1f%12.1f%n",
                                key,
                                median(all, r -> value(r, "calls") * 1e9 / value(r, "nanos")),
                                median(all, r -> value(r, "p50") / 1e3),
                                median(all, r -> value(r, "p99") / 1e3))));
        text.append("\nTargets, as medians against npm\n");
        if (Machine.hasNode()) {
            for (Contestant ours : List.of(Contestant.DIRECT_JSON, Contestant.DIRECT_MSGPACK)) {
                text.append(
                        target(
                                results,
                                Scenario.LATENCY,
                                ours,
                                "p50 at most 0.8 ×",
                                r -> r.get("p50")));
                for (Scenario scenario : List.of(Scenario.PIPELINED, Scenario.MANY)) {
                    text.append(
                            target(
                                    results,
                                    scenario,
                                    ours,
                                    "rate at least 3 ×",
                                    r -> r.get("calls")));
                }
            }
        }
        System.out.print("\n" + text);
        Files.createDirectories(out);
        Files.writeString(out.resolve("rpc.txt"), text);
        System.out.println("\nWritten to " + out.resolve("rpc.txt"));
    }

    private static String target(
            Map<String, List<Map<String, Long>>> results,
            Scenario scenario,
            Contestant ours,
            String promise,
            ToDoubleFunction<Map<String, Long>> value) {
        double ratio =
                median(results.getOrDefault(key(scenario, ours), List.of()), value)
                        / median(
                                results.getOrDefault(key(scenario, Contestant.NPM), List.of()),
                                value);
        return String.format(Locale.ROOT, "%-32s%-20s%.2f%n", key(scenario, ours), promise, ratio);
    }

    private static String key(Scenario scenario, Contestant contestant) {
        return String.format("%-14s%s", scenario.label(), contestant.label());
    }

    private static double value(Map<String, Long> result, String name) {
        return Objects.requireNonNull(result.get(name), name).doubleValue();
    }

    private static double median(
            List<Map<String, Long>> all, ToDoubleFunction<Map<String, Long>> value) {
        double[] sorted = all.stream().mapToDouble(value).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    private Map<String, Long> run(Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException {
        int port = freePort();
        try (Child server = start(contestant, "serve", port)) {
            server.awaitReady();
            try (Child client =
                    start(
                            contestant,
                            "load",
                            port,
                            contestant.codec,
                            scenario.connections,
                            scenario.outstanding,
                            warmUp * 1000,
                            seconds * 1000)) {
                Map<String, Long> results =
                        client.results(Duration.ofSeconds(warmUp + seconds).plus(SLACK));
                server.end();
                return results;
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Child start(Contestant contestant, String role, Object... args) throws IOException {
        List<String> command = new ArrayList<>();
        if (contestant == Contestant.NPM) {
            command.addAll(List.of("node", bench.resolve("peers/rpc.js").toString()));
        } else {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(
                    List.of(
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.heliograph.bench.peer.RpcPeer"));
        }
        command.add(role);
        command.add(contestant.dispatch);
        for (Object arg : args) {
            command.add(arg.toString());
        }
        return new Child(contestant.label() + "-" + role, command);
    }
}
