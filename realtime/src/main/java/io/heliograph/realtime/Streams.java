package io.heliograph.realtime;

import java.util.List;

/**
 * The streams of one kind (of receivers, procedures, events or channels) and their consumers: looking at them and ending them.
 *
 * <p>A stream of a name is the sum of its consumers. Ending it ends those it has; later ones work as ever. Where the original
 * has a family of methods, such as {@code closeReceiver}, {@code killAllReceivers} and {@code getReceiverBackpressure}, here is
 * one object with these.
 */
public interface Streams {

    /** Ends the consumers of a stream, after what they hold. */
    void close(String name);

    void closeAll();

    /** Ends the consumers of a stream at once; what they hold is dropped. */
    void kill(String name);

    void killAll();

    /** Ends one consumer at once. */
    void killConsumer(long id);

    /** Events that wait for the slowest consumer of a stream, end marks included. */
    long backpressure(String name);

    /** The most of any stream. */
    long backpressure();

    /** The consumers of a stream, in the order in which they were made. */
    List<Consumer> consumers(String name);

    /** All consumers. */
    List<Consumer> consumers();

    /**
     * A consumer, at one moment.
     *
     * @param id counts from 1, for all streams of the kind
     * @param stream the name of its stream
     * @param backpressure events that wait for it, its end mark included
     */
    record Consumer(long id, String stream, long backpressure) {}
}
