package io.heliograph.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.internal.HostAndPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
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

    /** Entry of a list: host and port may be {@code *}; the scheme is empty for any. */
    private record Entry(String scheme, String host, String port) {}

    /** The parsed {@code Origin} field. */
    private record Origin(String scheme, String host, int port) {

        boolean isWeb() {
            return scheme.equals("http") || scheme.equals("https");
        }
    }

    private final Set<Entry> allowed;
    private final String text;

    private final @Nullable Supplier<Origins> current;

    private Origins(Set<Entry> allowed, String text) {
        this(allowed, text, null);
    }

    private Origins(Set<Entry> allowed, String text, @Nullable Supplier<Origins> current) {
        this.allowed = allowed;
        this.text = text;
        this.current = current;
    }

    /** Origins that may change: the supplied ones decide about each request. The supplier must not block. */
    public static Origins changing(Supplier<Origins> current) {
        return new Origins(Set.of(), "changing", current);
    }

    /**
     * Pages of the scheme, host and port of the request. The scheme is {@code https} over TLS, or as the field {@code
     * X-Forwarded-Proto} of a reverse proxy names it; without TLS and without this field it may be {@code http} or {@code https}.
     * A request without an origin does not come from a browser, and is allowed. The origin {@code null} is rejected.
     */
    public static Origins sameOrigin() {
        return SAME;
    }

    /** All pages. */
    public static Origins any() {
        return ANY;
    }

    /**
     * Pages of these hosts and ports, and of the scheme if an entry has one. An origin without a port has the port 443
     * if it is {@code https:}, otherwise 80. A request without an origin, or with the origin {@code null}, counts as
     * host {@code null} and port 80, as in SocketCluster: {@code *:80} or {@code null:80} allows it.
     *
     * @param entries {@code host:port}, {@code host:*}, {@code *:port}, or an origin such as {@code
     *     https://example.com}; an IPv6 host stands in brackets; {@code *:*} is {@link #any()}
     * @throws IllegalArgumentException if an entry has another form, or if there is no entry
     */
    public static Origins of(String... entries) {
        return of(Arrays.asList(entries));
    }

    /** As {@link #of(String...)}. */
    public static Origins of(List<String> entries) {
        checkArgument(!entries.isEmpty(), "origins: none (expected: at least one)");
        Set<Entry> allowed = entries.stream().map(Origins::entry).collect(Collectors.toSet());
        return allowed.contains(new Entry("", WILD, WILD)) ? ANY : new Origins(allowed, entries.toString());
    }

    private static Entry entry(String entry) {
        if (entry.contains("://")) {
            Origin origin = parse(entry)
                    .orElseThrow(() ->
                            new IllegalArgumentException("origin: '" + entry + "' (expected: https://host:port)"));
            return new Entry(origin.scheme, origin.host, Integer.toString(origin.port));
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
        return new Entry(
                "", known, port.equals(WILD) ? WILD : Integer.valueOf(port).toString());
    }

    /** The field that names the origin of a request, empty if it is absent. */
    public static Optional<String> origin(HttpRequest request) {
        List<String> values = request.headers().all(field(request.headers()));
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    /** Returns the name of the field with the origin, which differs in version 8 of the protocol. */
    private static String field(HttpHeaders headers) {
        boolean old = headers.first("Sec-WebSocket-Version").orElse("").strip().equals("8");
        return old ? "Sec-WebSocket-Origin" : "Origin";
    }

    /** Whether a request is allowed. */
    public boolean allows(HttpRequest request) {
        if (current != null) {
            return current.get().allows(request);
        }
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
            return isListed(new Origin("", "null", 80));
        }
        return parse(named.get()).filter(this::isListed).isPresent();
    }

    private boolean isListed(Origin origin) {
        String port = Integer.toString(origin.port);
        return allowed.contains(new Entry("", origin.host, port))
                || allowed.contains(new Entry("", origin.host, WILD))
                || allowed.contains(new Entry("", WILD, port))
                || allowed.contains(new Entry(origin.scheme, origin.host, port));
    }

    private static boolean isSame(Origin origin, HttpRequest request) {
        List<String> hosts = request.headers().all("Host");
        if (hosts.size() != 1 || !origin.isWeb() || !isScheme(origin.scheme, request)) {
            return false;
        }
        // A missing port is the default of the origin's scheme: behind a proxy only the origin names the scheme.
        return parse(origin.scheme + "://" + hosts.get(0))
                .filter(own -> own.host.equals(origin.host) && own.port == origin.port)
                .isPresent();
    }

    /**
     * Whether the page of a request may have the scheme: that of the connection or of {@code X-Forwarded-Proto}, a
     * field that a web page cannot set.
     */
    private static boolean isScheme(String scheme, HttpRequest request) {
        if (request.secure()) {
            return scheme.equals("https");
        }
        List<String> forwarded = request.headers().all("X-Forwarded-Proto");
        return forwarded.isEmpty()
                || forwarded.stream().allMatch(each -> isForwarded(each.strip().toLowerCase(Locale.ROOT), scheme));
    }

    private static boolean isForwarded(String protocol, String scheme) {
        return protocol.equals(scheme) || protocol.equals(scheme.equals("https") ? "wss" : "ws");
    }

    /** The scheme, host and port of an origin; empty if it is something else. */
    private static Optional<Origin> parse(String text) {
        int end = text.indexOf("://");
        String scheme = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
        if (!scheme.matches("[a-z][a-z0-9+.-]*")) {
            return Optional.empty();
        }
        String rest = text.substring(end + 3);
        String authority = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        try {
            HostAndPort parsed = HostAndPort.parse(authority);
            if (!parsed.zone().isEmpty() || parsed.port() == 0 || authority.endsWith(":")) {
                return Optional.empty();
            }
            int usual = scheme.equals("https") ? 443 : 80;
            return Optional.of(new Origin(
                    scheme, canonical(parsed), parsed.port() == HostAndPort.NO_PORT ? usual : parsed.port()));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= 65535;
    }

    /** Returns a host in canonical form; null if it is invalid. */
    private static @Nullable String host(String text) {
        try {
            HostAndPort parsed = HostAndPort.parse(text);
            return parsed.port() == HostAndPort.NO_PORT
                            && !text.endsWith(":")
                            && parsed.zone().isEmpty()
                    ? canonical(parsed)
                    : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** Returns a name in lower case, or a full IPv6 address. */
    private static String canonical(HostAndPort host) {
        if (!host.isIpv6()) {
            return host.host();
        }
        try {
            return InetAddress.getByName(host.host()).getHostAddress(); // of a literal: no lookup
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
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
