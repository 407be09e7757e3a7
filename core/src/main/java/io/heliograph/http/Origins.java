package io.heliograph.http;

import static io.heliograph.internal.Check.checkArgument;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The web pages that may open a WebSocket. A browser names the page in the {@code Origin} field of its request.
 *
 * <p>Hosts and ports are compared after parsing, never as substrings. An invalid origin is rejected by all but {@link #any()}.
 * Immutable.
 */
public final class Origins {

    private static final Origins SAME = new Origins(Set.of(), "same origin");
    private static final Origins ANY = new Origins(Set.of(), "any");
    private static final String WILD = "*";

    /** Host and port; either may be {@code *} in a list. */
    private record HostAndPort(String host, String port) {}

    /** The parsed {@code Origin} field. */
    private record Origin(boolean secure, String host, int port) {}

    private final Set<HostAndPort> allowed;
    private final String text;

    private Origins(Set<HostAndPort> allowed, String text) {
        this.allowed = allowed;
        this.text = text;
    }

    /**
     * Pages of the host and port in the {@code Host} field of the request; over TLS only pages that were loaded over TLS. A
     * request without an origin does not come from a browser, and is allowed. The origin {@code null} is rejected.
     */
    public static Origins sameOrigin() {
        return SAME;
    }

    /** All pages. */
    public static Origins any() {
        return ANY;
    }

    /**
     * Pages of these hosts and ports. Without a port in it, an origin has 443 if it is {@code https:} and 80 otherwise. A
     * request without an origin, or with the origin {@code null}, counts as host {@code null} and port 80, as in SocketCluster:
     * {@code *:80} or {@code null:80} allows it.
     *
     * @param entries {@code host:port}, {@code host:*}, {@code *:port}, or an origin such as {@code https://example.com}; an IPv6
     *     host stands in brackets; {@code *:*} is {@link #any()}
     * @throws IllegalArgumentException if an entry has another form, or if there is no entry
     */
    public static Origins of(String... entries) {
        return of(Arrays.asList(entries));
    }

    /** As {@link #of(String...)}. */
    public static Origins of(List<String> entries) {
        checkArgument(!entries.isEmpty(), "origins: none (expected: at least one)");
        Set<HostAndPort> allowed = entries.stream().map(Origins::entry).collect(Collectors.toSet());
        return allowed.contains(new HostAndPort(WILD, WILD)) ? ANY : new Origins(allowed, entries.toString());
    }

    private static HostAndPort entry(String entry) {
        if (entry.contains("://")) {
            Origin origin = parse(entry)
                    .orElseThrow(() ->
                            new IllegalArgumentException("origin: '" + entry + "' (expected: https://host:port)"));
            return new HostAndPort(origin.host, Integer.toString(origin.port));
        }
        int colon = entry.lastIndexOf(':');
        checkArgument(colon > 0, "origin: '%s' (expected: host:port, host:* or *:port)", entry);
        String port = entry.substring(colon + 1);
        checkArgument(
                port.equals(WILD) || isPort(port),
                "origin: '%s' has the port '%s' (expected: 1 to 65535, or *)",
                entry,
                port);
        String host = entry.substring(0, colon);
        String known = host.equals(WILD) ? WILD : host(host);
        if (known == null) {
            throw new IllegalArgumentException(
                    "origin: '" + entry + "' has the host '" + host + "' (expected: a name)");
        }
        return new HostAndPort(
                known, port.equals(WILD) ? WILD : Integer.valueOf(port).toString());
    }

    /** The field that names the origin of a request, empty if it is absent. */
    public static Optional<String> origin(HttpRequest request) {
        List<String> values = request.headers().all(field(request.headers()));
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    /** The old version 8 of the protocol has another name for it. */
    private static String field(HttpHeaders headers) {
        boolean old = headers.first("Sec-WebSocket-Version").orElse("").strip().equals("8");
        return old ? "Sec-WebSocket-Origin" : "Origin";
    }

    /** Whether a request is allowed. */
    public boolean allows(HttpRequest request) {
        if (equals(ANY)) {
            return true;
        }
        Optional<String> named = origin(request);
        if (equals(SAME)) {
            return named.isEmpty()
                    || parse(named.get())
                            .filter(origin -> isSame(origin, request))
                            .isPresent();
        }
        if (named.isEmpty() || named.get().equals("null")) {
            return isListed("null", 80);
        }
        return parse(named.get())
                .filter(origin -> isListed(origin.host, origin.port))
                .isPresent();
    }

    private boolean isListed(String host, int number) {
        String port = Integer.toString(number);
        return allowed.contains(new HostAndPort(host, port))
                || allowed.contains(new HostAndPort(host, WILD))
                || allowed.contains(new HostAndPort(WILD, port));
    }

    private static boolean isSame(Origin origin, HttpRequest request) {
        List<String> hosts = request.headers().all("Host");
        if (hosts.size() != 1 || (request.secure() && !origin.secure)) {
            return false;
        }
        // A missing port is the default of the origin's scheme; behind a proxy only the origin names the scheme.
        return parse((origin.secure ? "https://" : "http://") + hosts.get(0))
                .filter(own -> own.host.equals(origin.host) && own.port == origin.port)
                .isPresent();
    }

    /** The scheme, host and port of an origin; empty if it is something else. */
    private static Optional<Origin> parse(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            String authority = uri.getRawAuthority();
            boolean bare = uri.getRawPath() == null
                    || uri.getRawPath().isEmpty()
                    || uri.getRawPath().equals("/");
            if (scheme == null
                    || authority == null
                    || !bare
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null) {
                return Optional.empty();
            }
            boolean secure = scheme.equalsIgnoreCase("https");
            int colon = authority.lastIndexOf(':');
            boolean hasPort = colon >= 0 && authority.indexOf(']', colon) < 0;
            String port = hasPort ? authority.substring(colon + 1) : "";
            String host = host(hasPort ? authority.substring(0, colon) : authority);
            if (host == null || (hasPort && !isPort(port))) {
                return Optional.empty();
            }
            int number = hasPort ? Integer.parseInt(port) : secure ? 443 : 80;
            return Optional.of(new Origin(secure, host, number));
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65535;
    }

    /** Returns a host in canonical form, lower case or a full IPv6 address; null if the host is invalid. */
    private static @Nullable String host(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            String literal = text.substring(1, text.length() - 1);
            try {
                return literal.matches("[0-9A-Fa-f:.]+") && literal.indexOf(':') >= 0
                        ? InetAddress.getByName(literal).getHostAddress() // of a literal: no lookup
                        : null;
            } catch (UnknownHostException malformed) {
                return null;
            }
        }
        return text.matches("[0-9A-Za-z_]([0-9A-Za-z_.-]*)") ? text.toLowerCase(Locale.ROOT) : null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Origins that
                && allowed.equals(that.allowed)
                && (!allowed.isEmpty() || text.equals(that.text));
    }

    @Override
    public int hashCode() {
        return allowed.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
