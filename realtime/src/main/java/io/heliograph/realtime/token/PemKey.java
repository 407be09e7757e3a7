package io.heliograph.realtime.token;

import io.heliograph.frame.FrameBuilder;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.EncodedKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads keys in PEM: private ones in PKCS #8, PKCS #1 (RSA) and SEC 1 (EC), public ones as such, in PKCS #1 and in certificates.
 * Encrypted ones are not read. No error says anything of what a key holds.
 */
final class PemKey {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "RSASSA-PSS");

    // DER of AlgorithmIdentifier { rsaEncryption, NULL }, and of the OID id-ecPublicKey.
    private static final byte[] RSA = der("300d06092a864886f70d0101010500");
    private static final byte[] EC = der("06072a8648ce3d0201");
    private static final byte[] ZERO = der("020100");

    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int BITS = 0x03;
    private static final int PARAMETERS = 0xa0;

    private PemKey() {}

    private static byte[] der(String hex) {
        return java.util.HexFormat.of().parseHex(hex);
    }

    /**
     * @throws IllegalArgumentException if it is none
     */
    static PrivateKey privateKey(String option, String pem) {
        Matcher block = block(option, pem, ".*PRIVATE KEY");
        byte[] bytes = bytes(option, block);
        return switch (block.group(1)) {
            case "PRIVATE KEY" -> privateKey(option, bytes);
            case "RSA PRIVATE KEY" -> privateKey(option, wrapped(RSA, bytes));
            case "EC PRIVATE KEY" -> privateKey(option, wrapped(element(SEQUENCE, EC, curve(option, bytes)), bytes));
            default -> throw unsupported(option, block);
        };
    }

    /**
     * @throws IllegalArgumentException if it is none
     */
    static PublicKey publicKey(String option, String pem) {
        Matcher block = block(option, pem, ".*PUBLIC KEY|CERTIFICATE");
        byte[] bytes = bytes(option, block);
        return switch (block.group(1)) {
            case "PUBLIC KEY" -> publicKey(option, bytes);
            case "RSA PUBLIC KEY" -> publicKey(option, element(SEQUENCE, RSA, element(BITS, new byte[] {0}, bytes)));
            case "CERTIFICATE" -> certified(option, bytes);
            default -> throw unsupported(option, block);
        };
    }

    private static Matcher block(String option, String pem, String label) {
        Pattern wanted = Pattern.compile(label);
        Matcher block = BLOCK.matcher(pem);
        while (block.find()) {
            if (wanted.matcher(block.group(1)).matches()) {
                return block;
            }
        }
        throw new IllegalArgumentException(option + ": no key found (expected: one in PEM, not encrypted)");
    }

    private static byte[] bytes(String option, Matcher block) {
        try {
            return Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": not Base64 (expected: PEM)");
        }
    }

    private static IllegalArgumentException unsupported(String option, Matcher block) {
        return new IllegalArgumentException(
                option + ": a " + block.group(1) + " (expected: a key that is not encrypted)");
    }

    private static PrivateKey privateKey(String option, byte[] bytes) {
        return made(option, new PKCS8EncodedKeySpec(bytes), KeyFactory::generatePrivate);
    }

    private static PublicKey publicKey(String option, byte[] bytes) {
        return made(option, new X509EncodedKeySpec(bytes), KeyFactory::generatePublic);
    }

    private interface Making<K> {
        K make(KeyFactory factory, EncodedKeySpec spec) throws InvalidKeySpecException;
    }

    private static <K> K made(String option, EncodedKeySpec spec, Making<K> making) {
        for (String algorithm : ALGORITHMS) {
            try {
                return making.make(KeyFactory.getInstance(algorithm), spec);
            } catch (InvalidKeySpecException e) {
                // perhaps of the next algorithm
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("the JDK does not have " + algorithm, e);
            }
        }
        throw new IllegalArgumentException(option + ": not a key (expected: an RSA or EC key)");
    }

    private static PublicKey certified(String option, byte[] bytes) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bytes))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(option + ": not a certificate");
        }
    }

    // ---- DER, as far as it takes to put an older form into the newer

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, ZERO, algorithm, element(OCTETS, key));
    }

    private static byte[] element(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        FrameBuilder element = new FrameBuilder(Integer.MAX_VALUE - 8);
        element.write(tag);
        if (length < 0x80) {
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length);
        }
        for (byte[] part : parts) {
            element.write(part);
        }
        return element.build().toByteArray();
    }

    /** The name of the curve in a key of SEC 1: {@code SEQUENCE {INTEGER, OCTET STRING, [0] {OID}, ...}}. */
    private static byte[] curve(String option, byte[] key) {
        try {
            int at = content(key, 0);
            while (at < key.length) {
                int content = content(key, at);
                int end = content + length(key, at);
                if ((key[at] & 0xff) == PARAMETERS) {
                    return Arrays.copyOfRange(key, content, end);
                }
                at = end;
            }
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(option + ": not a key (expected: an EC key)");
        }
        throw new IllegalArgumentException(option + ": an EC key that does not name its curve");
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
