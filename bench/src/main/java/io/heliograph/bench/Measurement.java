package io.heliograph.bench;

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
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Measurement of one contestant in one scenario. */
abstract class Measurement {

    static final int WARM_UP_TRIPS = 20_000;

    private static final Duration SLACK = Duration.ofSeconds(60);

    final Options options;
    final Path bench;
    final Path scratch;

    /**
     * @param bench directory of the benchmarks
     * @param scratch empty directory with a short path
     */
    Measurement(Options options, Path bench, Path scratch) {
        this.options = options;
        this.bench = bench;
        this.scratch = scratch;
    }

    /** Constructor of a measurement. */
    @FunctionalInterface
    interface Factory {
        Measurement create(Options options, Path bench, Path scratch);
    }

    Run run(int round, Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        return new Run(round, contestant, scenario, measure(contestant, scenario));
    }

    abstract Map<Metric, Double> measure(Contestant contestant, Scenario scenario)
            throws IOException, InterruptedException;

    /** Returns the percentiles of a file of nanoseconds, four little-endian bytes each. */
    static Map<Metric, Double> percentiles(Path file) throws IOException {
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

    static long number(Map<String, Long> results, String name) throws IOException {
        Long value = results.get(name);
        if (value == null) {
            throw new IOException("results: " + results + " (expected: " + name + ")");
        }
        return value;
    }

    Duration limit() {
        return Duration.ofSeconds(options.warmUpSeconds() + options.seconds()).plus(SLACK);
    }

    Child startNode(String name, Scenario scenario, List<String> nodeOptions, Object... args) throws IOException {
        List<String> command = prefix(scenario);
        command.add("node");
        command.addAll(nodeOptions);
        return start(name, command, args);
    }

    Child startJava(String name, Scenario scenario, Class<?> main, Object... args) throws IOException {
        return startJava(name, scenario, List.of(), main, args);
    }

    Child startJava(String name, Scenario scenario, List<String> javaOptions, Class<?> main, Object... args)
            throws IOException {
        List<String> command = prefix(scenario);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
        if (options.profile()) {
            Files.createDirectories(options.out());
            Path recording = options.out().resolve(name + ".jfr");
            command.add("-XX:StartFlightRecording=settings=profile,"
                    + Profile.SETTINGS
                    + "filename="
                    + recording.toAbsolutePath());
            command.add("-Xlog:jfr+startup=error"); // standard output is for results
            command.add("-XX:+UnlockDiagnosticVMOptions");
            command.add("-XX:+DebugNonSafepoints");
        }
        command.addAll(javaOptions);
        command.addAll(options.jvm());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        return start(name, command, args);
    }

    private List<String> prefix(Scenario scenario) {
        boolean bound = options.oneCore() && scenario.main().isLatency();
        return new ArrayList<>(bound ? List.of("taskset", "-c", "0") : List.of());
    }

    private static Child start(String name, List<String> command, Object... args) throws IOException {
        Arrays.stream(args).map(Object::toString).forEach(command::add);
        return new Child(name, command);
    }
}
