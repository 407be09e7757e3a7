package io.heliograph.tls;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.transport.Tls;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a client: its trusted authorities and its optional identity.
 *
 * <p>The server must present a trusted certificate for the host that the client connects to. A host name, unlike an IP
 * address, is sent to the server in the handshake (SNI), which lets the server select its certificate.
 *
 * <p>Only {@link Builder#load()} and {@link #reload()} read the files. Any number of clients may share one object.
 * Thread-safe.
 */
public final class ClientTls implements Tls {

    private final KeyMaterial.Reloadable material;
    private final KeyMaterial files;
    private final boolean verifyHost;
    private final @Nullable String serverName;
    private final String[] protocols;

    private ClientTls(Builder builder) {
        this.verifyHost = builder.verifyHost;
        this.serverName = builder.serverName;
        this.protocols = builder.protocols.toArray(String[]::new);
        this.files = new KeyMaterial(builder.identity, builder.trusted, builder.trustAll);
        this.material = new KeyMaterial.Reloadable(files);
    }

    /** Builds TLS 1.3 and 1.2 with the authorities of the JDK and without an identity. */
    public static Builder builder() {
        return new Builder();
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
     * @throws IllegalStateException if {@code server} is true
     */
    @Override
    public SSLEngine engine(Address peer, boolean server) {
        if (server) {
            throw new IllegalStateException("TLS of a client (expected: ServerTls to listen)");
        }
        String host = serverName;
        if (host == null && peer instanceof Address.Tcp tcp) {
            int zone = tcp.host().indexOf('%'); // which no certificate has
            host = zone < 0 ? tcp.host() : tcp.host().substring(0, zone);
        }
        SSLEngine engine = host == null
                ? material.context().createSSLEngine()
                : material.context().createSSLEngine(host, port(peer));
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(protocols);
        parameters.setServerNames(host == null || isLiteral(host) ? List.of() : List.of(sni(host)));
        if (verifyHost) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static int port(Address peer) {
        return peer instanceof Address.Tcp tcp ? tcp.port() : -1;
    }

    /** Whether a host is an IP address; SNI carries names only. */
    private static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(each -> each == '.' || (each >= '0' && each <= '9'));
    }

    private static SNIHostName sni(String host) {
        return new SNIHostName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    }

    @Override
    public String toString() {
        return "ClientTls["
                + (files.trustAll()
                        ? "trustAll"
                        : files.trusted().isEmpty() ? "authorities of the JDK" : files.trusted())
                + (files.identity() == null ? "" : ", " + files.identity())
                + (verifyHost ? "" : ", host not verified")
                + "]";
    }

    /** Builder of {@link ClientTls}. Not thread-safe. */
    public static final class Builder {

        private @Nullable TlsIdentity identity;
        private List<Path> trusted = List.of();
        private boolean trustAll;
        private boolean verifyHost = true;
        private @Nullable String serverName;
        private List<String> protocols = KeyMaterial.VERSIONS;

        private Builder() {}

        /** Identity that the client presents to a server that requests a certificate. Default: none. */
        public Builder identity(TlsIdentity identity) {
            this.identity = identity;
            return this;
        }

        /**
         * Trusted authorities, as PEM files with one or more certificates each. Default: the authorities of the JDK, which the
         * files replace.
         */
        public Builder trust(Path... files) {
            this.trusted = List.of(files);
            return this;
        }

        /**
         * Accepts every certificate for every host and logs a warning. Default: false. For tests only: the connection is not
         * protected against anyone between client and server.
         */
        public Builder trustAll(boolean trustAll) {
            this.trustAll = trustAll;
            return this;
        }

        /** Requires that the certificate names the host. Default: true. */
        public Builder verifyHost(boolean verifyHost) {
            this.verifyHost = verifyHost;
            return this;
        }

        /** Host name for SNI and certificate verification. Default: the host of the address. Must not be empty. */
        public Builder serverName(String serverName) {
            checkArgument(!serverName.isEmpty(), "serverName: '' (expected: a host name or address)");
            this.serverName = serverName;
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
         * @throws IllegalArgumentException if {@link #trust} and {@link #trustAll} are both given
         */
        public ClientTls load() {
            checkArgument(!trustAll || trusted.isEmpty(), "trustAll: true (expected: false, as trust is given)");
            return new ClientTls(this);
        }
    }
}
