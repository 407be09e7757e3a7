package io.heliograph.socket;

import io.heliograph.endpoint.ErrorNotifier;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for sockets. */
public final class SocketDrops {

    /** Items that could not be converted to the type that is sent, or are too long. */
    public static final String UNCONVERTIBLE = "unconvertible";

    /** Items refused because {@code maxQueuedBytes} waited for the peer, or {@code maxUnsentMessages} for the connection. */
    public static final String QUEUE_FULL = "queue-full";

    /** Items that were accepted and then dropped for newer ones, by {@link io.heliograph.Overflow#DROP_OLDEST}. */
    public static final String DROPPED_OLDEST = "dropped-oldest";

    /** Connections closed because the peer read too slowly, by {@link io.heliograph.Overflow#CLOSE}. */
    public static final String SLOW_CONSUMER = "slow-consumer";

    /** Items sent before the socket was open, with {@code discardMessagesBeforeOpen}. */
    public static final String BEFORE_OPEN = "before-open";

    /** Items sent when the socket was closed. */
    public static final String AFTER_CLOSE = "after-close";

    /** Received messages, or parts of them, that are no values of the type that is received. */
    public static final String MALFORMED = "malformed";

    /** Connections refused because {@code maxConnections} were open. */
    public static final String TOO_MANY_CONNECTIONS = "too-many-connections";

    /** Errors that were logged only, because more than 1024 waited for the error listener. */
    public static final String ERROR_UNREPORTED = ErrorNotifier.UNREPORTED;

    private SocketDrops() {}
}
