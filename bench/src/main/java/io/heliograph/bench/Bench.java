package io.heliograph.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs a suite and writes a table, a chart and the numbers. Every round measures all contestants in turn, so that
 * disturbances of the machine affect all of them.
 */
final class Bench {

    private Bench() {}

    /** Runs a suite. Exit codes: 0 success, 1 failure, 2 invalid usage. */
    static void main(Suite suite, Measurement.Factory factory, String[] args) throws Exception {
        List<String> arguments = List.of(args);
        if (arguments.contains("-h") || arguments.contains("--help")) {
            System.out.print(Options.usage(suite));
            return;
        }
        Path bench = Path.of(System.getProperty("bench.home", "bench"));
        Options options;
        try {
            options = Options.parse(arguments, bench, suite);
        } catch (IllegalArgumentException e) {
            System.err.println(
                    "bench/" + suite.name() + ": " + e.getMessage() + "; see bench/" + suite.name() + " --help");
            System.exit(2);
            return;
        }
        try {
            measure(suite, factory, options, bench);
        } catch (IOException e) {
            System.err.println("bench/" + suite.name() + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private static void measure(Suite suite, Measurement.Factory factory, Options options, Path bench)
            throws IOException, InterruptedException {
        Map<String, String> machine = Machine.facts();
        machine.put(
                "rounds",
                options.runs() + ", of " + options.seconds() + " s after " + options.warmUpSeconds() + " s of warm-up");
        machine.put("cores", machine.get("cores") + (options.busy() ? ", kept awake (--busy)" : ""));
        if (Machine.load() > 0.5) {
            machine.put("note", "the machine was busy before the first round (load above 0.5)");
        }
        machine.forEach((name, value) -> System.out.println(name + ": " + value));
        if (Machine.load() > 0.5) {
            System.out.println(
                    "The load of the machine is above 0.5 (expected: an idle machine): do not keep these results.");
        }
        List<Contestant> contestants = new ArrayList<>(options.contestants());
        if (!Machine.hasNode() && contestants.removeIf(Contestant::onNode)) {
            System.out.println("No node on the path: the Node contestants are skipped.");
        }
        List<Run> runs = new ArrayList<>();
        Path scratch = Files.createTempDirectory("hb");
        try (AwakeCores awake = options.busy() ? AwakeCores.start() : null) {
            Measurement measurement = factory.create(options, bench, scratch);
            for (int round = 1; round <= options.runs(); round++) {
                for (Scenario scenario : options.scenarios()) {
                    for (Contestant contestant : contestants) {
                        Run run = measurement.run(round, contestant, scenario);
                        runs.add(run);
                        System.out.println(progress(run, options));
                    }
                }
            }
        } finally {
            delete(scratch);
        }
        write(suite, options, machine, runs);
        if (options.profile()) {
            Profile.print(options.out());
        }
    }

    private static void write(Suite suite, Options options, Map<String, String> machine, List<Run> runs)
            throws IOException {
        String table = new Report(suite, runs).text();
        System.out.println();
        System.out.print(table);
        StringBuilder head = new StringBuilder();
        machine.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append('\n'));
        Path out = options.out();
        Files.createDirectories(out);
        Files.writeString(out.resolve(suite.name() + ".txt"), head + "\n" + table);
        Files.writeString(out.resolve(suite.name() + ".json"), Json.of(suite, machine, options, runs));
        Files.writeString(
                out.resolve(suite.name() + ".svg"),
                Chart.of(
                        suite,
                        runs,
                        machine.get("cpu")
                                + ", "
                                + machine.get("cores")
                                + " cores; "
                                + options.runs()
                                + " rounds; the line in a bar is least to greatest"));
        System.out.println();
        System.out.println("Written to "
                + out
                + ": "
                + String.join(", ", suite.name() + ".txt", suite.name() + ".json", suite.name() + ".svg"));
    }

    private static String progress(Run run, Options options) {
        StringBuilder line = new StringBuilder();
        line.append(String.format(
                "%d/%d  %-10s  %-8s",
                run.round(),
                options.runs(),
                run.scenario().label(),
                run.contestant().label()));
        run.values()
                .forEach((metric, value) ->
                        line.append(String.format("  %s %s %s", metric.label, metric.format(value), metric.unit)));
        return line.toString();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
