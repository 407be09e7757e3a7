package io.heliograph.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/**
 * Certificate authority of a test, which issues certificates that are valid from yesterday to tomorrow. Keys are on an
 * elliptic curve, except those of {@link #issueRsa}. Uses the JDK only.
 */
public final class CertificateAuthority {

    private final SecureRandom random = new SecureRandom();
    private final String name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    /**
     * @param name its common name
     */
    public CertificateAuthority(String name) {
        this.name = name;
        this.keys = keys("EC");
        this.certificate = X509Writer.write(name, keys.getPublic(), name, keys.getPrivate(), serial(), List.of(), true);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** Writes the certificate of the authority as PEM. */
    public Path writePem(Path file) {
        return Issued.write(file, Issued.pem("CERTIFICATE", encoded(certificate)));
    }

    /**
     * A certificate with a new key.
     *
     * @param name its common name
     * @param hosts the host names and IP addresses for which the certificate is valid
     */
    public Issued issue(String name, String... hosts) {
        return issueWith("EC", name, hosts);
    }

    /** As {@link #issue}, with an RSA key. */
    public Issued issueRsa(String name, String... hosts) {
        return issueWith("RSA", name, hosts);
    }

    private Issued issueWith(String algorithm, String name, String[] hosts) {
        KeyPair own = keys(algorithm);
        X509Certificate made =
                X509Writer.write(name, own.getPublic(), this.name, keys.getPrivate(), serial(), List.of(hosts), false);
        return new Issued(own.getPrivate(), List.of(made, certificate));
    }

    private BigInteger serial() {
        return new BigInteger(63, random).add(BigInteger.ONE);
    }

    private static KeyPair keys(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A key with its certificates.
     *
     * @param chain the own certificate, then that of the authority
     */
    public record Issued(PrivateKey key, List<X509Certificate> chain) {

        /** Writes key and certificates as PKCS#12. */
        public Path writePkcs12(Path file, String password) {
            try (OutputStream out = Files.newOutputStream(file)) {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("own", key, password.toCharArray(), chain.toArray(X509Certificate[]::new));
                store.store(out, password.toCharArray());
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Writes the certificates as PEM. */
        public Path writeChainPem(Path file) {
            StringBuilder text = new StringBuilder();
            chain.forEach(each -> text.append(pem("CERTIFICATE", encoded(each))));
            return write(file, text.toString());
        }

        /** Writes the key as PKCS#8 in PEM. */
        public Path writeKeyPem(Path file) {
            return write(file, pem("PRIVATE KEY", key.getEncoded()));
        }

        private static String pem(String label, byte[] content) {
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
            return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
        }

        private static Path write(Path file, String text) {
            try {
                return Files.writeString(file, text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
