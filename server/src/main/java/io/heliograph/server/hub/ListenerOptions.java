package io.heliograph.server.hub;

import io.heliograph.server.Rule;
import java.util.List;

/**
 * Options of a listener.
 *
 * @param protocol identifier of the protocol
 * @param url URL, with port 0 for a free port
 * @param echo whether a connection receives its own publications
 * @param optional whether a failure to listen is only logged
 */
public record ListenerOptions(
        String protocol, String url, List<Rule> rules, boolean echo, boolean optional, Binding.Factory binding) {}
