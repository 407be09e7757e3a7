package io.heliograph.realtime.token;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtEngineTest {

    private static final long NOW = 1_700_000_000;
    private static final String SECRET = "testkey";
    private static final JwtOptions OPTIONS = JwtOptions.defaults().withAuthKey(SECRET);
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.ofEpochSecond(NOW).plusMillis(999));
    private static final KeyPair RSA = pair("RSA", 2048, "");
    private static final KeyPair EC = pair("EC", 0, "secp256r1");

    private final JwtEngine engine = new JwtEngine(OPTIONS, CLOCK);

    // ---- made by hand

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String base64(String text) {
        return base64(text.getBytes(UTF_8));
    }

    private static String signed(String header, String payload) {
        return signed("HmacSHA256", SECRET, header, payload);
    }

    private static String signed(String algorithm, String secret, String header, String payload) {
        try {
            String text = base64(header) + "." + base64(payload);
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), algorithm));
            return text + "." + base64(mac.doFinal(text.getBytes(US_ASCII)));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String token(String payload) {
        return signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", payload);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    private static KeyPair pair(String algorithm, int bits, String curve) {
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

    private static JwtOptions options(KeyPair keys) {
        return JwtOptions.defaults()
                .withKeyPair(
                        pem("PRIVATE KEY", keys.getPrivate().getEncoded()),
                        pem("PUBLIC KEY", keys.getPublic().getEncoded()));
    }

    private static AuthTokenException refused(CompletableFuture<Object> outcome) {
        assertThat(outcome).isCompletedExceptionally();
        return (AuthTokenException) outcome.exceptionNow();
    }

    private AuthTokenException refused(@Nullable Object token) {
        return refused(engine.verifyToken(token, null));
    }

    private static void assertError(AuthTokenException error, String name, String message, boolean bad) {
        assertThat(error.errorName()).isEqualTo(name);
        assertThat(error).hasMessage(message);
        assertThat(error.fields()).containsEntry("isBadToken", bad);
    }

    private static Map<String, Object> claims(Object... entries) {
        Map<String, Object> claims = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            claims.put((String) entries[i], entries[i + 1]);
        }
        return claims;
    }

    private static Throwable failure(CompletableFuture<String> outcome) {
        assertThat(outcome).isCompletedExceptionally();
        return outcome.exceptionNow();
    }

    // ---- verifying

    @Test
    @Checklist("SC 70")
    void aValidTokenIsItsClaims() {
        assertThat(engine.verifyToken(token("{\"username\":\"bob\",\"n\":1.5}"), null))
                .isCompletedWithValue(Map.of("username", "bob", "n", 1.5));
    }

    @Test
    void aTokenOfJsonwebtokenIsAccepted() {
        // jwt.sign({username: 'bob', iat: 1}, 'testkey')
        assertThat(engine.verifyToken(
                        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6ImJvYiIsImlhdCI6MX0."
                                + signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"username\":\"bob\",\"iat\":1}")
                                        .split("\\.", -1)[2],
                        null))
                .isCompletedWithValue(Map.of("username", "bob", "iat", 1L));
    }

    @Test
    @Checklist("SC 71")
    void aTokenOfAnotherKeyHasAnInvalidSignature() {
        String token = signed("HmacSHA256", "otherkey", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{}");
        assertError(refused(token), "AuthTokenInvalidError", "invalid signature", true);
        String good = token("{\"a\":1}");
        assertError(
                refused(good.replace(good.split("\\.", -1)[1], base64("{\"a\":2}"))),
                "AuthTokenInvalidError",
                "invalid signature",
                true);
        assertError(refused(good + "A"), "AuthTokenInvalidError", "invalid signature", true);
    }

    @Test
    @Checklist("SC 72")
    void anExpiredTokenTellsSince() {
        AuthTokenException error = refused(token("{\"exp\":1500000000}"));
        assertError(error, "AuthTokenExpiredError", "jwt expired", true);
        assertThat(error.fields()).containsEntry("expiry", "2017-07-14T02:40:00.000Z");
        assertThat(refused(token("{\"exp\":1500000000.5}")).fields())
                .containsEntry("expiry", "2017-07-14T02:40:00.500Z");
        assertThat(refused(token("{\"exp\":-1e30}")).fields()).containsEntry("expiry", null);
        assertThat(refused(token("{\"exp\":0}"))).hasMessage("jwt expired");
    }

    @Test
    @Checklist("SC 72")
    void timesAreComparedInWholeSecondsOfTheClock() {
        assertThat(refused(token("{\"exp\":" + NOW + "}"))).hasMessage("jwt expired");
        assertThat(engine.verifyToken(token("{\"exp\":" + NOW + ".5}"), null))
                .isCompletedWithValue(Map.of("exp", NOW + 0.5));
        assertThat(engine.verifyToken(token("{\"nbf\":" + NOW + "}"), null)).isCompleted();
        assertThat(refused(token("{\"nbf\":" + NOW + ".5}"))).hasMessage("jwt not active");
    }

    @Test
    @Checklist("SC 73")
    void aTokenThatIsNotValidYetIsNotBad() {
        AuthTokenException error = refused(token("{\"nbf\":4102444800}"));
        assertError(error, "AuthTokenNotBeforeError", "jwt not active", false);
        assertThat(error.fields()).containsEntry("date", "2100-01-01T00:00:00.000Z");
        assertThat(error.isBadToken()).isFalse();
        assertThat(refused(token("{\"nbf\":4102444800,\"exp\":1}"))).hasMessage("jwt not active");
        assertThat(refused(token("{\"nbf\":1e300}")).fields()).containsEntry("date", null);
    }

    @Test
    @Checklist("SC 74")
    void whatIsNoStringIsNoToken() {
        for (Object token : List.of(5L, true, Map.of("a", 1), List.of())) {
            assertError(refused(token), "AuthTokenError", "Invalid token format - Token must be a string", true);
        }
    }

    @Test
    @Checklist("SC 74")
    void noTokenMustBeProvided() {
        assertError(refused((Object) null), "AuthTokenInvalidError", "jwt must be provided", true);
        assertError(refused(""), "AuthTokenInvalidError", "jwt must be provided", true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.b", "a.b.c.d", "....", " "})
    @Checklist("SC 74")
    void aTokenHasThreeParts(String token) {
        assertError(refused(token), "AuthTokenInvalidError", "jwt malformed", true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.b.c",
                "..",
                "e30..x",
                ".e30.x",
                "e30.e30.x=",
                "e3+.e30.x",
                "e30.é.x",
                "MA.e30.x",
                "bnVsbA.e30.x",
                "Iiˆ.e30.x",
                "IiI.e30.x",
                "e30 .e30.x",
                "e30.e30.x\n"
            })
    @Checklist("SC 74")
    void aTokenHasAHeaderAndNoOtherCharacters(String token) {
        assertError(refused(token), "AuthTokenInvalidError", "invalid token", true);
    }

    @Test
    @Checklist("SC 74")
    void anUnsignedTokenIsRefused() {
        String header = base64("{\"alg\":\"none\",\"typ\":\"JWT\"}");
        assertError(
                refused(header + "." + base64("{}") + "."), "AuthTokenInvalidError", "jwt signature is required", true);
        assertError(refused(header + "." + base64("{}") + ".x"), "AuthTokenInvalidError", "invalid algorithm", true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"none\"}",
                "{\"alg\":\"None\"}",
                "{\"alg\":\"hs256\"}",
                "{\"alg\":\"RS256\"}",
                "{\"alg\":\"ES256\"}",
                "{}",
                "{\"alg\":null}",
                "{\"alg\":[\"HS256\"]}",
                "[]",
                "5"
            })
    @Checklist("SC 74")
    void onlyAlgorithmsOfTheKeyAreAccepted(String header) {
        assertError(refused(signed(header, "{}")), "AuthTokenInvalidError", "invalid algorithm", true);
    }

    @Test
    void withoutAnAlgorithmAllOfASecretAreAccepted() {
        for (String bits : List.of("256", "384", "512")) {
            assertThat(engine.verifyToken(
                            signed("HmacSHA" + bits, SECRET, "{\"alg\":\"HS" + bits + "\"}", "{\"a\":1}"), null))
                    .isCompletedWithValue(Map.of("a", 1L));
        }
        JwtEngine one = new JwtEngine(OPTIONS.withAlgorithm("HS512"), CLOCK);
        assertThat(refused(one.verifyToken(token("{}"), null))).hasMessage("invalid algorithm");
        JwtEngine both =
                new JwtEngine(OPTIONS.withAlgorithm("HS512").withVerifyAlgorithms(List.of("HS256", "HS384")), CLOCK);
        assertThat(both.verifyToken(token("{}"), null)).isCompleted();
        String own = both.signToken(claims(), TokenOptions.defaults()).join();
        assertThat(refused(both.verifyToken(own, null))).hasMessage("invalid algorithm");
    }

    @Test
    void thePayloadMayBeAnythingButNull() {
        assertThat(engine.verifyToken(signed("{\"alg\":\"HS256\"}", "just text"), null))
                .isCompletedWithValue("just text");
        assertThat(engine.verifyToken(signed("{\"alg\":\"HS256\"}", "5"), null)).isCompletedWithValue("5");
        assertThat(engine.verifyToken(signed("{\"alg\":\"HS256\"}", "{\"a\":1}"), null))
                .isCompletedWithValue(Map.of("a", 1L));
        assertThat(engine.verifyToken(token("[1]"), null)).isCompletedWithValue(List.of(1L));
        assertThat(engine.verifyToken(token("5"), null)).isCompletedWithValue(5L);
        assertThat(refused(token("null")).errorName()).isEqualTo("AuthTokenError");
    }

    @Test
    @Checklist("SC 74")
    void aPayloadThatSaysItIsJsonMustBe() {
        AuthTokenException error = refused(token("text"));
        assertThat(error.errorName()).isEqualTo("AuthTokenError");
        assertThat(error.isBadToken()).isTrue();
        assertThat(error.message()).doesNotContain("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"5\"", "null", "true", "{}", "[1]"})
    void timesMustBeNumbers(String value) {
        assertError(refused(token("{\"exp\":" + value + "}")), "AuthTokenInvalidError", "invalid exp value", true);
        assertError(refused(token("{\"nbf\":" + value + "}")), "AuthTokenInvalidError", "invalid nbf value", true);
    }

    @Test
    @Checklist("SC 75")
    void aShortSecretWorksAndTimesMayBeBeyondAllDates() {
        String token = token("{\"exp\":3163758979080310}");
        assertThat(engine.verifyToken(token, null)).isCompletedWithValue(Map.of("exp", 3_163_758_979_080_310L));
        Map<String, Object> claims = claims("exp", 3_163_758_979_080_310L);
        String own = engine.signToken(claims, TokenOptions.defaults()).join();
        assertThat(engine.verifyToken(own, null)).isCompletedWithValue(claims);
        assertThat(engine.verifyToken(token("{\"exp\":1e300}"), null)).isCompleted();
    }

    // what is asked of an engine is always answered, and never by throwing
    @Test
    @Checklist("SC 76")
    void everyOutcomeIsThereAtOnce() {
        for (Object token : List.of("", "x", 5, token("{}"), token("{\"exp\":1}"))) {
            assertThat(engine.verifyToken(token, null)).isDone();
        }
    }

    @Test
    void tokenOfAnotherKeyIsRejected() {
        JwtEngine other = new JwtEngine(JwtOptions.defaults().withAuthKey("another"), CLOCK);
        assertThat(refused(other.verifyToken(token("{}"), null))).hasMessage("invalid signature");
        String fresh = other.signToken(claims(), TokenOptions.defaults()).join();
        assertThat(other.verifyToken(fresh, null)).isCompleted();
    }

    @Test
    void withoutAKeyThereIsARandomOne() {
        JwtEngine one = new JwtEngine(JwtOptions.defaults(), CLOCK);
        JwtEngine other = new JwtEngine(JwtOptions.defaults(), CLOCK);
        String token = one.signToken(claims(), TokenOptions.defaults()).join();
        assertThat(one.verifyToken(token, null)).isCompleted();
        assertThat(refused(other.verifyToken(token, null))).hasMessage("invalid signature");
    }

    @Test
    void theSecretIsTheTextAndNotWhatItMayEncode() {
        JwtEngine hex = new JwtEngine(JwtOptions.defaults().withAuthKey("00ff"), CLOCK);
        String token = signed("HmacSHA256", "00ff", "{\"alg\":\"HS256\"}", "{}");
        assertThat(hex.verifyToken(token, null)).isCompleted();
        JwtEngine umlaut = new JwtEngine(JwtOptions.defaults().withAuthKey("ü"), CLOCK);
        assertThat(umlaut.verifyToken(signed("HmacSHA256", "ü", "{\"alg\":\"HS256\"}", "{}"), null))
                .isCompleted();
    }

    // ---- signing

    @Test
    void signsAsTheOriginalDoes() {
        Map<String, Object> claims = claims("username", "bob");
        String token = engine.signToken(claims, TokenOptions.defaults()).join();
        assertThat(token).isEqualTo(token("{\"username\":\"bob\",\"iat\":1700000000,\"exp\":1700086400}"));
        assertThat(claims).isEqualTo(Map.of("username", "bob", "iat", NOW, "exp", NOW + 86_400));
    }

    @Test
    @Checklist("SC 86")
    void theLifetimeIsTheClaimElseTheOptionElseTheDefault() {
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
    void aClaimThatIsGivenTwiceFails(String claim, String message) {
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
    void aTimeThatIsNoNumberFails(String claim) {
        for (Object value : List.of("5", true, List.of(), Double.NaN)) {
            assertThat(failure(engine.signToken(claims(claim, value), TokenOptions.defaults())))
                    .hasMessage("\"" + claim + "\" should be a number of seconds");
        }
    }

    @Test
    void whatIsNoJsonFails() {
        Map<String, Object> cyclic = claims();
        cyclic.put("self", cyclic);
        assertThat(failure(engine.signToken(cyclic, TokenOptions.defaults()))).isInstanceOf(RealtimeException.class);
        assertThat(failure(engine.signToken(
                        claims(),
                        TokenOptions.builder().header(Map.of("alg", "none")).build())))
                .hasMessage("\"alg\" is not allowed in \"header\"");
    }

    // ---- pairs of keys

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
        assertThat(refused(rsa.verifyToken(forged, null))).hasMessage("invalid signature");
        assertThat(refused(rsa.verifyToken(token.replaceAll("[^.]*$", "AAAA"), null)))
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
        assertThat(refused(ec.verifyToken(token.replaceAll("[^.]*$", "AAAA"), null)))
                .hasMessage("invalid signature");
        int bytes = Base64.getUrlDecoder().decode(token.split("\\.", -1)[2]).length;
        String zeros = token.replaceAll("[^.]*$", base64(new byte[bytes]));
        assertThat(refused(ec.verifyToken(zeros, null))).hasMessage("invalid signature");
    }

    @Test
    void aPublicKeyIsNotTakenForASecret() {
        JwtEngine rsa = new JwtEngine(options(RSA).withAlgorithm("RS256"), CLOCK);
        String publicKey = pem("PUBLIC KEY", RSA.getPublic().getEncoded());
        String forged = signed("HmacSHA256", publicKey, "{\"alg\":\"HS256\"}", "{}");
        assertThat(refused(rsa.verifyToken(forged, null))).hasMessage("invalid algorithm");
        JwtEngine careless = new JwtEngine(
                options(RSA).withAlgorithm("RS256").withVerifyAlgorithms(List.of("HS256", "ES256")), CLOCK);
        assertError(
                refused(careless.verifyToken(forged, null)),
                "AuthTokenInvalidError",
                "secretOrPublicKey must be a symmetric key when using HS256",
                true);
        assertThat(refused(careless.verifyToken(signed("{\"alg\":\"ES256\"}", "{}"), null)))
                .hasMessageStartingWith("\"alg\" parameter for \"rsa\" key type must be one of: RS256");
    }

    @Test
    @Checklist("SC 97")
    void aPairOfKeysNeedsAnAlgorithmToSign() {
        assertThat(failure(new JwtEngine(options(RSA), CLOCK).signToken(claims(), TokenOptions.defaults())))
                .hasMessage("secretOrPrivateKey must be a symmetric key when using HS256");
    }

    @Test
    @Checklist("SC 96")
    void keysComeInPairs() {
        String key = pem("PRIVATE KEY", RSA.getPrivate().getEncoded());
        for (JwtOptions options : List.of(
                new JwtOptions(null, key, null, null, List.of(), Duration.ofDays(1)),
                new JwtOptions(null, null, key, null, List.of(), Duration.ofDays(1)))) {
            assertThatThrownBy(() -> new JwtEngine(options, CLOCK))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected: both authPrivateKey and authPublicKey");
        }
    }

    @Test
    void keysThatDoNotFitTheAlgorithmAreRefusedAtOnce() {
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
    void nothingShowsAKey() {
        assertThat(OPTIONS.toString()).doesNotContain(SECRET);
        assertThat(options(RSA).toString()).doesNotContain("BEGIN");
        assertThatThrownBy(() -> new JwtEngine(JwtOptions.defaults().withKeyPair("secret", "secret"), CLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }
}
