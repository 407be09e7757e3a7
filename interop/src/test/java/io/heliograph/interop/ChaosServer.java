package io.heliograph.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.HeliographException;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.redis.RedisEngine;
import io.heliograph.internal.Failures;
import io.heliograph.server.Hub;
import io.heliograph.server.Permission;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.Await;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Server process of a {@link Chaos} run: a hub on Redis that also publishes. Its log survives {@code kill -9}: a line {@code B channel sequence
 * time} before each publication, and {@code C}, {@code U} or {@code ?} for its outcome afterwards.
 *
 * <p>Commands: {@code publish}, {@code stop} (answers {@code stopped} when each publication has its outcome), {@code end} (publishes the last
 * message of each channel).
 */
final class ChaosServer {

    private static final int TICK_MILLIS = 20;
    private static final int UNANSWERED = 2_000;

    private final Hub hub;
    private final FileOutputStream log;
    private final int channels;
    private final int rate;
    private final Random random;
    private final Map<String, Long> sequences = new HashMap<>();
    private final Semaphore unanswered = new Semaphore(UNANSWERED);
    private volatile boolean publishing;
    private double due;

    private ChaosServer(Hub hub, Path log, int channels, int rate, long seed) throws IOException {
        this.hub = hub;
        this.log = new FileOutputStream(log.toFile());
        this.channels = channels;
        this.rate = rate;
        this.random = new Random(seed);
    }

    /** Arguments: publisher, address of Redis, whether it is a cluster, port, log, channels, publications a second, seed. */
    public static void main(String[] arguments) throws IOException {
        String publisher = arguments[0];
        HistoryLimits history = HistoryLimits.of(2_000, Duration.ofMinutes(5));
        Hub hub = Hub.builder()
                .engine(RedisEngine.builder(URI.create(arguments[1]))
                        .cluster(Boolean.parseBoolean(arguments[2]))
                        .node(publisher)
                        .history(channel -> history)
                        .build())
                .listen("ws://127.0.0.1:" + arguments[3] + "/socketcluster/", Protocols.socketCluster())
                .authority((who, action, name) -> Permission.allow())
                .build();
        hub.onError(failure -> {});
        Await.value(hub.start());
        ChaosServer server = new ChaosServer(
                hub,
                Path.of(arguments[4]),
                Integer.parseInt(arguments[5]),
                Integer.parseInt(arguments[6]),
                Long.parseLong(arguments[7]));
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        scheduler.scheduleAtFixedRate(() -> server.tick(publisher), 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        System.out.println("{\"event\":\"ready\"}");
        server.obey();
        scheduler.shutdownNow();
        Runtime.getRuntime().halt(0);
    }

    private void obey() throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            if (line.contains("\"publish\"")) {
                publishing = true;
            } else if (line.contains("\"stop\"")) {
                publishing = false;
                unanswered.acquireUninterruptibly(UNANSWERED);
                unanswered.release(UNANSWERED);
                System.out.println("{\"event\":\"stopped\"}");
            } else if (line.contains("\"end\"")) {
                for (int i = 0; i < channels; i++) {
                    Await.value(hub.exchange().publish(Chaos.channel(i), Chaos.END));
                }
                System.out.println("{\"event\":\"ended\"}");
            }
        }
    }

    private void tick(String publisher) {
        if (!publishing) {
            return;
        }
        for (due += rate * TICK_MILLIS / 1000.0; due >= 1; due--) {
            if (unanswered.tryAcquire()) {
                publish(publisher, Chaos.channel(random.nextInt(channels)));
            }
        }
    }

    private void publish(String publisher, String channel) {
        long sequence = sequences.merge(channel, 1L, Long::sum);
        write("B", channel, sequence);
        hub.exchange().publish(channel, publisher + ":" + sequence).whenComplete((position, failure) -> {
            write(failure == null ? "C" : isUnsent(failure) ? "U" : "?", channel, sequence);
            unanswered.release();
        });
    }

    static boolean isUnsent(Throwable failure) {
        return Failures.unwrap(failure) instanceof HeliographException known && known.unsent();
    }

    private synchronized void write(String kind, String channel, long sequence) {
        try {
            log.write((kind + "\t" + channel + "\t" + sequence + "\t" + System.currentTimeMillis() + "\n")
                    .getBytes(UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
