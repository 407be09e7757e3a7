package io.heliograph.realtime;

import io.heliograph.Address;
import io.heliograph.transport.Tls;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** TLS as the JDK does it by default, with the check of the host's name. */
final class DefaultTls {

    private static final Optional<Tls> DEFAULT = Optional.of((peer, server) -> engine(peer));

    private DefaultTls() {}

    static Optional<Tls> get() {
        return DEFAULT;
    }

    private static SSLEngine engine(Address peer) {
        try {
            SSLEngine engine = peer instanceof Address.Tcp tcp
                    ? SSLContext.getDefault().createSSLEngine(tcp.host(), tcp.port())
                    : SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
            return engine;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no TLS", e);
        }
    }
}
