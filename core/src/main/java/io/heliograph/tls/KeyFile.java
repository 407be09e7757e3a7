package io.heliograph.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the PEM form of certificates and private keys. */
final class KeyFile {

    private static final long MAX_FILE_BYTES = 16 << 20;
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");

    private KeyFile() {}

    /** The bytes of a file that is there and not absurdly long. */
    static byte[] bytes(Path path) {
        try {
            long size = Files.size(path);
            if (size > MAX_FILE_BYTES) {
                throw new KeyMaterialException(
                        path + ": " + size + " bytes (expected: at most " + MAX_FILE_BYTES + ")", null);
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException missing) {
            throw new KeyMaterialException(path + ": no such file", missing);
        } catch (IOException unreadable) {
            throw new KeyMaterialException(path + ": cannot be read", unreadable);
        }
    }

    /** All certificates of a PEM file, in its order, at least one. A private key in the same file is passed over. */
    static List<X509Certificate> certificates(Path path) {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks(path)) {
            switch (block.label) {
                case "CERTIFICATE", "X509 CERTIFICATE" -> found.add(certificate(path, block));
                case "PRIVATE KEY" -> {}
                default -> throw unsupported(path, block, "CERTIFICATE");
            }
        }
        if (found.isEmpty()) {
            throw new KeyMaterialException(path + ": no certificate (expected: PEM blocks BEGIN CERTIFICATE)", null);
        }
        return found;
    }

    /** The one private key of a PEM file. Certificates in the same file are passed over. */
    static PrivateKey privateKey(Path path) {
        Block found = null;
        for (Block block : blocks(path)) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    if (found != null) {
                        throw new KeyMaterialException(path + ": several private keys (expected: one)", null);
                    }
                    found = block;
                }
                case "CERTIFICATE", "X509 CERTIFICATE" -> {}
                default -> throw unsupported(path, block, "PRIVATE KEY");
            }
        }
        if (found == null) {
            throw new KeyMaterialException(path + ": no private key (expected: a PEM block BEGIN PRIVATE KEY)", null);
        }
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(content(path, found));
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException other) {
                // Perhaps the next algorithm's.
            } catch (GeneralSecurityException missing) {
                throw new KeyMaterialException(path + ": this JDK has no " + algorithm, missing);
            }
        }
        // Without a cause: the parser's message could tell of the key.
        throw new KeyMaterialException(path + ": not a PKCS#8 key (expected: one of " + KEY_ALGORITHMS + ")", null);
    }

    private static X509Certificate certificate(Path path, Block block) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(content(path, block)));
        } catch (CertificateException malformed) {
            throw new KeyMaterialException(path + ": not an X.509 certificate", malformed);
        }
    }

    private static KeyMaterialException unsupported(Path path, Block block, String expected) {
        String hint = switch (block.label) {
            case "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "DSA PRIVATE KEY" ->
                "; 'openssl pkcs8 -topk8 -nocrypt' writes this form";
            default -> "";
        };
        return new KeyMaterialException(
                path + ": PEM block " + block.label + " (expected: " + expected + hint + ")", null);
    }

    private static List<Block> blocks(Path path) {
        String text = new String(bytes(path), StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int from = 0;
        while (begin.find(from)) {
            String label = begin.group(1);
            String closing = "-----END " + label + "-----";
            int end = text.indexOf(closing, begin.end());
            if (end < 0) {
                throw new KeyMaterialException(path + ": PEM block " + label + " without " + closing, null);
            }
            blocks.add(new Block(label, text.substring(begin.end(), end)));
            from = end + closing.length();
        }
        return blocks;
    }

    private static byte[] content(Path path, Block block) {
        try {
            return Base64.getMimeDecoder().decode(block.base64);
        } catch (IllegalArgumentException malformed) {
            throw new KeyMaterialException(path + ": PEM block " + block.label + " is not Base64", null);
        }
    }

    private record Block(String label, String base64) {}
}
