package io.heliograph.tls;

import static io.heliograph.internal.Check.checkArgument;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
 * What both sides have: the files, and the context made of what they held when they were last read.
 *
 * @param identity what this side shows, or null for nothing
 * @param trusted the files of the authorities that are trusted; empty for those of the JDK
 * @param trustAll whether any certificate of the peer will do
 */
record KeyMaterial(@Nullable TlsIdentity identity, List<Path> trusted, boolean trustAll) {

    static final List<String> VERSIONS = List.of("TLSv1.3", "TLSv1.2");

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
                    "TLS with trustAll: any certificate of the peer is taken, so whoever is in between can read and change all");
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
                for (X509Certificate certificate : KeyFile.certificates(path)) {
                    store.setCertificateEntry("authority-" + count++, certificate);
                }
            }
            return store;
        } catch (IOException failure) {
            throw new IllegalStateException("an empty store cannot be made", failure);
        }
    }

    /** What one side makes its engines of; all engines that a context made go on with it. */
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

    /** Accepts every chain, and every name: an extended one is not wrapped in the JDK's check of the name. */
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
