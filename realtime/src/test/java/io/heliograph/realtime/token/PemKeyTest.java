package io.heliograph.realtime.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.testkit.CertificateAuthority;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemKeyTest {

    private static final byte[] ONE = {2, 1, 1};

    private static KeyPair pair(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final KeyPair RSA = pair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));

    private static KeyPair ec(String curve) {
        return pair("EC", new ECGenParameterSpec(curve));
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

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        int length = all.size();
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        element.writeBytes(all.toByteArray());
        return element.toByteArray();
    }

    /** The last {@code length} bytes. */
    private static byte[] tail(byte[] bytes, int length) {
        return Arrays.copyOfRange(bytes, bytes.length - length, bytes.length);
    }

    private static void assertPair(PrivateKey privateKey, PublicKey publicKey) {
        JwtAlgorithm algorithm = JwtAlgorithm.of(publicKey).stream()
                .filter(known -> known.wrongType(publicKey) == null)
                .findFirst()
                .orElseThrow();
        String signature = algorithm.sign("text", privateKey);
        assertThat(algorithm.verify("text", signature, publicKey)).isTrue();
        assertThat(algorithm.verify("other", signature, publicKey)).isFalse();
        assertThat(algorithm.wrongType(privateKey)).isNull();
    }

    @Test
    void readsRsaKeysInBothForms() {
        byte[] pkcs8 = RSA.getPrivate().getEncoded();
        byte[] spki = RSA.getPublic().getEncoded();
        // What PKCS #8 and X.509 wrap: the first 26 and 24 bytes are the wrapping.
        byte[] privatePkcs1 = tail(pkcs8, pkcs8.length - 26);
        byte[] publicPkcs1 = tail(spki, spki.length - 24);
        PrivateKey privateKey = PemKey.privateKey("key", pem("PRIVATE KEY", pkcs8));
        PublicKey publicKey = PemKey.publicKey("key", pem("PUBLIC KEY", spki));
        assertPair(privateKey, publicKey);
        assertThat(PemKey.privateKey("key", pem("RSA PRIVATE KEY", privatePkcs1)))
                .isEqualTo(RSA.getPrivate());
        assertThat(PemKey.publicKey("key", pem("RSA PUBLIC KEY", publicPkcs1))).isEqualTo(RSA.getPublic());
    }

    @ParameterizedTest
    @CsvSource({"secp256r1, 06082a8648ce3d030107, 65", "secp384r1, 06052b81040022, 97", "secp521r1, 06052b81040023, 133"
    })
    void readsEcKeysInBothForms(String curve, String oid, int point) {
        KeyPair keys = ec(curve);
        assertPair(
                PemKey.privateKey("key", pem("PRIVATE KEY", keys.getPrivate().getEncoded())),
                PemKey.publicKey("key", pem("PUBLIC KEY", keys.getPublic().getEncoded())));
        byte[] secret = ((ECPrivateKey) keys.getPrivate()).getS().toByteArray();
        byte[] spki = keys.getPublic().getEncoded();
        byte[] sec1 = der(
                0x30,
                ONE,
                der(4, secret),
                der(0xa0, HexFormat.of().parseHex(oid)),
                der(0xa1, der(3, tail(spki, point + 1))));
        // As OpenSSL writes it: the parameters first, in a block of their own.
        String traditional = pem("EC PARAMETERS", HexFormat.of().parseHex(oid)) + pem("EC PRIVATE KEY", sec1);
        assertPair(PemKey.privateKey("key", traditional), keys.getPublic());
    }

    @Test
    void readsTheKeyOfACertificate() throws Exception {
        X509Certificate certificate = new CertificateAuthority("test").certificate();
        assertThat(PemKey.publicKey("key", pem("CERTIFICATE", certificate.getEncoded())))
                .isEqualTo(certificate.getPublicKey());
    }

    @Test
    void passesOverWhatStandsAroundIt() {
        String text = "Bag Attributes\r\n"
                + pem("PRIVATE KEY", RSA.getPrivate().getEncoded()).replace("\n", "\r\n")
                + "\r\nend";
        assertThat(PemKey.privateKey("key", text)).isEqualTo(RSA.getPrivate());
    }

    @Test
    void whatIsNoKeyIsRefusedWithoutSayingWhatItIs() {
        for (String pem : List.of(
                "",
                "secret",
                pem("ENCRYPTED PRIVATE KEY", RSA.getPrivate().getEncoded()),
                pem("PRIVATE KEY", new byte[3]),
                pem("RSA PRIVATE KEY", new byte[3]),
                pem("EC PRIVATE KEY", new byte[3]),
                pem("EC PRIVATE KEY", new byte[] {0x30}),
                pem("EC PRIVATE KEY", new byte[0]),
                pem("EC PRIVATE KEY", der(0x30, ONE, der(4, new byte[32]))),
                pem("EC PRIVATE KEY", new byte[] {0x30, (byte) 0x84, 1, 1, 1, 1}),
                pem("DSA PRIVATE KEY", new byte[3]),
                "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----",
                pem("PUBLIC KEY", RSA.getPublic().getEncoded()))) {
            assertThatThrownBy(() -> PemKey.privateKey("authPrivateKey", pem))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("authPrivateKey: ")
                    .hasMessageNotContaining("secret");
        }
        for (String pem : List.of(
                "",
                pem("PRIVATE KEY", RSA.getPrivate().getEncoded()),
                pem("CERTIFICATE", new byte[3]),
                pem("DSA PUBLIC KEY", new byte[3]),
                pem("PUBLIC KEY", new byte[3]))) {
            assertThatThrownBy(() -> PemKey.publicKey("authPublicKey", pem))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("authPublicKey: ");
        }
    }
}
