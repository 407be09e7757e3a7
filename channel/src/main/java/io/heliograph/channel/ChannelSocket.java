package io.heliograph.channel;

import io.heliograph.Subscription;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A process's way to the host of an {@link OpenChannel}: a stream of bytes that survives the host.
 *
 * <p><b>Order and loss.</b> What is written goes out in order. A write is finished, and its future completes, when the operating
 * system has taken all of its bytes. A finished write reaches a host at most once, and is not sent again when that host dies. One
 * that is not finished then is sent again, from its first byte and before all later ones, to the next host: the old one may have
 * seen a part of it.
 *
 * <p>What is read from a host before and after a change of hosts is told apart by {@link #onConnect}.
 */
public interface ChannelSocket extends AutoCloseable {

    /**
     * Queues bytes, copying them before this returns.
     *
     * @return completes when they were handed to the operating system; fails with a {@link io.heliograph.QueueFullException} at
     *     once when too much waits, or a {@link io.heliograph.ClosedException} when the socket closes before
     */
    CompletableFuture<Void> write(ByteBuffer bytes);

    /** Writes text in UTF-8. */
    CompletableFuture<Void> write(String text);

    /** Writes what waits, also what has to wait for a connection first; then ends the stream and closes. */
    void end();

    /** Closes at once, for good: what waits fails, nothing is tried any more. A host in this process goes on. */
    void destroy();

    /** {@link #destroy()}. */
    @Override
    void close();

    /** Calls {@code listener} for each connection to a host, the first and later ones. */
    Subscription onConnect(Runnable listener);

    /** Calls {@code listener} with what the host sends, cut anywhere; the buffer is the listener's. */
    Subscription onData(Consumer<? super ByteBuffer> listener);

    /** Calls {@code listener} when the host ends its stream; then the channel connects anew. */
    Subscription onEnd(Runnable listener);

    /** Calls {@code listener} with what keeps the socket from going on; it closes next. Without listener it is logged. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} once, when the socket has closed for good; not for losses that are repaired. */
    Subscription onClose(Runnable listener);
}
