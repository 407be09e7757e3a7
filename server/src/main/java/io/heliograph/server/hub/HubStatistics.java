package io.heliograph.server.hub;

import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.server.stats.HubStats;
import io.heliograph.server.stats.ListenerStats;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Statistics of a hub. Thread-safe. */
public final class HubStatistics {

    private final HubCore core;
    private final HubCounters counters = new HubCounters();
    private volatile Supplier<List<ListenerStats>> listeners = List::of;
    private volatile @Nullable Instant started;

    HubStatistics(HubCore core) {
        this.core = core;
    }

    HubCounters counters() {
        return counters;
    }

    void listeners(Supplier<List<ListenerStats>> read) {
        listeners = read;
    }

    void started() {
        started = core.now();
    }

    public HubStats snapshot() {
        Instant now = core.now();
        Instant begin = started;
        return new HubStats(
                now,
                begin == null ? Duration.ZERO : Duration.between(begin, now),
                core.isReady(),
                listeners.get(),
                core.exchange().stats(),
                core.exchange().brokerState(),
                counters.activeCalls(),
                counters.procedures(),
                counters.unknownCalls(),
                counters.decisions(),
                counters.logins(),
                counters.rejectedLogins(),
                core.health().lag(System.nanoTime()),
                ProcessFigures.read());
    }

    public List<ConnectionStats> connections() {
        return core.connections().stream().map(HubConnection::stats).toList();
    }

    /** The last ends of connections, the newest first. */
    public List<ConnectionEnd> ends() {
        return counters.ends();
    }
}
