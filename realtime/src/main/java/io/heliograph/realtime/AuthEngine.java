package io.heliograph.realtime;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies the tokens of a server; one of the user's may replace the JSON Web Tokens of the default.
 *
 * <p>Called on event loops, so it must not block; what takes time is answered later.
 */
public interface AuthEngine {

    /**
     * Verifies a token.
     *
     * @param signedToken what the client presented: a string, any other value, or null
     * @param socket whom it came from
     * @return the payload, or a failure; an {@link AuthTokenException} is told to the client as it is, any other only by its
     *     message as an {@code AuthTokenError}
     */
    CompletionStage<Object> verifyToken(@Nullable Object signedToken, RealtimeSocket socket);

    /**
     * Signs a token.
     *
     * @param claims what the token shall say; the claims that signing adds are to be put into this map
     * @return the signed token, or a failure, which ends the connection with 4002
     */
    CompletionStage<String> signToken(Map<String, Object> claims, TokenOptions options);
}
