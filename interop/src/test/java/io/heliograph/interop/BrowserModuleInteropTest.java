package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.HistoryLimits;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The npm package {@code heliograph-client} with the npm client against a hub. */
class BrowserModuleInteropTest {

    private static final int CLIENTS = 20;
    private static final int MESSAGES = 1000;
    private static final List<String> CHANNELS = List.of("a", "b", "c");

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    void brokenConnectionsLoseNothing() {
        Recovered result = run(HistoryLimits.of(MESSAGES, Duration.ofMinutes(5)));
        assertThat(result.drops).isGreaterThan(CLIENTS);
        assertThat(result.gaps).isZero();
        assertThat(result.incomplete).isZero();
    }

    @Test
    void shortHistoryLosesNothingWithoutAGap() {
        Recovered result = run(HistoryLimits.of(5, Duration.ofMinutes(5)));
        assertThat(result.gaps).isPositive();
        assertThat(result.incomplete).isPositive();
    }

    /**
     * Sums over all clients.
     *
     * @param incomplete number of jumps in the logs, each of which has a gap
     */
    private record Recovered(int drops, int gaps, int incomplete) {}

    private Recovered run(HistoryLimits history) {
        Hub hub = scratch.closing(Hub.builder()
                .daemon(true)
                .history(channel -> history)
                .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
                .build());
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        int port = URI.create(hub.listeners().getFirst().url()).getPort();
        PeerProcess peer = scratch.closing(
                PeerProcess.script("heliograph-client.js", "port", port, "clients", CLIENTS, "channels", CHANNELS));
        int published = 0;
        while (peer.all("subscribed").isEmpty()) {
            publish(hub, published++);
            pause(20);
        }
        int end = published + MESSAGES;
        while (published < end) {
            if (published % 250 == 0) {
                peer.command("drop");
            }
            publish(hub, published++);
            pause(2);
        }
        // A client that missed the last of these by a gap receives the next ones.
        while (!isComplete(peer, end)) {
            publish(hub, published++);
            pause(50);
        }
        return recovered(peer);
    }

    /** Publishes one number in each channel. */
    private static void publish(Hub hub, int number) {
        CHANNELS.forEach(channel -> hub.channel(channel)
                .publish(number)
                .orTimeout(10, TimeUnit.SECONDS)
                .join());
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Returns whether each client has received a number in each channel that is not before the end. */
    private static boolean isComplete(PeerProcess peer, int end) {
        peer.command("length");
        return ((List<?>) Objects.requireNonNull(peer.await("length").get("lengths")))
                .stream().allMatch(each -> number(each) >= end);
    }

    private static Recovered recovered(PeerProcess peer) {
        peer.command("report");
        int drops = 0;
        int gaps = 0;
        int incomplete = 0;
        for (int i = 0; i < CLIENTS; i++) {
            PeerEvent report = peer.await("report");
            drops += number(report.get("drops"));
            int reported = ((List<?>) Objects.requireNonNull(report.get("gaps"))).size();
            int jumps = 0;
            for (Object log : ((Map<?, ?>) Objects.requireNonNull(report.get("logs"))).values()) {
                jumps += jumps((List<?>) log);
            }
            assertThat(jumps).as("jumps, each with a gap").isLessThanOrEqualTo(reported);
            gaps += reported;
            incomplete += jumps;
        }
        return new Recovered(drops, gaps, incomplete);
    }

    private static int number(@Nullable Object value) {
        return ((Number) Objects.requireNonNull(value)).intValue();
    }

    /** Counts the missing stretches of numbers that otherwise rise by one. */
    private static int jumps(List<?> log) {
        int jumps = 0;
        for (int i = 1; i < log.size(); i++) {
            int before = number(log.get(i - 1));
            int next = number(log.get(i));
            assertThat(next).as("number after %s", before).isGreaterThan(before);
            jumps += next == before + 1 ? 0 : 1;
        }
        return jumps;
    }
}
