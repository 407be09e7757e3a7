package io.heliograph.realtime;

import io.heliograph.HeliographException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as the protocol knows it: a name, a message, and further fields, which cross the wire as they are.
 *
 * <p>One with a name of the application's is made by {@link #of}; those of the protocol are the subclasses.
 */
public class RealtimeException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient Map<String, @Nullable Object> fields;

    /** For subclasses, and through {@link #of}. */
    RealtimeException(
            String name, String message, Map<String, ? extends @Nullable Object> fields, @Nullable Throwable cause) {
        super(message, cause);
        this.name = name;
        this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** An error of the application's, such as {@code of("BadAmountError", "amount must be positive")}. */
    public static RealtimeException of(String name, String message) {
        return new RealtimeException(name, message, Map.of(), null);
    }

    /** The failure of a name that the other side told, of our class for it where there is one. */
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

    /** This error with one more field. */
    public RealtimeException with(String field, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(fields);
        more.put(field, value);
        return new RealtimeException(name, message(), more, getCause());
    }

    /** The name on the wire, such as {@code AuthTokenExpiredError}. */
    @Override
    public final String errorName() {
        return name;
    }

    /** The message, possibly empty. */
    public final String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }

    /** The further fields, in the order of the wire. */
    public final Map<String, @Nullable Object> fields() {
        return fields;
    }
}
