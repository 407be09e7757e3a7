package io.heliograph.server.management;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of the management listener, as {@link io.heliograph.server.ManagementProtocol} describes them.
 *
 * @param token secret of requests; null for none
 * @param hosts further names in {@code Host}
 * @param dashboard whether the dashboard is served
 */
public record ManagementOptions(@Nullable String token, List<String> hosts, boolean dashboard) {}
