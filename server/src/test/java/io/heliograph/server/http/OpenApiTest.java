package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The OpenAPI document describes exactly the routes of the API. */
class OpenApiTest {

    private static final Pattern REFERENCE = Pattern.compile("\"\\$ref\": ?\"#/([^\"]+)\"");

    @SuppressWarnings("unchecked") // JSON objects
    private static Map<String, Object> object(@Nullable Object value, String... path) {
        Map<String, Object> found = (Map<String, Object>) Objects.requireNonNull(value);
        for (String name : path) {
            assertThat(found).containsKey(name);
            found = (Map<String, Object>) Objects.requireNonNull(found.get(name));
        }
        return found;
    }

    private static Map<String, Object> document() {
        return object(Codec.named("json").decode(Frame.of(HttpApi.description()), Object.class));
    }

    @Test
    void documentNamesEachRouteWithItsMethod() {
        Map<String, String> described = new TreeMap<>();
        object(document(), "paths").forEach((path, methods) -> {
            assertThat(object(methods)).as(path).hasSize(1);
            described.put(path, object(methods).keySet().iterator().next().toUpperCase(Locale.ROOT));
        });
        assertThat(described).isEqualTo(new TreeMap<>(HttpApi.ROUTES));
    }

    @Test
    void operationsOfOneDocumentHaveDistinctIds() {
        Set<String> ids = new TreeSet<>();
        object(document(), "paths")
                .forEach((path, methods) -> object(methods)
                        .values()
                        .forEach(operation -> assertThat(
                                        ids.add((String) object(operation).get("operationId")))
                                .as(path)
                                .isTrue()));
        assertThat(document()).containsEntry("openapi", "3.1.0");
    }

    @Test
    void referencesHaveTargets() {
        Matcher reference = REFERENCE.matcher(Frame.of(HttpApi.description()).utf8());
        int count = 0;
        while (reference.find()) {
            object(document(), reference.group(1).split("/", -1));
            count++;
        }
        assertThat(count).isGreaterThan(10);
    }

    @Test
    void listenerServesTheDocumentWithoutAKey() throws Exception {
        try (Hub hub = Hub.builder()
                .daemon(true)
                .listen("http://127.0.0.1:0/some/api", Protocols.http())
                .build()) {
            hub.start().orTimeout(10, TimeUnit.SECONDS).join();
            HttpPeer.Response served = HttpPeer.send(hub, "GET /some/api/openapi.json");
            assertThat(served.status()).isEqualTo(200);
            assertThat(served.body()).isEqualTo(Frame.of(HttpApi.description()).utf8());
            assertThat(HttpPeer.send(hub, "GET /some/api/openapi.json", "Origin: https://evil.example")
                            .status())
                    .isEqualTo(403);
        }
    }

    /** Each kind of failure that the tests of the API produce is described for its operation. */
    @Test
    void statusesOfRefusalsAreDescribed() {
        Map<String, Set<String>> described = new HashMap<>();
        object(document(), "paths")
                .forEach((path, methods) -> object(methods)
                        .values()
                        .forEach(operation -> described.put(
                                path, object(operation, "responses").keySet())));
        HttpApi.ROUTES.forEach((path, method) -> {
            assertThat(described.get(path)).as(path).contains("200", "403", "405");
            if (method.equals("POST")) {
                assertThat(described.get(path)).as(path).contains("400", "401", "415");
            }
        });
    }
}
