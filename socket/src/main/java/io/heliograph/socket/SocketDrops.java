package io.heliograph.socket;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for sockets. */
public final class SocketDrops {

    /** Items that could not be converted to the type that is sent, or are too long. */
    public static final io.heliograph.DropReason UNCONVERTIBLE = io.heliograph.DropReason.NOT_CONVERTIBLE;

    /** Items refused because {@code maxQueuedBytes} waited for the peer, or {@code maxUnsentMessages} for the connection. */
    public static final io.heliograph.DropReason QUEUE_FULL = io.heliograph.DropReason.QUEUE_FULL;

    /** Items that were accepted and then dropped for newer ones, by {@link io.heliograph.Overflow#DROP_OLDEST}. */
    public static final io.heliograph.DropReason DROPPED_OLDEST = io.heliograph.DropReason.DROPPED_OLDEST;

    /** Connections closed because the peer read too slowly, by {@link io.heliograph.Overflow#CLOSE}. */
    public static final io.heliograph.DropReason SLOW_CONSUMER = io.heliograph.DropReason.SLOW_CONSUMER;

    /** Items sent before the socket was open, with {@code discardMessagesBeforeOpen}. */
    public static final io.heliograph.DropReason BEFORE_OPEN = io.heliograph.DropReason.BEFORE_OPEN;

    /** Items sent when the socket was closed. */
    public static final io.heliograph.DropReason AFTER_CLOSE = io.heliograph.DropReason.AFTER_CLOSE;

    /** Received messages, or parts of them, that are no values of the type that is received. */
    public static final io.heliograph.DropReason MALFORMED = io.heliograph.DropReason.DECODE_ERROR;

    /** Connections refused because {@code maxConnections} were open. */
    public static final io.heliograph.DropReason TOO_MANY_CONNECTIONS = io.heliograph.DropReason.TOO_MANY_CONNECTIONS;

    /** Errors that were logged only, because more than 1024 waited for the error listener. */
    public static final io.heliograph.DropReason ERROR_UNREPORTED = io.heliograph.DropReason.ERROR_UNREPORTED;

    private SocketDrops() {}
}
