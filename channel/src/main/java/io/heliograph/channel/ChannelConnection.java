package io.heliograph.channel;

import io.heliograph.CloseReason;
import io.heliograph.Subscription;
import io.heliograph.transport.PeerCredentials;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/** The host's end of one member's connection. Listeners added by the connection listener miss nothing. */
public interface ChannelConnection {

    /**
     * Queues bytes, copying them before this returns.
     *
     * @return whether they were accepted; if too much waits, they are not
     */
    boolean write(ByteBuffer bytes);

    /** Writes text in UTF-8. */
    boolean write(String text);

    /** Writes what waits, then ends the stream. The member connects anew. */
    void end();

    /** Closes at once. The member connects anew. */
    void destroy();

    /** Who the member is, as the system says; empty over TCP. */
    Optional<PeerCredentials> credentials();

    /** Calls {@code listener} with what the member sends, cut anywhere; the buffer is the listener's. */
    Subscription onData(Consumer<? super ByteBuffer> listener);

    /** Calls {@code listener} when the member ends its stream; the stream to it is ended too. */
    Subscription onEnd(Runnable listener);

    /** Calls {@code listener} when the connection is over. */
    Subscription onClose(Consumer<? super CloseReason> listener);
}
