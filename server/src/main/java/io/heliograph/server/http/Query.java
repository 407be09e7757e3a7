package io.heliograph.server.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.http.HttpRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parameters in the query of a request. */
final class Query {

    private final Map<String, String> values = new HashMap<>();

    /** @throws IllegalArgumentException if the query is malformed or repeats a parameter */
    Query(HttpRequest request) {
        String query = request.query().orElse("");
        if (query.isEmpty()) {
            return;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            checkArgument(values.put(name, value) == null, "%s: more than one value (expected: one)", name);
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String required(String name) {
        String value = values.get(name);
        checkArgument(value != null && !value.isEmpty(), "%s: missing (expected: a parameter of the query)", name);
        return String.valueOf(value);
    }

    @Nullable
    String optional(String name) {
        return values.get(name);
    }

    @Nullable
    Integer number(String name) {
        String value = values.get(name);
        if (value == null) {
            return null;
        }
        checkArgument(value.matches("[0-9]{1,9}"), "%s: '%s' (expected: a number)", name, value);
        return Integer.valueOf(value);
    }
}
