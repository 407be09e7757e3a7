package io.heliograph.realtime;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rejection of a token. The factory methods correspond to the four names of the protocol.
 *
 * <p>If {@link #isBadToken} is true, the server makes the client remove its token.
 */
public final class AuthTokenException extends RealtimeException {

    private static final long serialVersionUID = 1L;

    AuthTokenException(String name, String message, Map<String, ? extends @Nullable Object> fields) {
        super(name, message, fields, null);
    }

    /**
     * Creates an {@code AuthTokenExpiredError}.
     *
     * @param expiry time of expiry on the wire: an ISO-8601 string or null during verification, the number of the claim later
     * @param bad true during verification; false omits {@code isBadToken}
     */
    public static AuthTokenException expired(String message, @Nullable Object expiry, boolean bad) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("expiry", expiry);
        if (bad) {
            fields.put("isBadToken", true);
        }
        return new AuthTokenException("AuthTokenExpiredError", message, fields);
    }

    /** Creates an {@code AuthTokenInvalidError}: the token is malformed, or its signature or algorithm is not accepted. */
    public static AuthTokenException invalid(String message) {
        return new AuthTokenException("AuthTokenInvalidError", message, Map.of("isBadToken", true));
    }

    /**
     * Creates an {@code AuthTokenNotBeforeError}: the token is not valid yet.
     *
     * @param date start of validity as an ISO-8601 string; null beyond the range of a JavaScript date
     */
    public static AuthTokenException notBefore(String message, @Nullable String date) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("date", date);
        fields.put("isBadToken", false);
        return new AuthTokenException("AuthTokenNotBeforeError", message, fields);
    }

    /** Creates an {@code AuthTokenError} for any other failure. */
    public static AuthTokenException other(String message) {
        return new AuthTokenException("AuthTokenError", message, Map.of("isBadToken", true));
    }

    /** Returns true if the token will never be accepted. */
    public boolean isBadToken() {
        return Boolean.TRUE.equals(fields().get("isBadToken"));
    }
}
