package io.heliograph.realtime.client;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Address;
import io.heliograph.http.HttpHeaders;
import io.heliograph.internal.HostAndPort;
import io.heliograph.internal.Printable;
import io.heliograph.transport.Tls;
import io.heliograph.transport.WebSocketTarget;
import io.heliograph.transport.WebSocketUrl;
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
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Address options of a client, and their conversion into a URL and a {@link WebSocketTarget}. */
public final class ClientUrl {

    private static final Set<String> SCHEMES = Set.of("ws", "wss", "ws+unix", "wss+unix");

    private boolean secure;
    private HostAndPort hostname; // without its port
    private int port; // 0 for that of the scheme
    private @Nullable HostAndPort host;
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
        WebSocketUrl parsed = WebSocketUrl.of(url);
        this.secure = parsed.secure();
        this.hostname = new HostAndPort(parsed.host(), parsed.zone(), HostAndPort.NO_PORT);
        this.port = parsed.port() == (secure ? 443 : 80) ? 0 : parsed.port();
        this.path = parsed.path().isEmpty() ? "/socketcluster/" : parsed.path();
        this.query = parse(parsed.query().orElse(""));
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
        checkArgument(
                host == null,
                "hostname: '%s' (expected: none beside host '%s')",
                value,
                host == null ? "" : text(host));
        hostname = parsed("hostname", value, HostAndPort::host);
        hostnameGiven = true;
    }

    public void port(int value) {
        checkArgument(value > 0 && value <= 65535, "port: %d (expected: 1 to 65535)", value);
        checkArgument(
                host == null, "port: %d (expected: none beside host '%s')", value, host == null ? "" : text(host));
        port = value;
        portGiven = true;
    }

    public void host(String value) {
        checkArgument(
                value.matches(".+:\\d{2,5}"), "host: '%s' (expected: name:port, with a port of 2 to 5 digits)", value);
        checkArgument(!hostnameGiven, "host: '%s' (expected: none beside hostname)", value);
        checkArgument(!portGiven, "host: '%s' (expected: none beside port)", value);
        HostAndPort parsed = parsed("host", value, HostAndPort::parse);
        checkArgument(parsed.port() > 0, "host: '%s' (expected: a port of 1 to 65535)", value);
        host = parsed;
    }

    private static HostAndPort parsed(String option, String value, Function<String, HostAndPort> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException unsupported) {
            throw new IllegalArgumentException(
                    option + ": '" + Printable.of(value, 200) + "': " + unsupported.getMessage(), unsupported);
        }
    }

    private static String text(HostAndPort host) {
        return host.urlHost() + ":" + host.port();
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
        return host == null ? hostname.urlHost() + ":" + realPort() : text(host);
    }

    /** Returns the URL without the timestamp. */
    String text() {
        return scheme() + "://" + authority() + (socketPath == null ? "" : ":") + target(false);
    }

    WebSocketTarget target(Optional<? extends Tls> tls, HttpHeaders headers, Duration connectTimeout) {
        Address address = socketPath;
        if (address == null) {
            address = new Address.Tcp((host == null ? hostname : host).scopedHost(), realPort());
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
            return host.port();
        }
        return port > 0 ? port : isSecure() ? 443 : 80;
    }

    private String authority() {
        if (socketPath != null) {
            return socketPath.path().toString();
        }
        if (host != null) {
            return text(host);
        }
        boolean usual = switch (scheme()) {
            case "ws" -> realPort() == 80;
            case "wss" -> realPort() == 443;
            default -> true;
        };
        String name = hostname.urlHost();
        return usual ? name : name + ":" + realPort();
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
