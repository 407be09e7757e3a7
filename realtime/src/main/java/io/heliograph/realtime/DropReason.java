package io.heliograph.realtime;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for servers and clients of this package. */
public final class DropReason {

    /** Sockets cut off because the client read too slowly. */
    public static final String SLOW_CONSUMER = "slow-consumer";

    /** Publications dropped for newer ones, by {@link SlowConsumer#DROP_OLDEST_PER_CHANNEL}. */
    public static final String DROPPED_OLDEST = "dropped-oldest";

    /** Publications replaced by newer ones, by {@link SlowConsumer#CONFLATE_PER_CHANNEL}. */
    public static final String CONFLATED = "conflated";

    /** Sockets closed because the client sent too many messages. */
    public static final String MESSAGE_RATE = "message-rate";

    /** Sockets closed because the client sent too many bytes. */
    public static final String BYTE_RATE = "byte-rate";

    /** Sockets closed because a batch had too many packets. */
    public static final String BATCH_TOO_LONG = "batch-too-long";

    /** Sockets closed because a message was too long. */
    public static final String MESSAGE_TOO_LONG = "message-too-long";

    /** Packets refused because they named a channel with a name that is too long. */
    public static final String CHANNEL_NAME_TOO_LONG = "channel-name-too-long";

    /** Subscriptions refused because the socket had too many. */
    public static final String TOO_MANY_CHANNELS = "too-many-channels";

    /** Calls refused because too many waited for their response. */
    public static final String TOO_MANY_CALLS = "too-many-calls";

    /** Connections refused because too many had not completed their handshake. */
    public static final String TOO_MANY_HANDSHAKES = "too-many-handshakes";

    /** Connections refused because there were too many. */
    public static final String TOO_MANY_CONNECTIONS = "too-many-connections";

    /** Actions blocked because middleware did not decide in time. */
    public static final String MIDDLEWARE_TIMEOUT = "middleware-timeout";

    /** Messages that could not be decoded. */
    public static final String DECODE_ERROR = "decode-error";

    /** Packets refused because the connection was not open. */
    public static final String NOT_OPEN = "not-open";

    private DropReason() {}
}
