package io.heliograph.realtime.token;

import static io.heliograph.realtime.token.JwtFixture.CLOCK;
import static io.heliograph.realtime.token.JwtFixture.NOW;
import static io.heliograph.realtime.token.JwtFixture.OPTIONS;
import static io.heliograph.realtime.token.JwtFixture.SECRET;
import static io.heliograph.realtime.token.JwtFixture.assertError;
import static io.heliograph.realtime.token.JwtFixture.base64;
import static io.heliograph.realtime.token.JwtFixture.claims;
import static io.heliograph.realtime.token.JwtFixture.rejection;
import static io.heliograph.realtime.token.JwtFixture.signed;
import static io.heliograph.realtime.token.JwtFixture.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.testkit.Checklist;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtVerificationTest {

    private final JwtEngine engine = new JwtEngine(OPTIONS, CLOCK);

    private AuthTokenException rejectionOf(@Nullable Object token) {
        return rejection(engine.verifyToken(token, null));
    }

    @Test
    @Checklist("SC 70")
    void validTokenYieldsClaims() {
        assertThat(engine.verifyToken(token("{\"username\":\"bob\",\"n\":1.5}"), null))
                .isCompletedWithValue(Map.of("username", "bob", "n", 1.5));
    }

    @Test
    void jsonwebtokenTokenIsAccepted() {
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
    void changedSignatureOrPayloadIsRejected() {
        String token = signed("HmacSHA256", "otherkey", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{}");
        assertError(rejectionOf(token), "AuthTokenInvalidError", "invalid signature", true);
        String good = token("{\"a\":1}");
        assertError(
                rejectionOf(good.replace(good.split("\\.", -1)[1], base64("{\"a\":2}"))),
                "AuthTokenInvalidError",
                "invalid signature",
                true);
        assertError(rejectionOf(good + "A"), "AuthTokenInvalidError", "invalid signature", true);
    }

    @Test
    @Checklist("SC 72")
    void expiredTokenReportsExpiry() {
        AuthTokenException error = rejectionOf(token("{\"exp\":1500000000}"));
        assertError(error, "AuthTokenExpiredError", "jwt expired", true);
        assertThat(error.fields()).containsEntry("expiry", "2017-07-14T02:40:00.000Z");
        assertThat(rejectionOf(token("{\"exp\":1500000000.5}")).fields())
                .containsEntry("expiry", "2017-07-14T02:40:00.500Z");
        assertThat(rejectionOf(token("{\"exp\":-1e30}")).fields()).containsEntry("expiry", null);
        assertThat(rejectionOf(token("{\"exp\":0}"))).hasMessage("jwt expired");
    }

    @Test
    @Checklist("SC 72")
    void timesAreComparedWithWholeClockSeconds() {
        assertThat(rejectionOf(token("{\"exp\":" + NOW + "}"))).hasMessage("jwt expired");
        assertThat(engine.verifyToken(token("{\"exp\":" + NOW + ".5}"), null))
                .isCompletedWithValue(Map.of("exp", NOW + 0.5));
        assertThat(engine.verifyToken(token("{\"nbf\":" + NOW + "}"), null)).isCompleted();
        assertThat(rejectionOf(token("{\"nbf\":" + NOW + ".5}"))).hasMessage("jwt not active");
    }

    @Test
    @Checklist("SC 73")
    void notYetValidTokenIsNotBad() {
        AuthTokenException error = rejectionOf(token("{\"nbf\":4102444800}"));
        assertError(error, "AuthTokenNotBeforeError", "jwt not active", false);
        assertThat(error.fields()).containsEntry("date", "2100-01-01T00:00:00.000Z");
        assertThat(error.isBadToken()).isFalse();
        assertThat(rejectionOf(token("{\"nbf\":4102444800,\"exp\":1}"))).hasMessage("jwt not active");
        assertThat(rejectionOf(token("{\"nbf\":1e300}")).fields()).containsEntry("date", null);
    }

    @Test
    @Checklist("SC 74")
    void nonStringTokenIsRejected() {
        for (Object token : List.of(5L, true, Map.of("a", 1), List.of())) {
            assertError(rejectionOf(token), "AuthTokenError", "Invalid token format - Token must be a string", true);
        }
    }

    @Test
    @Checklist("SC 74")
    void missingTokenIsRejected() {
        assertError(rejectionOf((Object) null), "AuthTokenInvalidError", "jwt must be provided", true);
        assertError(rejectionOf(""), "AuthTokenInvalidError", "jwt must be provided", true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.b", "a.b.c.d", "....", " "})
    @Checklist("SC 74")
    void tokenWithoutThreePartsIsMalformed(String token) {
        assertError(rejectionOf(token), "AuthTokenInvalidError", "jwt malformed", true);
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
    void invalidHeaderOrCharacterIsRejected(String token) {
        assertError(rejectionOf(token), "AuthTokenInvalidError", "invalid token", true);
    }

    @Test
    @Checklist("SC 74")
    void unsignedTokenIsRejected() {
        String header = base64("{\"alg\":\"none\",\"typ\":\"JWT\"}");
        assertError(
                rejectionOf(header + "." + base64("{}") + "."),
                "AuthTokenInvalidError",
                "jwt signature is required",
                true);
        assertError(
                rejectionOf(header + "." + base64("{}") + ".x"), "AuthTokenInvalidError", "invalid algorithm", true);
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
    void algorithmUnsuitableForKeyIsRejected(String header) {
        assertError(rejectionOf(signed(header, "{}")), "AuthTokenInvalidError", "invalid algorithm", true);
    }

    @Test
    void allSecretAlgorithmsAreAcceptedByDefault() {
        for (String bits : List.of("256", "384", "512")) {
            assertThat(engine.verifyToken(
                            signed("HmacSHA" + bits, SECRET, "{\"alg\":\"HS" + bits + "\"}", "{\"a\":1}"), null))
                    .isCompletedWithValue(Map.of("a", 1L));
        }
        JwtEngine one = new JwtEngine(OPTIONS.withAlgorithm("HS512"), CLOCK);
        assertThat(rejection(one.verifyToken(token("{}"), null))).hasMessage("invalid algorithm");
        JwtEngine both =
                new JwtEngine(OPTIONS.withAlgorithm("HS512").withVerifyAlgorithms(List.of("HS256", "HS384")), CLOCK);
        assertThat(both.verifyToken(token("{}"), null)).isCompleted();
        String own = both.signToken(claims(), TokenOptions.defaults()).join();
        assertThat(rejection(both.verifyToken(own, null))).hasMessage("invalid algorithm");
    }

    @Test
    void payloadCanBeAnyValueExceptNull() {
        assertThat(engine.verifyToken(signed("{\"alg\":\"HS256\"}", "just text"), null))
                .isCompletedWithValue("just text");
        assertThat(engine.verifyToken(signed("{\"alg\":\"HS256\"}", "5"), null)).isCompletedWithValue("5");
        assertThat(engine.verifyToken(signed("{\"alg\":\"HS256\"}", "{\"a\":1}"), null))
                .isCompletedWithValue(Map.of("a", 1L));
        assertThat(engine.verifyToken(token("[1]"), null)).isCompletedWithValue(List.of(1L));
        assertThat(engine.verifyToken(token("5"), null)).isCompletedWithValue(5L);
        assertThat(rejectionOf(token("null")).errorName()).isEqualTo("AuthTokenError");
    }

    @Test
    @Checklist("SC 74")
    void declaredJsonPayloadMustBeJson() {
        AuthTokenException error = rejectionOf(token("text"));
        assertThat(error.errorName()).isEqualTo("AuthTokenError");
        assertThat(error.isBadToken()).isTrue();
        assertThat(error.message()).doesNotContain("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"5\"", "null", "true", "{}", "[1]"})
    void nonNumericTimeClaimIsRejected(String value) {
        assertError(rejectionOf(token("{\"exp\":" + value + "}")), "AuthTokenInvalidError", "invalid exp value", true);
        assertError(rejectionOf(token("{\"nbf\":" + value + "}")), "AuthTokenInvalidError", "invalid nbf value", true);
    }

    @Test
    @Checklist("SC 75")
    void shortSecretAndFarExpiryAreAccepted() {
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
    void verificationCompletesImmediately() {
        for (Object token : List.of("", "x", 5, token("{}"), token("{\"exp\":1}"))) {
            assertThat(engine.verifyToken(token, null)).isDone();
        }
    }

    @Test
    void tokenOfAnotherKeyIsRejected() {
        JwtEngine other = new JwtEngine(JwtOptions.defaults().withAuthKey("another"), CLOCK);
        assertThat(rejection(other.verifyToken(token("{}"), null))).hasMessage("invalid signature");
        String fresh = other.signToken(claims(), TokenOptions.defaults()).join();
        assertThat(other.verifyToken(fresh, null)).isCompleted();
    }

    @Test
    void missingKeyIsReplacedByRandomKey() {
        JwtEngine one = new JwtEngine(JwtOptions.defaults(), CLOCK);
        JwtEngine other = new JwtEngine(JwtOptions.defaults(), CLOCK);
        String token = one.signToken(claims(), TokenOptions.defaults()).join();
        assertThat(one.verifyToken(token, null)).isCompleted();
        assertThat(rejection(other.verifyToken(token, null))).hasMessage("invalid signature");
    }

    @Test
    void secretIsUsedAsUtf8String() {
        JwtEngine hex = new JwtEngine(JwtOptions.defaults().withAuthKey("00ff"), CLOCK);
        String token = signed("HmacSHA256", "00ff", "{\"alg\":\"HS256\"}", "{}");
        assertThat(hex.verifyToken(token, null)).isCompleted();
        JwtEngine umlaut = new JwtEngine(JwtOptions.defaults().withAuthKey("ü"), CLOCK);
        assertThat(umlaut.verifyToken(signed("HmacSHA256", "ü", "{\"alg\":\"HS256\"}", "{}"), null))
                .isCompleted();
    }

    // ---- keys that the header offers

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'kid':'../../../../dev/null'",
                "'kid':'x\\' OR 1=1 --'",
                "'kid':{'a':1}",
                "'jku':'http://127.0.0.1:%d/keys'",
                "'x5u':'http://127.0.0.1:%d/certificate'",
                "'x5c':['MIIB']",
                "'jwk':{'kty':'oct','k':'YXR0YWNrZXI'}",
                "'crit':['exp'],'b64':false"
            })
    void keysOfHeaderAreIgnored(String trick) throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            String header =
                    ("{'alg':'HS256','typ':'JWT'," + trick.formatted(server.getLocalPort()) + "}").replace('\'', '"');
            String forged = signed("HmacSHA256", "attacker", header, "{\"a\":1}");
            assertError(rejectionOf(forged), "AuthTokenInvalidError", "invalid signature", true);
            String emptyKey = signed("HmacSHA256", "\0", header, "{\"a\":1}");
            assertError(rejectionOf(emptyKey), "AuthTokenInvalidError", "invalid signature", true);
            server.setSoTimeout(1);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void publicKeyIsNoSecret() {
        KeyPair pair = JwtFixture.pair("RSA", 2048, "");
        String publicKey = JwtFixture.pem("PUBLIC KEY", pair.getPublic().getEncoded());
        JwtEngine rsa = new JwtEngine(JwtFixture.options(pair), CLOCK);
        String forged = signed("HmacSHA256", publicKey, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"a\":1}");
        assertError(rejection(rsa.verifyToken(forged, null)), "AuthTokenInvalidError", "invalid algorithm", true);
    }
}
