package io.heliograph;

import java.util.Locale;

/**
 * Reasons why a message was not delivered, a connection was refused or closed, or an error was not reported. The keys of
 * {@link EndpointStats#drops()}, the same for all protocols.
 */
public enum DropReason {

    // ---- messages on their way out

    /** A message was rejected because {@code maxQueuedBytes}, or another limit of a queue, was reached. */
    QUEUE_FULL,

    /** A queued message was dropped for a newer one, by {@link Overflow#DROP_OLDEST} or its policy for channels. */
    DROPPED_OLDEST,

    /** A queued publication was replaced by a newer one of the same channel. */
    CONFLATED,

    /** A message was not relayed to a member whose queue was full. */
    SKIPPED,

    /** A publication of a hub was not sent to a channel, whose members had not acknowledged too many bytes. */
    CHANNEL_BEHIND,

    /** A message expired before it could be sent. */
    EXPIRED,

    /** A message was sent without a connection. */
    NOT_CONNECTED,

    /** A message was sent before the connection was open, and discarded by option. */
    BEFORE_OPEN,

    /** A message was sent after the connection or the endpoint had closed. */
    AFTER_CLOSE,

    /** A message was sent to a client or member that is not connected. */
    UNKNOWN_RECIPIENT,

    /** A message could not be encoded, or was too long once encoded. */
    ENCODE_ERROR,

    /** A value could not be converted to the type that is sent. */
    NOT_CONVERTIBLE,

    // ---- messages on their way in

    /** A message could not be decoded. */
    DECODE_ERROR,

    /** A message was longer than {@code maxMessageBytes}. */
    MESSAGE_TOO_LONG,

    /** A batch had more elements than its limit. */
    BATCH_TOO_LONG,

    /** A channel name was longer than its limit. */
    CHANNEL_NAME_TOO_LONG,

    /** The name of an event or a procedure was longer than its limit. */
    EVENT_NAME_TOO_LONG,

    /** A response belonged to no pending call. */
    UNKNOWN_ID,

    /** A response arrived after the deadline of its call. */
    LATE_REPLY,

    /** An event had no listener. */
    NO_LISTENER,

    /** A stream was closed because its events were not read. */
    UNREAD,

    /** Middleware did not decide in time. */
    MIDDLEWARE_TIMEOUT,

    // ---- connections

    /** A connection was closed because its peer read too slowly. */
    SLOW_CONSUMER,

    /** A member was disconnected because it read nothing for the stall time-out. */
    STALLED,

    /** A connection was closed because its peer violated the protocol. */
    PROTOCOL_VIOLATION,

    /** A connection was closed because its peer sent too many messages per second. */
    MESSAGE_RATE,

    /** A connection was closed because its peer sent too many bytes per second. */
    BYTE_RATE,

    /**
     * A connection was closed, or a call was rejected, at a limit of all connections together: of the unfinished work
     * of connections that are not authenticated, or of unfinished messages.
     */
    PENDING_BUDGET,

    /** A connection was closed because a message was not complete in time. */
    MESSAGE_TIMEOUT,

    /** A connection could not be accepted, for example because the process had no file descriptor left. */
    ACCEPT_FAILED,

    /** A connection was refused because {@code maxConnections} were open. */
    TOO_MANY_CONNECTIONS,

    /** A connection was refused because too many had not completed their handshake. */
    TOO_MANY_HANDSHAKES,

    /** A member was refused because {@code maxMembers} had joined. */
    TOO_MANY_MEMBERS,

    /** A connection was refused because of its path, its id or a limit of its namespace. */
    CONNECTION_REFUSED,

    /** A connection was refused because of the origin of its web page. */
    ORIGIN_REFUSED,

    /** A request was refused because of the host that it names, see {@link io.heliograph.http.AllowedHosts}. */
    HOST_REFUSED,

    /** A connection was refused because of the user of its peer. */
    USER_REFUSED,

    /** A connection was refused because its secret token was missing or wrong. */
    TOKEN_REFUSED,

    // ---- subscriptions and calls

    /** A subscription was refused because the connection had too many. */
    TOO_MANY_CHANNELS,

    /** A call was rejected because too many were pending. */
    TOO_MANY_CALLS,

    // ---- exchange

    /** A publication was rejected or lost by the broker before it had a position. */
    BROKER_FAILURE,

    /** A publication had a position and was never delivered by the broker. */
    MISSED,

    /** A publication was delivered twice, or too late, by the broker or the server. */
    DUPLICATE,

    /** A publication was in the log of the broker a second time, because its node published it again after a loss. */
    REPEATED,

    /** A delivery failed because the subscriber or listener threw an exception. */
    SUBSCRIBER_FAILURE,

    // ---- errors

    /** An error was only logged because too many errors were pending for the error listeners. */
    ERROR_UNREPORTED;

    private final String key = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Returns the name in logs and metrics, such as {@code queue-full}. */
    public String key() {
        return key;
    }

    @Override
    public String toString() {
        return key;
    }
}
