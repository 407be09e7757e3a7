package io.heliograph.socket;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Overflow;
import io.heliograph.transport.EndpointBuilder;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.TcpOptions;
import java.time.Duration;

/**
 * Builder with the options that servers and clients share.
 *
 * @param <B> the type of the builder itself
 */
abstract class SocketBuilder<B extends SocketBuilder<B>> extends EndpointBuilder<B> {

    private static final EndpointOptions DEFAULTS = EndpointOptions.DEFAULTS.withMaxMessageBytes(64 << 20);

    private final String host;
    private final int port;
    private DataType receiveType = DataType.STRING;
    private DataType.Sent sendType = DataType.Sent.of(DataType.STRING);
    private boolean rawBytes = true;
    private boolean emitBatchDataAsAvailable;
    private Duration idleTimeout = Duration.ZERO;
    boolean reusePort;
    private boolean keepAlive = true;
    private boolean noDelay = true;
    private int receiveBufferSize = 65536;
    private int sendBufferSize = 65536;
    private long maxImagePixels = 32 << 20;
    private Overflow slowConsumer = Overflow.REFUSE;

    SocketBuilder(String host, int port) {
        super(DEFAULTS);
        checkArgument(!host.isEmpty(), "host: '' (expected: a name or an address)");
        checkArgument(port >= 0 && port <= 65535, "port: %d (expected: 0 to 65535)", port);
        this.host = host;
        this.port = port;
    }

    /** Selects the type of received data. Default: {@link DataType#STRING}. */
    public B receive(DataType receiveType) {
        this.receiveType = receiveType;
        return self();
    }

    /**
     * Selects the type of received data by name, such as {@code unsignedbyte}.
     *
     * @throws IllegalArgumentException if the name is unknown or the name of an image format
     */
    public B receive(String receiveType) {
        return receive(DataType.named(receiveType));
    }

    /** Selects the type of sent items. Default: {@link DataType#STRING}. */
    public B send(DataType sendType) {
        this.sendType = DataType.Sent.of(sendType);
        return self();
    }

    /**
     * Selects the type of sent items by the name of a type or image format, such as {@code png}.
     *
     * @throws IllegalArgumentException if the name is not one of {@link DataType#supportedSendTypes()}
     */
    public B send(String sendType) {
        this.sendType = DataType.Sent.named(sendType);
        return self();
    }

    /**
     * Selects whether items are sent without framing. If false, a length prefix precedes each message. Both peers must use the
     * same value. Default: true.
     */
    public B rawBytes(boolean rawBytes) {
        this.rawBytes = rawBytes;
        return self();
    }

    /** Selects a length prefix for each message: {@code rawBytes(false)}. */
    public B framed() {
        return rawBytes(false);
    }

    /**
     * Selects whether an untyped listener receives all available raw numbers as one array; a single number is never an array.
     * Default: false, each number individually.
     */
    public B emitBatchDataAsAvailable(boolean emitBatchDataAsAvailable) {
        this.emitBatchDataAsAvailable = emitBatchDataAsAvailable;
        return self();
    }

    /** Limits the time without traffic in either direction, after which a connection is closed. Default: zero, unlimited. */
    public B idleTimeout(Duration idleTimeout) {
        this.idleTimeout = notNegative("idleTimeout", idleTimeout);
        return self();
    }

    /** Selects whether the operating system probes idle connections. Default: true. */
    public B keepAlive(boolean keepAlive) {
        this.keepAlive = keepAlive;
        return self();
    }

    /** Selects whether short items are sent without waiting for earlier acknowledgements. Default: true. */
    public B noDelay(boolean noDelay) {
        this.noDelay = noDelay;
        return self();
    }

    /** Selects the receive buffer of the operating system, in bytes; 0 for its default. Default: 65536. */
    public B receiveBufferSize(int receiveBufferSize) {
        checkArgument(receiveBufferSize >= 0, "receiveBufferSize: %d (expected: >= 0)", receiveBufferSize);
        this.receiveBufferSize = receiveBufferSize;
        return self();
    }

    /** Selects the send buffer of the operating system, in bytes; 0 for its default. Default: 65536. */
    public B sendBufferSize(int sendBufferSize) {
        checkArgument(sendBufferSize >= 0, "sendBufferSize: %d (expected: >= 0)", sendBufferSize);
        this.sendBufferSize = sendBufferSize;
        return self();
    }

    /**
     * Limits the length of one message without its prefix, and of a raw JSON document, in bytes. A longer message is not sent; a
     * peer that announces a longer one is disconnected. Default: 64 MiB. Must be 1 to 1 GiB.
     */
    @Override
    public B maxMessageBytes(int maxMessageBytes) {
        return super.maxMessageBytes(maxMessageBytes);
    }

    /**
     * Limits the received messages, or raw chunks, of one connection that are pending for listeners, and the events that a stream
     * holds. Reading pauses at the limit, or at 4 MiB, and resumes at half of it. Default: 1024. Must be positive.
     */
    @Override
    public B maxPendingMessages(int maxPendingMessages) {
        return super.maxPendingMessages(maxPendingMessages);
    }

    /** Selects the policy for an item that exceeds {@code maxQueuedBytes}. Default: {@link Overflow#REFUSE}. */
    public B slowConsumer(Overflow slowConsumer) {
        this.slowConsumer = slowConsumer;
        return self();
    }

    /**
     * Limits the pixels of a received image; a larger image is rejected before it is decoded. Default: 33554432, about 128 MiB
     * when decoded. Must be positive.
     */
    public B maxImagePixels(long maxImagePixels) {
        checkArgument(maxImagePixels > 0, "maxImagePixels: %d (expected: > 0)", maxImagePixels);
        this.maxImagePixels = maxImagePixels;
        return self();
    }

    final SocketOptions options() {
        checkArgument(
                (receiveType != DataType.IMAGE && sendType.type() != DataType.IMAGE) || ImageFormats.isAvailable(),
                "type: image (expected: another type, or a runtime with the module java.desktop)");
        return new SocketOptions(
                host,
                port,
                endpointOptions(),
                slowConsumer,
                receiveType,
                sendType,
                !rawBytes,
                emitBatchDataAsAvailable,
                idleTimeout,
                new TcpOptions(noDelay, keepAlive, receiveBufferSize, sendBufferSize, reusePort),
                maxImagePixels);
    }
}
