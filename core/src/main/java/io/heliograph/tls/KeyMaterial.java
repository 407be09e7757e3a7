package io.heliograph.tls;

import static io.heliograph.internal.Check.checkArgument;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key and certificate files of one side, and the factory of the context that uses them.
 *
 * @param identity the identity that this side presents, or null for none
 * @param trusted the files of the trusted authorities; empty for the authorities of the JDK
 * @param trustAll whether every certificate of the peer is accepted
 */
record KeyMaterial(@Nullable TlsIdentity identity, List<Path> trusted, boolean trustAll) {

    static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    private static final long MAX_FILE_BYTES = 16 << 20;
    private static final Logger log = LoggerFactory.getLogger(KeyMaterial.class);

    KeyMaterial {
        trusted = List.copyOf(trusted);
    }

    static List<String> checkVersions(String... versions) {
        Set<String> chosen = new LinkedHashSet<>(List.of(versions));
        checkArgument(
                !chosen.isEmpty() && VERSIONS.containsAll(chosen),
                "protocols: %s (expected: some of %s)",
                chosen,
                VERSIONS);
        return List.copyOf(chosen);
    }

    /** Reads the files. */
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), trustManagers(), null);
            return context;
        } catch (GeneralSecurityException failure) {
            throw new KeyMaterialException("the JDK cannot set up TLS", failure);
        }
    }

    /** Reads a PEM file. */
    static <T> T read(Path path, BiFunction<String, String, T> reader) {
        try {
            return reader.apply(path.toString(), new String(bytes(path), StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException invalid) {
            throw new KeyMaterialException(String.valueOf(invalid.getMessage()), invalid.getCause());
        }
    }

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

    private KeyManager @Nullable [] keyManagers() throws GeneralSecurityException {
        if (identity == null) {
            return null;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(identity.load(), new char[0]);
        return factory.getKeyManagers();
    }

    private TrustManager @Nullable [] trustManagers() throws GeneralSecurityException {
        if (trustAll) {
            log.warn(
                    "TLS trusts every certificate: anyone between the peers can read and change the traffic trustAll=true");
            return new TrustManager[] {new TrustAll()};
        }
        if (trusted.isEmpty()) {
            return null;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trustStore());
        return factory.getTrustManagers();
    }

    private KeyStore trustStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int count = 0;
            for (Path path : trusted) {
                for (X509Certificate certificate : read(path, Pem::certificates)) {
                    store.setCertificateEntry("authority-" + count++, certificate);
                }
            }
            return store;
        } catch (IOException failure) {
            throw new IllegalStateException("the JDK cannot create an empty key store", failure);
        }
    }

    /** The current context of one side. Engines keep the context that created them. Thread-safe. */
    static final class Reloadable {

        private final KeyMaterial material;
        private volatile SSLContext context;

        Reloadable(KeyMaterial material) {
            this.material = material;
            this.context = material.context();
        }

        void reload() {
            context = material.context();
        }

        SSLContext context() {
            return context;
        }
    }

    /** Accepts every chain and host name: the JDK adds no host name check to an extended trust manager. */
    private static final class TrustAll extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
