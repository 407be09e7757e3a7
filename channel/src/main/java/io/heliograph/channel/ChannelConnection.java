package io.heliograph.channel;

import io.heliograph.CloseReason;
import io.heliograph.Subscription;
import io.heliograph.transport.PeerCredentials;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The host's end of the connection of one member of an {@link OpenChannel}. Listeners that the connection listener adds miss no
 * event. Thread-safe.
 */
public interface ChannelConnection {

    /**
     * Writes bytes, which are copied before this method returns.
     *
     * @return whether the bytes were accepted; false if the limit {@code maxQueuedBytes} is reached or the connection has closed
     */
    boolean write(ByteBuffer bytes);

    /** Writes a string in UTF-8; see {@link #write(ByteBuffer)}. */
    boolean write(String string);

    /** Ends the stream after the queued bytes. The member reconnects. */
    void end();

    /** Closes the connection and discards the queued bytes. The member reconnects. */
    void destroy();

    /** Returns the process and user of the member, as stated by the system; empty over TCP. */
    Optional<PeerCredentials> credentials();

    /** Calls {@code listener} with received bytes, in chunks of any length. The listener owns the buffer. */
    Subscription onData(Consumer<? super ByteBuffer> listener);

    /** Calls {@code listener} when the member has ended its stream. The stream to the member is ended too. */
    Subscription onEnd(Runnable listener);

    /** Calls {@code listener} once, when the connection has closed. */
    Subscription onClose(Consumer<? super CloseReason> listener);
}
