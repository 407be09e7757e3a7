package io.heliograph.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What was asked for.
 *
 * @param seconds how long one measurement takes, after its warm-up
 * @param runs the number of rounds
 * @param oneCore whether both ends of a round trip share one core
 * @param jvm arguments added for the measured Java processes
 */
record Options(
        int seconds,
        int warmUpSeconds,
        int runs,
        Set<Contestant> contestants,
        Set<Scenario> scenarios,
        Path out,
        boolean profile,
        boolean oneCore,
        List<String> jvm) {

    static final String USAGE =
            """
            usage: bench/ipc [options]

            Measures message passing over a Unix domain socket, two processes each: Heliograph with
            direct and with virtual dispatch, the npm package, and a raw blocking Java socket.

              --quick          a first look: 2 rounds of 2 seconds; results go to bench/target/results
              --seconds N      how long one measurement takes after its warm-up (5)
              --runs N         rounds; each measures every contestant once (5)
              --warm-up N      seconds of warm-up, and at least 20000 round trips (3)
              --only NAMES     some of direct,virtual,npm,raw and of 64b,4k,throughput (all)
              --out DIR        where results go (bench/results)
              --profile        record the Java processes with JFR and print where the time goes;
                               results go to bench/target/results
              --one-core       both ends of a round trip on one core, by taskset: without the time that
                               this machine takes to wake up the other core
              --jvm ARGUMENT   another argument for the measured Java processes; may be repeated
              -h, --help       this text
            """;

    static Options parse(List<String> args, Path bench) {
        int seconds = 5;
        int warmUp = 3;
        int runs = 5;
        boolean trial = false;
        boolean profile = false;
        boolean oneCore = false;
        Path out = null;
        Set<Contestant> contestants = EnumSet.noneOf(Contestant.class);
        Set<Scenario> scenarios = EnumSet.noneOf(Scenario.class);
        List<String> jvm = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            String option = args.get(i);
            switch (option) {
                case "--quick" -> {
                    trial = true;
                    seconds = 2;
                    warmUp = 2;
                    runs = 2;
                }
                case "--profile" -> profile = true;
                case "--one-core" -> oneCore = true;
                case "--seconds" -> seconds = number(option, value(args, ++i));
                case "--warm-up" -> warmUp = number(option, value(args, ++i));
                case "--runs" -> runs = number(option, value(args, ++i));
                case "--out" -> out = Path.of(value(args, ++i));
                case "--jvm" -> jvm.add(value(args, ++i));
                case "--only" -> {
                    for (String name : value(args, ++i).split(",", -1)) {
                        choose(name, contestants, scenarios);
                    }
                }
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new Options(
                seconds,
                warmUp,
                runs,
                contestants.isEmpty() ? EnumSet.allOf(Contestant.class) : contestants,
                scenarios.isEmpty() ? EnumSet.allOf(Scenario.class) : scenarios,
                out != null
                        ? out
                        : bench.resolve(trial || profile || oneCore ? "target/results" : "results"),
                profile,
                oneCore,
                List.copyOf(jvm));
    }

    private static void choose(String name, Set<Contestant> contestants, Set<Scenario> scenarios) {
        String wanted = name.trim().toLowerCase(Locale.ROOT);
        boolean known = false;
        for (Contestant contestant : Contestant.values()) {
            if (contestant.label.equals(wanted)) {
                known = contestants.add(contestant) || contestants.contains(contestant);
            }
        }
        for (Scenario scenario : Scenario.values()) {
            if (scenario.label.equals(wanted)) {
                known = scenarios.add(scenario) || scenarios.contains(scenario);
            }
        }
        if (!known) {
            throw new IllegalArgumentException(
                    "--only: "
                            + name
                            + " (expected: some of direct,virtual,npm,raw,64b,4k,throughput)");
        }
    }

    private static String value(List<String> args, int index) {
        if (index >= args.size()) {
            throw new IllegalArgumentException(args.get(index - 1) + " needs a value");
        }
        return args.get(index);
    }

    private static int number(String option, String text) {
        if (text.matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException(option + ": " + text + " (expected: 1 to 9999)");
    }
}
