package io.heliograph.socket;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Dispatch;
import io.heliograph.Overflow;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options that servers and clients share.
 *
 * @param <B> the builder itself
 */
abstract class SocketOptions<B extends SocketOptions<B>> {

    final String host;
    final int port;
    DataType receiveType = DataType.STRING;
    DataType.Sent sendType = DataType.Sent.of(DataType.STRING);
    boolean rawBytes = true;
    boolean emitBatchDataAsAvailable;
    Duration idleTimeout = Duration.ZERO;
    boolean keepAlive = true;
    boolean noDelay = true;
    int receiveBufferSize = 65536;
    int sendBufferSize = 65536;
    Dispatch dispatch = Dispatch.virtual();
    Duration linger = Duration.ofSeconds(5);
    int maxMessageBytes = 64 << 20;
    int maxQueuedBytes = 16 << 20;
    int maxPendingMessages = 1024;
    long maxImagePixels = 32 << 20;
    Overflow overflow = Overflow.REFUSE;

    // Set by tests; otherwise the transport that the process shares, and its next loop.
    @Nullable
    Transport transport;

    @Nullable
    EventLoop loop;

    SocketOptions(String host, int port) {
        checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
        checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
        this.host = host;
        this.port = port;
    }

    /** Default {@link DataType#STRING}: the type of what the peer sends. */
    public B receive(DataType receiveType) {
        this.receiveType = receiveType;
        return self();
    }

    /**
     * As the other, by the name of a type, such as {@code unsignedbyte}.
     *
     * @throws IllegalArgumentException if there is no such type, or it is the format of an image
     */
    public B receive(String receiveType) {
        return receive(DataType.named(receiveType));
    }

    /** Default {@link DataType#STRING}: the type as which items are sent. */
    public B send(DataType sendType) {
        this.sendType = DataType.Sent.of(sendType);
        return self();
    }

    /**
     * As the other, by the name of a type or the format of an image, such as {@code png}.
     *
     * @throws IllegalArgumentException if it is not among {@link DataType#supportedSendTypes()}
     */
    public B send(String sendType) {
        this.sendType = DataType.Sent.named(sendType);
        return self();
    }

    /**
     * Default true: items are written as their bytes, back to back. False: each is a message of its own, with its length before
     * it. Both ends must agree.
     */
    public B rawBytes(boolean rawBytes) {
        this.rawBytes = rawBytes;
        return self();
    }

    /** Each item is a message of its own, with its length before it: {@code rawBytes(false)}. */
    public B framed() {
        return rawBytes(false);
    }

    /**
     * Default false: a listener without a type gets every number by itself when there is no framing. True: it gets an array of
     * all that have come, or the number if it is one.
     */
    public B emitBatchDataAsAvailable(boolean emitBatchDataAsAvailable) {
        this.emitBatchDataAsAvailable = emitBatchDataAsAvailable;
        return self();
    }

    /** Default zero, for never: how long nothing may pass in either direction before the connection is closed. */
    public B idleTimeout(Duration idleTimeout) {
        this.idleTimeout = notNegative("idleTimeout", idleTimeout);
        return self();
    }

    /** Default true: the operating system probes a connection that is silent for long. */
    public B keepAlive(boolean keepAlive) {
        this.keepAlive = keepAlive;
        return self();
    }

    /** Default true: a short item leaves at once, instead of waiting for the acknowledgement of the one before. */
    public B noDelay(boolean noDelay) {
        this.noDelay = noDelay;
        return self();
    }

    /** Default 65536: the receive buffer of the operating system, in bytes; 0 leaves it to the system. */
    public B receiveBufferSize(int receiveBufferSize) {
        checkArgument(receiveBufferSize >= 0, "receiveBufferSize: %d (expected: >= 0)", receiveBufferSize);
        this.receiveBufferSize = receiveBufferSize;
        return self();
    }

    /** Default 65536: the send buffer of the operating system, in bytes; 0 leaves it to the system. */
    public B sendBufferSize(int sendBufferSize) {
        checkArgument(sendBufferSize >= 0, "sendBufferSize: %d (expected: >= 0)", sendBufferSize);
        this.sendBufferSize = sendBufferSize;
        return self();
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

    /**
     * Default 64 MiB: the longest message, without its length; and the longest JSON text where there is no framing. A longer
     * one is not sent, and a peer that announces one is disconnected. 1 or more.
     */
    public B maxMessageBytes(int maxMessageBytes) {
        this.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
        return self();
    }

    /**
     * Default 16 MiB: how much may wait to be written to one connection, or for the connection, in bytes. One message is always
     * taken when nothing waits. 1 or more.
     */
    public B maxQueuedBytes(int maxQueuedBytes) {
        this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
        return self();
    }

    /** Default {@link Overflow#REFUSE}: what happens to an item that finds {@link #maxQueuedBytes(int)} waiting. */
    public B overflow(Overflow overflow) {
        this.overflow = overflow;
        return self();
    }

    /**
     * Default 1024: how many received messages, or chunks where there is no framing, may wait for the listeners, and how many
     * events a stream holds; then reading stops until half of them are done, and the peer has to wait. It stops as well when
     * those that wait take 4 MiB. 1 or more.
     */
    public B maxPendingMessages(int maxPendingMessages) {
        this.maxPendingMessages = positive("maxPendingMessages", maxPendingMessages);
        return self();
    }

    /**
     * Default 33554432, which takes 128 MiB or so when decoded: the pixels of a received image. One that declares more is
     * refused before it is decoded. 1 or more.
     */
    public B maxImagePixels(long maxImagePixels) {
        checkArgument(maxImagePixels > 0, "maxImagePixels: %d (expected: > 0)", maxImagePixels);
        this.maxImagePixels = maxImagePixels;
        return self();
    }

    B transport(Transport transport, EventLoop loop) {
        this.transport = transport;
        this.loop = loop;
        return self();
    }

    void checkTypes() {
        checkArgument(
                (receiveType != DataType.IMAGE && sendType.type() != DataType.IMAGE) || ImageFormats.isAvailable(),
                "type: image (expected: another one, as this runtime has no module java.desktop)");
    }

    @SuppressWarnings("unchecked") // what B is for
    private B self() {
        return (B) this;
    }
}
