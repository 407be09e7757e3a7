package io.heliograph.exchange.control;

import java.time.Instant;
import java.util.Map;

/**
 * Process that shares an engine with others.
 *
 * @param id name of the node, a hyphen and 8 random characters, new at each start
 * @param version version of the library
 * @param address address under which operators reach the node; may be empty
 * @param started time of the start
 * @param rates current rates per second, by name
 */
public record Node(String id, String version, String address, Instant started, Map<String, Double> rates) {

    public Node {
        rates = Map.copyOf(rates);
    }
}
