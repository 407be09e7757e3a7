package io.heliograph.exchange;

import io.heliograph.frame.Frame;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What puts the publications of a channel in order and carries them between exchanges.
 *
 * <p>A broker belongs to one {@link Exchange}, which calls it from any thread, never with a lock held, and asks for one channel to
 * be subscribed or unsubscribed only when the call before for that channel is over. None of its methods blocks. What it cannot
 * do fails the future; one that does not complete within the option {@code brokerTimeout} is given up.
 *
 * <p>Data are bytes in the codec of the exchange, which all exchanges that a broker connects must share; a null stands for no
 * data at all.
 */
public interface Broker extends AutoCloseable {

    /** A broker for one exchange alone, without history. */
    static Broker inMemory() {
        return inMemory(HistoryLimits.none());
    }

    /** A broker for one exchange alone. */
    static Broker inMemory(HistoryLimits history) {
        return new InMemoryBroker(history);
    }

    /** Called once, before all else. */
    void start(Receiver receiver);

    /**
     * Publishes. If the exchange is subscribed to the channel, it gets the message too, through its receiver; a broker that can
     * delivers it before the result completes.
     *
     * @return the position the message was given
     */
    CompletableFuture<Position> publish(String channel, @Nullable Frame data);

    /**
     * From now on the receiver gets the messages of a channel.
     *
     * @return the position after which it gets all; it may get those before the result completes
     */
    CompletableFuture<Position> subscribe(String channel);

    /** From now on the receiver need not get the messages of a channel. */
    CompletableFuture<Void> unsubscribe(String channel);

    /**
     * What is remembered of a channel.
     *
     * @param after where to begin; null for all
     */
    CompletableFuture<Log> history(String channel, @Nullable Position after);

    /** Ends it. What is on its way may fail, and nothing is delivered any more. */
    @Override
    void close();

    /**
     * A message of a channel.
     *
     * @param data null if it has none
     */
    record Message(Position position, @Nullable Frame data) {}

    /**
     * What is remembered of a channel.
     *
     * @param messages those after the position asked for that are still there, oldest first, without a gap
     * @param head the position of the latest message
     * @param complete whether {@code messages} is all there was since the position asked for
     */
    record Log(List<Message> messages, Position head, boolean complete) {

        public Log {
            messages = List.copyOf(messages);
        }
    }

    /** Where a broker delivers. Never blocks and never throws, and runs nothing of the user's before it returns. */
    interface Receiver {

        /** A message has come: for each channel in order, one call at a time. Any thread. */
        void delivered(String channel, Message message);

        /** Something failed that no future tells of. Any thread. */
        void failed(Throwable failure);
    }
}
