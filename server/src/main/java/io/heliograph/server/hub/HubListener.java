package io.heliograph.server.hub;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Listener of a hub: its options, and its URL when it is bound. Thread-safe. */
public final class HubListener {

    private final ListenerOptions options;
    private final NameMap names;
    private final boolean loopback;
    private volatile @Nullable String boundUrl;

    HubListener(ListenerOptions options) {
        this.options = options;
        this.names = new NameMap(options.rules());
        this.loopback = ListenerUrls.isLoopback(options.url());
    }

    public String protocol() {
        return options.protocol();
    }

    /** The URL with the actual port; before the start the URL of the options. */
    public String url() {
        String bound = boundUrl;
        return bound == null ? options.url() : bound;
    }

    void bound(Supplier<String> url) {
        boundUrl = url.get();
    }

    /** The URL of the options, whose port may be 0. */
    public String configuredUrl() {
        return options.url();
    }

    /** The host of a URL with a host. */
    public String host() {
        return ListenerUrls.parse(options.url()).host();
    }

    /** The port of a URL with a host, possibly 0. */
    public int port() {
        return ListenerUrls.parse(options.url()).port();
    }

    /** The path of a URL with a host; {@code /} if the URL has none. */
    public String path() {
        return ListenerUrls.parse(options.url()).path();
    }

    /** Returns a URL with a host, with another port. */
    public String urlWithPort(int port) {
        return ListenerUrls.parse(options.url()).withPort(port);
    }

    /** Maps the names of the protocol to those of the hub. */
    public NameMap names() {
        return names;
    }

    /** Whether a connection receives its own publications. */
    public boolean echo() {
        return options.echo();
    }

    /** Whether the listener serves operators, not clients. */
    boolean isManagement() {
        return protocol().equals("management");
    }

    boolean isOptional() {
        return options.optional();
    }

    /** Whether the URL has a scheme with TLS. */
    public boolean isSecure() {
        return options.url().startsWith("wss:") || options.url().startsWith("https:");
    }

    /** Whether only programs of this machine can connect. */
    boolean isLoopback() {
        return loopback;
    }

    @Override
    public String toString() {
        return url();
    }
}
