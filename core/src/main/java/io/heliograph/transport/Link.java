package io.heliograph.transport;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import java.util.Optional;

/**
 * One ordered, two-way flow of whole frames to a peer.
 *
 * <p><b>Life.</b> A link is born open and ends once; its {@link LinkHandler} is told so exactly once, last of all.
 *
 * <p><b>Order.</b> Frames arrive in the order in which {@link #send} accepted them.
 *
 * <p><b>Threads.</b> Any thread may call any method, also from inside the handler. None blocks.
 */
public interface Link {

    /** The loop that does this link's I/O and calls its handler. */
    EventLoop loop();

    /** What the peer was reached under, or what it calls from. */
    Address peer();

    /** Who the peer is, as the operating system says; empty where it cannot, as over TCP. */
    Optional<PeerCredentials> credentials();

    /** The sub-protocol that was agreed upon for a WebSocket; empty if there is none. */
    default Optional<String> protocol() {
        return Optional.empty();
    }

    /**
     * Queues a frame. What is queued is written once per turn of the loop, many frames in one system call.
     *
     * @return whether it was accepted: false if the link is closed or closing, or if the queue is full and its policy is to
     *     refuse or to close
     */
    boolean send(Frame frame);

    /** Bytes accepted and not yet handed to the operating system. */
    long queuedBytes();

    /**
     * Stops reading, or starts again. Frames of a read that has begun still arrive. The end of the input is not noticed
     * while reading is stopped.
     */
    void reading(boolean wanted);

    /** Ends the output: what is queued is written, then the peer reads the end of the stream. Input goes on. */
    void end();

    /**
     * Ends the output as {@link #end()} does, with the code and words of a protocol that has them, as a WebSocket's close frame
     * does; others drop them.
     *
     * @param code 1000 to 1014 except 1004 to 1006, or 3000 to 4999; 0 for a close frame without a code
     * @param text at most 123 bytes in UTF-8; empty when {@code code} is 0
     * @throws IllegalArgumentException if a WebSocket could not send them
     */
    default void end(int code, String text) {
        end();
    }

    /**
     * Closes at once; what is queued is dropped.
     *
     * @param reason what the handler is told, unless the link has ended already
     */
    void close(CloseReason reason);
}
