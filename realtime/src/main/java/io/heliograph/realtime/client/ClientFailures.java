package io.heliograph.realtime.client;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.HeliographException;
import io.heliograph.UnreachableException;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.SocketProtocolException;
import io.heliograph.realtime.packet.CallTimeoutException;
import io.heliograph.realtime.session.CloseCodes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Failures of connections and of attempts to connect, whose messages name the address and the cause. */
final class ClientFailures {

    private static final int MAX_CHARS = 500;

    private ClientFailures() {}

    /** Returns the failure of an operation after the end of the client. */
    static ClosedException closed(String operation) {
        return new ClosedException(operation + ": the client is closed", new CloseReason.Local(), true);
    }

    /** Returns the failure of an attempt that the application has canceled by {@code disconnect()}. */
    static ClosedException disconnected(String address) {
        return new ClosedException(
                address + ": disconnected before the connection was open", new CloseReason.Local(), true);
    }

    /**
     * Returns the failure of an attempt.
     *
     * @param code close code of the attempt
     * @param cause failure of the transport or of the handshake, or null
     */
    static UnreachableException attempt(
            ClientConfig options, int code, @Nullable String reason, @Nullable Throwable cause) {
        String description = Printable.of(describe(options, code, reason, cause), MAX_CHARS);
        if (!description.startsWith("ws")) {
            description = options.address() + ": " + description;
        } else if (cause instanceof UnreachableException named) {
            return named;
        }
        return new UnreachableException(description, cause);
    }

    private static String describe(ClientConfig options, int code, @Nullable String reason, @Nullable Throwable cause) {
        if (cause instanceof CallTimeoutException) {
            return "no response to the handshake within " + text(options.ackTimeout());
        }
        if (cause instanceof RealtimeException) {
            return "the server has rejected the handshake: " + describe(cause);
        }
        if (cause != null) {
            String message = cause.getMessage();
            return message == null ? cause.toString() : message;
        }
        if (code == CloseCodes.CONNECT_TIMED_OUT) {
            return "the WebSocket did not open within " + text(options.connectTimeout());
        }
        if (code == CloseCodes.SERVER_PING_TIMED_OUT) {
            return "no ping of the server within the ping time-out";
        }
        String closed = "the server has closed the connection with the code " + code;
        return reason == null || reason.isEmpty() ? closed : closed + ": " + reason;
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    /** Returns the error event of a close code, with the address and the cause. */
    static SocketProtocolException event(
            ClientConfig options,
            int code,
            @Nullable String reason,
            @Nullable Throwable cause,
            @Nullable HeliographException failed) {
        String message = CloseCodes.error(code, reason).message();
        if (!CloseCodes.isKnown(code) || (cause == null && code != CloseCodes.CONNECT_TIMED_OUT)) {
            // The message contains the reason of an unknown code.
            return new SocketProtocolException(message + " (" + options.address() + ")", code, cause);
        }
        HeliographException detail = failed == null ? attempt(options, code, reason, cause) : failed;
        return new SocketProtocolException(message + ": " + detail.getMessage(), code, cause);
    }

    /** Formats an error as JavaScript's {@code toString}. */
    static String describe(Throwable failure) {
        String name = failure instanceof HeliographException known
                ? known.errorName()
                : failure.getClass().getSimpleName();
        String message = failure.getMessage();
        return message == null || message.isEmpty() ? name : name + ": " + message;
    }
}
