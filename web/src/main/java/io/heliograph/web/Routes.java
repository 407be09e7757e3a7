package io.heliograph.web;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.Subscription;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Targets by path: an exact path takes precedence, then the longest prefix. Thread-safe. */
final class Routes<T> {

    private static final Comparator<String> LONGEST =
            Comparator.comparingInt(String::length).reversed().thenComparing(prefix -> prefix);

    private final Map<String, T> exact = new ConcurrentHashMap<>();
    private final Map<String, T> prefixes = new ConcurrentSkipListMap<>(LONGEST);

    /**
     * Adds a route.
     *
     * @throws IllegalArgumentException if the path does not begin with a slash, or has a query or fragment
     * @throws IllegalStateException if the path already has a target
     */
    Subscription add(String path, T target) {
        checkArgument(
                path.startsWith("/") && path.indexOf('?') < 0 && path.indexOf('#') < 0,
                "path: '%s' (expected: a path such as /time, or a prefix such as /pages/*)",
                path);
        boolean prefix = path.endsWith("/*");
        Map<String, T> routes = prefix ? prefixes : exact;
        String key = prefix ? path.substring(0, path.length() - 1) : path;
        if (routes.putIfAbsent(key, target) != null) {
            throw new IllegalStateException("path: '" + path + "' is in use (expected: a path without a handler)");
        }
        return () -> routes.remove(key, target);
    }

    /** Returns the target of a path, or null. */
    @Nullable
    T find(String path) {
        T found = exact.get(path);
        if (found != null) {
            return found;
        }
        for (Map.Entry<String, T> each : prefixes.entrySet()) {
            if (path.startsWith(each.getKey())) {
                return each.getValue();
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return List.of(exact.keySet(), prefixes.keySet()).toString();
    }
}
