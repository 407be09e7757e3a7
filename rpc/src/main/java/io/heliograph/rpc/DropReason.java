package io.heliograph.rpc;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for servers and clients of this package. */
public final class DropReason {

    /** Messages refused because {@code maxQueuedBytes} waited for the peer. */
    public static final String QUEUE_FULL = "queue-full";

    /** Messages that found the connection closed: answers and events on a server. */
    public static final String CLOSED = "closed";

    /** Messages that could not be encoded, or were too long. */
    public static final String ENCODE_ERROR = "encode-error";

    /** Messages received that could not be read: answered by a server, ignored by a client. */
    public static final String DECODE_ERROR = "decode-error";

    /** Responses received that no call waits for, late ones among them. */
    public static final String UNKNOWN_ID = "unknown-id";

    /** Events received that nobody listens to. */
    public static final String NO_LISTENER = "no-listener";

    /** Batches refused because they were longer than {@code maxBatch}. */
    public static final String BATCH_TOO_LONG = "batch-too-long";

    /** Connections refused because the web page that asked is of an origin that may not. */
    public static final String ORIGIN_REFUSED = "origin-refused";

    /** Connections refused because of {@code maxConnections}, {@code maxImplicitNamespaces}, their path or their id. */
    public static final String CONNECTION_REFUSED = "connection-refused";

    /** Errors that were logged only, because more than 1024 waited for the error listener. */
    public static final String ERROR_UNREPORTED = "error-unreported";

    private DropReason() {}
}
