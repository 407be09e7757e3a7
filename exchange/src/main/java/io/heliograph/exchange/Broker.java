package io.heliograph.exchange;

import io.heliograph.exchange.memory.InMemoryBroker;
import io.heliograph.frame.Frame;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Ordering service of an exchange: assigns the positions of publications and distributes them between exchanges.
 *
 * <p>A broker belongs to one {@link Exchange}. The exchange calls it from any thread without a lock, and starts a
 * subscribe or unsubscribe operation of a channel only after the previous one has completed. No method blocks. A failed
 * operation fails its future; every future completes within the time-out of the broker, and an operation that does not
 * complete within the option {@code brokerTimeout} of the exchange has failed.
 *
 * <p>A broker delivers messages, reads the log, and reports possible losses; the exchange detects and fills gaps. Data
 * are bytes in the codec of the exchange, which all exchanges of a broker must share.
 */
public interface Broker extends AutoCloseable {

    /** Returns a broker for a single exchange, without history. */
    static Broker inMemory() {
        return inMemory(HistoryLimits.none());
    }

    /** Returns a broker for a single exchange, with the same limits for all channels. */
    static Broker inMemory(HistoryLimits history) {
        return inMemory(channel -> history);
    }

    /**
     * Returns a broker for a single exchange.
     *
     * @param history limits for each channel. Must return the same limits for the same channel, and at most 16 different limits. Must not block.
     */
    static Broker inMemory(Function<? super String, HistoryLimits> history) {
        return new InMemoryBroker(history);
    }

    /** Called once, before any other method. */
    void start(Receiver receiver);

    /**
     * Publishes a message. Publications of one channel keep the order of the calls. If the exchange is subscribed to the channel, its receiver
     * receives the message as well.
     *
     * @return the position of the message. A failure for which {@link io.heliograph.HeliographException#unsent()} is true is final; after any
     *     other failure the message may still be published, at most once
     */
    CompletableFuture<Position> publish(String channel, Draft draft);

    /**
     * Subscribes to a channel.
     *
     * @return a position: the receiver gets all messages after it, and possibly earlier ones and repetitions. Delivery may begin before the
     *     result completes
     */
    CompletableFuture<Position> subscribe(String channel);

    /** Stops delivery of the messages of a channel to the receiver. */
    CompletableFuture<Void> unsubscribe(String channel);

    /**
     * Reads the log of a channel.
     *
     * @param after position before the first message; null for the oldest retained message
     * @param limit maximum number of messages; positive
     */
    CompletableFuture<Log> read(String channel, @Nullable Position after, int limit);

    /** Returns the channels whose head differs from the given position. Extends the retention of all of them. */
    CompletableFuture<Set<String>> check(Map<String, Position> heads);

    /** Returns the current state. */
    BrokerState state();

    /**
     * Whether messages of other processes reach the receiver. If not, the exchange never compares positions, because no message can be lost
     * between the broker and the exchange.
     */
    default boolean isDistributed() {
        return true;
    }

    /** Flushes the accepted publications. */
    CompletableFuture<Void> drain();

    /** Closes the broker. Operations in progress may fail, and delivery stops. */
    @Override
    void close();

    /**
     * A message to publish.
     *
     * @param data encoded data; null for no data
     * @param id idempotency key; null for none
     * @param traceContext W3C trace context, carried with the message; null for none
     * @param publisher id of the local connection that publishes. Stays in this process: the broker returns it in the {@link Message}, and
     *     sends it nowhere. Null for none
     */
    record Draft(
            @Nullable Frame data,
            @Nullable PublicationId id,
            @Nullable String traceContext,
            @Nullable String publisher) {

        /** Creates a draft without options. */
        public static Draft of(@Nullable Frame data) {
            return new Draft(data, null, null, null);
        }
    }

    /**
     * A message of a channel.
     *
     * @param previous the position of the message before this one in the log
     * @param data encoded data; null for no data
     * @param origin node and number of the publish, increasing for each publisher; null if the broker never repeats messages
     * @param traceContext W3C trace context of the draft; null for none
     * @param publisher publisher of the draft, if this broker published the message and still knows the draft; otherwise null
     */
    record Message(
            Position position,
            Position previous,
            @Nullable Frame data,
            @Nullable PublicationId origin,
            @Nullable String traceContext,
            @Nullable String publisher) {

        /** Creates a message without options. */
        public static Message of(Position position, Position previous, @Nullable Frame data) {
            return new Message(position, previous, data, null, null, null);
        }
    }

    /**
     * Part of the log of a channel.
     *
     * @param continuity whether {@code messages} continue the requested position
     * @param messages messages after the requested position, oldest first, without a gap; empty unless the continuity is
     *     {@link Continuity#COMPLETE} or {@link Continuity#PARTIAL}
     * @param head the position of the last of the messages; without messages, the position of the latest message of the channel
     */
    record Log(Continuity continuity, List<Message> messages, Position head) {

        public Log {
            messages = List.copyOf(messages);
        }
    }

    /** Relation of a part of a log to the position after which it was read. */
    enum Continuity {

        /** All messages after the position. */
        COMPLETE,

        /** The first messages after the position, up to the limit of the read. */
        PARTIAL,

        /** The log does not reach back to the position. */
        TRIMMED,

        /** The position is not in the log. */
        FORKED,

        /** The broker has no log of the channel. */
        UNKNOWN
    }

    /** Receiver of the messages of a broker. No method blocks, throws, or runs user code on the calling thread. Thread-safe. */
    interface Receiver {

        /** Delivers a message: one call at a time for each channel, in order, with possible repetitions and gaps. */
        void delivered(String channel, Message message);

        /** Reports channels whose messages may have been lost. The exchange compares positions. */
        void possiblyLost(Collection<String> channels);

        /** Reports a new state. */
        void stateChanged(BrokerState state);

        /** Reports a failure that no future reports. */
        void failed(Throwable failure);
    }
}
