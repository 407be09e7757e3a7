package io.heliograph.ipc;

import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.Overflow;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options that servers and clients share.
 *
 * @param <B> the builder itself
 */
abstract class EndpointOptions<B extends EndpointOptions<B>> {

    final Path socketFile;
    Dispatch dispatch = Dispatch.virtual();
    Duration linger = Duration.ofSeconds(5);

    @Nullable
    Transcoder transcoder;

    int maxMessageBytes = 1 << 20;
    int maxQueuedBytes = 16 << 20;
    int maxPendingMessages = 1024;
    int maxDepth = 1000;
    Overflow overflow;

    // Set by tests; otherwise the transport that the process shares, and its next loop.
    @Nullable
    Transport transport;

    @Nullable
    EventLoop loop;

    EndpointOptions(Path socketFile, Overflow overflow) {
        this.socketFile = SocketFileNames.checked(socketFile);
        this.overflow = overflow;
    }

    /** Default {@link Dispatch#virtual()}: where listeners run. */
    public B dispatch(Dispatch dispatch) {
        this.dispatch = dispatch;
        return self();
    }

    /**
     * Default 5 s: how long a connection that is being closed may take to write what was accepted and to be closed by the peer
     * too; then it is cut off. Zero or more.
     */
    public B linger(Duration linger) {
        this.linger = notNegative("linger", linger);
        return self();
    }

    /** Default JSON, as the npm package does by default: another wire format. */
    public B transcoder(Transcoder transcoder) {
        this.transcoder = transcoder;
        return self();
    }

    /**
     * Default 1 MiB: the longest message, encoded and without its delimiter. A longer one is not sent, and a peer that sends
     * one is disconnected. 1 or more.
     *
     * <p>With a {@link #transcoder(Transcoder)}, for sending only.
     */
    public B maxMessageBytes(int maxMessageBytes) {
        this.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
        return self();
    }

    /**
     * Default 16 MiB: how much may wait to be written to one connection, in bytes. One message is always taken when nothing
     * waits. 1 or more.
     */
    public B maxQueuedBytes(int maxQueuedBytes) {
        this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
        return self();
    }

    /**
     * Default 1024: how many received messages of one connection may wait for the listeners, and how many a stream holds; then
     * reading stops until half of them are done, and the peer has to wait. It stops as well when those that wait take twice
     * {@link #maxMessageBytes(int)}. 1 or more.
     */
    public B maxPendingMessages(int maxPendingMessages) {
        this.maxPendingMessages = positive("maxPendingMessages", maxPendingMessages);
        return self();
    }

    /** Default 1000: how deep arrays and objects may be nested in a received JSON message. 1 or more. */
    public B maxDepth(int maxDepth) {
        this.maxDepth = positive("maxDepth", maxDepth);
        return self();
    }

    B transport(Transport transport, EventLoop loop) {
        this.transport = transport;
        this.loop = loop;
        return self();
    }

    @SuppressWarnings("unchecked") // what B is for
    private B self() {
        return (B) this;
    }
}
