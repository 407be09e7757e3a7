package io.heliograph.realtime.session;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Consumers of one name of a {@link StreamMultiplexer}.
 *
 * @param <T> type of the items
 */
final class SinkGroup<T> {

    /** Number of emitted items and ends that are not yet delivered. */
    final AtomicInteger pending = new AtomicInteger();

    /** Copied on write, guarded by the StreamMultiplexer. */
    volatile StreamSink<T>[] sinks = StreamSink.array(0);

    /** Whether pending items are dropped. */
    volatile boolean killed;
}
