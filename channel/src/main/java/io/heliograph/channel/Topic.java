package io.heliograph.channel;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A topic of a {@link MessageChannel}, with the type of its messages. Thread-safe.
 *
 * <p>A message that cannot be decoded to the type is reported to {@link MessageChannel#onError}. A message may be null.
 *
 * @param <T> the type of the messages
 */
public interface Topic<T> {

    String name();

    /** Calls {@code listener} with each message and its sender. */
    Subscription on(BiConsumer<? super T, ? super Member> listener);

    /** Calls {@code listener} with the next message and its sender. */
    Subscription once(BiConsumer<? super T, ? super Member> listener);

    /**
     * Returns a stream of the messages from now on, not decoded. The stream holds {@code maxPendingMessages}; if it is full, listeners
     * and reading pause.
     */
    EventStream<ChannelMessage> stream();

    /**
     * Answers the requests of this topic. A later handler replaces an earlier one.
     *
     * @param handler returns the answer, or a {@link java.util.concurrent.CompletionStage} of it
     */
    Subscription onRequest(BiFunction<? super T, ? super Member, ? extends @Nullable Object> handler);
}
