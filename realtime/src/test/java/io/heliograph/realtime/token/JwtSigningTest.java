package io.heliograph.realtime.token;

import static io.heliograph.realtime.token.JwtFixture.CLOCK;
import static io.heliograph.realtime.token.JwtFixture.NOW;
import static io.heliograph.realtime.token.JwtFixture.OPTIONS;
import static io.heliograph.realtime.token.JwtFixture.SECRET;
import static io.heliograph.realtime.token.JwtFixture.assertError;
import static io.heliograph.realtime.token.JwtFixture.base64;
import static io.heliograph.realtime.token.JwtFixture.claims;
import static io.heliograph.realtime.token.JwtFixture.failure;
import static io.heliograph.realtime.token.JwtFixture.options;
import static io.heliograph.realtime.token.JwtFixture.pair;
import static io.heliograph.realtime.token.JwtFixture.pem;
import static io.heliograph.realtime.token.JwtFixture.rejection;
import static io.heliograph.realtime.token.JwtFixture.signed;
import static io.heliograph.realtime.token.JwtFixture.token;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtSigningTest {

    private static final KeyPair RSA = pair("RSA", 2048, "");
    private static final KeyPair EC = pair("EC", 0, "secp256r1");

    private final JwtEngine engine = new JwtEngine(OPTIONS, CLOCK);

    // ---- signing

    @Test
    void tokenIsSignedLikeOriginal() {
        Map<String, Object> claims = claims("username", "bob");
        String token = engine.signToken(claims, TokenOptions.defaults()).join();
        assertThat(token).isEqualTo(token("{\"username\":\"bob\",\"iat\":1700000000,\"exp\":1700086400}"));
        assertThat(claims).isEqualTo(Map.of("username", "bob", "iat", NOW, "exp", NOW + 86_400));
    }

    @Test
    @Checklist("SC 86")
    void expiryFollowsClaimOptionAndDefault() {
        JwtEngine shorter = new JwtEngine(OPTIONS.withDefaultExpiry(Duration.ofSeconds(10)), CLOCK);
        Map<String, Object> claims = claims();
        shorter.signToken(claims, TokenOptions.defaults()).join();
        assertThat(claims).containsEntry("exp", NOW + 10);
        claims = claims();
        shorter.signToken(
                        claims,
                        TokenOptions.builder()
                                .expiresIn(Duration.ofMillis(1500))
                                .build())
                .join();
        assertThat(claims).containsEntry("exp", NOW + 1);
        claims = claims("exp", 5L);
        shorter.signToken(claims, TokenOptions.defaults()).join();
        assertThat(claims).containsEntry("exp", 5L);
    }

    @Test
    void optionsBecomeClaims() {
        Map<String, Object> claims = claims("iat", 1000);
        TokenOptions options = TokenOptions.builder()
                .expiresIn(Duration.ofHours(1))
                .notBefore(Duration.ofSeconds(5))
                .audience("a", "b")
                .issuer("i")
                .subject("s")
                .jwtId("j")
                .keyId("k")
                .header(Map.of("x", 1))
                .build();
        String token = engine.signToken(claims, options).join();
        assertThat(claims)
                .isEqualTo(Map.of(
                        "iat",
                        1000,
                        "exp",
                        4600L,
                        "nbf",
                        1005L,
                        "aud",
                        List.of("a", "b"),
                        "iss",
                        "i",
                        "sub",
                        "s",
                        "jti",
                        "j"));
        assertThat(new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[0]), UTF_8))
                .isEqualTo("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\",\"x\":1}");
        claims = claims();
        engine.signToken(
                        claims,
                        TokenOptions.builder().audience("a").noTimestamp(true).build())
                .join();
        assertThat(claims).isEqualTo(Map.of("aud", "a", "exp", NOW + 86_400));
        claims = claims("iat", 7L);
        engine.signToken(claims, TokenOptions.builder().noTimestamp(true).build())
                .join();
        assertThat(claims).isEqualTo(Map.of("exp", 86_407L));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "iss, `Bad \"options.issuer\" option. The payload already has an \"iss\" property.`",
                "sub, `Bad \"options.subject\" option. The payload already has an \"sub\" property.`",
                "aud, `Bad \"options.audience\" option. The payload already has an \"aud\" property.`",
                "jti, `Bad \"options.jwtid\" option. The payload already has an \"jti\" property.`",
                "exp, `Bad \"options.expiresIn\" option the payload already has an \"exp\" property.`",
                "nbf, `Bad \"options.notBefore\" option the payload already has an \"nbf\" property.`"
            })
    @Checklist("SC 87")
    void claimDuplicatedByOptionFails(String claim, String message) {
        TokenOptions options = TokenOptions.builder()
                .expiresIn(Duration.ofHours(1))
                .notBefore(Duration.ofSeconds(5))
                .audience("a")
                .issuer("i")
                .subject("s")
                .jwtId("j")
                .build();
        assertThat(failure(engine.signToken(claims(claim, 5L), options)))
                .isInstanceOf(RealtimeException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iat", "exp", "nbf"})
    void nonNumericTimeClaimFails(String claim) {
        for (Object value : List.of("5", true, List.of(), Double.NaN)) {
            assertThat(failure(engine.signToken(claims(claim, value), TokenOptions.defaults())))
                    .hasMessage("\"" + claim + "\" should be a number of seconds");
        }
    }

    @Test
    void unencodableClaimsFail() {
        Map<String, Object> cyclic = claims();
        cyclic.put("self", cyclic);
        assertThat(failure(engine.signToken(cyclic, TokenOptions.defaults()))).isInstanceOf(RealtimeException.class);
        assertThat(failure(engine.signToken(
                        claims(),
                        TokenOptions.builder().header(Map.of("alg", "none")).build())))
                .hasMessage("\"alg\" is not allowed in \"header\"");
    }

    // ---- key pairs

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    @Checklist("SC 97")
    void rsaKeysSignAndVerify(String algorithm) {
        JwtEngine rsa = new JwtEngine(options(RSA).withAlgorithm(algorithm), CLOCK);
        String token = rsa.signToken(claims("a", 1L), TokenOptions.defaults()).join();
        assertThat(rsa.verifyToken(token, null).join()).isEqualTo(Map.of("a", 1L, "iat", NOW, "exp", NOW + 86_400));
        JwtEngine any = new JwtEngine(options(RSA), CLOCK);
        assertThat(any.verifyToken(token, null)).isCompleted();
        String forged = token.substring(0, token.length() - 4) + "AAAA";
        assertThat(rejection(rsa.verifyToken(forged, null))).hasMessage("invalid signature");
        assertThat(rejection(rsa.verifyToken(token.replaceAll("[^.]*$", "AAAA"), null)))
                .hasMessage("invalid signature");
    }

    @ParameterizedTest
    @CsvSource({"ES256,secp256r1", "ES384,secp384r1", "ES512,secp521r1"})
    void ecKeysSignAndVerify(String algorithm, String curve) {
        KeyPair keys = pair("EC", 0, curve);
        JwtEngine ec = new JwtEngine(options(keys).withAlgorithm(algorithm), CLOCK);
        String token = ec.signToken(claims(), TokenOptions.defaults()).join();
        assertThat(ec.verifyToken(token, null)).isCompleted();
        assertThat(new JwtEngine(options(keys), CLOCK).verifyToken(token, null)).isCompleted();
        assertThat(rejection(ec.verifyToken(token.replaceAll("[^.]*$", "AAAA"), null)))
                .hasMessage("invalid signature");
        int bytes = Base64.getUrlDecoder().decode(token.split("\\.", -1)[2]).length;
        String zeros = token.replaceAll("[^.]*$", base64(new byte[bytes]));
        assertThat(rejection(ec.verifyToken(zeros, null))).hasMessage("invalid signature");
    }

    @Test
    void publicKeyIsNotAcceptedAsSecret() {
        JwtEngine rsa = new JwtEngine(options(RSA).withAlgorithm("RS256"), CLOCK);
        String publicKey = pem("PUBLIC KEY", RSA.getPublic().getEncoded());
        String forged = signed("HmacSHA256", publicKey, "{\"alg\":\"HS256\"}", "{}");
        assertThat(rejection(rsa.verifyToken(forged, null))).hasMessage("invalid algorithm");
        JwtEngine careless = new JwtEngine(
                options(RSA).withAlgorithm("RS256").withVerifyAlgorithms(List.of("HS256", "ES256")), CLOCK);
        assertError(
                rejection(careless.verifyToken(forged, null)),
                "AuthTokenInvalidError",
                "secretOrPublicKey must be a symmetric key when using HS256",
                true);
        assertThat(rejection(careless.verifyToken(signed("{\"alg\":\"ES256\"}", "{}"), null)))
                .hasMessageStartingWith("\"alg\" parameter for \"rsa\" key type must be one of: RS256");
    }

    @Test
    @Checklist("SC 97")
    void keyPairWithoutAlgorithmCannotSign() {
        assertThat(failure(new JwtEngine(options(RSA), CLOCK).signToken(claims(), TokenOptions.defaults())))
                .hasMessage("secretOrPrivateKey must be a symmetric key when using HS256");
    }

    @Test
    @Checklist("SC 96")
    void incompleteKeyPairIsRejected() {
        String key = pem("PRIVATE KEY", RSA.getPrivate().getEncoded());
        for (JwtOptions options : List.of(
                new JwtOptions(null, key, null, null, List.of(), Duration.ofDays(1), Duration.ZERO),
                new JwtOptions(null, null, key, null, List.of(), Duration.ofDays(1), Duration.ZERO))) {
            assertThatThrownBy(() -> new JwtEngine(options, CLOCK))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected: both authPrivateKey and authPublicKey");
        }
    }

    @Test
    void keyUnsuitableForAlgorithmIsRejectedAtCreation() {
        assertThatThrownBy(() -> new JwtEngine(options(pair("RSA", 1024, "")).withAlgorithm("RS256"), CLOCK))
                .hasMessageContaining("minimum key size of 2048 bits for RS256");
        assertThatThrownBy(() -> new JwtEngine(options(EC).withAlgorithm("ES384"), CLOCK))
                .hasMessageContaining("\"alg\" parameter \"ES384\" requires curve \"secp384r1\".");
        assertThatThrownBy(() -> new JwtEngine(options(EC).withAlgorithm("RS256"), CLOCK))
                .hasMessageContaining("\"alg\" parameter for \"ec\" key type must be one of: ES256, ES384, ES512.");
        assertThatThrownBy(() -> new JwtEngine(options(EC).withAlgorithm("HS256"), CLOCK))
                .hasMessageContaining("must be a symmetric key");
        assertThatThrownBy(() -> new JwtEngine(OPTIONS.withAlgorithm("RS256"), CLOCK))
                .hasMessageContaining("must be an asymmetric key");
        assertThatThrownBy(() -> new JwtEngine(OPTIONS.withAlgorithm("none"), CLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("authAlgorithm: none (expected: one of [HS256");
        assertThatThrownBy(() -> new JwtEngine(OPTIONS.withVerifyAlgorithms(List.of("none")), CLOCK))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new JwtEngine(OPTIONS.withAuthKey(""), CLOCK))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keysAreNotPrinted() {
        assertThat(OPTIONS.toString()).doesNotContain(SECRET);
        assertThat(options(RSA).toString()).doesNotContain("BEGIN");
        assertThatThrownBy(() -> new JwtEngine(JwtOptions.defaults().withKeyPair("secret", "secret"), CLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }
}
