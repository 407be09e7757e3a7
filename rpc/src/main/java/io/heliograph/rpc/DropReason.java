package io.heliograph.rpc;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for servers and clients of this package. */
public final class DropReason {

    /** Messages refused because {@code maxQueuedBytes} waited for the peer. */
    public static final io.heliograph.DropReason QUEUE_FULL = io.heliograph.DropReason.QUEUE_FULL;

    /** Messages that found the connection closed: answers and events on a server. */
    public static final io.heliograph.DropReason CLOSED = io.heliograph.DropReason.AFTER_CLOSE;

    /** Messages that could not be encoded, or were too long. */
    public static final io.heliograph.DropReason ENCODE_ERROR = io.heliograph.DropReason.ENCODE_ERROR;

    /** Messages received that could not be read: answered by a server, ignored by a client. */
    public static final io.heliograph.DropReason DECODE_ERROR = io.heliograph.DropReason.DECODE_ERROR;

    /** Responses received that no call waits for, late ones among them. */
    public static final io.heliograph.DropReason UNKNOWN_ID = io.heliograph.DropReason.UNKNOWN_ID;

    /** Events received that nobody listens to. */
    public static final io.heliograph.DropReason NO_LISTENER = io.heliograph.DropReason.NO_LISTENER;

    /** Batches refused because they were longer than {@code maxBatch}. */
    public static final io.heliograph.DropReason BATCH_TOO_LONG = io.heliograph.DropReason.BATCH_TOO_LONG;

    /** Connections refused because the web page that asked is of an origin that may not. */
    public static final io.heliograph.DropReason ORIGIN_REFUSED = io.heliograph.DropReason.ORIGIN_REFUSED;

    /** Connections refused because of {@code maxConnections}, {@code maxImplicitNamespaces}, their path or their id. */
    public static final io.heliograph.DropReason CONNECTION_REFUSED = io.heliograph.DropReason.CONNECTION_REFUSED;

    /** Errors that were logged only, because more than 1024 waited for the error listener. */
    public static final io.heliograph.DropReason ERROR_UNREPORTED = io.heliograph.DropReason.ERROR_UNREPORTED;

    private DropReason() {}
}
