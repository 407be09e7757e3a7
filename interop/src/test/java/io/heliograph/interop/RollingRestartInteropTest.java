package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Drain;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A hub takes over from another one while the clients of npm, at their default delays, call and receive publications. */
@EnabledOnOs(OS.LINUX)
class RollingRestartInteropTest {

    /** Time between two publications. */
    private static final long TICK_MILLIS = 100;

    private static final long WORK_MILLIS = 50;

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private final Set<String> started = ConcurrentHashMap.newKeySet();
    private final Set<Hub> hubs = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();

    /**
     * Load of a run.
     *
     * @param window time of the drain
     * @param parts parts of the window in which the reconnections are counted
     * @param maxGapMillis longest time between two publications of 99 % of the clients of SocketCluster: a second on an idle machine; a client that
     *     has received a code waits for at least ten
     * @param tolerance difference from an even distribution over these parts; large on a machine that is busy with other tests
     */
    private record Load(
            int socketCluster,
            int rpc,
            int ipc,
            int callsPerSecond,
            Duration window,
            int parts,
            double tolerance,
            int maxGapMillis) {

        int clients() {
            return socketCluster + rpc + ipc;
        }
    }

    @AfterEach
    void close() {
        ticks.shutdownNow();
        hubs.forEach(hub -> hub.closeGracefully(Duration.ZERO).join());
    }

    private Hub start(int port, Path file) {
        Hub hub = Hub.builder()
                .listen("ws://127.0.0.1:" + port + "/socketcluster/", Protocols.socketCluster())
                .listen("ws://127.0.0.1:" + port + "/rpc", Protocols.rpc())
                .listen("unix:" + file, Protocols.ipc())
                .reusePort(true)
                .daemon(true)
                .build();
        hub.procedure("work", Object.class, (argument, call) -> {
            String id = argument instanceof List<?> list ? (String) list.getFirst() : (String) argument;
            started.add(id);
            return new CompletableFuture<String>().completeOnTimeout(id, WORK_MILLIS, TimeUnit.MILLISECONDS);
        });
        hub.start().join();
        hubs.add(hub);
        return hub;
    }

    @Test
    void hundredsOfClientsMoveWithoutALostCall() {
        run(new Load(200, 30, 10, 500, Duration.ofSeconds(4), 2, 0.5, 5000));
    }

    @Test
    @EnabledIfSystemProperty(named = "helio.full", matches = "true")
    void thousandsOfClientsMoveWithoutALostCall() {
        run(new Load(2000, 200, 20, 1000, Duration.ofSeconds(20), 4, 0.25, 1000));
    }

    private void run(Load load) {
        Path file = scratch.path("hub");
        Hub first = start(0, file);
        int port = URI.create(first.listeners().getFirst().url()).getPort();
        ticks.scheduleAtFixedRate(
                () -> hubs.forEach(hub -> hub.channel("ticks").publish(1)), 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        try (PeerProcess clients = PeerProcess.script(
                "load-clients.js",
                "socketCluster",
                load.socketCluster(),
                "rpc",
                load.rpc(),
                "ipc",
                load.ipc(),
                "url",
                "ws://127.0.0.1:" + port,
                "socketFile",
                file.toString(),
                "channel",
                "ticks",
                "calls",
                load.callsPerSecond(),
                "namespace",
                "call")) {
            clients.await("connected");
            clients.command("start");
            Hub second = start(port, file);
            Drain.Result drained = first.drain(Drain.of(Drain.Mode.ROLLING).withTime(load.window()))
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
            awaitConnections(second, load.clients());
            clients.command("stop");
            PeerEvent result = clients.await("result");
            check(load, drained, result);
        }
    }

    private static void awaitConnections(Hub hub, int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (hub.connections().size() < count && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(hub.connections()).hasSize(count);
    }

    @SuppressWarnings("unchecked")
    private void check(Load load, Drain.Result drained, PeerEvent result) {
        assertThat(drained).isEqualTo(new Drain.Result(load.clients(), 0));
        assertThat((List<String>) result.get("refused")).isEmpty();

        Set<String> answered = new HashSet<>((List<String>) result.get("answered"));
        Map<String, Integer> failed = (Map<String, Integer>) result.get("failed");
        assertThat(answered).containsAll(started);
        assertThat(failed.keySet()).isSubsetOf("ServerClosingError", "disconnected");
        assertThat(answered.size()
                        + failed.values().stream().mapToInt(count -> count).sum())
                .isEqualTo((int) result.get("calls"));

        Map<String, List<Integer>> reconnects = (Map<String, List<Integer>>) result.get("reconnects");
        assertThat(reconnects.get("socketCluster")).hasSize(load.socketCluster());
        assertThat(reconnects.get("rpc")).hasSize(load.rpc());
        assertThat(reconnects.get("ipc")).hasSize(load.ipc());
        checkSpread(load, reconnects.get("socketCluster"));

        Map<String, Integer> gaps = (Map<String, Integer>) result.get("gapP99");
        assertThat(gaps.get("socketCluster")).isLessThanOrEqualTo(load.maxGapMillis());
        // These clients wait for a second before they connect again.
        assertThat(gaps.get("rpc")).isLessThanOrEqualTo(load.maxGapMillis() + 1500);
        assertThat(gaps.get("ipc")).isLessThanOrEqualTo(load.maxGapMillis() + 1500);
    }

    /** Each part of the window has its share of the reconnections, within the tolerance. */
    private static void checkSpread(Load load, List<Integer> times) {
        long part = load.window().toMillis() / load.parts();
        double even = (double) times.size() / load.parts();
        for (int i = 0; i < load.parts(); i++) {
            long from = i * part;
            long to = i == load.parts() - 1 ? Long.MAX_VALUE : from + part;
            long count =
                    times.stream().filter(time -> time >= from && time < to).count();
            assertThat((double) count)
                    .as("reconnections in part %s of %s", i, times)
                    .isBetween((1 - load.tolerance()) * even, (1 + load.tolerance()) * even);
        }
    }
}
