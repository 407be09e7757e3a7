package io.heliograph.realtime.token;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys and algorithms of a {@link JwtEngine}.
 *
 * @param authKey secret for HMAC, encoded in UTF-8; null for 32 random bytes in hexadecimal
 * @param privateKey private key in PEM, or null; requires {@code publicKey} and replaces {@code authKey}
 * @param publicKey public key in PEM, or null
 * @param algorithm signature algorithm, and the only accepted one if {@code verifyAlgorithms} is empty; null for HS256
 * @param verifyAlgorithms accepted algorithms
 * @param defaultExpiry lifetime of a token without the claim {@code exp} and the option {@code expiresIn}
 * @param clockSkew tolerated difference between clocks in {@code exp} and {@code nbf}
 */
public record JwtOptions(
        @Nullable String authKey,
        @Nullable String privateKey,
        @Nullable String publicKey,
        @Nullable String algorithm,
        List<String> verifyAlgorithms,
        Duration defaultExpiry,
        Duration clockSkew) {

    private static final Duration ONE_DAY = Duration.ofDays(1);
    private static final JwtOptions DEFAULTS =
            new JwtOptions(null, null, null, null, List.of(), ONE_DAY, Duration.ZERO);

    public JwtOptions {
        verifyAlgorithms = List.copyOf(verifyAlgorithms);
    }

    /** Returns options with a random secret, HS256 and a lifetime of one day. */
    public static JwtOptions defaults() {
        return DEFAULTS;
    }

    public JwtOptions withAuthKey(String authKey) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry, clockSkew);
    }

    JwtOptions withKeyPair(String privateKey, String publicKey) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry, clockSkew);
    }

    JwtOptions withAlgorithm(String algorithm) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry, clockSkew);
    }

    JwtOptions withVerifyAlgorithms(List<String> verifyAlgorithms) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry, clockSkew);
    }

    JwtOptions withDefaultExpiry(Duration defaultExpiry) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry, clockSkew);
    }

    JwtOptions withClockSkew(Duration clockSkew) {
        return new JwtOptions(authKey, privateKey, publicKey, algorithm, verifyAlgorithms, defaultExpiry, clockSkew);
    }

    /** Returns the options without the keys. */
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
