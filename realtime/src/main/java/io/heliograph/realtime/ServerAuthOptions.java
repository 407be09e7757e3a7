package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;
import static io.heliograph.internal.Check.positive;

import io.heliograph.realtime.server.ServerConfig;
import io.heliograph.transport.EndpointBuilder;
import io.heliograph.transport.EndpointOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Token options of a server.
 *
 * @param <B> the type of the builder
 */
abstract class ServerAuthOptions<B extends ServerAuthOptions<B>> extends EndpointBuilder<B> {

    @Nullable
    String authKey;

    @Nullable
    String authPrivateKey;

    @Nullable
    String authPublicKey;

    @Nullable
    String authAlgorithm;

    List<String> authVerifyAlgorithms = List.of();
    Duration authDefaultExpiry = Duration.ofDays(1);

    @Nullable
    AuthEngine authEngine;

    boolean expireTokensOnTime = true;
    boolean recheckSubscriptions = true;
    Duration authClockSkew = Duration.ZERO;

    // Set by tests.
    InstantSource clock = InstantSource.system();

    ServerAuthOptions(EndpointOptions defaults) {
        super(defaults);
    }

    /**
     * Sets the secret for signing and verification, encoded in UTF-8. Default: 32 random bytes per server, so that tokens expire
     * with the server. Must not be empty.
     */
    public B authKey(String authKey) {
        checkArgument(!authKey.isEmpty(), "authKey: '' (expected: at least one character)");
        this.authKey = authKey;
        return self();
    }

    /** Sets the private key for signing, in PEM, in place of {@link #authKey(String)}. Default: none. */
    public B authPrivateKey(String authPrivateKey) {
        this.authPrivateKey = authPrivateKey;
        return self();
    }

    /** Sets the public key for verification, in PEM, in place of {@link #authKey(String)}. Default: none. */
    public B authPublicKey(String authPublicKey) {
        this.authPublicKey = authPublicKey;
        return self();
    }

    /**
     * Selects the signature algorithm; if set, it is the only accepted algorithm. Default: HS256. Required for {@link
     * #authPrivateKey(String)}.
     */
    public B authAlgorithm(String authAlgorithm) {
        this.authAlgorithm = authAlgorithm;
        return self();
    }

    /** Selects the accepted algorithms. Default: {@link #authAlgorithm(String)} if set, or all that fit the key. */
    public B authVerifyAlgorithms(String... authVerifyAlgorithms) {
        this.authVerifyAlgorithms = List.of(authVerifyAlgorithms);
        return self();
    }

    /** Sets the lifetime of tokens without their own. Default: 1 day. Must be positive. */
    public B authDefaultExpiry(Duration authDefaultExpiry) {
        this.authDefaultExpiry = positive("authDefaultExpiry", authDefaultExpiry);
        return self();
    }

    /** Replaces JSON Web Tokens by tokens of an application's engine, which has its own keys. Default: JSON Web Tokens. */
    public B authEngine(AuthEngine authEngine) {
        this.authEngine = authEngine;
        return self();
    }

    /**
     * Revokes the authentication of a connection when its token expires; otherwise, as in the original, when the client sends its
     * next packet. Default: true.
     */
    public B expireTokensOnTime(boolean expireTokensOnTime) {
        this.expireTokensOnTime = expireTokensOnTime;
        return self();
    }

    /**
     * Asks the middleware of {@link Action.Subscribe} again about all subscriptions of a connection whose token expires, is removed, or
     * is replaced by one with other claims; a rejected subscription is kicked out. Otherwise, as in the original, subscriptions remain.
     * Default: true.
     */
    public B recheckSubscriptions(boolean recheckSubscriptions) {
        this.recheckSubscriptions = recheckSubscriptions;
        return self();
    }

    /** Tolerates a difference between clocks in the claims {@code exp} and {@code nbf}. Default: 0. Must not be negative. */
    public B authClockSkew(Duration authClockSkew) {
        this.authClockSkew = notNegative("authClockSkew", authClockSkew);
        return self();
    }

    final ServerConfig.Auth auth() {
        return new ServerConfig.Auth(
                authKey,
                authPrivateKey,
                authPublicKey,
                authAlgorithm,
                authVerifyAlgorithms,
                authDefaultExpiry,
                authEngine,
                expireTokensOnTime,
                authClockSkew,
                recheckSubscriptions,
                clock);
    }
}
