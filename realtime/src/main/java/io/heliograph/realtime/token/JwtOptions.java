package io.heliograph.realtime.token;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys and algorithms of a {@link JwtEngine}.
 *
 * @param authKey the secret for HMAC, its UTF-8 bytes; null for 32 random bytes in hexadecimal
 * @param privateKey in PEM, or null; only with {@code publicKey}, and then in place of {@code authKey}
 * @param publicKey in PEM, or null
 * @param algorithm to sign with, and the only one accepted if {@code verifyAlgorithms} is empty; null for HS256
 * @param verifyAlgorithms those accepted
 * @param defaultExpiry the lifetime of a token for which neither claim nor option gives one
 */
public record JwtOptions(
        @Nullable String authKey,
        @Nullable String privateKey,
        @Nullable String publicKey,
        @Nullable String algorithm,
        List<String> verifyAlgorithms,
        Duration defaultExpiry) {

    private static final Duration ONE_DAY = Duration.ofDays(1);
    private static final JwtOptions DEFAULTS = new JwtOptions(null, null, null, null, List.of(), ONE_DAY);

    public JwtOptions {
        verifyAlgorithms = List.copyOf(verifyAlgorithms);
    }

    /** A random secret, HS256, one day. */
    public static JwtOptions defaults() {
        return DEFAULTS;
    }

    public JwtOptions withAuthKey(String authKey) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry);
    }

    JwtOptions withKeyPair(String privateKey, String publicKey) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry);
    }

    JwtOptions withAlgorithm(String algorithm) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry);
    }

    JwtOptions withVerifyAlgorithms(List<String> verifyAlgorithms) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry);
    }

    JwtOptions withDefaultExpiry(Duration defaultExpiry) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "JwtOptions[algorithm="
                + algorithm
                + ", verifyAlgorithms="
                + verifyAlgorithms
                + ", defaultExpiry="
                + defaultExpiry
                + "]";
    }
}
