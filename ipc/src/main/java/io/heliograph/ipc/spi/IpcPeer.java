package io.heliograph.ipc.spi;

import io.heliograph.DropReason;
import io.heliograph.endpoint.PendingPublications;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import io.heliograph.transport.PeerCredentials;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Connection of a server with a backend. Event loop only, unless a method says otherwise. */
public interface IpcPeer {

    /** The id of the connection in its server. Thread-safe. */
    String id();

    /** The event loop of the connection. Thread-safe. */
    EventLoop loop();

    /** The credentials of the peer process, as reported by the kernel; empty if unknown. Thread-safe. */
    Optional<PeerCredentials> credentials();

    /**
     * Sends a frame of {@link IpcFormat}, which other connections may share. Thread-safe.
     *
     * @return false if the connection is closed, or if the queue is full and the option {@code slowConsumer} rejects the frame or closes
     *     the connection
     */
    boolean send(Frame frame);

    /**
     * Sends a frame under the {@linkplain IpcBackend#slowConsumers policy} for slow consumers. Frames of {@link #send} may overtake queued
     * publications.
     *
     * @param channel channel whose older publications may be dropped for this one
     * @param position position of the publication, so that its loss is reported as a gap; null for a subscription without positions
     * @return false if the connection is closed, or is now closed because it is too slow
     */
    boolean publish(String channel, @Nullable String position, Frame frame);

    /** Sends a gap in order with the publications. */
    void gap(PendingPublications.Gap gap);

    /** Drops the queued publications of a channel, after its unsubscription. */
    void forget(String channel);

    /** Number of accepted bytes that have not been handed to the operating system. Thread-safe. */
    long queuedBytes();

    /** The counters of the link, with {@link #queuedBytes}. Thread-safe. */
    LinkStats stats();

    /** Limit of {@link #queuedBytes}: the option {@code maxQueuedBytes}. Thread-safe. */
    int maxQueuedBytes();

    /** Counts a message that was not delivered, in the statistics of the server. Thread-safe. */
    void countDrop(DropReason reason);

    /** Pauses reading until {@link #resume}. Messages of a read that has begun still arrive. */
    void pause();

    /** Ends a {@linkplain #pause pause}. */
    void resume();

    /**
     * Counts a call that starts. Reading pauses while {@code maxPendingMessages} calls, or twice {@code maxMessageBytes}, are running, or {@code maxPendingBytes}
     * of all connections, and resumes at half of it.
     *
     * @param bytes length of the message, which {@link #callEnded} must receive too; the end of the connection releases it otherwise
     */
    void callStarted(int bytes);

    /** Counts a call that has ended. Thread-safe. */
    void callEnded(int bytes);

    /** Ends the connection in order: queued frames are written first, for at most the option {@code linger}. Thread-safe. */
    void close();
}
