package io.heliograph.server.stats;

import io.heliograph.DropReason;
import io.heliograph.EndpointStats;
import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.ExchangeStats;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Snapshot of the statistics of a hub. Totals count from its creation. Immutable; each figure is exact for its moment, but the figures are read
 * one after another while the hub runs.
 *
 * @param at time of the snapshot
 * @param uptime time since the start; zero before it
 * @param ready whether the hub accepts clients
 * @param listeners listeners without that of the management
 * @param exchange counters of the exchange
 * @param engine state of the engine
 * @param activeCalls calls that have started and not ended
 * @param procedures calls by procedure and protocol
 * @param unknownCalls calls of procedures that do not exist
 * @param decisions decisions by action
 * @param logins accepted logins and tokens of connections
 * @param rejectedLogins rejected tokens
 * @param loopLag longest delay of an event loop in the last second
 * @param jvm figures of the process
 */
public record HubStats(
        Instant at,
        Duration uptime,
        boolean ready,
        List<ListenerStats> listeners,
        ExchangeStats exchange,
        BrokerState engine,
        long activeCalls,
        List<ProcedureStats> procedures,
        long unknownCalls,
        List<Decisions> decisions,
        long logins,
        long rejectedLogins,
        Duration loopLag,
        JvmStats jvm) {

    public HubStats {
        listeners = List.copyOf(listeners);
        procedures = List.copyOf(procedures);
        decisions = List.copyOf(decisions);
    }

    /** The sums of all listeners, with the drops of the exchange. */
    public EndpointStats total() {
        return total(listeners, exchange.drops());
    }

    /**
     * Returns the sums of listeners.
     *
     * @param more drops beside those of the listeners
     */
    public static EndpointStats total(List<ListenerStats> listeners, Map<DropReason, Long> more) {
        long[] sums = new long[7];
        Map<DropReason, Long> drops = new HashMap<>(more);
        for (ListenerStats each : listeners) {
            EndpointStats endpoint = each.endpoint();
            sums[0] += endpoint.connections();
            sums[1] += endpoint.connectionsOpened();
            sums[2] += endpoint.messagesReceived();
            sums[3] += endpoint.messagesSent();
            sums[4] += endpoint.bytesReceived();
            sums[5] += endpoint.bytesSent();
            sums[6] += endpoint.queuedBytes();
            endpoint.drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
        }
        return new EndpointStats(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], sums[6], drops);
    }

    /** The time of all ended calls. */
    public Latency callLatency() {
        return Latency.sum(procedures.stream().map(ProcedureStats::latency).toList());
    }

    /** The number of ended calls. */
    public long calls() {
        return procedures.stream().mapToLong(ProcedureStats::calls).sum();
    }
}
