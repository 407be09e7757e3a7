package io.heliograph.interop;

import io.heliograph.channel.Rendezvous;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Many rounds of what {@link ChannelProcessesTest} does a few times. Run by {@code bench/channel-soak}.
 *
 * <p>Arguments: {@code start ROUNDS} starts ten processes at once each time; {@code kill ROUNDS} kills the host under load each
 * time and starts another process in its place.
 */
final class ChannelSoak {

    private static final int MEMBERS = 10;

    private ChannelSoak() {}

    public static void main(String[] arguments) {
        String what = arguments.length > 0 ? arguments[0] : "kill";
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
        switch (what) {
            case "start" -> start(rounds);
            case "kill" -> kill(rounds);
            default -> throw new IllegalArgumentException(what + " (expected: start or kill)");
        }
        System.exit(0);
    }

    private static void start(int rounds) {
        for (int round = 1; round <= rounds; round++) {
            try (ChannelTrial trial =
                    new ChannelTrial(round % 2 == 0 ? Rendezvous.LOOPBACK : Rendezvous.UNIX)) {
                trial.startTogether(MEMBERS);
                trial.host();
                System.out.println("round " + round + ": one host, " + MEMBERS + " connected");
            }
        }
    }

    private static void kill(int rounds) {
        List<Long> takeovers = new ArrayList<>();
        try (ChannelTrial trial = new ChannelTrial(Rendezvous.UNIX)) {
            trial.startTogether(MEMBERS);
            for (int round = 1; round <= rounds; round++) {
                long millis = trial.killHostWhileSending(5000);
                takeovers.add(millis);
                trial.awaitComplete();
                trial.addOne();
                System.out.println(
                        "round " + round + ": complete, all on a new host after " + millis + " ms");
            }
        }
        Collections.sort(takeovers);
        System.out.println(
                "takeover, until the last of "
                        + (MEMBERS - 1)
                        + " members was on the new host: p50 "
                        + takeovers.get(takeovers.size() / 2)
                        + " ms, worst "
                        + takeovers.getLast()
                        + " ms");
    }
}
