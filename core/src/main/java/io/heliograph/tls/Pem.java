package io.heliograph.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.EncodedKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reader of private keys, public keys and certificates in PEM, for TLS and for tokens alike.
 *
 * <p>Keys are RSA, RSASSA-PSS, EC or EdDSA. A private key is PKCS#8 ({@code BEGIN PRIVATE KEY}), PKCS#1 ({@code BEGIN RSA
 * PRIVATE KEY}) or SEC1 ({@code BEGIN EC PRIVATE KEY}), and not encrypted. A public key is SPKI ({@code BEGIN PUBLIC KEY}),
 * PKCS#1 ({@code BEGIN RSA PUBLIC KEY}) or an X.509 certificate ({@code BEGIN CERTIFICATE}). Blocks of other kinds, and the
 * lines between blocks, are skipped.
 *
 * <p>Every method takes the name of its source, a file or an option, which begins each error message. No message contains
 * key material. Thread-safe.
 */
public final class Pem {

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    // DER of AlgorithmIdentifier{rsaEncryption, NULL}, of the OID id-ecPublicKey, and of INTEGER 0.
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final byte[] ZERO = {2, 1, 0};

    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int CURVE = 0xa0;

    private record Block(String label, String body) {}

    private interface Generator<K> {
        K generate(KeyFactory factory, EncodedKeySpec spec) throws InvalidKeySpecException;
    }

    private Pem() {}

