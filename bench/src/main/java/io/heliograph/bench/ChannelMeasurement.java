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
import java.util.concurrent.TimeUnit;

/** Runs the processes of one contestant on a channel of their own, once. */
final class ChannelMeasurement extends Measurement {

    /** How many members lose their host, it included. */
    static final int MEMBERS = 10;

    static final int TAKEOVERS = 10;

    private static final int LATENCY_BYTES = 64;
    private static final int SETTLING_SECONDS = 2;

    private int channels;

    ChannelMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        if (scenario.equals(ChannelSuite.TAKEOVER)) {
            return contestant.equals(ChannelSuite.NPM) ? Map.of() : takeovers(contestant);
        }
        Path directory = newDirectory();
        try (Child host = start(contestant, scenario, "host", directory)) {
            host.awaitReady();
            return scenario.equals(ChannelSuite.LATENCY)
                    ? latency(contestant, directory)
                    : throughput(contestant, directory);
        }
    }

    private Path newDirectory() throws IOException {
        return Files.createDirectory(scratch.resolve("c" + channels++));
    }

    private Map<Metric, Double> latency(Contestant contestant, Path directory)
            throws IOException, InterruptedException {
        Path file = scratch.resolve("nanos");
        try (Child echo = start(contestant, ChannelSuite.LATENCY, "echo", directory)) {
            echo.awaitReady();
            try (Child client = start(
                    contestant,
                    ChannelSuite.LATENCY,
                    "ping",
                    directory,
                    LATENCY_BYTES,
                    WARM_UP_TRIPS,
                    options.warmUpSeconds() * 1000,
                    options.seconds() * 1000,
                    file)) {
                client.results(limit());
            }
        }
        return percentiles(file);
    }

    private Map<Metric, Double> throughput(Contestant contestant, Path directory)
            throws IOException, InterruptedException {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        try (Child sink = start(contestant, ChannelSuite.THROUGHPUT, "sink", directory, IpcMeasurement.ACK_EVERY)) {
            sink.awaitReady();
            try (Child source = start(
                    contestant,
                    ChannelSuite.THROUGHPUT,
                    "source",
                    directory,
                    options.warmUpSeconds() * 1000,
                    options.seconds() * 1000,
                    IpcMeasurement.WINDOW)) {
                Map<String, Long> sent = source.results(limit());
                values.put(Metric.RATE, number(sent, "messages") * 1e9 / number(sent, "nanos"));
            }
            Map<String, Long> received = sink.end();
            if (received.containsKey("allocated")) {
                values.put(Metric.ALLOCATED, (double) number(received, "allocated"));
            }
        }
        return values;
    }

    /** Kills the host again and again; a new member takes the place of the dead one each time. */
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

    /** A process that has just started is busy with itself, and the others with it. */
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
        throw new IOException("nobody hosts");
    }

    private Child startMember(Contestant contestant, Path directory) throws IOException {
        Child member = start(contestant, ChannelSuite.TAKEOVER, "member", directory);
        member.awaitReady();
        return member;
    }

    private Child start(Contestant contestant, Scenario scenario, String role, Path directory, Object... args)
            throws IOException {
        String name = contestant.label() + "-" + scenario.label() + "-" + role;
        List<Object> all = new ArrayList<>(List.of(role, directory));
        all.addAll(Arrays.asList(args));
        if (contestant.equals(ChannelSuite.NPM)) {
            // Its election knows processes by the whole path of their script.
            all.addFirst(bench.resolve("peers/channel.js").toAbsolutePath());
            return startNode(name, scenario, List.of(), all.toArray());
        }
        all.addFirst(contestant.label());
        return startJava(name, scenario, ChannelPeer.class, all.toArray());
    }
}
