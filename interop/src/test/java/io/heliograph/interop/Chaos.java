package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Dispatch;
import io.heliograph.realtime.AutoReconnectOptions;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.ContinuityOracle;
import io.heliograph.testkit.ContinuityOracle.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Three server processes on Redis, with clients that drop their connections and continue at another server, while servers are killed and Redis
 * has faults. An oracle compares all logs. Run by {@code bench/chaos}; the short form is {@code ChaosTest}.
 */
final class Chaos {

    /** Last message of each channel. */
    static final String END = "end";

    private static final int SERVERS = 3;
    private static final int CHANNELS = 200;
    private static final int SUBSCRIPTIONS = 4;
    private static final int TICK_MILLIS = 20;
    private static final int UNANSWERED = 8;
    private static final Duration MAX_ABSENCE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Time after a fault in which its gaps are reported: a client that is away, the time-out of a read, and the check of heads. */
    private static final Duration TOLERANCE = Duration.ofSeconds(45);

    /** Faults of servers are apart from faults that lose data, so that the node that published lives. */
    private static final Duration APART = Duration.ofSeconds(8);

    /**
     * Size of a run.
     *
     * @param rate publications a second of all servers together
     * @param interval mean time between two drops of one client
     */
    record Size(int javaClients, int npmClients, int publishers, int rate, Duration duration, Duration interval) {

        static final Size FULL = new Size(200, 60, 20, 2_000, Duration.ofMinutes(60), Duration.ofSeconds(10));
    }

    /** Outcome of a run. */
    record Result(
            long confirmed,
            long unsent,
            long unknown,
            long received,
            int gaps,
            int drops,
            List<String> faults,
            long median,
            long p99,
            List<String> violations) {

        @Override
        public String toString() {
            return "confirmed=" + confirmed + " unsent=" + unsent + " unknown=" + unknown + " received=" + received
                    + " gaps=" + gaps + " drops=" + drops + " p50=" + median + "ms p99=" + p99 + "ms violations="
                    + violations.size() + "\nfaults: " + String.join("; ", faults) + "\n"
                    + String.join("\n", violations);
        }
    }

    private final Size size;
    private final ChaosRedis.Kind kind;
    private final long seed;
    private final Random random;
    private final Path folder;
    private final ContinuityOracle oracle = new ContinuityOracle(TOLERANCE);
    private final List<ContinuityOracle.Log> logs = new ArrayList<>();
    private final Map<ContinuityOracle.Log, Boolean> ended = new ConcurrentHashMap<>();
    private final Map<String, Long> began = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Object[]> receipts = new ConcurrentLinkedQueue<>();
    private final Map<ContinuityOracle.Log, ConcurrentLinkedQueue<String>> traces = new ConcurrentHashMap<>();
    private final AtomicInteger drops = new AtomicInteger();
    private final List<String> faults = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final PeerProcess[] servers = new PeerProcess[SERVERS];
    private final int[] starts = new int[SERVERS];
    private long start;

    Chaos(Size size, ChaosRedis.Kind kind, long seed, Path folder) {
        this.size = size;
        this.kind = kind;
        this.seed = seed;
        this.random = new Random(seed);
        this.folder = folder;
    }

    static String channel(int index) {
        return "channel-" + index;
    }

    private static final String USAGE = """
            usage: bench/chaos [--minutes N] [--seed S] [--redis KIND] [--rate R] [--clients N]

            Three servers on Redis, with faults from a seed; an oracle compares the logs of all clients.
            Exits with 1 if a publication is lost, repeated or reordered without a reported gap.

              --minutes N    duration (default: 60)
              --seed S       seed of the faults (default: the time)
              --redis KIND   persistent, volatile, replicated or cluster (default: replicated)
              --rate R       publications a second (default: 2000)
              --clients N    clients in Java; 3 in 10 as many with the npm package (default: 200)
            """;

