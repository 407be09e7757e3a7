package io.heliograph.realtime.session;

import io.heliograph.Dispatch;
import java.time.Duration;

/**
 * Options that client and server share.
 *
 * @param streamCapacity number of events that a stream buffers
 * @param maxStreamBytes bytes that all streams of the session buffer
 * @param rejectUnknownProcedures whether a request without a procedure is failed at once
 */
public record SessionSettings(
        Dispatch dispatch,
        Duration ackTimeout,
        Duration batchInterval,
        int maxPendingCalls,
        int streamCapacity,
        long maxStreamBytes,
        boolean rejectUnknownProcedures) {}
