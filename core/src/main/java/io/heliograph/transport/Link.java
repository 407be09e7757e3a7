package io.heliograph.transport;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * An ordered, bidirectional connection that carries whole frames.
 *
 * <p><b>Life cycle.</b> A link is created open and closes once; {@link LinkHandler#closed} is called exactly once, last of all.
 *
 * <p><b>Order.</b> Frames arrive in the order in which {@link #send} accepted them.
 *
 * <p>Thread-safe; the handler may call any method. No method blocks.
 */
public interface Link {

    /** The event loop of the link, which calls its handler. */
    EventLoop loop();

    /** The remote address. */
    Address peer();

    /** The identity of the peer according to the operating system; empty where it is not available, as over TCP. */
    Optional<PeerCredentials> credentials();

    /**
     * The certificate of the peer and those of its issuers, after a TLS handshake in which the peer has sent one and this end has verified it; otherwise
     * empty.
     */
    default List<X509Certificate> certificates() {
        return List.of();
    }

    /** The negotiated sub-protocol of a WebSocket; empty without one. */
    default Optional<String> protocol() {
        return Optional.empty();
    }

    /**
     * Enqueues a frame. The queue is written once per event loop iteration, many frames in one system call.
     *
     * @return false if the link is closed or closing, or if the queue is full and its policy is to refuse or to close
     */
    boolean send(Frame frame);

    /** Bytes accepted and not yet handed to the operating system. */
    long queuedBytes();

    /** Returns the counters of this link. By default only {@link #queuedBytes}. */
    default LinkStats stats() {
        return new LinkStats(0, 0, 0, 0, queuedBytes());
    }

    /**
     * Resumes or pauses reading. Frames of a read that has begun still arrive. The end of the input is not noticed while reading
     * is paused.
     */
    void reading(boolean wanted);

    /** Ends the output: the queue is written, then the peer reads the end of the stream. Input continues. */
    void end();

    /**
     * Ends the output like {@link #end()}; a WebSocket sends code and reason in its close frame, other links ignore them.
     *
     * @param code 1000 to 1014 except 1004 to 1006, or 3000 to 4999; 0 for a close frame without a code
     * @param text at most 123 bytes in UTF-8; empty when {@code code} is 0
     * @throws IllegalArgumentException if a close frame cannot have this code or reason
     */
    default void end(int code, String text) {
        end();
    }

    /**
     * Closes at once and drops the queue.
     *
     * @param reason the reason that {@link LinkHandler#closed} reports, unless the link has closed already
     */
    void close(CloseReason reason);
}
