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
 * TLS for who connects: whom it trusts, and what it shows of itself.
 *
 * <p>The server must show a certificate that is trusted and made out to the host that the client connects to. A host that is
 * a name, not an address, is also told to the server before the handshake, so that it can choose its certificate (SNI).
 *
 * <p>The files are read by {@link Builder#load()} and by {@link #reload()}, and at no other time. One object may serve any
 * number of clients. Any thread may call any method.
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

    /** TLS 1.3 and 1.2 with the authorities that the JDK trusts, without an identity. */
    public static Builder builder() {
        return new Builder();
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
     * @throws IllegalStateException if asked for the engine of a server
     */
    @Override
    public SSLEngine engine(Address peer, boolean server) {
        if (server) {
            throw new IllegalStateException("TLS of a client (expected: ServerTls to listen)");
        }
        String host = serverName;
        if (host == null && peer instanceof Address.Tcp tcp) {
            host = tcp.host();
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

    /** Whether a host is an address: only names are told to the server. */
    private static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(each -> each == '.' || (each >= '0' && each <= '9'));
    }

    private static SNIHostName sni(String host) {
        return new SNIHostName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    }

    @Override
    public String toString() {
        return "ClientTls["
                + (files.trustAll() ? "trustAll" : files.trusted().isEmpty() ? "JDK's trust" : files.trusted())
                + (files.identity() == null ? "" : ", " + files.identity())
                + (verifyHost ? "" : ", host not verified")
                + "]";
    }

    /** Gathers what a {@link ClientTls} needs. Not for use by several threads at a time. */
    public static final class Builder {

        private @Nullable TlsIdentity identity;
        private List<Path> trusted = List.of();
        private boolean trustAll;
        private boolean verifyHost = true;
        private @Nullable String serverName;
        private List<String> protocols = KeyMaterial.VERSIONS;

        private Builder() {}

        /** Default none. What is shown to a server that asks. */
        public Builder identity(TlsIdentity identity) {
            this.identity = identity;
            return this;
        }

        /**
         * Default the JDK's authorities, which these replace: PEM files with one certificate or several each.
         */
        public Builder trust(Path... files) {
            this.trusted = List.of(files);
            return this;
        }

        /**
         * Default false. Takes any certificate, whoever made it and for whatever name, and logs a warning: for a test, never for
         * data that matters.
         */
        public Builder trustAll(boolean trustAll) {
            this.trustAll = trustAll;
            return this;
        }

        /** Default true: the certificate must be made out to the host. */
        public Builder verifyHost(boolean verifyHost) {
            this.verifyHost = verifyHost;
            return this;
        }

        /** Default the host that is connected to: the name that is told to the server and that its certificate must have. */
        public Builder serverName(String serverName) {
            checkArgument(!serverName.isEmpty(), "serverName: '' (expected: a host name or address)");
            this.serverName = serverName;
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
         * @throws IllegalArgumentException if both {@link #trust} and {@link #trustAll} were given
         */
        public ClientTls load() {
            checkArgument(!trustAll || trusted.isEmpty(), "trustAll: true (expected: false, as trust is given)");
            return new ClientTls(this);
        }
    }
}
