package io.heliograph.realtime.token;

import io.heliograph.codec.Codec;
import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.AuthToken;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Payload of a token, verified or not. */
public final class DefaultAuthToken implements AuthToken {

    /** The codec of tokens: JSON in which bytes are objects with a Base64 string. */
    static final String CODEC = "json-base64";

    private final Object value;
    private final Map<String, Object> claims;

    /**
     * @param value a map of claims, or any other value
     */
    public DefaultAuthToken(Object value) {
        if (value instanceof Map<?, ?> map) {
            this.claims = new Claims(map);
            this.value = claims;
        } else {
            this.claims = Map.of();
            this.value = value;
        }
    }

    @Override
    public Map<String, Object> claims() {
        return claims;
    }

    @Override
    public <T> @Nullable T as(Class<T> type) {
        return cast(Codec.named(CODEC).convert(value, type));
    }

    @Override
    public <T> @Nullable T as(TypeRef<T> type) {
        return cast(Codec.named(CODEC).convert(value, type.type()));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the codec returns this type
    private static <T> @Nullable T cast(@Nullable Object value) {
        return (T) value;
    }

    @Override
    public Object value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DefaultAuthToken that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "AuthToken" + claims.keySet();
    }
}
