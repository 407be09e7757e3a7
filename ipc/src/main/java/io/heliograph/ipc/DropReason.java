package io.heliograph.ipc;

import io.heliograph.endpoint.ErrorNotifier;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for servers and clients of this package. */
public final class DropReason {

    /** Messages refused because {@code maxQueuedBytes} waited for the peer. */
    public static final String QUEUE_FULL = "queue-full";

    /** Messages that were accepted and then dropped for newer ones, by {@link io.heliograph.Overflow#DROP_OLDEST}. */
    public static final String DROPPED_OLDEST = "dropped-oldest";

    /** Connections closed because the peer read too slowly, by {@link io.heliograph.Overflow#CLOSE}. */
    public static final String SLOW_CONSUMER = "slow-consumer";

    /** Connections closed because the peer sent what is no message, or one that is too long. */
    public static final String DECODE_ERROR = "decode-error";

    /** Messages that could not be encoded, or were too long. */
    public static final String ENCODE_ERROR = "encode-error";

    /** Messages sent without a connection. */
    public static final String NO_SERVER = "no-server";

    /** Messages sent to a client that is not connected. */
    public static final String BAD_CLIENT = "bad-client";

    /** Messages sent after {@code close()}. */
    public static final String AFTER_CLOSE = "after-close";

    /** Connections refused because their user is not allowed. */
    public static final String USER_REFUSED = "user-refused";

    /** Connections refused because {@code maxClients} were connected. */
    public static final String TOO_MANY_CLIENTS = "too-many-clients";

    /** Errors that were logged only, because more than 1024 waited for the error listener. */
    public static final String ERROR_UNREPORTED = ErrorNotifier.UNREPORTED;

    private DropReason() {}
}
