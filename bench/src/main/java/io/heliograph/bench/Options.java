package io.heliograph.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Command line options.
 *
 * @param seconds duration of a measurement after its warm-up
 * @param warmUpSeconds minimum duration of the warm-up
 * @param runs number of rounds
 * @param contestants contestants to measure
 * @param scenarios scenarios to measure
 * @param out directory of the results
 * @param profile whether to record the Java processes with JFR
 * @param oneCore whether both processes of a round trip share one core
 * @param busy whether another process keeps all cores awake
 * @param jvm additional arguments of the measured Java processes
 */
record Options(
        int seconds,
        int warmUpSeconds,
        int runs,
        List<Contestant> contestants,
        List<Scenario> scenarios,
        Path out,
        boolean profile,
        boolean oneCore,
        boolean busy,
        List<String> jvm) {

    private static final String OPTIONS = """

              --quick          2 rounds of 2 seconds; results go to bench/target/results
              --seconds N      duration of a measurement after its warm-up (5)
              --runs N         rounds; each measures every contestant once (5)
              --warm-up N      seconds of warm-up, and at least 20000 round trips (10)
              --only NAMES     contestants and scenarios, with commas between (all):
                               NAMES
              --out DIR        directory of the results (bench/results)
              --profile        record the Java processes with JFR and print the hot methods;
                               results go to bench/target/results
              --one-core       run both processes of a round trip on one core, by taskset, which excludes
                               the time to wake up the other core
              --busy           keep all cores awake by a process of the lowest priority, as other work on a server does
              --jvm ARGUMENT   additional argument of the measured Java processes; may be repeated
              -h, --help       this text
            """;

    static String usage(Suite suite) {
        return "usage: bench/"
                + suite.name()
                + " [options]\n\n"
                + suite.about()
                + OPTIONS.replace("   NAMES\n", "   " + names(suite) + "\n");
    }

    private static String names(Suite suite) {
        return Stream.concat(
                        suite.contestants().stream().map(Contestant::label),
                        suite.scenarios().stream().map(Scenario::label))
                .collect(Collectors.joining(","));
    }

    static Options parse(List<String> args, Path bench, Suite suite) {
        int seconds = 5;
        int warmUp = 10;
        int runs = 5;
        boolean trial = false;
        boolean profile = false;
        boolean oneCore = false;
        boolean busy = false;
        Path out = null;
        Set<String> names = new HashSet<>();
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
                case "--busy" -> busy = true;
                case "--seconds" -> seconds = number(option, value(args, ++i));
                case "--warm-up" -> warmUp = number(option, value(args, ++i));
                case "--runs" -> runs = number(option, value(args, ++i));
                case "--out" -> out = Path.of(value(args, ++i));
                case "--jvm" -> jvm.add(value(args, ++i));
                case "--only" -> {
                    for (String name : value(args, ++i).split(",", -1)) {
                        names.add(checked(name, suite));
                    }
                }
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new Options(
                seconds,
                warmUp,
                runs,
                chosen(suite.contestants(), Contestant::label, names),
                chosen(suite.scenarios(), Scenario::label, names),
                out != null ? out : bench.resolve(trial || profile || oneCore || busy ? "target/results" : "results"),
                profile,
                oneCore,
                busy,
                List.copyOf(jvm));
    }

    private static String checked(String name, Suite suite) {
        String wanted = name.trim().toLowerCase(Locale.ROOT);
        String all = names(suite);
        if (!List.of(all.split(",", -1)).contains(wanted)) {
            throw new IllegalArgumentException("--only: " + name + " (expected: some of " + all + ")");
        }
        return wanted;
    }

    /** Returns the named elements, or all if no name matches. */
    private static <T> List<T> chosen(List<T> all, Function<T, String> label, Set<String> names) {
        List<T> named =
                all.stream().filter(each -> names.contains(label.apply(each))).toList();
        return named.isEmpty() ? all : named;
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
