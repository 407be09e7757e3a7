package io.heliograph.realtime.token;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.AuthToken;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Decoder of JSON Web Tokens for clients, which cannot verify them. */
public final class TokenCodec {

    private TokenCodec() {}

    /**
     * Decodes the payload of a signed token without verifying it: its JSON value, or the plain string if it is not JSON. Returns
     * null if the token has no payload.
     */
    public static @Nullable AuthToken decode(@Nullable String signedToken) {
        if (signedToken == null) {
            return null;
        }
        String[] parts = signedToken.split("\\.", -1);
        if (parts.length < 2 || parts[1].isEmpty()) {
            return null;
        }
        Frame payload;
        try {
            payload = Frame.of(
                    Base64.getUrlDecoder().decode(parts[1].replace('+', '-').replace('/', '_')));
        } catch (IllegalArgumentException e) {
            return null;
        }
        Object value;
        try {
            value = Codec.named(DefaultAuthToken.CODEC).decode(payload, Object.class);
        } catch (CodecException e) {
            value = payload.utf8();
        }
        return value == null ? null : new DefaultAuthToken(value);
    }
}
