package io.heliograph.transport;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Builder with the options that all servers and clients share. Not thread-safe. Later changes of a builder do not
 * affect the endpoints that it has built.
 *
 * @param <B> the type of the builder itself
 */
public abstract class EndpointBuilder<B extends EndpointBuilder<B>> {

    /** Largest limit; a frame with its prefix and topic must fit into an array. */
    private static final int MAX_MESSAGE_BYTES = 1 << 30;

    private Dispatch dispatch;
    private Duration linger;
    private int maxMessageBytes;
    private int maxQueuedBytes;
    private int maxPendingMessages;
    private @Nullable Transport transport;
    private @Nullable EventLoop loop;
    private boolean daemon;
    private boolean closeOnShutdown;

    /**
     * Creates a builder.
     *
     * @param defaults values of the shared options that are not set
     */
    protected EndpointBuilder(EndpointOptions defaults) {
        this.dispatch = defaults.dispatch();
        this.linger = defaults.linger();
        this.maxMessageBytes = defaults.maxMessageBytes();
        this.maxQueuedBytes = defaults.maxQueuedBytes();
        this.maxPendingMessages = defaults.maxPendingMessages();
        this.transport = defaults.transport();
        this.loop = defaults.loop();
        this.daemon = defaults.daemon();
        this.closeOnShutdown = defaults.closeOnShutdown();
    }

    /** Selects where listeners run. Default: {@link Dispatch#virtual()}. */
    public B dispatch(Dispatch dispatch) {
        this.dispatch = dispatch;
        return self();
    }

    /**
     * Limits how long closing a connection in order may take: writing what is queued and waiting for the peer to close too. The
     * connection is aborted then. Default: 5 s. Must not be negative.
     */
    public B linger(Duration linger) {
        this.linger = notNegative("linger", linger);
        return self();
    }

    /**
     * Limits the length of one encoded message, in bytes. A longer message is not sent; a peer that sends a longer one is
     * disconnected. Default: 1 MiB. Must be 1 to 1 GiB.
     */
    public B maxMessageBytes(int maxMessageBytes) {
        checkArgument(
                maxMessageBytes > 0 && maxMessageBytes <= MAX_MESSAGE_BYTES,
                "maxMessageBytes: %s (expected: 1 to %s)",
                maxMessageBytes,
                MAX_MESSAGE_BYTES);
        this.maxMessageBytes = maxMessageBytes;
        return self();
    }

    /**
     * Limits the bytes that are queued for one peer. A message that is longer than the limit is accepted if the queue is empty.
     * Default: 16 MiB. Must be positive.
     */
    public B maxQueuedBytes(int maxQueuedBytes) {
        this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
        return self();
    }

    /**
     * Limits the received messages of one connection that are pending for listeners, and the events that a stream holds. Reading
     * pauses at the limit, or at twice {@code maxMessageBytes}, and resumes at half of it. Default: 1024. Must be positive.
     */
    public B maxPendingMessages(int maxPendingMessages) {
        this.maxPendingMessages = positive("maxPendingMessages", maxPendingMessages);
        return self();
    }

    /**
     * Selects whether the JVM may end while the endpoint is open. Default: false for a server, which keeps the JVM alive from its
     * start until it is closed; true for a client and for a member of a channel.
     */
    public B daemon(boolean daemon) {
        this.daemon = daemon;
        return self();
    }

    /**
     * Selects whether the end of the JVM, by a signal or {@code System.exit}, closes the endpoint gracefully. All endpoints are closed
     * at the same time, within {@code linger} and within 8 s in total. Default: false.
     */
    public B closeOnShutdown(boolean closeOnShutdown) {
        this.closeOnShutdown = closeOnShutdown;
        return self();
    }

    /** Selects the transport. Default: the transport that the endpoints of this process share. */
    public B transport(Transport transport) {
        this.transport = transport;
        return self();
    }

    /** Selects the transport and an event loop of it for the endpoint. Default: any loop of the shared transport. */
    public B transport(Transport transport, EventLoop loop) {
        this.transport = transport;
        this.loop = loop;
        return self();
    }

    /** Returns the shared options as they are now. */
    protected final EndpointOptions endpointOptions() {
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

    /** Returns this builder. */
    @SuppressWarnings("unchecked") // B is the type of the builder itself
    protected final B self() {
        return (B) this;
    }
}