    /**
     * Reads the only private key of a document.
     *
     * @throws IllegalArgumentException if the document has no private key or several, or the key is encrypted or malformed
     */
    public static PrivateKey privateKey(String source, String pem) {
        List<Block> blocks = blocks(source, pem, "PRIVATE KEY");
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException(
                    source + ": no private key (expected: a PEM block BEGIN PRIVATE KEY, not encrypted)");
        }
        if (blocks.size() > 1) {
            throw new IllegalArgumentException(source + ": " + blocks.size() + " private keys (expected: one)");
        }
        Block block = blocks.getFirst();
        byte[] der = content(source, block);
        byte[] pkcs8 = switch (block.label) {
            case "PRIVATE KEY" -> der;
            case "RSA PRIVATE KEY" -> pkcs8(RSA, der);
            case "EC PRIVATE KEY" -> pkcs8(element(SEQUENCE, EC, curve(source, der)), der);
            default -> throw unsupported(source, block, "PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY");
        };
        return key(source, "private", new PKCS8EncodedKeySpec(pkcs8), KeyFactory::generatePrivate);
    }

    /**
     * Reads the first public key of a document, or the public key of its first certificate.
     *
     * @throws IllegalArgumentException if the document has no public key and no certificate, or the first one is malformed
     */
    public static PublicKey publicKey(String source, String pem) {
        List<Block> blocks = blocks(source, pem, "PUBLIC KEY", "CERTIFICATE");
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException(
                    source + ": no public key (expected: a PEM block BEGIN PUBLIC KEY or BEGIN CERTIFICATE)");
        }
        Block block = blocks.getFirst();
        byte[] der = content(source, block);
        byte[] spki = switch (block.label) {
            case "PUBLIC KEY" -> der;
            case "RSA PUBLIC KEY" -> element(SEQUENCE, RSA, element(BIT_STRING, new byte[] {0}, der));
            case "CERTIFICATE", "X509 CERTIFICATE" ->
                certificate(source, block, der).getPublicKey().getEncoded();
            default -> throw unsupported(source, block, "PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE");
        };
        return key(source, "public", new X509EncodedKeySpec(spki), KeyFactory::generatePublic);
    }

    /**
     * Reads all certificates of a document, in order.
     *
     * @throws IllegalArgumentException if the document has no certificate, or one of them is malformed
     */
    public static List<X509Certificate> certificates(String source, String pem) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(source, pem, "CERTIFICATE")) {
            certificates.add(certificate(source, block, content(source, block)));
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException(source + ": no certificate (expected: PEM blocks BEGIN CERTIFICATE)");
        }
        return List.copyOf(certificates);
    }

    private static List<Block> blocks(String source, String pem, String... kinds) {
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(pem);
        int from = 0;
        while (begin.find(from)) {
            String label = begin.group(1);
            String end = "-----END " + label + "-----";
            int at = pem.indexOf(end, begin.end());
            if (at < 0) {
                throw new IllegalArgumentException(source + ": PEM block " + label + " without " + end);
            }
            if (Arrays.stream(kinds).anyMatch(label::endsWith)) {
                blocks.add(new Block(label, pem.substring(begin.end(), at)));
            }
            from = at + end.length();
        }
        return blocks;
    }

    private static byte[] content(String source, Block block) {
        // RFC 1421 headers, which OpenSSL writes for an encrypted key of the older forms only.
        if (block.body.indexOf(':') >= 0) {
            throw unsupported(source, block, "not encrypted");
        }
        try {
            return Base64.getMimeDecoder().decode(block.body);
        } catch (IllegalArgumentException malformed) {
            // No cause: its message may quote the key.
            throw new IllegalArgumentException(source + ": PEM block " + block.label + " is not Base64");
        }
    }

    private static IllegalArgumentException unsupported(String source, Block block, String expected) {
        String hint = block.label.endsWith("PRIVATE KEY") ? "; 'openssl pkcs8 -topk8 -nocrypt' converts" : "";
        return new IllegalArgumentException(
                source + ": PEM block " + block.label + " (expected: " + expected + hint + ")");
    }

    private static X509Certificate certificate(String source, Block block, byte[] der) {
        if (!block.label.equals("CERTIFICATE") && !block.label.equals("X509 CERTIFICATE")) {
            throw unsupported(source, block, "CERTIFICATE");
        }
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException malformed) {
            throw new IllegalArgumentException(source + ": not an X.509 certificate", malformed);
        }
    }

    private static <K> K key(String source, String kind, EncodedKeySpec spec, Generator<K> generator) {
        for (String algorithm : ALGORITHMS) {
            try {
                return generator.generate(KeyFactory.getInstance(algorithm), spec);
            } catch (InvalidKeySpecException mismatch) {
                // Tries the next algorithm.
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("the JDK has no " + algorithm, missing);
            }
        }
        // No cause: its message may quote the key.
        throw new IllegalArgumentException(source + ": not a " + kind + " key (expected: one of " + ALGORITHMS + ")");
    }

    // ---- DER, as far as PKCS#1 and SEC1 need it to become PKCS#8 and SPKI

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, ZERO, algorithm, element(OCTET_STRING, key));
    }

    private static byte[] element(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteArrayOutputStream element = new ByteArrayOutputStream(length + 5);
        element.write(tag);
        if (length < 0x80) {
            element.write(length);
        } else {
            int octets = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            element.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                element.write(length >> (8 * i));
            }
        }
        for (byte[] part : parts) {
            element.writeBytes(part);
        }
        return element.toByteArray();
    }

    /** The curve's OID in a SEC1 key: {@code SEQUENCE {INTEGER, OCTET STRING, [0] {OID}, ...}}. */
    private static byte[] curve(String source, byte[] key) {
        try {
            int at = content(key, 0);
            while (at < key.length) {
                int content = content(key, at);
                int end = content + length(key, at);
                if ((key[at] & 0xff) == CURVE) {
                    return Arrays.copyOfRange(key, content, end);
                }
                at = end;
            }
        } catch (IndexOutOfBoundsException truncated) {
            throw new IllegalArgumentException(source + ": not a private key (expected: an EC key in SEC1)");
        }
        throw new IllegalArgumentException(source + ": EC key without a named curve (expected: a named curve)");
    }

    private static int content(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        if (first > 0x82) {
            throw new IndexOutOfBoundsException("longer than any key");
        }
        int length = 0;
        for (int i = at + 2; i < at + 2 + (first & 0x7f); i++) {
            length = length << 8 | (der[i] & 0xff);
        }
        return length;
    }
}
