package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.realtime.server.ServerConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of a server about tokens.
 *
 * @param <B> the builder itself
 */
abstract class ServerAuthOptions<B extends ServerAuthOptions<B>> {

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

    // Set by tests.
    InstantSource clock = InstantSource.system();

    ServerAuthOptions() {}

    /**
     * Default 32 random bytes, new for each server, so that tokens end with it: the secret that tokens are signed and verified
     * with. Its bytes in UTF-8 are the key. Not empty.
     */
    public B authKey(String authKey) {
        checkArgument(!authKey.isEmpty(), "authKey: empty (expected: a secret)");
        this.authKey = authKey;
        return self();
    }

    /** Default none: the key, in PEM, that tokens are signed with in place of {@link #authKey(String)}. */
    public B authPrivateKey(String authPrivateKey) {
        this.authPrivateKey = authPrivateKey;
        return self();
    }

    /** Default none: the key, in PEM, that tokens are verified with in place of {@link #authKey(String)}. */
    public B authPublicKey(String authPublicKey) {
        this.authPublicKey = authPublicKey;
        return self();
    }

    /**
     * Default HS256: what tokens are signed with, and, if it is set, all that is accepted. It must be set for a
     * {@link #authPrivateKey(String)}.
     */
    public B authAlgorithm(String authAlgorithm) {
        this.authAlgorithm = authAlgorithm;
        return self();
    }

    /** Default {@link #authAlgorithm(String)}, or else all that fit the key: what is accepted. */
    public B authVerifyAlgorithms(String... authVerifyAlgorithms) {
        this.authVerifyAlgorithms = List.of(authVerifyAlgorithms);
        return self();
    }

    /** Default 1 day: how long a token is valid that does not say so itself. Positive. */
    public B authDefaultExpiry(Duration authDefaultExpiry) {
        this.authDefaultExpiry = positive("authDefaultExpiry", authDefaultExpiry);
        return self();
    }

    /** Default JSON Web Tokens with the keys above: another kind of token, which has keys of its own. */
    public B authEngine(AuthEngine authEngine) {
        this.authEngine = authEngine;
        return self();
    }

    /**
     * Default true: whether a socket loses its authentication when its token expires. If false, as in the original, it keeps it
     * until it next sends something.
     */
    public B expireTokensOnTime(boolean expireTokensOnTime) {
        this.expireTokensOnTime = expireTokensOnTime;
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
                clock);
    }

    @SuppressWarnings("unchecked") // what B is for
    final B self() {
        return (B) this;
    }
}
