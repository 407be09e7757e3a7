package io.heliograph.realtime.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.realtime.AuthTokenException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    private static Tokens tokens(String... keys) {
        return tokens(NOW, keys);
    }

    private static Tokens tokens(Instant now, String... keys) {
        return Tokens.of(List.of(keys), Duration.ofHours(1), Duration.ZERO, InstantSource.fixed(now));
    }

    @Test
    void firstKeySignsAndAllVerify() {
        String signed = tokens("new", "old").sign(Map.of("sub", "ada"));
        assertThat(tokens("new").verify(signed))
                .isEqualTo(Map.of("sub", "ada", "iat", 1_700_000_000L, "exp", 1_700_003_600L));
        assertThat(tokens("other", "new").verify(signed)).containsEntry("sub", "ada");
        assertThatThrownBy(() -> tokens("old").verify(signed))
                .isInstanceOfSatisfying(
                        AuthTokenException.class,
                        rejected -> assertThat(rejected.message()).isEqualTo("invalid signature"));
    }

    @Test
    void expiryIsReportedForTokenOfLaterKey() {
        String signed = tokens("old").sign(Map.of("sub", "ada"));
        assertThatThrownBy(() -> tokens(NOW.plusSeconds(3600), "new", "old").verify(signed))
                .isInstanceOfSatisfying(
                        AuthTokenException.class,
                        rejected -> assertThat(rejected.errorName()).isEqualTo("AuthTokenExpiredError"));
    }

    @Test
    void withoutKeysOnlyOwnTokensAreValid() {
        Tokens own = tokens();
        String signed = own.sign(Map.of("sub", "ada"));
        assertThat(own.verify(signed)).containsEntry("sub", "ada");
        assertThatThrownBy(() -> tokens().verify(signed)).isInstanceOf(AuthTokenException.class);
    }

    private static String pem(KeyPair pair) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN PRIVATE KEY-----\n"
                + lines.encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\n"
                + lines.encodeToString(pair.getPublic().getEncoded()) + "\n-----END PUBLIC KEY-----\n";
    }

    @ParameterizedTest
    @CsvSource({"RSA, 2048, RS256", "EC, 256, ES256", "EC, 384, ES384", "EC, 521, ES512"})
    void keyInPemSignsAndVerifies(String type, int bits, String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
        generator.initialize(bits);
        String pem = pem(generator.generateKeyPair());

        String signed = tokens(pem).sign(Map.of("sub", "ada"));

        assertThat(new String(
                        Base64.getUrlDecoder().decode(signed.substring(0, signed.indexOf('.'))),
                        StandardCharsets.UTF_8))
                .contains("\"alg\":\"" + algorithm + "\"");
        assertThat(tokens("secret", pem).verify(signed)).containsEntry("sub", "ada");
        assertThatThrownBy(() -> tokens("secret").verify(signed)).isInstanceOf(AuthTokenException.class);
    }

    @Test
    void replacedKeysRejectFormerTokens() {
        Tokens tokens = tokens("old");
        String signed = tokens.sign(Map.of("sub", "ada"));
        tokens.replace(List.of("new", "old"));
        assertThat(tokens.verify(signed)).containsEntry("sub", "ada");
        tokens.replace(List.of("new"));
        assertThatThrownBy(() -> tokens.verify(signed)).isInstanceOf(AuthTokenException.class);
        assertThatThrownBy(() -> tokens.replace(List.of("-----BEGIN PRIVATE KEY-----")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(tokens("new").verify(tokens.sign(Map.of("sub", "ada")))).containsEntry("sub", "ada");
    }

    @Test
    void malformedTokenIsRejected() {
        assertThatThrownBy(() -> tokens("a", "b").verify("x"))
                .isInstanceOfSatisfying(
                        AuthTokenException.class,
                        rejected -> assertThat(rejected.message()).isEqualTo("jwt malformed"));
    }

    @ParameterizedTest
    @CsvSource({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    void rsaKeyVerifiesAllAlgorithmsOfRsa(String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String pem = pem(generator.generateKeyPair());

        String signed = Tokens.signing(pem, algorithm, InstantSource.fixed(NOW)).sign(Map.of("sub", "ada"));

        assertThat(tokens("secret", pem).verify(signed)).containsEntry("sub", "ada");
    }

    @Test
    void publicKeyInPemIsNoSecret() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String pem = pem(generator.generateKeyPair());
        String forged = tokens(pem.substring(pem.indexOf("-----BEGIN PUBLIC")).replace("-----BEGIN", "-----begin"))
                .sign(Map.of("sub", "ada"));

        assertThatThrownBy(() -> tokens(pem).verify(forged)).hasMessageContaining("invalid algorithm");
        assertThatThrownBy(() -> Tokens.signing(pem, "HS256", InstantSource.fixed(NOW)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
