package io.heliograph;

import java.util.Map;

/**
 * Snapshot of the counters of an endpoint. Totals count from the creation of the endpoint.
 *
 * @param connections connections that are open now
 * @param connectionsOpened total of opened connections
 * @param messagesReceived total of decoded messages
 * @param messagesSent total of messages accepted for sending, counted once per recipient; a message to all members of a channel counts once
 * @param bytesReceived total bytes of received frames
 * @param bytesSent total bytes of frames accepted for sending, counted once per recipient
 * @param queuedBytes bytes that are accepted for sending and not yet written, now
 * @param drops undelivered messages and connections closed for exceeding a limit, by reason; without reasons that have
 *     not occurred
 */
public record EndpointStats(
        long connections,
        long connectionsOpened,
        long messagesReceived,
        long messagesSent,
        long bytesReceived,
        long bytesSent,
        long queuedBytes,
        Map<DropReason, Long> drops) {

    public EndpointStats {
        drops = Map.copyOf(drops);
    }

    /** Returns how often a reason occurred. */
    public long drops(DropReason reason) {
        return drops.getOrDefault(reason, 0L);
    }
}
