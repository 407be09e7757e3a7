package io.heliograph.realtime.session;

import org.jspecify.annotations.Nullable;

/**
 * Consumer of the items of a name of a {@link StreamMultiplexer}: a listener or a stream.
 *
 * @param <T> type of the items
 */
abstract class StreamSink<T> {

    final long id;
    final String name;

    // Guarded by the StreamMultiplexer.
    @Nullable
    SinkGroup<T> group;

    StreamSink(long id, String name) {
        this.id = id;
        this.name = name;
    }

    abstract void accept(T item);

    /** Ends the consumer after its buffered items. */
    abstract void end();

    /** Ends the consumer after its buffered items with a failure; a listener stays. */
    void fail(RuntimeException cause) {}

    /** Ends the consumer at once. */
    abstract void kill();

    abstract long backpressure(SinkGroup<T> group);

    /** Whether the consumer has ended and has no buffered items. */
    abstract boolean isOver();

    @SuppressWarnings({"unchecked", "rawtypes"}) // generic array
    static <T> StreamSink<T>[] array(int length) {
        return new StreamSink[length];
    }
}
