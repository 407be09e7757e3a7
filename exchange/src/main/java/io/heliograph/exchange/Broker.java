package io.heliograph.exchange;

import io.heliograph.frame.Frame;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Ordering service of an exchange: assigns the positions of publications and distributes them between exchanges.
 *
 * <p>A broker belongs to one {@link Exchange}. The exchange calls it from any thread without a lock, and starts a subscribe or unsubscribe
 * operation of a channel only after the previous one has completed. No method may block. A failed operation fails its future; an operation that
 * does not complete within the option {@code brokerTimeout} has failed.
 *
 * <p>Data are bytes in the codec of the exchange, which all exchanges of a broker must share. Null means no data.
 */
public interface Broker extends AutoCloseable {

    /** Returns a broker for a single exchange, without history. */
    static Broker inMemory() {
        return inMemory(HistoryLimits.none());
    }

    /** Returns a broker for a single exchange. */
    static Broker inMemory(HistoryLimits history) {
        return new InMemoryBroker(history);
    }

    /** Called once, before any other method. */
    void start(Receiver receiver);

    /**
     * Publishes a message. If the exchange is subscribed to the channel, its receiver receives the message as well, preferably before the result
     * completes.
     *
     * @return the position of the message
     */
    CompletableFuture<Position> publish(String channel, @Nullable Frame data);

    /**
     * Starts delivery of the messages of a channel to the receiver.
     *
     * @return the position after which the receiver receives all messages; delivery may begin before the result completes
     */
    CompletableFuture<Position> subscribe(String channel);

    /** Stops delivery of the messages of a channel to the receiver. */
    CompletableFuture<Void> unsubscribe(String channel);

    /**
     * Reads the history of a channel.
     *
     * @param after position before the first message; null for the whole history
     */
    CompletableFuture<Log> history(String channel, @Nullable Position after);

    /** Closes the broker. Operations in progress may fail, and delivery stops. */
    @Override
    void close();

    /**
     * A message of a channel.
     *
     * @param data encoded data; null for no data
     */
    record Message(Position position, @Nullable Frame data) {}

    /**
     * History of a channel.
     *
     * @param messages retained messages after the requested position, oldest first, without a gap
     * @param head the position of the latest message
     * @param complete whether {@code messages} contains every message since the requested position
     */
    record Log(List<Message> messages, Position head, boolean complete) {

        public Log {
            messages = List.copyOf(messages);
        }
    }

    /** Receiver of the messages of a broker. Never blocks, never throws, and never runs user code on the calling thread. Thread-safe. */
    interface Receiver {

        /** Called with each message of a subscribed channel, in order and one call at a time per channel. */
        void delivered(String channel, Message message);

        /** Called with a failure that no future reports. */
        void failed(Throwable failure);
    }
}
