package io.heliograph.cli.option;

import io.heliograph.http.Origins;
import io.heliograph.tls.ServerTls;
import io.heliograph.web.WebServer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of servers over WebSocket: address, accepted pages and names, TLS, graceful close. */
public final class ServerOptions {

    @Option(
            order = 1,
            names = "--port",
            paramLabel = "N",
            defaultValue = "8000",
            description = "Port; 0 selects a free one (default: ${DEFAULT-VALUE}).")
    public int port;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public HostOptions host;

    @Option(
            order = 5,
            names = "--origin",
            paramLabel = "ORIGIN",
            description = "Accepted origin of web pages, such as https://example.com, example.com:* or *:*; may be"
                    + " repeated (default: pages of this server).")
    List<String> origins = new ArrayList<>();

    @Option(
            order = 6,
            names = "--allow-host",
            paramLabel = "NAME",
            description =
                    "Further name under which clients address this server; may be repeated (default: on a loopback"
                            + " address its loopback names, else any).")
    List<String> allowedHosts = new ArrayList<>();

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public TlsOptions.Server tls;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    public GraceOption grace;

    /** Returns the TLS settings, or null without TLS. */
    public @Nullable ServerTls load() {
        return tls.isEnabled() ? tls.load() : null;
    }

    /**
     * Returns a server of these options that is not listening yet.
     *
     * @param authenticated whether clients authenticate
     * @param option option that lets clients authenticate
     * @throws IllegalArgumentException if an option is invalid, or clients of other machines would need no authentication
     */
    public WebServer web(@Nullable ServerTls loaded, boolean authenticated, String option) {
        host.check(authenticated, option);
        WebServer.Builder builder =
                WebServer.builder().host(host.address()).port(port).allowedHosts(allowedHosts());
        if (loaded != null) {
            builder.tls(loaded);
        }
        return builder.build();
    }

    /** Returns the further names under which clients address this server. */
    public String[] allowedHosts() {
        return allowedHosts.toArray(String[]::new);
    }

    /** Returns the accepted origins as written. */
    public List<String> originNames() {
        return List.copyOf(origins);
    }

    /** Returns the accepted origins, or null for those of the server's own pages. */
    public @Nullable Origins origins() {
        return origins.isEmpty() ? null : Origins.of(origins);
    }

    /**
     * Returns the address of a page or WebSocket.
     *
     * @param scheme scheme without TLS
     */
    public String url(String scheme, int boundPort, String path) {
        return host.url(scheme + (tls.isEnabled() ? "s" : ""), boundPort) + path;
    }
}