    /** Exit codes: 0 success, 1 failure, 2 wrong usage. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (arguments[i].equals("--help") || arguments[i].equals("-h")) {
                System.out.print(USAGE);
                System.exit(0);
            }
            if (i + 1 == arguments.length || !USAGE.contains("  " + arguments[i] + " ")) {
                System.err.print(USAGE);
                System.exit(2);
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        int clients = Integer.parseInt(options.getOrDefault("--clients", "200"));
        Size size = new Size(
                clients,
                clients * 3 / 10,
                20,
                Integer.parseInt(options.getOrDefault("--rate", "2000")),
                Duration.ofMillis((long) (60_000 * Double.parseDouble(options.getOrDefault("--minutes", "60")))),
                Size.FULL.interval);
        long seed = Long.parseLong(options.getOrDefault("--seed", String.valueOf(System.currentTimeMillis())));
        ChaosRedis.Kind kind = ChaosRedis.Kind.valueOf(
                options.getOrDefault("--redis", "replicated").toUpperCase(Locale.ROOT));
        Path folder = Files.createTempDirectory("chaos");
        System.out.println("seed=" + seed + " redis=" + kind + " logs=" + folder);
        Result result = new Chaos(size, kind, seed, folder).run();
        System.out.println(result);
        System.exit(result.violations().isEmpty() ? 0 : 1);
    }

    // ---- clients

    /** Java client, which may publish. */
    private final class Client {

        final String name;
        final RealtimeClient client;
        final Semaphore unanswered = new Semaphore(UNANSWERED);
        final Map<String, Long> sequences = new LinkedHashMap<>();

        Client(int number, int port) {
            name = "java-" + number;
            boolean direct = number % 2 == 0;
            client = RealtimeClient.builder(URI.create("ws://127.0.0.1:" + port))
                    .dispatch(direct ? Dispatch.direct(Duration.ofMinutes(1), blocked -> {}) : Dispatch.virtual())
                    .autoReconnectOptions(new AutoReconnectOptions(Duration.ZERO, MAX_ABSENCE, 1, MAX_ABSENCE))
                    .connect();
            client.onError(failure -> {});
            for (int i = 0; i < SUBSCRIPTIONS; i++) {
                RealtimeChannel<String> subscribed = client.channel(subscription(number, i), String.class);
                ContinuityOracle.Log log = oracle.subscriber(name, subscribed.name());
                logs.add(log);
                subscribed.on(id -> received(log, id, direct ? String.valueOf(subscribed.position()) : null));
                subscribed.on(ChannelEvent.Gap.class, gap -> {
                    log.gap(gap.reason(), System.currentTimeMillis());
                    trace(log, "gap " + gap.reason());
                });
                subscribed.on(
                        ChannelEvent.Subscribe.class,
                        event -> trace(log, "subscribed " + event.recovery() + " at " + subscribed.position()));
                Await.value(subscribed.subscribe().subscribed());
                log.subscribed(System.currentTimeMillis());
            }
        }

        private void received(ContinuityOracle.Log log, String id, String position) {
            if (id.equals(END)) {
                ended.put(log, true);
                return;
            }
            trace(log, position + " " + id);
            int colon = id.indexOf(':');
            log.received(id.substring(0, colon), Long.parseLong(id.substring(colon + 1)), position);
            receipts.add(new Object[] {subscriptionKey(log, id), System.currentTimeMillis()});
        }

        void publish(String channel) {
            if (!unanswered.tryAcquire()) {
                return;
            }
            long sequence = sequences.merge(channel, 1L, Long::sum);
            long time = System.currentTimeMillis();
            CompletableFuture<Void> answer = client.channel(channel).publish(name + ":" + sequence);
            CompletableFuture<Void> unused = answer.whenComplete((none, failure) -> {
                unanswered.release();
                published(
                        channel,
                        name,
                        sequence,
                        failure == null
                                ? Outcome.CONFIRMED
                                : ChaosServer.isUnsent(failure) ? Outcome.UNSENT : Outcome.UNKNOWN,
                        time);
            });
        }
    }

    private void trace(ContinuityOracle.Log log, String event) {
        traces.computeIfAbsent(log, key -> new ConcurrentLinkedQueue<>()).add(System.currentTimeMillis() + " " + event);
    }

    /** Writes the events of the Java clients with violations. */
    private void writeTraces(List<String> violations) throws IOException {
        List<String> lines = new ArrayList<>();
        traces.forEach((log, events) -> {
            String shown = log.toString();
            String name = shown.substring(0, shown.indexOf(' ')) + ":";
            if (violations.stream().anyMatch(each -> each.startsWith(name) && each.endsWith(" " + channelOf(log)))) {
                lines.add(shown);
                lines.addAll(events);
            }
        });
        Files.write(folder.resolve("violations.log"), lines);
    }

