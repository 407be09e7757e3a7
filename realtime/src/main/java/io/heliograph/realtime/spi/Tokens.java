package io.heliograph.realtime.spi;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.realtime.token.JwtEngine;
import io.heliograph.realtime.token.JwtOptions;
import io.heliograph.tls.Pem;
import java.security.PrivateKey;
import java.security.interfaces.ECKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** JSON Web Tokens of all protocols of a hub: the first key signs, all keys verify. Thread-safe. */
public final class Tokens implements AuthEngine {

    private static final List<String> OF_RSA_KEYS = List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");

    private static final Duration ONE_DAY = Duration.ofDays(1);

    private final JwtOptions options;
    private final InstantSource clock;
    private volatile List<JwtEngine> engines;

    private Tokens(List<String> keys, JwtOptions options, InstantSource clock) {
        this.options = options;
        this.clock = clock;
        this.engines = engines(keys);
    }

    /**
     * Creates tokens.
     *
     * @param keys secrets of HMAC, encoded in UTF-8, or private keys with their public keys or certificates, RSA or EC in PEM; without a
     *     key a random secret is used, so that tokens end with the process
     * @param defaultExpiry lifetime of tokens without the claim {@code exp}
     * @param clockSkew tolerated difference between clocks in {@code exp} and {@code nbf}
     */
    public static Tokens of(List<String> keys, Duration defaultExpiry, Duration clockSkew, InstantSource clock) {
        JwtOptions options = new JwtOptions(null, null, null, null, List.of(), defaultExpiry, clockSkew);
        return new Tokens(keys, options, clock);
    }

    /**
     * Creates tokens of one key that signs with a selected algorithm.
     *
     * @param key secret or key in PEM, as for {@link #of}
     * @param algorithm name in RFC 7518, such as {@code PS256}
     * @throws IllegalArgumentException if the algorithm is unknown or does not fit the key; the message contains no key
     */
    public static Tokens signing(String key, String algorithm, InstantSource clock) {
        JwtOptions options = new JwtOptions(null, null, null, algorithm, List.of(), ONE_DAY, Duration.ZERO);
        return new Tokens(List.of(key), options, clock);
    }

    /**
     * Replaces the keys. Tokens of the former keys are rejected from now on; who is authenticated remains so.
     *
     * @throws IllegalArgumentException if a key in PEM is invalid; then the former keys remain
     */
    public void replace(List<String> keys) {
        engines = engines(keys);
    }

    private List<JwtEngine> engines(List<String> keys) {
        Stream<JwtOptions> each =
                keys.isEmpty() ? Stream.of(options) : keys.stream().map(this::withKey);
        return each.map(one -> new JwtEngine(one, clock)).toList();
    }

    private JwtOptions withKey(String key) {
        return isPem(key)
                ? new JwtOptions(
                        null,
                        key,
                        key,
                        signing(key),
                        verifyAlgorithms(key),
                        options.defaultExpiry(),
                        options.clockSkew())
                : options.withAuthKey(key);
    }

    /** Returns the accepted algorithms: all of an RSA key, and that of the curve of an EC key. */
    private static List<String> verifyAlgorithms(String pem) {
        String signs = algorithm(pem);
        return signs.startsWith("ES") ? List.of(signs) : OF_RSA_KEYS;
    }

    /** Whether a key is in PEM. */
    public static boolean isPem(String key) {
        return key.contains("-----BEGIN ");
    }

    private String signing(String pem) {
        String selected = options.algorithm();
        return selected == null ? algorithm(pem) : selected;
    }

    private static String algorithm(String pem) {
        PrivateKey key = Pem.privateKey("authKey", pem);
        if (key instanceof ECKey ec) {
            return switch (ec.getParams().getCurve().getField().getFieldSize()) {
                case 384 -> "ES384";
                case 521 -> "ES512";
                default -> "ES256";
            };
        }
        return "RS256";
    }

    /**
     * Verifies a token.
     *
     * @return the claims
     * @throws AuthTokenException if the token is invalid, expired or not valid yet, or its payload is not an object
     */
    public Map<String, Object> verify(String token) {
        return claims(verified(token));
    }

    private Object verified(@Nullable Object token) {
        AuthTokenException rejection = null;
        for (JwtEngine engine : engines) {
            CompletableFuture<Object> verified = engine.verifyToken(token, null);
            if (!verified.isCompletedExceptionally()) {
                return verified.join();
            }
            if (!(verified.exceptionNow() instanceof AuthTokenException rejected)) {
                return verified.join();
            }
            if (rejection == null || !rejected.errorName().equals("AuthTokenInvalidError")) {
                rejection = rejected;
            }
        }
        checkArgument(rejection != null, "no key");
        throw rejection;
    }

    private static Map<String, Object> claims(Object payload) {
        if (!(payload instanceof Map<?, ?> map)) {
            throw AuthTokenException.other("The payload of the token is not an object");
        }
        Map<String, Object> claims = new LinkedHashMap<>();
        map.forEach((name, claim) -> claims.put(String.valueOf(name), claim));
        return claims;
    }

    /**
     * Signs a token.
     *
     * @param claims claims, which receive {@code iat} and, unless they have it, {@code exp}
     */
    public String sign(Map<String, Object> claims) {
        return signToken(new LinkedHashMap<>(claims), TokenOptions.defaults()).join();
    }

    @Override
    public CompletionStage<Object> verifyToken(@Nullable Object signedToken, @Nullable RealtimeSocket socket) {
        try {
            return CompletableFuture.completedFuture(verified(signedToken));
        } catch (AuthTokenException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<String> signToken(Map<String, Object> claims, TokenOptions options) {
        return engines.getFirst().signToken(claims, options);
    }
}
