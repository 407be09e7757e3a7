package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.tls.Pem;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading keys and certificates in PEM. */
class PemTest {

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

    private static void assertPair(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (publicKey.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> publicKey.getAlgorithm();
                });
        byte[] message = {1, 2, 3};
        signature.initSign(privateKey);
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(message);
        assertThat(signature.verify(signed)).isTrue();
    }

    @Test
    void rsaKeysAreReadInBothForms() throws Exception {
        byte[] pkcs8 = RSA.getPrivate().getEncoded();
        byte[] spki = RSA.getPublic().getEncoded();
        // PKCS#8 and SPKI wrap PKCS#1 in 26 and 24 bytes.
        byte[] privatePkcs1 = tail(pkcs8, pkcs8.length - 26);
        byte[] publicPkcs1 = tail(spki, spki.length - 24);
        PrivateKey privateKey = Pem.privateKey("key", pem("PRIVATE KEY", pkcs8));
        PublicKey publicKey = Pem.publicKey("key", pem("PUBLIC KEY", spki));
        assertPair(privateKey, publicKey);
        assertThat(Pem.privateKey("key", pem("RSA PRIVATE KEY", privatePkcs1))).isEqualTo(RSA.getPrivate());
        assertThat(Pem.publicKey("key", pem("RSA PUBLIC KEY", publicPkcs1))).isEqualTo(RSA.getPublic());
    }

    @ParameterizedTest
    @CsvSource({"secp256r1, 06082a8648ce3d030107, 65", "secp384r1, 06052b81040022, 97", "secp521r1, 06052b81040023, 133"
    })
    void ecKeysAreReadInBothForms(String curve, String oid, int point) throws Exception {
        KeyPair keys = ec(curve);
        assertPair(
                Pem.privateKey("key", pem("PRIVATE KEY", keys.getPrivate().getEncoded())),
                Pem.publicKey("key", pem("PUBLIC KEY", keys.getPublic().getEncoded())));
        byte[] secret = ((ECPrivateKey) keys.getPrivate()).getS().toByteArray();
        byte[] spki = keys.getPublic().getEncoded();
        byte[] sec1 = der(
                0x30,
                ONE,
                der(4, secret),
                der(0xa0, HexFormat.of().parseHex(oid)),
                der(0xa1, der(3, tail(spki, point + 1))));
        // OpenSSL writes the parameters first, in a separate block.
        String sec1Pem = pem("EC PARAMETERS", HexFormat.of().parseHex(oid)) + pem("EC PRIVATE KEY", sec1);
        assertPair(Pem.privateKey("key", sec1Pem), keys.getPublic());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "Ed448"})
    void edDsaKeysAreRead(String curve) throws Exception {
        KeyPair keys = pair("EdDSA", new NamedParameterSpec(curve));
        assertPair(
                Pem.privateKey("key", pem("PRIVATE KEY", keys.getPrivate().getEncoded())),
                Pem.publicKey("key", pem("PUBLIC KEY", keys.getPublic().getEncoded())));
    }

    @Test
    void publicKeyIsReadFromCertificate() throws Exception {
        X509Certificate certificate = new CertificateAuthority("test").certificate();
        String pem = pem("CERTIFICATE", certificate.getEncoded());
        assertThat(Pem.publicKey("key", pem)).isEqualTo(certificate.getPublicKey());
        assertThat(Pem.certificates("key", pem + pem)).containsExactly(certificate, certificate);
    }

    @Test
    void otherBlocksAndLinesAreSkipped() throws Exception {
        String key = "Bag Attributes\r\n"
                + pem("PRIVATE KEY", RSA.getPrivate().getEncoded()).replace("\n", "\r\n")
                + "\r\nend";
        X509Certificate certificate = new CertificateAuthority("test").certificate();
        String both = pem("DH PARAMETERS", new byte[3]) + key + pem("CERTIFICATE", certificate.getEncoded());
        assertThat(Pem.privateKey("key", key)).isEqualTo(RSA.getPrivate());
        assertThat(Pem.privateKey("key", both)).isEqualTo(RSA.getPrivate());
        assertThat(Pem.certificates("key", both)).containsExactly(certificate);
    }

    @Test
    void secondPrivateKeyIsRejected() {
        String key = pem("PRIVATE KEY", RSA.getPrivate().getEncoded());
        assertThatThrownBy(() -> Pem.privateKey("key.pem", key + key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("key.pem: 2 private keys (expected: one)");
    }

    @Test
    void invalidPrivateKeyIsRejectedWithoutItsContent() {
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
                "-----BEGIN PRIVATE KEY-----\nAAAA",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----",
                pem("PUBLIC KEY", RSA.getPublic().getEncoded()))) {
            assertThatThrownBy(() -> Pem.privateKey("authPrivateKey", pem))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("authPrivateKey: ")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void invalidPublicKeyIsRejected() {
        for (String pem : List.of(
                "",
                pem("PRIVATE KEY", RSA.getPrivate().getEncoded()),
                pem("CERTIFICATE", new byte[3]),
                pem("TRUSTED CERTIFICATE", new byte[3]),
                pem("DSA PUBLIC KEY", new byte[3]),
                pem("PUBLIC KEY", new byte[3]))) {
            assertThatThrownBy(() -> Pem.publicKey("authPublicKey", pem))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("authPublicKey: ");
        }
    }
}
