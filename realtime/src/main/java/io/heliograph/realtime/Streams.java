package io.heliograph.realtime;

import java.util.List;

/**
 * Administration of the streams of one kind (receivers, procedures, events or channels) and of their consumers.
 *
 * <p>A stream is a name with consumers. Ending a stream ends its current consumers only. Replaces the original's families of methods,
 * such as {@code closeReceiver}, {@code killAllReceivers} and {@code getReceiverBackpressure}.
 */
public interface Streams {

    /** Ends the consumers of a stream after their buffered items. */
    void close(String name);

    void closeAll();

    /** Ends the consumers of a stream and drops their buffered items. */
    void kill(String name);

    void killAll();

    /** Ends one consumer and drops its buffered items. */
    void killConsumer(long id);

    /** Returns the number of pending items of the slowest consumer of a stream, including end marks. */
    long backpressure(String name);

    /** Returns the maximum of all streams. */
    long backpressure();

    /** Returns the consumers of a stream, in the order of creation. */
    List<Consumer> consumers(String name);

    /** Returns all consumers. */
    List<Consumer> consumers();

    /**
     * Snapshot of a consumer.
     *
     * @param id number from 1, unique among all streams of the kind
     * @param stream name of the stream
     * @param backpressure number of pending items, including the end mark
     */
    record Consumer(long id, String stream, long backpressure) {}
}
