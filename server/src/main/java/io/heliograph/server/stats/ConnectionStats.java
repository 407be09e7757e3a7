package io.heliograph.server.stats;

import io.heliograph.transport.LinkStats;
import java.time.Instant;

/**
 * Figures of one connection.
 *
 * @param id id that the server has assigned
 * @param protocol identifier of the protocol
 * @param listener URL of the listener
 * @param remoteAddress remote address, as text
 * @param principal name of the principal; empty if anonymous
 * @param since time at which the connection was accepted
 * @param channels number of subscriptions
 * @param activeCalls calls that have started and not ended
 * @param traffic frames, bytes and queued bytes; zero for a protocol without a link for each connection
 */
public record ConnectionStats(
        String id,
        String protocol,
        String listener,
        String remoteAddress,
        String principal,
        Instant since,
        int channels,
        int activeCalls,
        LinkStats traffic) {}
