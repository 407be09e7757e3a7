package io.heliograph.server;

/**
 * End of a connection.
 *
 * @param reason reason, such as {@code closed by the client: 1001}
 */
public record Disconnection(Connection connection, String reason) {}
