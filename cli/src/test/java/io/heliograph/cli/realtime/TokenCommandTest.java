package io.heliograph.cli.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCommandTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path folder;

    private String key = "";

    @BeforeEach
    void writeKey() throws IOException {
        key = file("key", SECRET);
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private String pem(String type, int bits) throws GeneralSecurityException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
        generator.initialize(bits);
        KeyPair pair = generator.generateKeyPair();
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return file(
                type,
                "-----BEGIN PRIVATE KEY-----\n"
                        + lines.encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\n"
                        + lines.encodeToString(pair.getPublic().getEncoded()) + "\n-----END PUBLIC KEY-----\n");
    }

    private static String output(String... args) {
        Program helio = Program.run("", args);
        assertThat(helio.exitCode()).as(helio.err()).isZero();
        return helio.rawLine();
    }

    private static String errorOf(int exitCode, String... args) {
        Program helio = Program.run("", args);
        assertThat(helio.exitCode()).as(helio.err()).isEqualTo(exitCode);
        assertThat(helio.lines()).isEmpty();
        assertThat(helio.err()).doesNotContain(SECRET).doesNotContain("\tat ");
        return helio.err();
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, 2048, RS256", "RSA, 2048, RS384", "RSA, 2048, RS512", "RSA, 2048, PS256", "RSA, 2048, PS384",
                "RSA, 2048, PS512",
        "EC, 256, ES256", "EC, 384, ES384", "EC, 521, ES512", ", 0, HS256", ", 0, HS384", ", 0, HS512"
    })
    void signedTokenIsVerifiedForEachAlgorithm(String type, int bits, String algorithm) throws Exception {
        String file = type == null ? key : pem(type, bits);
        String token = output(
                "token", "sign", "--auth-key-file", file, "--algorithm", algorithm, "--subject", "ada", "--kid", "k1");

        assertThat(output("token", "verify", "--auth-key-file", file, token))
                .startsWith("{\"header\":{\"alg\":\"" + algorithm
                        + "\",\"typ\":\"JWT\",\"kid\":\"k1\"},\"claims\":{\"sub\":\"ada\",\"iat\":");
    }

    @Test
    void serverAcceptsSignedToken() {
        try (Program server = Program.start("serve", "--port", "0", "--demo", "--auth-key-file", key)) {
            String url = server.line("listening").replaceAll(".*\"(ws://[^\"]*)\".*", "$1");
            String token = output("token", "sign", "--auth-key-file", key, "--subject", "ada", "--role", "admin");
            assertThat(output("call", url, "helio.whoami", "--token", token)).contains("\"ada\"", "\"admin\"");
        }
    }

    @Test
    void claimsKeepTheirMembersAndTimes() {
        String token = output(
                "token", "sign", "--auth-key-file", key, "{\"a\":[1,null],\"iat\":1000000000,\"exp\":4000000000}");

        assertThat(output("token", "show", token))
                .isEqualTo("{\"header\":{\"alg\":\"HS256\",\"typ\":\"JWT\"},"
                        + "\"claims\":{\"a\":[1,null],\"iat\":1000000000,\"exp\":4000000000},"
                        + "\"issued\":\"2001-09-09T01:46:40Z\",\"expires\":\"2096-10-02T07:06:40Z\"}");
    }

    @Test
    void showReadsStandardInputWithoutAKey() {
        String token = output("token", "sign", "--auth-key-file", key, "--expires", "2h", "{\"iat\":1000000000}");

        Program show = Program.run(token + "\n", "token", "show", "-");
        assertThat(show.exitCode()).isZero();
        assertThat(show.rawLine())
                .contains("\"expires\":\"2001-09-09T03:46:40Z\"")
                .doesNotContain(token);
    }

    @Test
    void expiredTokenIsNotValid() {
        String token = output("token", "sign", "--auth-key-file", key, "{\"exp\":1000000000}");

        assertThat(errorOf(1, "token", "verify", "--auth-key-file", key, token))
                .isEqualTo("helio: the token is not valid: jwt expired\n");
    }

    @Test
    void tokenOfAnotherKeyIsNotValid() throws IOException {
        String token = output("token", "sign", "--auth-key-file", file("other", SECRET.replace('0', '1')));

        assertThat(errorOf(1, "token", "verify", "--auth-key-file", key, token))
                .isEqualTo("helio: the token is not valid: invalid signature\n");
    }

    @Test
    void malformedTokenIsNamedWithoutItsContent() {
        assertThat(errorOf(1, "token", "show", "a.b"))
                .isEqualTo("helio: the token has 2 parts (expected: 3, separated by dots: HEADER.CLAIMS.SIGNATURE)\n");
        assertThat(errorOf(1, "token", "show", "e30.bm8.x"))
                .isEqualTo("helio: the token has a malformed payload (expected: a JSON object in URL-safe Base64)\n");
    }

    @Test
    void missingKeyAndWrongOptionsAreInvalidUsage() throws Exception {
        assertThat(errorOf(2, "token", "sign"))
                .startsWith("helio: no key (expected: --auth-key-file FILE, or the variable HELIO_AUTH_KEY)\n");
        assertThat(errorOf(2, "token", "sign", "--auth-key-file", file("short", "secret")))
                .contains("6 bytes (expected: at least 32,");
        assertThat(errorOf(2, "token", "sign", "--auth-key-file", key, "[1]"))
                .contains("CLAIMS: [1] (expected: a JSON object");
        assertThat(errorOf(2, "token", "sign", "--auth-key-file", key, "--algorithm", "none"))
                .contains("none (expected: one of [HS256, ");
        assertThat(errorOf(2, "token", "sign", "--auth-key-file", pem("RSA", 2048), "--algorithm", "HS256"))
                .contains("HS256");
        assertThat(errorOf(2, "token", "sign", "--auth-key-file", key, "--subject", "a", "{\"sub\":\"b\"}"))
                .contains("--subject: CLAIMS has the member sub as well (expected: one of them)");
    }
}
