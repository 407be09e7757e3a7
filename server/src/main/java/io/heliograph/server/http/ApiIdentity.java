package io.heliograph.server.http;

import io.heliograph.http.HttpRequest;
import io.heliograph.server.ApiKey;
import io.heliograph.server.CallException;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Principals of requests: by a key or a token in {@code Authorization}, or by a token in a cookie. Thread-safe. */
final class ApiIdentity {

    private static final String BEARER = "Bearer ";
    private static final int MIN_SECRET = 32;

    private final HubCore hub;
    private final ApiOptions options;

    ApiIdentity(HubCore hub, ApiOptions options) {
        this.hub = hub;
        this.options = options;
    }

    static boolean isPresented(HttpRequest request) {
        return request.headers().first("Authorization").isPresent();
    }

    /**
     * Returns the principal of a request, which is anonymous without {@code Authorization} and cookie.
     *
     * @return fails with a {@link CallException} if the key or token is not valid
     */
    CompletableFuture<Principal> of(HttpRequest request) {
        String authorization = request.headers().first("Authorization").orElse(null);
        if (authorization != null) {
            return bearer(authorization);
        }
        String token = options.cookie() == null ? null : cookie(request, options.cookie());
        return token == null ? CompletableFuture.completedFuture(Principal.anonymous()) : hub.verify(token);
    }

    private CompletableFuture<Principal> bearer(String authorization) {
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return CompletableFuture.failedFuture(rejected("Authorization: the scheme is not Bearer"));
        }
        String secret = authorization.substring(BEARER.length()).strip();
        Optional<Principal> key = key(secret);
        if (key.isPresent()) {
            return CompletableFuture.completedFuture(key.get());
        }
        return secret.indexOf('.') < 0
                ? CompletableFuture.failedFuture(rejected("Authorization: the key is not known"))
                : hub.verify(secret);
    }

    /** Finds a key by the hash of the presented secret; the time of the search reveals nothing about other secrets. */
    private Optional<Principal> key(String secret) {
        ApiKey key = secret.length() < MIN_SECRET ? null : options.keys().get(ApiKey.hash(secret));
        return Optional.ofNullable(key)
                .map(known -> new Principal(known.name(), Principal.Source.API_KEY, false, known.roles(), Map.of()));
    }

    private static CallException rejected(String message) {
        return CallException.of("AuthTokenError", message).code(HubErrors.CALL_DENIED);
    }

    private static @Nullable String cookie(HttpRequest request, String name) {
        for (String field : request.headers().all("Cookie")) {
            for (String pair : field.split(";", -1)) {
                String trimmed = pair.strip();
                if (trimmed.startsWith(name + "=")) {
                    return trimmed.substring(name.length() + 1);
                }
            }
        }
        return null;
    }
}
