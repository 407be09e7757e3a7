package io.heliograph.ipc;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for servers and clients of this package. */
public final class DropReason {

    /** Messages refused because {@code maxQueuedBytes} waited for the peer. */
    public static final io.heliograph.DropReason QUEUE_FULL = io.heliograph.DropReason.QUEUE_FULL;

    /** Messages that were accepted and then dropped for newer ones, by {@link io.heliograph.Overflow#DROP_OLDEST}. */
    public static final io.heliograph.DropReason DROPPED_OLDEST = io.heliograph.DropReason.DROPPED_OLDEST;

    /** Connections closed because the peer read too slowly, by {@link io.heliograph.Overflow#CLOSE}. */
    public static final io.heliograph.DropReason SLOW_CONSUMER = io.heliograph.DropReason.SLOW_CONSUMER;

    /** Connections closed because the peer sent what is no message, or one that is too long. */
    public static final io.heliograph.DropReason DECODE_ERROR = io.heliograph.DropReason.DECODE_ERROR;

    /** Messages that could not be encoded, or were too long. */
    public static final io.heliograph.DropReason ENCODE_ERROR = io.heliograph.DropReason.ENCODE_ERROR;

    /** Messages sent without a connection. */
    public static final io.heliograph.DropReason NO_SERVER = io.heliograph.DropReason.NOT_CONNECTED;

    /** Messages sent to a client that is not connected. */
    public static final io.heliograph.DropReason BAD_CLIENT = io.heliograph.DropReason.UNKNOWN_RECIPIENT;

    /** Messages sent after {@code close()}. */
    public static final io.heliograph.DropReason AFTER_CLOSE = io.heliograph.DropReason.AFTER_CLOSE;

    /** Connections refused because their user is not allowed. */
    public static final io.heliograph.DropReason USER_REFUSED = io.heliograph.DropReason.USER_REFUSED;

    /** Connections refused because {@code maxClients} were connected. */
    public static final io.heliograph.DropReason TOO_MANY_CLIENTS = io.heliograph.DropReason.TOO_MANY_CONNECTIONS;

    /** Errors that were logged only, because more than 1024 waited for the error listener. */
    public static final io.heliograph.DropReason ERROR_UNREPORTED = io.heliograph.DropReason.ERROR_UNREPORTED;

    private DropReason() {}
}
