package io.heliograph.transport.netty;

import io.heliograph.testkit.CertificateAuthority;
import io.heliograph.testkit.CertificateAuthority.Issued;
import io.heliograph.tls.ServerTls;
import io.heliograph.tls.TlsIdentity;
import io.heliograph.transport.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;

/** TLS of a server for localhost and of clients that trust its authority or another authority. */
final class Certificates {

    private static final CertificateAuthority AUTHORITY = new CertificateAuthority("authority");
    private static final Issued SERVER = AUTHORITY.issue("localhost", "localhost", "127.0.0.1");
    private static final Tls SERVER_TLS =
            ServerTls.builder(TlsIdentity.of(SERVER.key(), SERVER.chain())).load();
    private static final SSLContext CLIENT = client(AUTHORITY);
    private static final SSLContext DISTRUSTFUL_CLIENT = client(new CertificateAuthority("another authority"));

    private Certificates() {}

    static Tls trusted() {
        return tls(CLIENT);
    }

    static Tls untrusted() {
        return tls(DISTRUSTFUL_CLIENT);
    }

    static Tls version(String protocol) {
        return (peer, server) -> {
            SSLEngine engine = trusted().engine(peer, server);
            engine.setEnabledProtocols(new String[] {protocol});
            return engine;
        };
    }

    static SSLContext client() {
        return CLIENT;
    }

    private static Tls tls(SSLContext client) {
        return (peer, server) -> {
            if (server) {
                return SERVER_TLS.engine(peer, true);
            }
            SSLEngine engine = client.createSSLEngine();
            engine.setUseClientMode(true);
            return engine;
        };
    }

    private static SSLContext client(CertificateAuthority authority) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", authority.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
