package io.heliograph.server.management;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.http.HttpRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Parameters in the query of a request. */
final class Parameters {

    private static final int MAX_COUNT = 200_000;

    private final Map<String, String> values = new HashMap<>();

    /** @throws IllegalArgumentException if the query is malformed */
    Parameters(HttpRequest request) {
        for (String pair : request.query().orElse("").split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
    }

    String text(String name, String without) {
        return values.getOrDefault(name, without);
    }

    boolean flag(String name) {
        String value = text(name, "false");
        checkArgument(value.equals("true") || value.equals("false"), "%s: '%s' (expected: true or false)", name, value);
        return value.equals("true");
    }

    long number(String name, long without) {
        String value = values.get(name);
        checkArgument(value == null || value.matches("[0-9]{1,18}"), "%s: '%s' (expected: a number)", name, value);
        return value == null ? without : Long.parseLong(value);
    }

    int count(String name, int without) {
        long value = number(name, without);
        checkArgument(value <= MAX_COUNT, "%s: %s (expected: at most %s)", name, value, MAX_COUNT);
        return (int) value;
    }
}
