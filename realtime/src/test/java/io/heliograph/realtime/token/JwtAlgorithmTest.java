package io.heliograph.realtime.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.InstantSource;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JwtAlgorithmTest {

    private static KeyPair ec(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static void assertSignsAndVerifies(JwtAlgorithm algorithm, KeyPair keys) {
        String signature = algorithm.sign("text", keys.getPrivate());
        assertThat(algorithm.verify("text", signature, keys.getPublic())).isTrue();
        assertThat(algorithm.verify("other", signature, keys.getPublic())).isFalse();
        assertThat(algorithm.wrongType(keys.getPrivate())).isNull();
        assertThat(algorithm.wrongType(keys.getPublic())).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    void rsaKeysSignAndVerify(JwtAlgorithm algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        assertSignsAndVerifies(algorithm, generator.generateKeyPair());
    }

    @ParameterizedTest
    @CsvSource({"ES256, secp256r1", "ES384, secp384r1", "ES512, secp521r1"})
    void ecKeysSignAndVerify(JwtAlgorithm algorithm, String curve) throws GeneralSecurityException {
        assertSignsAndVerifies(algorithm, ec(curve));
    }

    @Test
    void edDsaKeysAreRejectedByOption() throws GeneralSecurityException {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        assertThat(JwtAlgorithm.of(keys.getPublic())).isEmpty();
        JwtOptions options = JwtOptions.defaults()
                .withKeyPair(pem("PRIVATE KEY", keys.getPrivate()), pem("PUBLIC KEY", keys.getPublic()));
        assertThatThrownBy(() -> new JwtEngine(options, InstantSource.system()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("authPrivateKey: Ed(25519|DSA) key \\(expected: an RSA or EC key\\)");
    }

    private static String pem(String label, Key key) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END " + label + "-----\n";
    }
}
