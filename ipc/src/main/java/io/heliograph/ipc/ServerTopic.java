package io.heliograph.ipc;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import java.util.function.BiConsumer;

/**
 * Handle of one topic of an {@link IpcServer}. Handles of the same topic are interchangeable, except for their type. Thread-safe.
 *
 * <p>A null message is received as null, whatever the type. A message that is not a {@code T} is reported to the error listeners
 * as a {@link DecodeException}; the connection stays open, and the other listeners of the topic are called.
 *
 * @param <T> the type of decoded messages
 */
public interface ServerTopic<T> {

    /** The name of the topic. */
    String name();

    /** Calls {@code listener} for each message of the topic, after the listeners of {@link IpcServer#onMessage}. */
    Subscription on(BiConsumer<? super T, ? super IpcConnection> listener);

    /** Calls {@code listener} for the next message of the topic only, even if the message cannot be decoded. */
    Subscription once(BiConsumer<? super T, ? super IpcConnection> listener);

    /** Removes all listeners of the topic, whatever their type. Streams stay open. */
    void off();

    /**
     * Opens a stream of the messages of the topic from now on. Its capacity is the option {@code maxPendingMessages}. Messages
     * that are not a {@code T} are skipped and reported.
     */
    EventStream<ClientMessage<T>> stream();
}
