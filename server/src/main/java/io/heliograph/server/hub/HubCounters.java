package io.heliograph.server.hub;

import io.heliograph.server.HubAction;
import io.heliograph.server.stats.CallOutcome;
import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.server.stats.Decisions;
import io.heliograph.server.stats.EndCause;
import io.heliograph.server.stats.LatencyRecorder;
import io.heliograph.server.stats.ProcedureStats;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counters of a hub beside those of its listeners and its exchange. Thread-safe. */
final class HubCounters {

    /** Ends that are kept. */
    static final int MAX_ENDS = 1000;

    /** Procedures with counters of their own. */
    static final int MAX_PROCEDURES = 200;

    private static final String OTHER = "other";

    private record Calls(String procedure, String protocol) {}

    private static final class CallCounters {
        final Map<CallOutcome, LongAdder> outcomes = adders(CallOutcome.class);
        final LatencyRecorder latency = new LatencyRecorder();
    }

    private final Map<HubAction, LongAdder> allowed = adders(HubAction.class);
    private final Map<HubAction, LongAdder> denied = adders(HubAction.class);
    private final Map<HubListener, Map<EndCause, LongAdder>> ended = new ConcurrentHashMap<>();
    private final Map<Calls, CallCounters> calls = new ConcurrentHashMap<>();
    private final Set<String> procedures = ConcurrentHashMap.newKeySet();
    private final LongAdder started = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAdder logins = new LongAdder();
    private final LongAdder rejectedLogins = new LongAdder();

    // Guarded by itself: the last ends, oldest first.
    private final ArrayDeque<ConnectionEnd> ends = new ArrayDeque<>();
    private long endNumber;

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> adders = new EnumMap<>(type);
        for (E each : type.getEnumConstants()) {
            adders.put(each, new LongAdder());
        }
        return adders;
    }

    // ---- decisions

    void allowed(HubAction action) {
        increment(allowed, action);
    }

    void denied(HubAction action) {
        increment(denied, action);
    }

    private static <E> void increment(Map<E, LongAdder> counters, E key) {
        LongAdder counter = counters.get(key);
        if (counter != null) {
            counter.increment();
        }
    }

    private static <E> long sum(Map<E, LongAdder> counters, E key) {
        LongAdder counter = counters.get(key);
        return counter == null ? 0 : counter.sum();
    }

    List<Decisions> decisions() {
        List<Decisions> decisions = new ArrayList<>();
        for (HubAction action : HubAction.values()) {
            String key = action.name().toLowerCase(Locale.ROOT);
            decisions.add(new Decisions(key, sum(allowed, action), sum(denied, action)));
        }
        return decisions;
    }

    void login(boolean accepted) {
        (accepted ? logins : rejectedLogins).increment();
    }

    long logins() {
        return logins.sum();
    }

    long rejectedLogins() {
        return rejectedLogins.sum();
    }

    // ---- calls

    void callStarted() {
        started.increment();
    }

    void callEnded(String procedure, String protocol, CallOutcome outcome, long nanos) {
        completed.increment();
        String name = mayAdd(procedure) ? procedure : OTHER;
        CallCounters counters = calls.computeIfAbsent(new Calls(name, protocol), missing -> new CallCounters());
        increment(counters.outcomes, outcome);
        counters.latency.record(nanos);
    }

    /** Whether a procedure has counters of its own. A client chooses the names of built-in procedures that do not exist. */
    private boolean mayAdd(String procedure) {
        if (procedures.contains(procedure)) {
            return true;
        }
        boolean known = !procedure.startsWith(ProcedureRegistry.RESERVED) || BuiltIns.NAMES.contains(procedure);
        return known && procedures.size() < MAX_PROCEDURES && procedures.add(procedure);
    }

    void callUnknown() {
        unknown.increment();
    }

    long unknownCalls() {
        return unknown.sum();
    }

    long activeCalls() {
        return Math.max(0, started.sum() - completed.sum());
    }

    List<ProcedureStats> procedures() {
        List<ProcedureStats> stats = new ArrayList<>();
        calls.forEach((key, counters) -> stats.add(
                new ProcedureStats(key.procedure, key.protocol, read(counters.outcomes), counters.latency.read())));
        stats.sort(Comparator.comparing(ProcedureStats::procedure).thenComparing(ProcedureStats::protocol));
        return stats;
    }

    private static <E extends Enum<E>> Map<E, Long> read(Map<E, LongAdder> counters) {
        Map<E, Long> occurred = new HashMap<>();
        counters.forEach((key, counter) -> {
            long count = counter.sum();
            if (count != 0) {
                occurred.put(key, count);
            }
        });
        return occurred;
    }

    // ---- ends of connections

    /** @param last figures of the connection; read only if it is kept */
    void ended(HubListener listener, Instant at, EndCause cause, String reason, Supplier<ConnectionStats> last) {
        increment(ended.computeIfAbsent(listener, missing -> adders(EndCause.class)), cause);
        ConnectionStats stats = last.get();
        synchronized (ends) {
            if (ends.size() == MAX_ENDS) {
                ends.removeFirst();
            }
            ends.addLast(new ConnectionEnd(++endNumber, at, cause, reason, stats));
        }
    }

    Map<EndCause, Long> ended(HubListener listener) {
        Map<EndCause, LongAdder> counters = ended.get(listener);
        return counters == null ? Map.of() : read(counters);
    }

    /** The last ends, newest first. */
    List<ConnectionEnd> ends() {
        synchronized (ends) {
            return new ArrayList<>(ends).reversed();
        }
    }
}
