package io.heliograph.server.stats;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.ProtocolViolationException;
import io.heliograph.QueueFullException;
import io.heliograph.TransportException;
import io.heliograph.frame.FrameTooLongException;
import java.util.Locale;

/** Cause of the end of a connection, the same for all protocols. */
public enum EndCause {

    /** The client closed the connection. */
    CLIENT,

    /** The server closed the connection: the hub is closing, or a program or operator disconnected the client. */
    SERVER,

    /** The connection was not admitted, or its token was invalid. */
    DENIED,

    /** The network failed, or the client disappeared without closing. */
    NETWORK,

    /** The client was silent, or did not complete its handshake or a message in time. */
    TIMEOUT,

    /** The client read too slowly: its queue was full. */
    SLOW_CONSUMER,

    /** The client exceeded a limit of messages: length, rate, batch, or names. */
    LIMIT,

    /** The client violated the protocol. */
    PROTOCOL_VIOLATION,

    /** Another failure, which the server has reported. */
    FAILURE;

    private final String key = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Returns the name in logs and metrics, such as {@code slow-consumer}. */
    public String key() {
        return key;
    }

    /** Returns the cause of a close reason. */
    public static EndCause of(CloseReason reason) {
        return switch (reason) {
            case CloseReason.Local local -> SERVER;
            case CloseReason.Remote remote -> CLIENT;
            case CloseReason.Failed failed ->
                switch (failed.cause()) {
                    case QueueFullException full -> SLOW_CONSUMER;
                    case FrameTooLongException tooLong -> LIMIT;
                    case ProtocolViolationException violation -> PROTOCOL_VIOLATION;
                    case TransportException network -> NETWORK;
                    default -> FAILURE;
                };
        };
    }

    /** Returns the cause of a connection that was closed at a limit. */
    public static EndCause of(DropReason limit) {
        return switch (limit) {
            case SLOW_CONSUMER, STALLED, QUEUE_FULL -> SLOW_CONSUMER;
            case PROTOCOL_VIOLATION, DECODE_ERROR -> PROTOCOL_VIOLATION;
            case MESSAGE_TIMEOUT -> TIMEOUT;
            case ORIGIN_REFUSED, HOST_REFUSED, USER_REFUSED, TOKEN_REFUSED, CONNECTION_REFUSED -> DENIED;
            default -> LIMIT;
        };
    }

    @Override
    public String toString() {
        return key;
    }
}
