package io.heliograph.transport;

import io.heliograph.Dispatch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Options that all endpoints share, as {@link EndpointBuilder} collects them. Immutable.
 *
 * @param dispatch execution of listeners
 * @param linger time for a connection to close in order
 * @param maxMessageBytes longest message, in bytes
 * @param maxQueuedBytes maximum number of bytes that may be queued for one peer
 * @param maxPendingMessages maximum number of received messages of one connection that may be pending for listeners
 * @param transport transport of the endpoint, or null for the shared transport of the process
 * @param loop event loop of the endpoint, or null for any loop of the transport
 * @param daemon whether the JVM may end while the endpoint is open
 * @param closeOnShutdown whether the end of the JVM closes the endpoint in order
 */
public record EndpointOptions(
        Dispatch dispatch,
        Duration linger,
        int maxMessageBytes,
        int maxQueuedBytes,
        int maxPendingMessages,
        @Nullable Transport transport,
        @Nullable EventLoop loop,
        boolean daemon,
        boolean closeOnShutdown) {

    /**
     * Virtual threads, 5 s, messages of 1 MiB, queues of 16 MiB, 1024 pending messages, the shared transport; a daemon that is not
     * closed on shutdown.
     */
    public static final EndpointOptions DEFAULTS = new EndpointOptions(
            Dispatch.virtual(), Duration.ofSeconds(5), 1 << 20, 16 << 20, 1024, null, null, true, false);

    public EndpointOptions withDispatch(Dispatch dispatch) {
        return new EndpointOptions(
                dispatch,
                linger,
                maxMessageBytes,
                maxQueuedBytes,
                maxPendingMessages,
                transport,
                loop,
                daemon,
                closeOnShutdown);
    }

    public EndpointOptions withMaxMessageBytes(int maxMessageBytes) {
        return new EndpointOptions(
                dispatch,
                linger,
                maxMessageBytes,
                maxQueuedBytes,
                maxPendingMessages,
                transport,
                loop,
                daemon,
                closeOnShutdown);
    }

    public EndpointOptions withMaxQueuedBytes(int maxQueuedBytes) {
        return new EndpointOptions(
                dispatch,
                linger,
                maxMessageBytes,
                maxQueuedBytes,
                maxPendingMessages,
                transport,
                loop,
                daemon,
                closeOnShutdown);
    }

    /** Returns a copy with another transport and event loop; null for the shared transport and for any loop. */
    public EndpointOptions withTransport(@Nullable Transport transport, @Nullable EventLoop loop) {
        return new EndpointOptions(
                dispatch,
                linger,
                maxMessageBytes,
                maxQueuedBytes,
                maxPendingMessages,
                transport,
                loop,
                daemon,
                closeOnShutdown);
    }

    /** Returns a copy with another behavior at the end of the JVM. */
    public EndpointOptions withJvmEnd(boolean daemon, boolean closeOnShutdown) {
        return new EndpointOptions(
                dispatch,
                linger,
                maxMessageBytes,
                maxQueuedBytes,
                maxPendingMessages,
                transport,
                loop,
                daemon,
                closeOnShutdown);
    }
}
