package io.heliograph.http;

import static io.heliograph.internal.Check.checkArgument;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The header fields of a request or response, by name without regard to case. Immutable. */
public final class HttpHeaders {

    private static final HttpHeaders EMPTY =
            new HttpHeaders(new TreeMap<>(String.CASE_INSENSITIVE_ORDER));

    private final SortedMap<String, List<String>> values;

    private HttpHeaders(SortedMap<String, List<String>> values) {
        this.values = values;
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
        TreeMap<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Map.Entry<String, String> field : fields) {
            check(field.getKey(), field.getValue());
            all.computeIfAbsent(field.getKey(), name -> new ArrayList<>(1)).add(field.getValue());
        }
        all.replaceAll((name, values) -> List.copyOf(values));
        return new HttpHeaders(all);
    }

    private static void check(String name, String value) {
        checkArgument(HeaderTokens.isToken(name), "header: '%s' (expected: a token)", name);
        checkArgument(
                value.chars().noneMatch(c -> (c < ' ' && c != '\t') || c == 0x7f),
                "header %s: a value with a control character (expected: visible text)",
                name);
    }

    /**
     * These fields and one more; a field of the same name is kept beside it.
     *
     * @throws IllegalArgumentException if the name is not a token of RFC 9110 or the value holds a control character
     */
    public HttpHeaders with(String name, String value) {
        check(name, value);
        TreeMap<String, List<String>> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(values);
        List<String> all = new ArrayList<>(more.getOrDefault(name, List.of()));
        all.add(value);
        more.put(name, List.copyOf(all));
        return new HttpHeaders(more);
    }

    /** The first value of a field. */
    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    /** The values of a field in their order, possibly none. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** All fields; the map knows names without regard to case, and cannot be changed. */
    public Map<String, List<String>> map() {
        return Collections.unmodifiableSortedMap(values);
    }

    /** The names only: values may be secrets. */
    @Override
    public String toString() {
        return values.keySet().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList()
                .toString();
    }
}
