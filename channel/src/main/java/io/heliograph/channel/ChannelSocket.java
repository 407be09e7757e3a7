package io.heliograph.channel;

import io.heliograph.Subscription;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A member's connection to the host of an {@link OpenChannel}: a stream of bytes that survives takeovers. Thread-safe.
 *
 * <p><b>Order and loss.</b> Writes are sent in order. A write completes when the operating system has taken all of its bytes. A
 * completed write reaches a host at most once, and is not sent again if that host dies. An incomplete write is sent again to the
 * next host, from its first byte and before all later writes; the previous host may have received a part of it.
 *
 * <p>{@link #onConnect} separates the bytes of a host from those of the previous one.
 */
public interface ChannelSocket extends AutoCloseable {

    /**
     * Writes bytes, which are copied before this method returns.
     *
     * @return completes when the operating system has taken the bytes; fails with a {@link io.heliograph.QueueFullException} if a limit
     *     is reached, or with a {@link io.heliograph.ClosedException} if the socket is closed before
     */
    CompletableFuture<Void> write(ByteBuffer bytes);

    /** Writes a string in UTF-8; see {@link #write(ByteBuffer)}. */
    CompletableFuture<Void> write(String string);

    /** Closes the socket after the queued writes, for which it connects first if necessary. */
    void end();

    /** Closes the socket; pending writes fail. If this process hosts, it continues to host. */
    void destroy();

    /** Same as {@link #destroy()}. */
    @Override
    void close();

    /** Calls {@code listener} after each connection to a host. */
    Subscription onConnect(Runnable listener);

    /** Calls {@code listener} with received bytes, in chunks of any length. The listener owns the buffer. */
    Subscription onData(Consumer<? super ByteBuffer> listener);

    /** Calls {@code listener} when the host has ended its stream. The socket reconnects. */
    Subscription onEnd(Runnable listener);

    /** Calls {@code listener} with the failure that closes the socket. Without a listener, the failure is logged. */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Calls {@code listener} once, when the socket has closed; not when it reconnects. */
    Subscription onClose(Runnable listener);
}
