package io.heliograph.tls;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.transport.Tls;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * TLS of a server: its identity and its policy for client certificates.
 *
 * <p>Only {@link Builder#load()} and {@link #reload()} read the files. Any number of servers may share one object.
 * Thread-safe.
 */
public final class ServerTls implements Tls {

    private final KeyMaterial.Reloadable material;
    private final TlsIdentity identity;
    private final ClientAuth clientAuth;
    private final String[] protocols;

    private ServerTls(Builder builder) {
        this.identity = builder.identity;
        this.clientAuth = builder.clientAuth;
        this.protocols = builder.protocols.toArray(String[]::new);
        this.material = new KeyMaterial.Reloadable(new KeyMaterial(builder.identity, builder.trusted, false));
    }

    /** Builds TLS 1.3 and 1.2 with this identity and without client certificates. */
    public static Builder builder(TlsIdentity identity) {
        return new Builder(identity);
    }

    /**
     * Reads the files again for new connections. Open connections keep their keys.
     *
     * @throws KeyMaterialException if a file cannot be used; the previous keys stay in use
     */
    public void reload() {
        material.reload();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if {@code server} is false
     */
    @Override
    public SSLEngine engine(Address peer, boolean server) {
        if (!server) {
            throw new IllegalStateException("TLS of a server (expected: ClientTls to connect)");
        }
        SSLEngine engine = material.context().createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(protocols);
        switch (clientAuth) {
            case NONE -> {}
            case REQUEST -> parameters.setWantClientAuth(true);
            case REQUIRED -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public String toString() {
        return "ServerTls[" + identity + ", clientAuth=" + clientAuth + "]";
    }

    /** Builder of {@link ServerTls}. Not thread-safe. */
    public static final class Builder {

        private final TlsIdentity identity;
        private List<Path> trusted = List.of();
        private ClientAuth clientAuth = ClientAuth.NONE;
        private List<String> protocols = KeyMaterial.VERSIONS;

        private Builder(TlsIdentity identity) {
            this.identity = identity;
        }

        /** Policy for client certificates; other values need {@link #trust}. Default: {@link ClientAuth#NONE}. */
        public Builder clientAuth(ClientAuth clientAuth) {
            this.clientAuth = clientAuth;
            return this;
        }

        /** Authorities of trusted clients, as PEM files with one or more certificates each. Default: none. */
        public Builder trust(Path... files) {
            this.trusted = List.of(files);
            return this;
        }

        /** TLS versions. Default: {@code TLSv1.3} and {@code TLSv1.2}. Must be one or both of these. */
        public Builder protocols(String... protocols) {
            this.protocols = KeyMaterial.checkVersions(protocols);
            return this;
        }

        /**
         * Reads the files.
         *
         * @throws KeyMaterialException if a file cannot be used
         * @throws IllegalArgumentException if {@link #clientAuth} needs trusted authorities and none is given
         */
        public ServerTls load() {
            checkArgument(
                    clientAuth == ClientAuth.NONE || !trusted.isEmpty(),
                    "trust: no file (expected: some, as clientAuth is %s)",
                    clientAuth);
            return new ServerTls(this);
        }
    }
}
