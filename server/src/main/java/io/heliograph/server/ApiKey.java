package io.heliograph.server;

import static io.heliograph.internal.Check.checkArgument;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * Key of the HTTP API: a name and roles for {@link Authority}, and the hash of the secret.
 *
 * @param name name of the principal, such as {@code billing}
 * @param hash the hash of the secret, from {@link #hash}
 * @param roles roles of the principal; by default the role {@code manage} permits disconnections and revocations
 */
public record ApiKey(String name, String hash, Set<String> roles) {

    /** Role with which a key may disconnect and revoke, unless an {@link Authority} decides. */
    public static final String MANAGE = "manage";

    private static final String PREFIX = "sha256:";
    private static final int HASH_LENGTH = PREFIX.length() + 64;
    private static final int MIN_SECRET = 32;

    public ApiKey {
        checkArgument(!name.isEmpty(), "name: '' (expected: the name of the key)");
        checkArgument(
                hash.length() == HASH_LENGTH
                        && hash.startsWith(PREFIX)
                        && hash.substring(PREFIX.length()).matches("[0-9a-f]+"),
                "hash: %s characters (expected: %s and 64 characters 0-9 and a-f)",
                hash.length(),
                PREFIX);
        roles = Set.copyOf(roles);
    }

    public static ApiKey of(String name, String hash, String... roles) {
        return new ApiKey(name, hash, Set.of(roles));
    }

    /**
     * Returns the SHA-256 hash of a secret, as {@code sha256:} and hexadecimal digits. A secret must be random, such as the output of {@code
     * openssl rand -hex 32}: this hash does not protect a secret that can be guessed.
     *
     * @throws IllegalArgumentException if the secret has less than 32 characters
     */
    public static String hash(String secret) {
        checkArgument(
                secret.length() >= MIN_SECRET,
                "secret: %s characters (expected: at least %s)",
                secret.length(),
                MIN_SECRET);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return PREFIX + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
