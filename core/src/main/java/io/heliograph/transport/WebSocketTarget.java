package io.heliograph.transport;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.Address;
import io.heliograph.http.HttpHeaders;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Address and request of a WebSocket.
 *
 * @param address the address to connect to
 * @param host the value of the {@code Host} header
 * @param target the request target: a path that begins with {@code /}, with its query
 * @param protocols the sub-protocols offered, in order of preference
 * @param headers further header fields of the request
 * @param connectTimeout time to open the WebSocket, with the TLS handshake and the HTTP exchange. Must be positive
 * @param tls TLS over the connection, or empty for none
 */
public record WebSocketTarget(
        Address address,
        String host,
        String target,
        List<String> protocols,
        HttpHeaders headers,
        Duration connectTimeout,
        Optional<Tls> tls) {

    public WebSocketTarget {
        checkArgument(
                target.startsWith("/") && isVisible(target),
                "target: '%s' (expected: a path from the root, in visible ASCII)",
                target);
        checkArgument(isVisible(host), "host: '%s' (expected: visible ASCII)", host);
        positive("connectTimeout", connectTimeout);
        protocols = List.copyOf(protocols);
    }

    private static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /**
     * Creates the target of a URL, with 20 s to connect.
     *
     * @param url {@code ws://host:port/path?query}, or {@code wss:} with {@code tls}
     * @param tls used for {@code wss:}
     * @throws IllegalArgumentException if the URL has another scheme or no host, or is {@code wss:} without {@code tls}
     */
    public static WebSocketTarget of(URI url, Optional<Tls> tls) {
        String scheme = url.getScheme();
        checkArgument(
                ("ws".equals(scheme) || "wss".equals(scheme)) && url.getHost() != null,
                "url: '%s' (expected: ws://host:port/path or wss://host:port/path)",
                url);
        boolean secure = scheme.equals("wss");
        checkArgument(!secure || tls.isPresent(), "url: '%s' (expected: ws:, as TLS is not configured)", url);
        int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
        String name = url.getHost();
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return new WebSocketTarget(
                new Address.Tcp(bare, port),
                url.getPort() >= 0 ? name + ":" + port : name,
                url.getRawQuery() == null ? path : path + "?" + url.getRawQuery(),
                List.of(),
                HttpHeaders.empty(),
                Duration.ofSeconds(20),
                secure ? tls : Optional.empty());
    }

    public WebSocketTarget withAddress(Address address) {
        return new WebSocketTarget(address, host, target, protocols, headers, connectTimeout, tls);
    }

    public WebSocketTarget withProtocols(List<String> protocols) {
        return new WebSocketTarget(address, host, target, protocols, headers, connectTimeout, tls);
    }

    public WebSocketTarget withHeaders(HttpHeaders headers) {
        return new WebSocketTarget(address, host, target, protocols, headers, connectTimeout, tls);
    }

    public WebSocketTarget withConnectTimeout(Duration connectTimeout) {
        return new WebSocketTarget(address, host, target, protocols, headers, connectTimeout, tls);
    }

    /** Address and path: a query and headers may hold secrets. */
    @Override
    public String toString() {
        int query = target.indexOf('?');
        return (tls.isPresent() ? "wss" : "ws") + "://" + host + (query < 0 ? target : target.substring(0, query));
    }
}
