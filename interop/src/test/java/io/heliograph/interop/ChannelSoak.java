package io.heliograph.interop;

import io.heliograph.channel.Rendezvous;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Many rounds of the cases of {@link ChannelProcessesTest}. Run by {@code bench/channel-soak}. */
final class ChannelSoak {

    private static final String USAGE = """
            usage: bench/channel-soak [options] [SCENARIO...]

            Runs message channels between processes that are killed and suspended, and counts every message.
            Exits with 1 and prints the cause if a message is lost, duplicated or out of order, or if resources
            grow.

              start      all join at the same time: exactly one hosts, all are connected (10 rounds, 100)
              kill       the host is killed with SIGKILL while all send (5, 100)
              stop       the host is suspended while all send, and resumed, in some rounds after stallTimeout
                         (5, 100)
              full       the host is killed when all queues are full, because one member reads nothing (5, 100)
              delete     the channel's directory is deleted while all send (5, 100)
              outages    the host leaves and joins again: memory, threads, files and sockets (100, 1000)

              --full       use the second number of rounds (default: the first)
              --rounds N   number of rounds
              --members N  number of processes (default: 10; for outages 3)
              -h, --help   print this help
            """;

    /** Longer than {@code stallTimeout}, 5 s. */
    private static final int LONG_STOP_MILLIS = 6_000;

    private static final int LONG_STOP_EVERY = 10;

    /** Outages until classes are loaded and pools are filled. */
    private static final int WARM_UP_OUTAGES = 50;

    private static final long HEAP_SLACK = 4 << 20;

    private enum Scenario {
        START(10, 100),
        KILL(5, 100),
        STOP(5, 100),
        FULL(5, 100),
        DELETE(5, 100),
        OUTAGES(100, 1000);

        final int few;
        final int many;

        Scenario(int few, int many) {
            this.few = few;
            this.many = many;
        }
    }

    private final int rounds;
    private final int count;
    private final List<Long> takeovers = new ArrayList<>();

    private ChannelSoak(int rounds, int count) {
        this.rounds = rounds;
        this.count = count;
    }

    /** Exit codes: 0 success, 1 failure, 2 wrong usage. */
    public static void main(String[] arguments) {
        List<Scenario> scenarios = new ArrayList<>();
        boolean many = false;
        int rounds = 0;
        int members = 0;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "-h", "--help" -> {
                        System.out.print(USAGE);
                        return;
                    }
                    case "--full" -> many = true;
                    case "--rounds" -> rounds = number(arguments, ++i);
                    case "--members" -> members = number(arguments, ++i);
                    default -> scenarios.add(Scenario.valueOf(arguments[i].toUpperCase(Locale.ROOT)));
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println("bench/channel-soak: "
                    + String.join(" ", arguments)
                    + ": invalid arguments; see bench/channel-soak --help");
            System.exit(2);
        }
        for (Scenario scenario : scenarios.isEmpty() ? List.of(Scenario.values()) : scenarios) {
            int usual = scenario == Scenario.OUTAGES ? 3 : 10;
            new ChannelSoak(rounds > 0 ? rounds : many ? scenario.many : scenario.few, members > 0 ? members : usual)
                    .run(scenario);
        }
        System.exit(0);
    }

    private static int number(String[] arguments, int index) {
        int number = index < arguments.length ? Integer.parseInt(arguments[index]) : 0;
        if (number < 1) {
            throw new IllegalArgumentException("expected a positive number");
        }
        return number;
    }

    private void run(Scenario scenario) {
        try {
            switch (scenario) {
                case START -> start();
                case KILL -> kill();
                case STOP -> stop();
                case FULL -> full();
                case DELETE -> delete();
                case OUTAGES -> outages();
            }
        } catch (AssertionError | RuntimeException e) {
            System.err.println(scenario + " failed: " + e.getMessage());
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void start() {
        for (Rendezvous rendezvous : List.of(Rendezvous.UNIX, Rendezvous.LOOPBACK)) {
            try (ChannelTrial trial = new ChannelTrial(rendezvous)) {
                trial.startTogether(count);
                for (int round = 1; round <= (rounds + 1) / 2; round++) {
                    trial.host();
                    trial.leaveTogether();
                    trial.joinTogether();
                }
                trial.host();
                print(
                        "start, %s: in %d rounds of %d members one host, and all connected",
                        rendezvous, (rounds + 1) / 2 + 1, count);
            }
        }
    }

    private void kill() {
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(count);
            for (int round = 1; round <= rounds; round++) {
                tookOver("kill", round, trial.killHostWhileSending(5000));
                trial.awaitComplete();
                trial.addOne();
            }
        }
        printTakeovers("kill");
    }

    private void stop() {
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(count);
            PeerProcess host = trial.host();
            for (int round = 1; round <= rounds; round++) {
                int millis = round % LONG_STOP_EVERY == 1 ? LONG_STOP_MILLIS : round * 7 % 300;
                trial.sendAll(2000);
                host.suspend();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
                host.resume();
                trial.awaitComplete();
                if (trial.host() != host) {
                    throw new AssertionError("another process hosts the channel");
                }
                print("stop %d: complete after a stop of %d ms", round, millis);
            }
        }
    }

    private void full() {
        try (ChannelTrial trial = ChannelTrial.withSmallQueues()) {
            trial.startTogether(count);
            for (int round = 1; round <= rounds; round++) {
                tookOver("full", round, trial.killHostWhileFull());
                trial.awaitComplete();
                trial.addOne();
            }
        }
        printTakeovers("full");
    }

    private void delete() {
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(count);
            for (int round = 1; round <= rounds; round++) {
                trial.sendAll(2000);
                trial.deleteDirectory();
                trial.awaitTakeover();
                trial.awaitComplete();
                trial.host();
                print("delete %d: complete, on one host", round);
            }
        }
    }

    private void outages() {
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(count);
            long[][] before = {};
            for (int round = 1; round <= WARM_UP_OUTAGES + rounds; round++) {
                trial.hostLeavesAndJoinsAgain();
                if (round == WARM_UP_OUTAGES) {
                    before = resources(trial);
                }
            }
            long[][] after = resources(trial);
            for (int i = 0; i < count; i++) {
                print(
                        "outages, member %d: before %s, after %d outages %s (heap, threads, files)",
                        i + 1, Arrays.toString(before[i]), rounds, Arrays.toString(after[i]));
                if (after[i][0] > before[i][0] + HEAP_SLACK
                        || after[i][1] > before[i][1] + 2
                        || after[i][2] > before[i][2] + 2) {
                    throw new AssertionError("resources have grown");
                }
            }
        }
    }

    private static long[][] resources(ChannelTrial trial) {
        return trial.members.stream().map(ChannelTrial::resources).toArray(long[][]::new);
    }

    private void tookOver(String scenario, int round, long millis) {
        takeovers.add(millis);
        print("%s %d: all on a new host after %d ms", scenario, round, millis);
    }

    private void printTakeovers(String scenario) {
        Collections.sort(takeovers);
        print(
                "%s: in %d rounds nothing lost, nothing duplicated, all in order; takeover, until the last of %d members"
                        + " was on the new host: p50 %d ms, worst %d ms",
                scenario, rounds, count - 1, takeovers.get(takeovers.size() / 2), takeovers.getLast());
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
