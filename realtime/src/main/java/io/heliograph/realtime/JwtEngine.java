package io.heliograph.realtime;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** JSON Web Tokens as the engine of {@link AuthEngine}; all it does is done when its methods return. */
final class JwtEngine implements AuthEngine {

    /**
     * @param clock tells the time for {@code iat}, {@code nbf} and {@code exp}
     * @throws IllegalArgumentException if an option is not valid, or only one key of a pair is given
     */
    JwtEngine(JwtOptions options, InstantSource clock) {}

    @Override
    public CompletableFuture<Object> verifyToken(
            @Nullable Object signedToken, @Nullable RealtimeSocket socket) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<String> signToken(Map<String, Object> claims, TokenOptions options) {
        throw new UnsupportedOperationException();
    }
}
