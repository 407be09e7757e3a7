package io.heliograph.bench;

import io.heliograph.bench.peer.ChannelPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Measurement of a channel, in a new directory each time. */
final class ChannelMeasurement extends PeerMeasurement {

    /** Number of members, including the host. */
    static final int MEMBERS = 10;

    static final int TAKEOVERS = 10;

    private static final int LATENCY_BYTES = 64;
    private static final int SETTLING_SECONDS = 2;

    private int channels;

    ChannelMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch, "peers/channel.js", ChannelPeer.class);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        if (scenario.equals(ChannelSuite.TAKEOVER)) {
            return contestant.equals(ChannelSuite.NPM) ? Map.of() : takeovers(contestant);
        }
        if (contestant.equals(ChannelSuite.WARM_UP)) {
            return Map.of();
        }
        Path directory = newDirectory();
        try (Child host = start(contestant, scenario, "host", directory)) {
            host.awaitReady();
            return scenario.equals(ChannelSuite.LATENCY)
                    ? roundTrips(contestant, scenario, Optional.of(directory), LATENCY_BYTES)
                    : oneWay(
                            contestant,
                            scenario,
                            Optional.of(directory),
                            ACK_EVERY,
                            1,
                            options.warmUpSeconds() * 1000,
                            options.seconds() * 1000,
                            WINDOW);
        }
    }

    private Path newDirectory() throws IOException {
        return Files.createDirectory(scratch.resolve("c" + channels++));
    }

    /** Kills the host repeatedly; a new member replaces it each time. */
    private Map<Metric, Double> takeovers(Contestant contestant) throws IOException {
        Path directory = newDirectory();
        List<Child> members = new ArrayList<>();
        try {
            for (int i = 0; i < MEMBERS; i++) {
                members.add(startMember(contestant, directory));
            }
            double[] millis = new double[TAKEOVERS];
            for (int i = 0; i < TAKEOVERS; i++) {
                Child host = host(members);
                members.remove(host);
                settle();
                Instant killed = Instant.now();
                host.close();
                long last = 0;
                for (Child member : members) {
                    last = Math.max(last, member.awaitNumber("takeover"));
                }
                millis[i] = ChronoUnit.MICROS.between(killed, Instant.EPOCH.plus(last, ChronoUnit.MICROS)) / 1e3;
                members.add(startMember(contestant, directory));
            }
            Arrays.sort(millis);
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.TAKEOVER, (millis[(TAKEOVERS - 1) / 2] + millis[TAKEOVERS / 2]) / 2);
            values.put(Metric.WORST_TAKEOVER, millis[TAKEOVERS - 1]);
            return values;
        } finally {
            members.forEach(Child::close);
        }
    }

    /** Waits until the start of a process no longer slows the others down. */
    private static void settle() {
        try {
            TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Child host(List<Child> members) throws IOException {
        for (Child member : members) {
            if (number(member.ask("hosting"), "hosting") == 1) {
                return member;
            }
        }
        throw new IOException("hosting: no member (expected: one)");
    }

    private Child startMember(Contestant contestant, Path directory) throws IOException {
        Child member = start(contestant, ChannelSuite.TAKEOVER, "member", directory);
        member.awaitReady();
        return member;
    }
}
