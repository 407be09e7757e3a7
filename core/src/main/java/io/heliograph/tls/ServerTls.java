package io.heliograph.tls;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.transport.Tls;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * TLS for who listens: its key, and whether and whom it asks for a certificate.
 *
 * <p>The files are read by {@link Builder#load()} and by {@link #reload()}, and at no other time. One object may serve any
 * number of servers. Any thread may call any method.
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

    /** TLS 1.3 and 1.2 with this identity, not asking clients for a certificate. */
    public static Builder builder(TlsIdentity identity) {
        return new Builder(identity);
    }

    /**
     * Reads the files again. Connections made from now on use what they hold; those that are open go on as they are.
     *
     * @throws KeyMaterialException if a file cannot be used; what was read before stays in use
     */
    public void reload() {
        material.reload();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if asked for the engine of a client
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

    /** Gathers what a {@link ServerTls} needs. Not for use by several threads at a time. */
    public static final class Builder {

        private final TlsIdentity identity;
        private List<Path> trusted = List.of();
        private ClientAuth clientAuth = ClientAuth.NONE;
        private List<String> protocols = KeyMaterial.VERSIONS;

        private Builder(TlsIdentity identity) {
            this.identity = identity;
        }

        /**
         * Default {@link ClientAuth#NONE}. All else needs {@link #trust}.
         */
        public Builder clientAuth(ClientAuth clientAuth) {
            this.clientAuth = clientAuth;
            return this;
        }

        /** The authorities whose clients are trusted, as PEM files with one certificate or several each. */
        public Builder trust(Path... files) {
            this.trusted = List.of(files);
            return this;
        }

        /** Default {@code TLSv1.3} and {@code TLSv1.2}; there are no others. */
        public Builder protocols(String... protocols) {
            this.protocols = KeyMaterial.checkVersions(protocols);
            return this;
        }

        /**
         * Reads the files.
         *
         * @throws KeyMaterialException if one of them cannot be used
         * @throws IllegalArgumentException if clients are asked for certificates and no authority is trusted
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
