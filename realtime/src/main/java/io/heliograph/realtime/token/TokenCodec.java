package io.heliograph.realtime.token;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.AuthToken;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What a JSON Web Token says, for one who cannot verify it: a client. */
public final class TokenCodec {

    private TokenCodec() {}

    /**
     * The payload of a signed token, unverified: the value of its JSON, or the text itself if it is none. Null if the token has
     * no such part.
     */
    public static @Nullable AuthToken decode(@Nullable String signedToken) {
        if (signedToken == null) {
            return null;
        }
        String[] parts = signedToken.split("\\.", -1);
        if (parts.length < 2 || parts[1].isEmpty()) {
            return null;
        }
        Frame text;
        try {
            text = Frame.of(
                    Base64.getUrlDecoder().decode(parts[1].replace('+', '-').replace('/', '_')));
        } catch (IllegalArgumentException e) {
            return null;
        }
        Object value;
        try {
            value = Codec.named(DefaultAuthToken.CODEC).decode(text, Object.class);
        } catch (CodecException e) {
            value = text.utf8();
        }
        return value == null ? null : new DefaultAuthToken(value);
    }
}
