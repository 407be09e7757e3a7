package io.heliograph.transport;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.internal.HostAndPort;
import io.heliograph.internal.Printable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * URL of a WebSocket: {@code ws://host:port/path?query}, or {@code wss:} over TLS.
 *
 * <p>Accepts what browsers, curl and the npm package {@code ws} accept: schemes in any case, {@code http:} and {@code https:} for
 * {@code ws:} and {@code wss:}, names with underscores, international names, trailing dots, IPv6 addresses with a zone, default
 * ports. Spaces and non-ASCII characters in path and query are percent-encoded. A user name, a fragment and the short forms of
 * IPv4 addresses are rejected with their reason; nothing is ignored.
 *
 * @param secure whether the connection uses TLS
 * @param host name or IP address in ASCII and lower case; an IPv6 address without brackets and without zone
 * @param zone zone of an IPv6 address, which is never sent to the server; empty for none
 * @param port 1 to 65535
 * @param path the path as sent; empty if the URL has none
 * @param query the query as sent, without its {@code ?}
 */
public record WebSocketUrl(boolean secure, String host, String zone, int port, String path, Optional<String> query) {

    private static final String FORM = "ws://host:port/path or wss://host:port/path";

    /** Parses a URL that {@link URI} has read; see {@link #parse(String)}. */
    public static WebSocketUrl of(URI url) {
        return parse(url.toString());
    }

    /**
     * Parses a URL.
     *
     * @throws IllegalArgumentException if the URL is not supported; the message has the URL and the reason
     */
    public static WebSocketUrl parse(String url) {
        try {
            return read(url.strip());
        } catch (IllegalArgumentException unsupported) {
            throw new IllegalArgumentException(
                    "url: '" + Printable.of(withoutSecrets(url), 200) + "': " + unsupported.getMessage(), unsupported);
        }
    }

    /** Removes user name, password and query, which may be secrets. */
    private static String withoutSecrets(String url) {
        int query = url.indexOf('?');
        String open = query < 0 ? url : url.substring(0, query + 1) + "...";
        int start = open.indexOf("://") + 3;
        int user = open.lastIndexOf('@');
        return start < 3 || user < start ? open : open.substring(0, start) + "..." + open.substring(user);
    }

    private static WebSocketUrl read(String url) {
        int colon = url.indexOf(':');
        String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("wss") || scheme.equals("https");
        checkArgument(
                !scheme.endsWith("+unix"),
                "scheme '%s' (expected: the path of the socket as its own option, or unix:/path)",
                scheme);
        checkArgument(
                secure || scheme.equals("ws") || scheme.equals("http"), "no WebSocket scheme (expected: %s)", FORM);
        checkArgument(
                url.startsWith("//", colon + 1) && !url.startsWith("/", colon + 3),
                "no '//host' after the scheme (expected: %s)",
                FORM);
        checkArgument(
                url.indexOf('#') < 0,
                "a fragment, which is not part of a request (expected: none; %%23 for the character '#')");
        checkArgument(url.indexOf('\\') < 0, "a backslash (expected: '/')");
        int start = colon + 3;
        int end = start;
        while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
            end++;
        }
        HostAndPort parsed = HostAndPort.parse(url.substring(start, end));
        checkArgument(parsed.port() != 0, "port 0 (expected: 1 to 65535)");
        int question = url.indexOf('?', end);
        String path = url.substring(end, question < 0 ? url.length() : question);
        return new WebSocketUrl(
                secure,
                parsed.host(),
                parsed.zone(),
                parsed.port() == HostAndPort.NO_PORT ? defaultPort(secure) : parsed.port(),
                encoded(path),
                question < 0 ? Optional.empty() : Optional.of(encoded(url.substring(question + 1))));
    }

    private static int defaultPort(boolean secure) {
        return secure ? 443 : 80;
    }

    /** Percent-encodes characters that a request line cannot have. */
    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            checkArgument(
                    value < 0 || (value >= ' ' && value != 0x7f), "a control character (expected: none, or %%XX)");
            if (value <= ' ' || "\"<>`{}|^".indexOf(value) >= 0) {
                encoded.append(String.format(Locale.ROOT, "%%%02X", value & 0xff));
            } else {
                encoded.append((char) value);
            }
        }
        return encoded.toString();
    }

    /** The address to connect to. */
    public Address.Tcp address() {
        return new Address.Tcp(zone.isEmpty() ? host : host + "%" + zone, port);
    }

    /** The value of the {@code Host} field: without zone, and without the port if it is the default of the scheme. */
    public String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == defaultPort(secure) ? name : name + ":" + port;
    }

    /** The request target: path and query; the path is {@code /} if the URL has none. */
    public String target() {
        String root = path.isEmpty() ? "/" : path;
        return query.isEmpty() ? root : root + "?" + query.get();
    }

    /** Without the query, which may hold secrets. */
    @Override
    public String toString() {
        return (secure ? "wss://" : "ws://") + authority() + (path.isEmpty() ? "/" : path);
    }
}
