package io.heliograph.server.hub;

import io.heliograph.internal.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Reads the URLs of listeners. */
public final class ListenerUrls {

    private ListenerUrls() {}

    /**
     * Parts of a URL with a host.
     *
     * @param path path with its leading slash; {@code /} if the URL has none
     */
    record Parts(String scheme, String host, int port, String path) {

        boolean isSecure() {
            return scheme.equals("wss") || scheme.equals("https");
        }

        String withPort(int port) {
            return scheme + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + path;
        }
    }

    /**
     * Parses {@code SCHEME://HOST:PORT/PATH}.
     *
     * @throws IllegalArgumentException if the URL has another form
     */
    static Parts parse(String url) {
        int colon = url.indexOf("://");
        if (colon < 0) {
            throw new IllegalArgumentException("url: '" + url + "' (expected: SCHEME://HOST:PORT/PATH)");
        }
        int slash = url.indexOf('/', colon + 3);
        String path = slash < 0 ? "/" : url.substring(slash);
        if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
            throw new IllegalArgumentException("url: '" + url + "' (expected: a path without query and fragment)");
        }
        HostAndPort address = HostAndPort.parse(url.substring(colon + 3, slash < 0 ? url.length() : slash));
        if (address.port() == HostAndPort.NO_PORT) {
            throw new IllegalArgumentException("url: '" + url + "' has no port (expected: 0 to 65535)");
        }
        return new Parts(url.substring(0, colon), address.scopedHost(), address.port(), path);
    }

    /** Whether only programs of this machine can connect to the URL. */
    public static boolean isLoopback(String url) {
        if (!url.contains("://")) {
            return true;
        }
        String host = parse(url).host();
        if (host.equals("localhost")) {
            return true;
        }
        boolean literal = host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        try {
            return literal && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException notAnAddress) {
            return false;
        }
    }
}
