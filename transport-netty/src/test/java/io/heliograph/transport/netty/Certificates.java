package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.transport.Tls;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;

/** TLS between parties that have one authority, made for this run. */
final class Certificates {

    private static final X509Bundle authority = authority("CN=authority");
    private static final SSLContext server = server();
    private static final SSLContext client = trusting(authority);
    private static final SSLContext stranger = trusting(authority("CN=another authority"));

    private Certificates() {}

    /** Each side proves and checks what it should. */
    static Tls trusted() {
        return engines(client);
    }

    /** The client does not know the authority of the server. */
    static Tls untrusted() {
        return engines(stranger);
    }

    /** With one version of the protocol only. */
    static Tls version(String protocol) {
        return (peer, isServer) -> {
            SSLEngine engine = trusted().engine(peer, isServer);
            engine.setEnabledProtocols(new String[] {protocol});
            return engine;
        };
    }

    static SSLContext client() {
        return client;
    }

    private static Tls engines(SSLContext ofClient) {
        return (peer, isServer) -> {
            SSLEngine engine =
                    isServer ? server.createSSLEngine() : ofClient.createSSLEngine(((Address.Tcp) peer).host(), 0);
            engine.setUseClientMode(!isServer);
            return engine;
        };
    }

    private static X509Bundle authority(String name) {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject(name)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext server() {
        try {
            X509Bundle own = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .addSanIpAddress("127.0.0.1")
                    .buildIssuedBy(authority);
            KeyManagerFactory keys = own.toKeyManagerFactory();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext trusting(X509Bundle known) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", known.getCertificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
