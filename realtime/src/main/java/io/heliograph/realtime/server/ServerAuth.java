package io.heliograph.realtime.server;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.InvalidArgumentsException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.realtime.packet.JsonPackets;
import io.heliograph.realtime.token.DefaultAuthToken;
import io.heliograph.realtime.token.JwtEngine;
import io.heliograph.realtime.token.JwtOptions;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Signing and verification with the current keys of a server. Thread-safe. */
final class ServerAuth {

    private final @Nullable AuthEngine custom;
    private final InstantSource clock;
    private final FailureLog failures;
    private volatile JwtOptions options;
    private volatile AuthEngine engine;

    ServerAuth(ServerConfig.Auth chosen, FailureLog failures) {
        this.failures = failures;
        this.custom = chosen.engine();
        this.clock = chosen.clock();
        this.options = new JwtOptions(
                chosen.key(),
                key(chosen.privateKey(), chosen.publicKey(), "authPrivateKey", "authPublicKey"),
                key(chosen.publicKey(), chosen.privateKey(), "authPublicKey", "authPrivateKey"),
                chosen.algorithm(),
                chosen.verifyAlgorithms(),
                chosen.defaultExpiry(),
                chosen.clockSkew());
        this.engine = custom == null ? engine(options) : custom;
    }

    private static @Nullable String key(@Nullable String key, @Nullable String other, String name, String otherName) {
        if (key == null && other != null) {
            throw invalid("The " + name + " option must be specified if " + otherName + " is specified");
        }
        return key;
    }

    private AuthEngine engine(JwtOptions wanted) {
        try {
            return new JwtEngine(wanted, clock);
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    private static RealtimeException invalid(String message) {
        return RealtimeException.of("InvalidOptionsError", message);
    }

    void setAuthKey(String authKey) {
        if (custom != null) {
            throw new IllegalStateException("setAuthKey: the server has an authEngine (expected: JSON Web Tokens)");
        }
        JwtOptions wanted = options.withAuthKey(authKey);
        engine = engine(wanted);
        options = wanted;
    }

    /** Removes the lifetime from the options in favor of the claim {@code exp}. */
    static TokenOptions withoutExpiry(TokenOptions options) {
        return options.toBuilder().defaultExpiry().build();
    }

    /** Verifies a client's token. */
    CompletableFuture<AuthToken> verify(@Nullable Object presented, RealtimeSocket socket) {
        CompletableFuture<AuthToken> verified;
        try {
            verified = engine.verifyToken(presented, socket)
                    .<AuthToken>thenApply(DefaultAuthToken::new)
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            verified = CompletableFuture.failedFuture(e);
        }
        return logged("authEngine=verifyToken", socket, verified);
    }

    /** Logs an exception of the application's engine other than a {@link RealtimeException}, which is for the peer. */
    private <T> CompletableFuture<T> logged(String code, RealtimeSocket socket, CompletableFuture<T> result) {
        if (custom == null) {
            return result;
        }
        return result.whenComplete((value, failure) -> {
            Throwable cause = failure == null ? null : Failures.unwrap(failure);
            if (cause != null && !(cause instanceof RealtimeException)) {
                failures.userCode(code, socket.id(), cause);
            }
        });
    }

    CompletableFuture<String> sign(Map<String, Object> claims, TokenOptions wanted, RealtimeSocket socket) {
        CompletableFuture<String> signed;
        try {
            signed = engine.signToken(claims, wanted).toCompletableFuture();
        } catch (RuntimeException e) {
            signed = CompletableFuture.failedFuture(e);
        }
        return logged("authEngine=signToken", socket, signed);
    }

    /**
     * Returns a copy of the claims of a token.
     *
     * @throws InvalidArgumentsException if the data is not an object
     */
    Map<String, Object> claims(Object data) {
        Object converted;
        try {
            converted = data instanceof AuthToken token
                    ? token.claims()
                    : Codec.named(JsonPackets.CODEC).convert(data, Object.class);
        } catch (CodecException e) {
            throw new InvalidArgumentsException("The auth token cannot be encoded: " + e.getMessage());
        }
        if (!(converted instanceof Map<?, ?> map)) {
            throw new InvalidArgumentsException("Expected \"payload\" to be a plain object or a record.");
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((name, claim) -> copy.put(String.valueOf(name), unchecked(claim)));
        return copy;
    }

    /** Admits null, which is a valid claim in JSON. */
    @SuppressWarnings("NullAway")
    private static Object unchecked(@Nullable Object claim) {
        return claim;
    }
}
