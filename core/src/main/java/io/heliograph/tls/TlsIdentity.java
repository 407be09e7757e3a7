package io.heliograph.tls;

import static io.heliograph.internal.Check.checkArgument;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private key and its certificate chain, which one side of a connection presents to the other.
 *
 * <p>An identity names files; {@link ServerTls} and {@link ClientTls} read them when they are loaded and again when they are
 * reloaded. Immutable. {@link #toString()} contains neither password nor key.
 */
public final class TlsIdentity {

    private static final Logger log = LoggerFactory.getLogger(TlsIdentity.class);
    private static final byte[] CHALLENGE = new byte[32];

    private interface Source {
        List<Entry> read();
    }

    /** A key and its certificate chain, with the key's own certificate first. */
    record Entry(PrivateKey key, List<X509Certificate> chain) {}

    private final String name;
    private final Source source;

    private TlsIdentity(String name, Source source) {
        this.name = name;
        this.source = source;
    }

    /**
     * All keys of a PKCS#12 file ({@code .p12}, {@code .pfx}), each with its certificates.
     *
     * @param password the password of the file and of its keys; may be empty; copied
     */
    public static TlsIdentity pkcs12(Path path, char[] password) {
        char[] copy = password.clone();
        return new TlsIdentity("PKCS#12 " + path, () -> readPkcs12(path, copy));
    }

    /** All keys of a PKCS#12 file, with the password as a string. */
    public static TlsIdentity pkcs12(Path path, String password) {
        return pkcs12(path, password.toCharArray());
    }

    /**
     * A key and its certificates from PEM files.
     *
     * @param chain the key's own certificate, then the certificates of the intermediate authorities
     * @param key the private key in one of the forms of {@link Pem}; may be the same file
     */
    public static TlsIdentity pem(Path chain, Path key) {
        return new TlsIdentity("PEM " + chain, () -> readPem(chain, key));
    }

    /**
     * A key and its certificates in memory, for instance from a vault; reloading has no effect.
     *
     * @param chain the key's own certificate, then the certificates of the intermediate authorities; at least one
     */
    public static TlsIdentity of(PrivateKey key, List<X509Certificate> chain) {
        List<X509Certificate> copy = List.copyOf(chain);
        checkArgument(!copy.isEmpty(), "chain: empty (expected: at least one certificate)");
        return new TlsIdentity("given key", () -> List.of(new Entry(key, copy)));
    }

    /** Reads and checks the keys. */
    KeyStore load() {
        List<Entry> entries = source.read();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                check(entry);
                store.setKeyEntry("key-" + i, entry.key, new char[0], entry.chain.toArray(Certificate[]::new));
            }
            return store;
        } catch (GeneralSecurityException | IOException failure) {
            throw new KeyMaterialException(name + ": the JDK rejects the key", failure);
        }
    }

    private void check(Entry entry) throws GeneralSecurityException {
        X509Certificate own = entry.chain.getFirst();
        String algorithm = entry.key.getAlgorithm();
        if (!algorithm.equals(own.getPublicKey().getAlgorithm()) || !verifies(entry.key, own, algorithm)) {
            throw new KeyMaterialException(
                    name + ": the private key does not match the certificate of " + own.getSubjectX500Principal(),
                    null);
        }
        try {
            own.checkValidity();
        } catch (CertificateExpiredException | CertificateNotYetValidException invalid) {
            log.warn(
                    "Certificate is not valid now: source={} subject={} notBefore={} notAfter={}",
                    name,
                    own.getSubjectX500Principal(),
                    own.getNotBefore().toInstant(),
                    own.getNotAfter().toInstant());
        }
    }

    private static boolean verifies(PrivateKey key, X509Certificate own, String algorithm)
            throws GeneralSecurityException {
        Signature signature = switch (algorithm) {
            case "RSA" -> Signature.getInstance("SHA256withRSA");
            case "EC" -> Signature.getInstance("SHA256withECDSA");
            case "EdDSA" -> Signature.getInstance("EdDSA");
            default -> null;
        };
        if (signature == null) {
            // An unknown algorithm cannot be checked here; the handshake fails if the key does not match.
            return true;
        }
        try {
            signature.initSign(key);
            signature.update(CHALLENGE);
            byte[] signed = signature.sign();
            signature.initVerify(own.getPublicKey());
            signature.update(CHALLENGE);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException other) {
            // Keys of different curves.
            return false;
        }
    }

    private static List<Entry> readPem(Path chain, Path key) {
        return List.of(new Entry(KeyMaterial.read(key, Pem::privateKey), KeyMaterial.read(chain, Pem::certificates)));
    }

    private static List<Entry> readPkcs12(Path path, char[] password) {
        byte[] bytes = KeyMaterial.bytes(path);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), password);
            List<Entry> entries = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, password) instanceof PrivateKey key) {
                    entries.add(new Entry(key, chain(path, store.getCertificateChain(alias))));
                }
            }
            if (entries.isEmpty()) {
                throw new KeyMaterialException(path + ": no private key with a certificate", null);
            }
            return entries;
        } catch (UnrecoverableKeyException wrong) {
            throw new KeyMaterialException(path + ": wrong password", null);
        } catch (IOException unreadable) {
            boolean wrongPassword = unreadable.getCause() instanceof UnrecoverableKeyException;
            throw new KeyMaterialException(
                    path + (wrongPassword ? ": wrong password" : ": not a PKCS#12 file"), unreadable);
        } catch (GeneralSecurityException unusable) {
            throw new KeyMaterialException(path + ": the JDK cannot use it", unusable);
        }
    }

    private static List<X509Certificate> chain(Path path, Certificate @Nullable [] found) {
        if (found == null || found.length == 0) {
            throw new KeyMaterialException(path + ": a private key without a certificate", null);
        }
        return Arrays.stream(found).map(X509Certificate.class::cast).toList();
    }

    /** The kind of the identity and its file. */
    @Override
    public String toString() {
        return name;
    }
}
