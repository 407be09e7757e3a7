package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.HeliographException;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.realtime.AutoReconnectOptions;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.DeliveryOracle;
import io.heliograph.testkit.FaultProxy;
import io.heliograph.transport.Transports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Clients of a hub that drop their connections at random, for up to two seconds, while the hub and the clients publish. An oracle compares
 * what every client received with the order of the channels.
 *
 * <p>The full size, 100 clients and 200,000 publications on 50 channels, runs as a program: {@code main}.
 */
final class RecoveryTrial {

    private static final int TICK_MILLIS = 20;
    private static final int UNANSWERED = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /**
     * Size of a trial.
     *
     * @param interval mean time between two drops of one client
     */
    record Size(
            int javaClients,
            int npmClients,
            int eventSources,
            int channels,
            int subscriptions,
            int publications,
            Duration duration,
            Duration interval,
            Duration maxAbsence) {}

    /** Outcome of a trial. */
    record Outcome(int publications, int received, int gaps, int drops, List<String> violations) {}

    private final Size size;
    private final Random random;
    private final DeliveryOracle oracle = new DeliveryOracle();
    private final List<DeliveryOracle.Log> logs = new ArrayList<>();
    private final AtomicInteger drops = new AtomicInteger();

    RecoveryTrial(Size size, long seed) {
        this.size = size;
        this.random = new Random(seed);
    }

    /** Runs the trial of full size, or with the given number of publications. */
    public static void main(String... arguments) throws IOException {
        int publications = arguments.length == 0 ? 200_000 : Integer.parseInt(arguments[0]);
        Size full = new Size(
                50, 40, 10, 50, 4, publications, Duration.ofSeconds(60), Duration.ofSeconds(6), Duration.ofSeconds(2));
        Outcome outcome = new RecoveryTrial(full, System.nanoTime()).run();
        System.out.println(outcome);
        System.exit(outcome.violations().isEmpty() ? 0 : 1);
    }

    private String channel(int client, int subscription) {
        return "channel-" + (client + subscription * 7) % size.channels;
    }

    /** Java client behind a proxy that cuts its connection. */
    private final class JavaClient {

        final String name;
        final FaultProxy proxy;
        final RealtimeClient client;
        final Semaphore unanswered = new Semaphore(UNANSWERED);
        int published;

        JavaClient(int number, int port) throws IOException {
            name = "java-" + number;
            boolean direct = number % 2 == 0;
            proxy = FaultProxy.listen(new Address.Tcp("127.0.0.1", 0), new Address.Tcp("127.0.0.1", port))
                    .withoutRecord();
            client = RealtimeClient.builder(URI.create("ws://127.0.0.1:" + ((Address.Tcp) proxy.address()).port()))
                    .dispatch(direct ? Dispatch.direct(Duration.ofMinutes(1), blocked -> {}) : Dispatch.virtual())
                    .autoReconnectOptions(new AutoReconnectOptions(Duration.ZERO, size.maxAbsence, 1, size.maxAbsence))
                    .connect();
            client.onError(failure -> {});
            for (int i = 0; i < size.subscriptions; i++) {
                RealtimeChannel<String> subscribed = client.channel(channel(number, i), String.class);
                DeliveryOracle.Log log = oracle.subscriber(name, subscribed.name());
                logs.add(log);
                // With direct dispatch, the position is that of the publication.
                subscribed.on(id -> log.received(id, direct ? String.valueOf(subscribed.position()) : null));
                subscribed.on(ChannelEvent.Gap.class, gap -> log.gap(gap.reason()));
                Await.value(subscribed.subscribe().subscribed());
            }
        }

        /** Publishes to a channel; false if too many publications are unanswered. */
        boolean publish(String channel) {
            if (!unanswered.tryAcquire()) {
                return false;
            }
            String id = name + ":" + ++published;
            CompletableFuture<Void> answer = client.channel(channel).publish(id);
            CompletableFuture<Void> unused = answer.whenComplete((none, failure) -> {
                unanswered.release();
                if (failure == null) {
                    oracle.confirmed(channel, id);
                } else if (failure instanceof HeliographException known && known.unsent()) {
                    oracle.rejected(channel, id);
                }
            });
            return true;
        }

        void close() throws IOException {
            client.close();
            proxy.close();
        }
    }

