package io.heliograph.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.internal.HeaderTokens;
import io.heliograph.internal.Printable;
import io.heliograph.internal.StringInterner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The header fields of a request or response, by name without regard to case. Immutable. */
public final class HttpHeaders {

    private static final HttpHeaders EMPTY = new HttpHeaders(new String[0]);

    /** Common names and values of requests for a WebSocket, shared by all connections. */
    private static final Map<String, String> COMMON = new HashMap<>();

    static {
        for (String text : List.of(
                "Host",
                "host",
                "Origin",
                "origin",
                "Upgrade",
                "upgrade",
                "websocket",
                "Connection",
                "connection",
                "keep-alive, Upgrade",
                "User-Agent",
                "user-agent",
                "Pragma",
                "Cache-Control",
                "no-cache",
                "Accept-Encoding",
                "gzip, deflate, br",
                "gzip, deflate, br, zstd",
                "Accept-Language",
                "Cookie",
                "Sec-WebSocket-Key",
                "sec-websocket-key",
                "Sec-WebSocket-Version",
                "sec-websocket-version",
                "13",
                "Sec-WebSocket-Protocol",
                "Sec-WebSocket-Extensions",
                "sec-websocket-extensions",
                "permessage-deflate; client_max_window_bits",
                "Content-Type",
                "Content-Length")) {
            COMMON.put(text, text);
        }
    }

    private static final StringInterner RECENT = new StringInterner(512);

    // Names and values alternate, which keeps the headers of many connections small.
    private final String[] fields;

    private HttpHeaders(String[] fields) {
        this.fields = fields;
    }

    public static HttpHeaders empty() {
        return EMPTY;
    }

    /**
     * Fields with one value each.
     *
     * @throws IllegalArgumentException if a name is not a token of RFC 9110 or a value holds a control character
     */
    public static HttpHeaders of(Map<String, String> fields) {
        return of(fields.entrySet());
    }

    /**
     * Fields in their order; several may have the same name.
     *
     * @throws IllegalArgumentException if a name is not a token of RFC 9110 or a value holds a control character
     */
    public static HttpHeaders of(Iterable<Map.Entry<String, String>> fields) {
        List<String> all = new ArrayList<>(16);
        for (Map.Entry<String, String> field : fields) {
            check(field.getKey(), field.getValue());
            all.add(shared(field.getKey()));
            all.add(shared(field.getKey(), field.getValue()));
        }
        return new HttpHeaders(all.toArray(String[]::new));
    }

    private static String shared(String name) {
        return COMMON.getOrDefault(name, name);
    }

    private static String shared(String name, String value) {
        String common = COMMON.get(value);
        return common != null ? common : isOwn(name) ? value : RECENT.intern(value);
    }

    /** Whether the value differs from client to client. */
    private static boolean isOwn(String name) {
        return name.equalsIgnoreCase("Sec-WebSocket-Key")
                || name.equalsIgnoreCase("Cookie")
                || name.equalsIgnoreCase("Authorization");
    }

    private static void check(String name, String value) {
        if (!HeaderTokens.isToken(name)) {
            checkArgument(false, "header: '%s' (expected: a token)", Printable.of(name, 100));
        }
        checkArgument(isVisible(value), "header %s: a value with a control character (expected: visible text)", name);
    }

    private static boolean isVisible(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns these fields and one more; an existing field of the same name stays.
     *
     * @throws IllegalArgumentException if the name is not a token of RFC 9110 or the value holds a control character
     */
    public HttpHeaders with(String name, String value) {
        check(name, value);
        String[] more = Arrays.copyOf(fields, fields.length + 2);
        more[fields.length] = shared(name);
        more[fields.length + 1] = shared(name, value);
        return new HttpHeaders(more);
    }

    /** The first value of a field. */
    public Optional<String> first(String name) {
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                return Optional.of(fields[i + 1]);
            }
        }
        return Optional.empty();
    }

    /** The values of a field in their order, possibly none. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(1);
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                values.add(fields[i + 1]);
            }
        }
        return List.copyOf(values);
    }

    /** The values of a field in order, separated by commas; empty without such a field. */
    public String joined(String name) {
        String joined = "";
        boolean any = false;
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                joined = any ? joined + ", " + fields[i + 1] : fields[i + 1];
                any = true;
            }
        }
        return joined;
    }

    /** A copy of all fields; the map is immutable and ignores the case of names. */
    public Map<String, List<String>> map() {
        TreeMap<String, List<String>> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < fields.length; i += 2) {
            map.computeIfAbsent(fields[i], name -> new ArrayList<>(1)).add(fields[i + 1]);
        }
        map.replaceAll((name, values) -> List.copyOf(values));
        return Collections.unmodifiableSortedMap(map);
    }

    /** The names only; values may be secrets. */
    @Override
    public String toString() {
        return map().keySet().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList()
                .toString();
    }
}