    private static String subscription(int client, int index) {
        return channel((client + index * 7) % CHANNELS);
    }

    private static String subscriptionKey(ContinuityOracle.Log log, String id) {
        return channelOf(log).substring("channel=".length()) + " " + id;
    }

    private static String channelOf(ContinuityOracle.Log log) {
        String shown = log.toString();
        int from = shown.indexOf("channel=");
        return shown.substring(from, shown.indexOf(' ', from));
    }

    private void published(String channel, String publisher, long sequence, Outcome outcome, long time) {
        oracle.published(channel, publisher, sequence, outcome, time);
        began.put(channel + " " + publisher + ":" + sequence, time);
    }

    // ---- run

    Result run() throws IOException {
        List<Client> clients = new ArrayList<>();
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        Path npmLog = folder.resolve("npm.log");
        try (ChaosRedis redis = new ChaosRedis(kind, folder, random)) {
            for (int i = 0; i < SERVERS; i++) {
                ports.add(freePort());
            }
            for (int i = 0; i < SERVERS; i++) {
                startServer(i, redis);
            }
            for (PeerProcess server : servers) {
                server.await("ready");
            }
            try (ChaosProxy proxy = new ChaosProxy(ports, seed)) {
                for (int i = 0; i < size.javaClients; i++) {
                    clients.add(new Client(i, proxy.port()));
                }
                try (PeerProcess npm = npm(proxy.port(), npmLog)) {
                    npm.command("ready");
                    npm.await("ready");
                    start = System.currentTimeMillis();
                    for (PeerProcess server : servers) {
                        server.command("publish");
                    }
                    scheduler.scheduleAtFixedRate(
                            () -> tick(clients, proxy), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
                    cause(redis);
                    scheduler.shutdownNow();
                    npm.command("calm");
                    finish(clients);
                    npm.command("unfinished");
                    drops.addAndGet(((Number) npm.await("finished").get("drops")).intValue());
                    assertThat(npm.all("failed")).isEmpty();
                }
            }
            read(npmLog);
            readServerLogs();
            Result result = result();
            writeTraces(result.violations());
            return result;
        } finally {
            scheduler.shutdownNow();
            clients.forEach(client -> client.client.close());
            Stream.of(servers).filter(server -> server != null).forEach(PeerProcess::close);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void startServer(int index, ChaosRedis redis) {
        String publisher = "s" + index + "." + ++starts[index];
        servers[index] = PeerProcess.java(
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                ChaosServer.class,
                publisher,
                redis.url(),
                String.valueOf(redis.isCluster()),
                String.valueOf(ports.get(index)),
                folder.resolve(publisher + ".log").toString(),
                String.valueOf(CHANNELS),
                String.valueOf(size.rate / SERVERS),
                String.valueOf(seed + index));
    }

    private PeerProcess npm(int port, Path log) {
        return PeerProcess.script(
                "recovery-clients.mjs",
                "url",
                "ws://127.0.0.1:" + port + "/socketcluster/",
                "clients",
                size.npmClients,
                "first",
                size.javaClients,
                "channels",
                CHANNELS,
                "subscriptions",
                SUBSCRIPTIONS,
                "maxAbsence",
                MAX_ABSENCE.toMillis(),
                "interval",
                size.interval.toMillis(),
                "file",
                log.toString(),
                "times",
                true);
    }

    /** Drops connections and publishes by clients, at their rates. */
    private void tick(List<Client> clients, ChaosProxy proxy) {
        Random own = new Random();
        if (own.nextDouble() < size.javaClients * (double) TICK_MILLIS / size.interval.toMillis()) {
            drops.incrementAndGet();
            proxy.drop();
        }
        for (int i = 0; i < Math.min(size.publishers, clients.size()); i++) {
            if (own.nextInt(25) == 0) {
                clients.get(i).publish(channel(own.nextInt(CHANNELS)));
            }
        }
    }

    /** Causes faults in turn: a server is killed and restarted, and Redis has a fault. */
    private void cause(ChaosRedis redis) throws IOException {
        long end = System.nanoTime() + size.duration.toNanos();
        long pause = Math.min(APART.toNanos(), size.duration.toNanos() / 8);
        for (int turn = 0; System.nanoTime() + pause < end; turn++) {
            LockSupport.parkNanos(pause);
            long from = System.currentTimeMillis();
            if (turn % 2 == 0) {
                int index = turn / 2 % SERVERS;
                servers[index].kill9();
                startServer(index, redis);
                servers[index].await("ready");
                servers[index].command("publish");
                note("server " + index + " killed", from);
                oracle.fault(from, System.currentTimeMillis(), "unavailable");
            } else {
                ChaosRedis.Effect effect = turn % 4 == 1 ? redis.special() : redis.fault();
                note(effect.name(), from);
                if (effect.losesData()) {
                    oracle.fault(from, System.currentTimeMillis());
                } else if (effect.interrupts()) {
                    oracle.fault(from, System.currentTimeMillis(), "unavailable");
                }
            }
        }
        LockSupport.parkNanos(Math.max(0, end - System.nanoTime()));
    }

    private void note(String fault, long from) {
        faults.add((from - start) / 1000 + "s " + fault);
    }

    /** Waits until all publications have an outcome and all clients have the last message of each channel. */
    private void finish(List<Client> clients) {
        for (PeerProcess server : servers) {
            server.command("stop");
        }
        for (PeerProcess server : servers) {
            server.await("stopped");
        }
        await().atMost(PATIENCE)
                .until(() -> clients.stream().allMatch(client -> client.unanswered.availablePermits() == UNANSWERED));
        servers[0].command("end");
        servers[0].await("ended");
        try {
            await().atMost(PATIENCE).until(() -> ended.size() == logs.size());
        } catch (org.awaitility.core.ConditionTimeoutException late) {
            logs.stream().filter(log -> !ended.containsKey(log)).limit(20).forEach(log -> faults.add("no end: " + log));
            throw new AssertionError("clients without the last message: " + faults, late);
        }
    }

    /** Reads the log of the npm clients. */
    private void read(Path file) throws IOException {
        Map<String, ContinuityOracle.Log> read = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split("\t", 5);
            ContinuityOracle.Log log = read.computeIfAbsent(fields[0] + "\t" + fields[1], key -> {
                ContinuityOracle.Log begun = oracle.subscriber(fields[0], fields[1]);
                begun.subscribed(start);
                return begun;
            });
            if (fields[2].equals("!")) {
                log.gap(fields[3], Long.parseLong(fields[4]));
            } else if (!fields[3].equals(END)) {
                int colon = fields[3].indexOf(':');
                log.received(fields[3].substring(0, colon), Long.parseLong(fields[3].substring(colon + 1)), fields[2]);
            }
        }
        assertThat(read).hasSize(size.npmClients * SUBSCRIPTIONS);
        logs.addAll(read.values());
    }

    /** Reads the logs of all servers that have been started. A publication of a killed server may have no outcome. */
    private void readServerLogs() throws IOException {
        for (int i = 0; i < SERVERS; i++) {
            for (int j = 1; j <= starts[i]; j++) {
                String publisher = "s" + i + "." + j;
                for (String line : Files.readAllLines(folder.resolve(publisher + ".log"))) {
                    String[] fields = line.split("\t", -1);
                    if (fields.length < 4) {
                        continue; // the server was killed while it wrote
                    }
                    long sequence = Long.parseLong(fields[2]);
                    long time = fields[0].equals("B")
                            ? Long.parseLong(fields[3])
                            : began.getOrDefault(fields[1] + " " + publisher + ":" + sequence, 0L);
                    published(
                            fields[1],
                            publisher,
                            sequence,
                            switch (fields[0]) {
                                case "C" -> Outcome.CONFIRMED;
                                case "U" -> Outcome.UNSENT;
                                default -> Outcome.UNKNOWN;
                            },
                            time);
                }
            }
        }
    }

    private Result result() {
        long[] delays = receipts.stream()
                .filter(receipt -> began.containsKey((String) receipt[0]))
                .mapToLong(receipt -> (long) receipt[1] - began.get((String) receipt[0]))
                .sorted()
                .toArray();
        return new Result(
                oracle.count(Outcome.CONFIRMED),
                oracle.count(Outcome.UNSENT),
                oracle.count(Outcome.UNKNOWN),
                logs.stream().mapToLong(ContinuityOracle.Log::size).sum(),
                logs.stream().mapToInt(log -> log.gaps().size()).sum(),
                drops.get(),
                faults,
                delays.length == 0 ? 0 : delays[delays.length / 2],
                delays.length == 0 ? 0 : delays[(int) (delays.length * 0.99)],
                oracle.violations());
    }
}
