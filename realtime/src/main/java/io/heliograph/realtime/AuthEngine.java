package io.heliograph.realtime;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Engine that signs and verifies the tokens of a server, in place of the default JSON Web Tokens.
 *
 * <p>The methods run on event loops and must not block; the futures may complete later.
 */
public interface AuthEngine {

    /**
     * Verifies a token.
     *
     * @param signedToken the client's token: a string, any other value, or null
     * @param socket the client's connection
     * @return the payload, or a failure: the client receives an {@link AuthTokenException} unchanged, any other exception as an
     *     {@code AuthTokenError} with its message
     */
    CompletionStage<Object> verifyToken(@Nullable Object signedToken, RealtimeSocket socket);

    /**
     * Signs a token.
     *
     * @param claims the claims of the token; the engine adds its own claims to this map
     * @return the signed token; a failure closes the connection with 4002
     */
    CompletionStage<String> signToken(Map<String, Object> claims, TokenOptions options);
}
