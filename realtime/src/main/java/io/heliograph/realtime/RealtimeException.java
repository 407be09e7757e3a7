package io.heliograph.realtime;

import io.heliograph.HeliographException;
import io.heliograph.internal.Printable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error of the protocol: a name, a message and further fields, all of which are sent to the peer.
 *
 * <p>{@link #of} creates an error with a name of the application; the errors of the protocol are subclasses.
 */
public class RealtimeException extends HeliographException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_CHARS = 2000;

    private final String name;
    private final transient Map<String, @Nullable Object> fields;

    RealtimeException(
            String name, String message, Map<String, ? extends @Nullable Object> fields, @Nullable Throwable cause) {
        super(message, cause);
        this.name = name;
        this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** Creates an error of the application, such as {@code of("BadAmountError", "amount must be positive")}. */
    public static RealtimeException of(String name, String message) {
        return new RealtimeException(name, message, Map.of(), null);
    }

    /** Creates the exception for an error name on the wire: the subclass for the name, or a plain exception. */
    public static RealtimeException named(String name, String message, Map<String, ? extends @Nullable Object> fields) {
        return switch (name) {
            case "AuthTokenExpiredError", "AuthTokenInvalidError", "AuthTokenNotBeforeError", "AuthTokenError" ->
                new AuthTokenException(name, message, fields);
            case "AuthError" -> new AuthException(message, fields);
            case "SilentMiddlewareBlockedError" -> new SilentMiddlewareBlockedException(message, fields);
            case "InvalidActionError" -> new InvalidActionException(message, fields);
            case "InvalidArgumentsError" -> new InvalidArgumentsException(message, fields);
            case "InvalidMessageError" -> new InvalidMessageException(message, fields, null);
            case "ServerProtocolError" -> new ServerProtocolException(message, fields);
            case "BrokerError" -> new BrokerException(message, fields);
            default -> new RealtimeException(name, message, fields, null);
        };
    }

    /** Returns a copy of this error with another field. */
    public RealtimeException with(String field, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(fields);
        more.put(field, value);
        return new RealtimeException(name, message(), more, getCause());
    }

    /** Returns the name on the wire, such as {@code AuthTokenExpiredError}. */
    @Override
    public final String errorName() {
        return name;
    }

    /** Returns the message, possibly empty. */
    public final String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    /** Returns the message for logs and terminals, which {@link #toString()} and stack traces contain: escapes what a peer has sent. */
    @Override
    public final String getLocalizedMessage() {
        return Printable.of(message(), MAX_CHARS);
    }

    /** Returns the further fields, in the order of the wire. */
    public final Map<String, @Nullable Object> fields() {
        return fields;
    }
}
