package io.heliograph.realtime;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token was not accepted. The four names of the protocol are made by the methods here.
 *
 * <p>One that {@link #isBadToken} makes the server tell the client to forget its token.
 */
public final class AuthTokenException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    AuthTokenException(String name, String message, Map<String, ? extends @Nullable Object> fields) {
        super(name, message, fields, null);
    }

    /**
     * {@code AuthTokenExpiredError}.
     *
     * @param expiry when, as it goes on the wire: an ISO-8601 text at verification, null for what no calendar has, or the number
     *     of the claim later
     * @param bad true at verification; false leaves {@code isBadToken} out
     */
    public static AuthTokenException expired(String message, @Nullable Object expiry, boolean bad) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("expiry", expiry);
        if (bad) {
            fields.put("isBadToken", true);
        }
        return new AuthTokenException("AuthTokenExpiredError", message, fields);
    }

    /** {@code AuthTokenInvalidError}: malformed, wrongly signed, or of an algorithm that is not allowed. */
    public static AuthTokenException invalid(String message) {
        return new AuthTokenException("AuthTokenInvalidError", message, Map.of("isBadToken", true));
    }

    /**
     * {@code AuthTokenNotBeforeError}: not valid yet, and not bad.
     *
     * @param date when it will be, as an ISO-8601 text; null for what no calendar has
     */
    public static AuthTokenException notBefore(String message, @Nullable String date) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("date", date);
        fields.put("isBadToken", false);
        return new AuthTokenException("AuthTokenNotBeforeError", message, fields);
    }

    /** {@code AuthTokenError}: anything else. */
    public static AuthTokenException other(String message) {
        return new AuthTokenException("AuthTokenError", message, Map.of("isBadToken", true));
    }

    /** Whether the token will never be accepted. */
    public boolean isBadToken() {
        return Boolean.TRUE.equals(fields().get("isBadToken"));
    }
}
