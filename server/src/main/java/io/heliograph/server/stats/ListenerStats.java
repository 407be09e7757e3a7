package io.heliograph.server.stats;

import io.heliograph.EndpointStats;
import java.util.Map;

/**
 * Figures of one listener.
 *
 * @param protocol identifier of the protocol
 * @param url URL with the actual port
 * @param endpoint counters of the server of the protocol
 * @param ended ended connections by cause; without causes that have not occurred
 */
public record ListenerStats(String protocol, String url, EndpointStats endpoint, Map<EndCause, Long> ended) {

    public ListenerStats {
        ended = Map.copyOf(ended);
    }
}
