package io.heliograph.realtime;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for servers and clients of this package. */
public final class DropReason {

    /** Sockets cut off because the client read too slowly. */
    public static final io.heliograph.DropReason SLOW_CONSUMER = io.heliograph.DropReason.SLOW_CONSUMER;

    /** Publications dropped for newer ones, by {@link SlowConsumer#DROP_OLDEST_PER_CHANNEL}. */
    public static final io.heliograph.DropReason DROPPED_OLDEST = io.heliograph.DropReason.DROPPED_OLDEST;

    /** Publications replaced by newer ones, by {@link SlowConsumer#CONFLATE_PER_CHANNEL}. */
    public static final io.heliograph.DropReason CONFLATED = io.heliograph.DropReason.CONFLATED;

    /** Sockets closed because the client sent too many messages. */
    public static final io.heliograph.DropReason MESSAGE_RATE = io.heliograph.DropReason.MESSAGE_RATE;

    /** Sockets closed because the client sent too many bytes. */
    public static final io.heliograph.DropReason BYTE_RATE = io.heliograph.DropReason.BYTE_RATE;

    /** Sockets closed because a batch had too many packets. */
    public static final io.heliograph.DropReason BATCH_TOO_LONG = io.heliograph.DropReason.BATCH_TOO_LONG;

    /** Sockets closed because a message was too long. */
    public static final io.heliograph.DropReason MESSAGE_TOO_LONG = io.heliograph.DropReason.MESSAGE_TOO_LONG;

    /** Packets refused because they named a channel with a name that is too long. */
    public static final io.heliograph.DropReason CHANNEL_NAME_TOO_LONG = io.heliograph.DropReason.CHANNEL_NAME_TOO_LONG;

    /** Subscriptions refused because the socket had too many. */
    public static final io.heliograph.DropReason TOO_MANY_CHANNELS = io.heliograph.DropReason.TOO_MANY_CHANNELS;

    /** Calls refused because too many waited for their response. */
    public static final io.heliograph.DropReason TOO_MANY_CALLS = io.heliograph.DropReason.TOO_MANY_CALLS;

    /** Connections refused because too many had not completed their handshake. */
    public static final io.heliograph.DropReason TOO_MANY_HANDSHAKES = io.heliograph.DropReason.TOO_MANY_HANDSHAKES;

    /** Connections refused because there were too many. */
    public static final io.heliograph.DropReason TOO_MANY_CONNECTIONS = io.heliograph.DropReason.TOO_MANY_CONNECTIONS;

    /** Actions blocked because middleware did not decide in time. */
    public static final io.heliograph.DropReason MIDDLEWARE_TIMEOUT = io.heliograph.DropReason.MIDDLEWARE_TIMEOUT;

    /** Messages that could not be decoded. */
    public static final io.heliograph.DropReason DECODE_ERROR = io.heliograph.DropReason.DECODE_ERROR;

    /** Packets refused because the connection was not open. */
    public static final io.heliograph.DropReason NOT_OPEN = io.heliograph.DropReason.NOT_CONNECTED;

    private DropReason() {}
}
