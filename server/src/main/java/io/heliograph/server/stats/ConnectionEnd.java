package io.heliograph.server.stats;

import java.time.Instant;

/**
 * End of a connection.
 *
 * @param number number of the end since the start of the hub, from 1
 * @param at time of the end
 * @param cause cause, the same for all protocols
 * @param reason message, such as the close code and reason of the client; a text of a peer, to be escaped
 * @param connection figures at the end
 */
public record ConnectionEnd(long number, Instant at, EndCause cause, String reason, ConnectionStats connection) {}