    Outcome run() throws IOException {
        Transports.Lease lease = Transports.acquire();
        Path directory = Files.createTempDirectory("recovery");
        List<JavaClient> clients = new ArrayList<>();
        List<EventSourceClient> eventSources = new ArrayList<>();
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        HistoryLimits history = HistoryLimits.of(20_000, Duration.ofMinutes(5));
        try (Hub hub = Hub.builder()
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .listen("http://127.0.0.1:0/api", Protocols.http())
                .history(channel -> history)
                .build()) {
            Await.value(hub.start());
            String url = hub.listeners().getFirst().url();
            observe(hub, lease);
            for (int i = 0; i < size.javaClients; i++) {
                clients.add(new JavaClient(i, URI.create(url).getPort()));
            }
            for (int i = 0; i < size.eventSources; i++) {
                String channel = channel(i, 0);
                DeliveryOracle.Log log = oracle.subscriber("event-source-" + i, channel);
                logs.add(log);
                eventSources.add(new EventSourceClient(
                        channel, URI.create(hub.listeners().get(1).url()).getPort(), log, size.maxAbsence));
            }
            List<FaultProxy> proxies = Stream.concat(
                            clients.stream().map(client -> client.proxy),
                            eventSources.stream().map(client -> client.proxy))
                    .toList();
            Path npmLog = directory.resolve("npm.log");
            try (PeerProcess npm = npm(url, npmLog)) {
                npm.command("ready");
                npm.await("ready");
                publish(hub, clients, proxies, scheduler);
                npm.command("calm");
                await().atMost(PATIENCE)
                        .until(() -> clients.stream()
                                .allMatch(client -> client.unanswered.availablePermits() == UNANSWERED));
                for (int i = 0; i < size.channels; i++) {
                    Await.value(hub.exchange().publish("channel-" + i, "end"));
                }
                drops.addAndGet(((Number) npm.await("finished").get("drops")).intValue());
                await().atMost(PATIENCE).until(() -> logs.stream().allMatch(log -> "end".equals(log.last())));
                assertThat(npm.all("failed")).isEmpty();
            }
            read(npmLog);
            return new Outcome(
                    oracle.size(),
                    logs.stream().mapToInt(DeliveryOracle.Log::size).sum(),
                    logs.stream().mapToInt(log -> log.gaps().size()).sum(),
                    drops.get(),
                    oracle.violations());
        } finally {
            scheduler.shutdownNow();
            for (JavaClient client : clients) {
                client.close();
            }
            for (EventSourceClient client : eventSources) {
                client.close();
            }
            lease.release();
            Files.deleteIfExists(directory.resolve("npm.log"));
            Files.delete(directory);
        }
    }

    /** Subscribes the oracle to all channels, in the process of the hub. */
    private void observe(Hub hub, Transports.Lease lease) {
        for (int i = 0; i < size.channels; i++) {
            String channel = "channel-" + i;
            Await.value(hub.exchange()
                    .subscribe(
                            channel,
                            lease.transport().nextLoop(),
                            publication -> oracle.published(
                                    channel,
                                    String.valueOf(publication.data().value()),
                                    publication.position().toString())));
        }
    }

    private PeerProcess npm(String url, Path log) {
        return PeerProcess.script(
                "recovery-clients.mjs",
                "url",
                url,
                "clients",
                size.npmClients,
                "first",
                size.javaClients,
                "channels",
                size.channels,
                "subscriptions",
                size.subscriptions,
                "maxAbsence",
                size.maxAbsence.toMillis(),
                "interval",
                size.interval.toMillis(),
                "file",
                log.toString());
    }

    /** Publishes at a constant rate, one in ten by a client, and drops connections at random. */
    private void publish(
            Hub hub, List<JavaClient> clients, List<FaultProxy> proxies, ScheduledExecutorService scheduler) {
        int ticks = (int) (size.duration.toMillis() / TICK_MILLIS);
        double dropsPerTick = proxies.size() * (double) TICK_MILLIS / size.interval.toMillis();
        CompletableFuture<Void> finished = new CompletableFuture<>();
        int[] tick = {0};
        int[] published = {0};
        ScheduledFuture<?> ticking = scheduler.scheduleAtFixedRate(
                () -> {
                    try {
                        int due = (int) ((long) size.publications * ++tick[0] / ticks);
                        for (; published[0] < due; published[0]++) {
                            publishOne(hub, clients, published[0]);
                        }
                        if (random.nextDouble() < dropsPerTick) {
                            drops.incrementAndGet();
                            proxies.get(random.nextInt(proxies.size())).cut(FaultProxy.Cut.RESET);
                        }
                        if (tick[0] == ticks) {
                            finished.complete(null);
                        }
                    } catch (Throwable failure) {
                        finished.completeExceptionally(failure);
                    }
                },
                0,
                TICK_MILLIS,
                TimeUnit.MILLISECONDS);
        finished.orTimeout(size.duration.toSeconds() * 5, TimeUnit.SECONDS).join();
        ticking.cancel(false);
    }

    private void publishOne(Hub hub, List<JavaClient> clients, int number) {
        String channel = "channel-" + random.nextInt(size.channels);
        if (number % 10 == 0 && clients.get(random.nextInt(clients.size())).publish(channel)) {
            return;
        }
        String id = "hub:" + number;
        CompletableFuture<?> unused = hub.exchange().publish(channel, id).whenComplete((position, failure) -> {
            if (failure == null) {
                oracle.confirmed(channel, id);
            } else {
                oracle.rejected(channel, id);
            }
        });
    }

    /** Reads the log of the npm clients. */
    private void read(Path file) throws IOException {
        Map<String, DeliveryOracle.Log> read = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split("\t", 4);
            DeliveryOracle.Log log =
                    read.computeIfAbsent(fields[0] + "\t" + fields[1], key -> oracle.subscriber(fields[0], fields[1]));
            if (fields[2].equals("!")) {
                log.gap(fields[3]);
            } else {
                log.received(fields[3], fields[2]);
            }
        }
        assertThat(read).hasSize(size.npmClients * size.subscriptions);
        logs.addAll(read.values());
    }
}
