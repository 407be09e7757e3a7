package io.heliograph.realtime;

import io.heliograph.codec.TypeRef;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a JSON Web Token says: its payload, nearly always an object of claims. Immutable.
 *
 * <p>On a server it was verified; on a client it was merely decoded.
 */
public interface AuthToken {

    /** The claims, empty if the payload is not an object. */
    Map<String, Object> claims();

    /** One claim, or null. */
    default @Nullable Object claim(String name) {
        return claims().get(name);
    }

    /** The payload as a {@code T}. */
    <T> @Nullable T as(Class<T> type);

    <T> @Nullable T as(TypeRef<T> type);

    /** The payload: a map of claims, or a text. */
    Object value();

    /** The names of the claims; what they say is nobody else's business. */
    @Override
    String toString();
}
