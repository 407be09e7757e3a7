package io.heliograph.realtime;

import io.heliograph.codec.TypeRef;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Payload of a JSON Web Token, usually an object of claims. Immutable.
 *
 * <p>A server verifies the token; a client only decodes it.
 */
public interface AuthToken {

    /** Returns the claims; empty if the payload is not an object. */
    Map<String, Object> claims();

    /** Returns a claim, or null. */
    default @Nullable Object claim(String name) {
        return claims().get(name);
    }

    /** Converts the payload. */
    <T> @Nullable T as(Class<T> type);

    <T> @Nullable T as(TypeRef<T> type);

    /** Returns the payload: a map of claims, or a string. */
    Object value();

    /** Returns the names of the claims without their values. */
    @Override
    String toString();
}
