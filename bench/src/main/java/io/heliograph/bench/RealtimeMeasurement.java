package io.heliograph.bench;

import io.heliograph.bench.load.Load;
import io.heliograph.bench.peer.RealtimePeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Measurement of one realtime server, loaded by the load generator. */
final class RealtimeMeasurement extends Measurement {

    static final String AUTH_KEY = "key of the benchmark, which is not a secret";
    private static final int FANOUT_BYTES = 100;
    private static final int CALL_BYTES = 64;
    private static final int CONNECTING_AT_ONCE = 64;

    /** JVM options with which ./helio starts a server. */
    static final List<String> HELIO = List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xms64m");

    /** Time for the work that remains after a burst of handshakes. */
    private static final int SETTLING_SECONDS = 3;

    RealtimeMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        try (Child server = startServer(contestant, scenario)) {
            int port = server.awaitReady();
            Map<Metric, Double> values = scenario.equals(RealtimeSuite.MEMORY)
                    ? memory(contestant, server, port)
                    : load(contestant, scenario, port);
            server.end();
            return values;
        }
    }

    private Map<Metric, Double> load(Contestant contestant, Scenario scenario, int port)
            throws IOException, InterruptedException {
        int warmUp = options.warmUpSeconds() * 1000;
        int millis = options.seconds() * 1000;
        Path file = scratch.resolve("nanos");
        Object[] args = switch (scenario.label()) {
            case "fanout-1" -> new Object[] {"fanout", RealtimeSuite.SUBSCRIBERS, 1, FANOUT_BYTES, warmUp, millis};
            case "fanout-16", "fanout-middleware", "fanout-non-blocking" ->
                new Object[] {"fanout", RealtimeSuite.SUBSCRIBERS, 16, FANOUT_BYTES, warmUp, millis};
            case "rpc" ->
                new Object[] {
                    "rpc", RealtimeSuite.CONNECTIONS, RealtimeSuite.CALLS_OUTSTANDING, CALL_BYTES, warmUp, millis
                };
            case "call" -> new Object[] {"call", CALL_BYTES, WARM_UP_TRIPS, warmUp, millis, file};
            case "call-spin" -> new Object[] {"spin", CALL_BYTES, WARM_UP_TRIPS, warmUp, millis, file};
            default -> new Object[] {"connect", CONNECTING_AT_ONCE, warmUp, millis};
        };
        try (Child load = startLoad(contestant, scenario, port, args)) {
            Map<String, Long> results = load.results(limit());
            if (scenario.main().isLatency()) {
                return percentiles(file);
            }
            String counted = switch (scenario.main()) {
                case DELIVERIES -> "deliveries";
                case CALLS -> "calls";
                default -> "handshakes";
            };
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(scenario.main(), number(results, counted) * 1e9 / number(results, "nanos"));
            return values;
        }
    }

    /** Measures the memory per connection. Earlier connections, closed by then, have warmed the server up. */
    private Map<Metric, Double> memory(Contestant contestant, Child server, int port)
            throws IOException, InterruptedException {
        Scenario scenario = RealtimeSuite.MEMORY;
        try (Child warmUp = startLoad(
                contestant,
                scenario,
                port,
                "visit",
                CONNECTING_AT_ONCE,
                WARM_UP_TRIPS,
                options.warmUpSeconds() * 1000)) {
            warmUp.results(limit());
        }
        settle();
        Map<String, Long> before = server.ask("memory");
        try (Child load = startLoad(contestant, scenario, port, "hold", RealtimeSuite.HELD)) {
            load.awaitReady();
            settle();
            Map<String, Long> after = server.ask("memory");
            load.end();
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.RSS, each(number(after, "rss") - number(before, "rssAfterGc")));
            values.put(Metric.RSS_AFTER_GC, each(number(after, "rssAfterGc") - number(before, "rssAfterGc")));
            values.put(Metric.HEAP, each(number(after, "heap") - number(before, "heap")));
            return values;
        }
    }

    private static double each(long bytes) {
        return (double) bytes / RealtimeSuite.HELD;
    }

    private static void settle() throws InterruptedException {
        TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
    }

    private Child startServer(Contestant contestant, Scenario scenario) throws IOException {
        String name = contestant.label() + "-" + scenario.label() + "-server";
        boolean calls = scenario.equals(RealtimeSuite.RPC)
                || scenario.equals(RealtimeSuite.CALL)
                || scenario.equals(RealtimeSuite.CALL_SPIN);
        String handlers = switch (scenario.label()) {
            case "fanout-middleware" -> "middleware";
            case "fanout-non-blocking" -> "non-blocking";
            default -> calls ? "echo" : "none";
        };
        return contestant.onNode()
                ? startNode(
                        name, scenario, List.of("--expose-gc"), bench.resolve("peers/realtime.js"), AUTH_KEY, handlers)
                : startJava(name, scenario, HELIO, RealtimePeer.class, AUTH_KEY, handlers, contestant.label());
    }

    private Child startLoad(Contestant contestant, Scenario scenario, int port, Object... args) throws IOException {
        List<Object> all = new ArrayList<>(List.of(args[0], port, token()));
        all.addAll(Arrays.asList(args).subList(1, args.length));
        return startJava(contestant.label() + "-" + scenario.label() + "-load", scenario, Load.class, all.toArray());
    }

    /** Returns a token that outlives the run. */
    static String token() {
        Instant now = Instant.now();
        String content = encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
                + "."
                + encoded("{\"username\":\"bench\",\"iat\":"
                        + now.getEpochSecond()
                        + ",\"exp\":"
                        + now.plus(Duration.ofDays(1)).getEpochSecond()
                        + "}");
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(AUTH_KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return content + "." + encoded(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return encoded(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
