package io.heliograph.realtime.client;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.http.HttpHeaders;
import io.heliograph.transport.Tls;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Address options of a client, and their conversion into a URL and a {@link WebSocketTarget}. */
public final class ClientUrl {

    private static final Set<String> SCHEMES = Set.of("ws", "wss", "ws+unix", "wss+unix");

    private boolean secure;
    private String hostname;
    private int port; // 0 for that of the scheme
    private @Nullable String host;
    private String path;
    private @Nullable String scheme;
    private Address.@Nullable Unix socketPath;
    private Map<String, List<String>> query;
    public boolean timestampRequests;
    public String timestampParam = "t";
    LongSupplier currentTimeMillis = System::currentTimeMillis;

    // Whether the options were set explicitly, not by the URL.
    private boolean hostnameGiven;
    private boolean portGiven;

    public ClientUrl(URI url) {
        String given = url.getScheme();
        checkArgument(
                ("ws".equals(given) || "wss".equals(given)) && url.getHost() != null,
                "url: '%s' (expected: ws://host:port/path or wss://host:port/path)",
                url);
        this.secure = given.equals("wss");
        this.hostname = url.getHost();
        this.port = Math.max(0, url.getPort());
        String rawPath = url.getRawPath();
        this.path = rawPath == null || rawPath.isEmpty() ? "/socketcluster/" : rawPath;
        this.query = parse(url.getRawQuery() == null ? "" : url.getRawQuery());
    }

    public ClientUrl(ClientUrl other) {
        this.secure = other.secure;
        this.hostname = other.hostname;
        this.port = other.port;
        this.host = other.host;
        this.path = other.path;
        this.scheme = other.scheme;
        this.socketPath = other.socketPath;
        this.query = other.query;
        this.timestampRequests = other.timestampRequests;
        this.timestampParam = other.timestampParam;
        this.currentTimeMillis = other.currentTimeMillis;
        this.hostnameGiven = other.hostnameGiven;
        this.portGiven = other.portGiven;
    }

    // ---- options

    public void hostname(String value) {
        checkArgument(value.matches("[!-~&&[^/?#@]]+"), "hostname: '%s' (expected: a name or an address)", value);
        checkArgument(host == null, "hostname: '%s' (expected: none beside host '%s')", value, host);
        boolean bare = value.indexOf(':') >= 0 && !value.startsWith("[");
        hostname = bare ? "[" + value + "]" : value;
        hostnameGiven = true;
    }

    public void port(int value) {
        checkArgument(value > 0 && value <= 65535, "port: %d (expected: 1 to 65535)", value);
        checkArgument(host == null, "port: %d (expected: none beside host '%s')", value, host);
        port = value;
        portGiven = true;
    }

    public void host(String value) {
        checkArgument(
                value.matches("([!-~&&[^:/?#@]]+|\\[[!-~&&[^/?#@\\]]]+\\]):\\d{2,5}"),
                "host: '%s' (expected: name:port, with a port of 2 to 5 digits)",
                value);
        checkArgument(!hostnameGiven, "host: '%s' (expected: none beside hostname)", value);
        checkArgument(!portGiven, "host: '%s' (expected: none beside port)", value);
        int number = Integer.parseInt(value.substring(value.lastIndexOf(':') + 1));
        checkArgument(number > 0 && number <= 65535, "host: '%s' (expected: a port to 65535)", value);
        host = value;
    }

    public void secure(boolean value) {
        secure = value;
    }

    public void path(String value) {
        checkArgument(
                value.startsWith("/") && value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '?' && c != '#'),
                "path: '%s' (expected: a path from the root in visible ASCII, without a query)",
                value);
        path = value;
    }

    public void scheme(String value) {
        checkArgument(SCHEMES.contains(value), "protocolScheme: '%s' (expected: ws, wss, ws+unix or wss+unix)", value);
        scheme = value;
    }

    public void socketPath(Address.Unix value) {
        socketPath = value;
    }

    public void query(String encoded) {
        query = parse(encoded.startsWith("?") ? encoded.substring(1) : encoded);
    }

    public void query(Map<String, ?> values) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        values.forEach((key, value) -> all.put(
                key,
                value instanceof Collection<?> several
                        ? several.stream().map(String::valueOf).toList()
                        : List.of(String.valueOf(value))));
        query = all;
    }

    /** Checks that the options are consistent. */
    public void check() {
        checkArgument(
                socketPath != null || !scheme().endsWith("+unix"),
                "protocolScheme: '%s' (expected: ws or wss without a socketPath)",
                scheme());
    }

    // ---- results

    /** Returns the host and port in the name of the token. */
    String nameForToken() {
        return host == null ? hostname + ":" + realPort() : host;
    }

    /** Returns the URL without the timestamp. */
    String text() {
        return scheme() + "://" + authority() + (socketPath == null ? "" : ":") + target(false);
    }

    WebSocketTarget target(Optional<? extends Tls> tls, HttpHeaders headers, Duration connectTimeout) {
        Address address = socketPath;
        if (address == null) {
            address = new Address.Tcp(bareName(), realPort());
        }
        return new WebSocketTarget(
                address,
                socketPath == null ? authority() : "localhost",
                target(timestampRequests),
                List.of(),
                headers,
                connectTimeout,
                isSecure() ? tls.map(Tls.class::cast) : Optional.empty());
    }

    public boolean isSecure() {
        return scheme().startsWith("wss");
    }

    private String scheme() {
        return scheme != null ? scheme : secure ? "wss" : "ws";
    }

    private int realPort() {
        if (host != null) {
            return Integer.parseInt(host.substring(host.lastIndexOf(':') + 1));
        }
        return port > 0 ? port : isSecure() ? 443 : 80;
    }

    private String bareName() {
        String name = host == null ? hostname : host.substring(0, host.lastIndexOf(':'));
        return name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
    }

    private String authority() {
        if (socketPath != null) {
            return socketPath.path().toString();
        }
        if (host != null) {
            return host;
        }
        boolean usual = switch (scheme()) {
            case "ws" -> realPort() == 80;
            case "wss" -> realPort() == 443;
            default -> true;
        };
        return usual ? hostname : hostname + ":" + realPort();
    }

    private String target(boolean withTime) {
        Map<String, List<String>> all = query;
        if (withTime) {
            all = new LinkedHashMap<>(query);
            all.put(timestampParam, List.of(Long.toString(currentTimeMillis.getAsLong())));
        }
        StringBuilder text = new StringBuilder(path);
        char separator = '?';
        for (Map.Entry<String, List<String>> entry : all.entrySet()) {
            for (String value : entry.getValue()) {
                text.append(separator)
                        .append(encode(entry.getKey()))
                        .append('=')
                        .append(encode(value));
                separator = '&';
            }
        }
        return text.toString();
    }

    private static Map<String, List<String>> parse(String encoded) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String pair : encoded.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String key = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                all.computeIfAbsent(decode(key), none -> new ArrayList<>()).add(decode(value));
            }
        }
        return all;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
