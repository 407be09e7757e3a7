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
     * @param tls used for {@code wss:}
     * @throws IllegalArgumentException if {@link WebSocketUrl} does not support the URL, or it is {@code wss:} without {@code tls}
     */
    public static WebSocketTarget of(URI url, Optional<Tls> tls) {
        return of(WebSocketUrl.of(url), tls);
    }

    /** As {@link #of(URI, Optional)}. */
    public static WebSocketTarget of(WebSocketUrl url, Optional<Tls> tls) {
        checkArgument(!url.secure() || tls.isPresent(), "url: '%s' (expected: ws:, as TLS is not configured)", url);
        return new WebSocketTarget(
                url.address(),
                url.authority(),
                url.target(),
                List.of(),
                HttpHeaders.empty(),
                Duration.ofSeconds(20),
                url.secure() ? tls : Optional.empty());
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

    /**
     * Returns the URL without its query, for messages. The address follows if it is not the address of the URL, such as
     * a socket file.
     */
    public String where() {
        String named =
                address instanceof Address.Tcp tcp ? tcp.url("").substring(3).replaceFirst("%25[^]]*", "") : "";
        boolean same = host.equalsIgnoreCase(named) || (host + (tls.isPresent() ? ":443" : ":80")).equals(named);
        return same ? toString() : this + " (" + address + ")";
    }

    /** Address and path: a query and headers may hold secrets. */
    @Override
    public String toString() {
        int query = target.indexOf('?');
        return (tls.isPresent() ? "wss" : "ws") + "://" + host + (query < 0 ? target : target.substring(0, query));
    }
}
