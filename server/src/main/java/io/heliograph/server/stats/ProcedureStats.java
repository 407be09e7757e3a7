package io.heliograph.server.stats;

import java.util.Map;

/**
 * Figures of the calls of one procedure by one protocol.
 *
 * @param procedure name; {@code other} for all procedures beyond the first 200
 * @param protocol identifier of the protocol; {@code program} for calls of the program itself
 * @param outcomes ended calls by outcome; without outcomes that have not occurred
 * @param latency time from the start to the end of calls
 */
public record ProcedureStats(String procedure, String protocol, Map<CallOutcome, Long> outcomes, Latency latency) {

    public ProcedureStats {
        outcomes = Map.copyOf(outcomes);
    }

    /** The number of ended calls. */
    public long calls() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The number of ended calls without a result. */
    public long failures() {
        return calls() - outcomes.getOrDefault(CallOutcome.OK, 0L);
    }
}
