package io.heliograph.socket.spi;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.security.cert.X509Certificate;
import java.util.List;

/** Connection of a server with a backend. Event loop only, unless a method says otherwise. */
public interface SocketPeer {

    /** The remote address. Thread-safe. */
    Address.Tcp remoteAddress();

    /** The verified certificates of the peer; see {@link io.heliograph.transport.Link#certificates()}. Thread-safe. */
    List<X509Certificate> certificates();

    /** The event loop of the connection. Thread-safe. */
    EventLoop loop();

    /** The format of the send type, the same object for all connections of a server. Thread-safe. */
    SocketFormat format();

    /**
     * Sends a frame of {@link #format}, which other connections may share. Thread-safe.
     *
     * @return false if the connection is closed, or if the queue is full and the option {@code slowConsumer} rejects the frame or closes
     *     the connection
     */
    boolean send(Frame frame);

    /** Number of accepted bytes that have not been handed to the operating system. Thread-safe. */
    long queuedBytes();

    /** The counters of the link, with {@link #queuedBytes}. Thread-safe. */
    LinkStats stats();

    /** Counts a value that was not delivered, in the statistics of the server. Thread-safe. */
    void countDrop(DropReason reason);

    /** Pauses reading until {@link #resume}. Values of a read that has begun still arrive. */
    void pause();

    /** Ends a {@linkplain #pause pause}. */
    void resume();

    /**
     * Counts a call that starts. Reading pauses while {@code maxPendingMessages} calls, or 4 MiB, are running, or {@code maxPendingBytes}
     * of all connections, and resumes at half of it.
     *
     * @param bytes length of the value, which {@link #callEnded} must receive too; the end of the connection releases it otherwise
     */
    void callStarted(int bytes);

    /** Counts a call that has ended. Thread-safe. */
    void callEnded(int bytes);

    /** Ends the connection in order: queued frames are written first, for at most the option {@code linger}. Thread-safe. */
    void close();
}
