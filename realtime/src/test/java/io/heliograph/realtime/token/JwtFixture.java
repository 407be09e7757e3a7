package io.heliograph.realtime.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.AuthTokenException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Options, keys, tokens and assertions of the JWT tests. */
final class JwtFixture {

    static final long NOW = 1_700_000_000;
    static final String SECRET = "testkey";
    static final JwtOptions OPTIONS = JwtOptions.defaults().withAuthKey(SECRET);
    static final InstantSource CLOCK =
            InstantSource.fixed(Instant.ofEpochSecond(NOW).plusMillis(999));

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String base64(String text) {
        return base64(text.getBytes(UTF_8));
    }

    static String signed(String header, String payload) {
        return signed("HmacSHA256", SECRET, header, payload);
    }

    static String signed(String algorithm, String secret, String header, String payload) {
        try {
            String text = base64(header) + "." + base64(payload);
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), algorithm));
            return text + "." + base64(mac.doFinal(text.getBytes(US_ASCII)));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String token(String payload) {
        return signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", payload);
    }

    static String pem(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    static KeyPair pair(String algorithm, int bits, String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            } else {
                generator.initialize(new ECGenParameterSpec(curve));
            }
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static JwtOptions options(KeyPair keys) {
        return JwtOptions.defaults()
                .withKeyPair(
                        pem("PRIVATE KEY", keys.getPrivate().getEncoded()),
                        pem("PUBLIC KEY", keys.getPublic().getEncoded()));
    }

    static AuthTokenException rejection(CompletableFuture<Object> outcome) {
        assertThat(outcome).isCompletedExceptionally();
        return (AuthTokenException) outcome.exceptionNow();
    }

    static void assertError(AuthTokenException error, String name, String message, boolean bad) {
        assertThat(error.errorName()).isEqualTo(name);
        assertThat(error).hasMessage(message);
        assertThat(error.fields()).containsEntry("isBadToken", bad);
    }

    static Map<String, Object> claims(Object... entries) {
        Map<String, Object> claims = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            claims.put((String) entries[i], entries[i + 1]);
        }
        return claims;
    }

    static Throwable failure(CompletableFuture<String> outcome) {
        assertThat(outcome).isCompletedExceptionally();
        return outcome.exceptionNow();
    }

    private JwtFixture() {}
}
