package io.heliograph.server.stats;

/**
 * Decisions about one action.
 *
 * @param action action in lower case, such as {@code publish}
 * @param allowed permitted actions
 * @param denied denied actions, also by a failure of the authority
 */
public record Decisions(String action, long allowed, long denied) {}
