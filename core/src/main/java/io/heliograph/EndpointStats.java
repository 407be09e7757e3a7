package io.heliograph;

import java.util.Map;

/**
 * The counters of an endpoint, since it was built unless they say "now".
 *
 * @param connections connections open now
 * @param connectionsOpened connections that were ever open
 * @param messagesReceived messages decoded
 * @param messagesSent messages accepted for sending, once for each recipient
 * @param bytesReceived bytes of the frames received
 * @param bytesSent bytes of the frames accepted for sending, once for each recipient
 * @param queuedBytes bytes accepted and not yet written, now
 * @param drops messages that were not delivered and connections that were cut off, by reason; a reason that never occurred
 *     is absent
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
