package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.server.ApiKey;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that the API accepts and sends, compared with the schemas of the OpenAPI document: every member of a schema occurs, and no other. */
class OpenApiBodiesTest {

    private static final String KEY = "Authorization: Bearer 0123456789abcdef0123456789abcdef";
    private static final Codec JSON = Codec.named("json");

    private final Map<String, Object> document = object(JSON.decode(Frame.of(HttpApi.description()), Object.class));
    private final Set<String> seen = new HashSet<>();
    private final Hub hub = Hub.builder()
            .listen(
                    "http://127.0.0.1:0/api",
                    Protocols.http()
                            .keys(ApiKey.of("admin", ApiKey.hash("0123456789abcdef0123456789abcdef"), ApiKey.MANAGE)))
            .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
            .presence("c")
            .daemon(true)
            .build();

    @BeforeEach
    void start() {
        hub.procedure("echo", Object.class, (data, call) -> data);
        hub.procedure("pay", Object.class, (data, call) -> {
            throw CallException.of("InsufficientFundsError", "3 missing")
                    .code(402)
                    .data(Map.of("missing", 3));
        });
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @AfterEach
    void close() {
        hub.close();
        hub.closed().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @SuppressWarnings("unchecked") // JSON objects
    private static Map<String, Object> object(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }

    private static Map<String, Object> object(Map<String, Object> value, String... path) {
        for (String name : path) {
            assertThat(value).containsKey(name);
            value = object(value.get(name));
        }
        return value;
    }

    /** Sends the body of an operation, and checks the response against the schema of its status. */
    private void post(String path, int status, String body) throws Exception {
        Map<String, Object> schema =
                object(document, "paths", path, "post", "requestBody", "content", "application/json", "schema");
        check(path + " request", schema, JSON.decode(Frame.utf8(body), Object.class));
        check(path, "post", status, HttpPeer.post(hub, "/api" + path, body, KEY));
    }

    private void get(String path, String query, int status) throws Exception {
        check(path, "get", status, HttpPeer.send(hub, "GET /api" + path + query, KEY));
    }

    private void check(String path, String method, int status, HttpPeer.Response response) {
        assertThat(response.status()).as("%s %s", path, response.body()).isEqualTo(status);
        Map<String, Object> schema = object(
                resolved(object(document, "paths", path, method, "responses", String.valueOf(status))),
                "content",
                "application/json",
                "schema");
        check(path + " " + status, schema, JSON.decode(Frame.utf8(response.body()), Object.class));
    }

    private Map<String, Object> resolved(Map<String, Object> schema) {
        return schema.get("$ref") instanceof String reference
                ? object(document, reference.substring(2).split("/", -1))
                : schema;
    }

    /** Checks a value against the keywords that the document uses. A reference may have further properties beside it. */
    private void check(String where, Map<String, Object> given, @Nullable Object value) {
        Map<String, Object> schema = resolved(given);
        if (given.containsKey("$ref") && given.containsKey("properties")) {
            Map<String, Object> both = new HashMap<>(object(schema, "properties"));
            both.putAll(object(given, "properties"));
            schema = new HashMap<>(schema);
            schema.put("properties", both);
        }
        switch (String.valueOf(schema.get("type")).toLowerCase(Locale.ROOT)) {
            case "object" -> checkObject(where, schema, value);
            case "array" -> checkArray(where, schema, value);
            case "string" -> {
                assertThat(value).as(where).isInstanceOf(String.class);
                if (schema.get("pattern") instanceof String pattern) {
                    assertThat((String) value).as(where).matches(pattern);
                }
            }
            case "integer" -> assertThat(value).as(where).isInstanceOfAny(Integer.class, Long.class);
            case "boolean" -> assertThat(value).as(where).isInstanceOf(Boolean.class);
            default -> assertThat(schema).as(where).doesNotContainKey("type"); // any value
        }
    }

    private void checkObject(String where, Map<String, Object> schema, @Nullable Object value) {
        assertThat(value).as(where).isInstanceOf(Map.class);
        Map<String, Object> properties = object(schema, "properties");
        if (schema.get("required") instanceof List<?> required) {
            assertThat(object(value)).as(where).containsKeys(required.toArray(String[]::new));
        }
        object(value).forEach((name, member) -> {
            assertThat(properties).as(where).containsKey(name);
            seen.add(where + " " + name);
            check(where + " " + name, object(properties.get(name)), member);
        });
    }

    private void checkArray(String where, Map<String, Object> schema, @Nullable Object value) {
        assertThat(value).as(where).isInstanceOf(List.class);
        List<?> elements = (List<?>) Objects.requireNonNull(value);
        if (schema.get("prefixItems") instanceof List<?> items) {
            assertThat(elements).as(where).hasSameSizeAs(items);
            for (int i = 0; i < items.size(); i++) {
                check(where, object(items.get(i)), elements.get(i));
            }
        } else {
            elements.forEach(each -> check(where, object(schema, "items"), each));
        }
    }

    /** Returns the names of the members of a schema that no body had. */
    private Set<String> missing(String where, Map<String, Object> given) {
        Map<String, Object> schema = resolved(given);
        Set<String> missing = new TreeSet<>();
        for (Map<String, Object> each : List.of(given, schema)) {
            if (each.containsKey("properties")) {
                object(each, "properties").forEach((name, member) -> {
                    if (!seen.contains(where + " " + name)) {
                        missing.add(where + " " + name);
                    }
                    missing.addAll(missing(where + " " + name, object(member)));
                });
            }
        }
        if (schema.containsKey("items")) {
            missing.addAll(missing(where, object(schema, "items")));
        }
        return missing;
    }

    @Test
    void bodiesHaveExactlyTheMembersOfTheirSchemas() throws Exception {
        RealtimeClient client = RealtimeClient.builder(
                        URI.create(hub.listeners().get(1).url()))
                .daemon(true)
                .build();
        client.connect().orTimeout(10, TimeUnit.SECONDS).join();
        client.subscribe("c").subscribed().orTimeout(10, TimeUnit.SECONDS).join();

        post("/publish", 200, "{\"channel\":\"c\",\"data\":{\"n\":1},\"id\":[\"abcdefghijklmnopqrstuv\",1]}");
        post("/publish", 400, "{\"channel\":\"#c\"}");
        post("/call", 200, "{\"procedure\":\"echo\",\"data\":[1]}");
        post("/call", 404, "{\"procedure\":\"nosuch\"}");
        post("/call", 422, "{\"procedure\":\"pay\"}");
        get("/presence", "?channel=c", 200);
        get("/history", "?channel=c", 200);
        get("/history", "?channel=c&since=7", 400);
        post("/revoke", 200, "{\"user\":\"eve\",\"until\":\"2099-12-01T04:00:00Z\"}");
        post("/revoke", 200, "{\"token\":\"7\"}");
        post("/revoke", 400, "{\"connection\":\"sc-1\"}");
        post("/disconnect", 200, "{\"user\":\"eve\"}");
        post("/disconnect", 200, "{\"token\":\"7\"}");
        post("/disconnect", 200, "{\"connection\":\"sc-1\",\"reason\":\"enough\"}");
        client.close();

        Set<String> missing = new TreeSet<>();
        object(document, "paths")
                .forEach((path, methods) -> object(methods).forEach((method, operation) -> {
                    Map<String, Object> described = object(operation);
                    if (described.containsKey("requestBody")) {
                        missing.addAll(missing(
                                path + " request",
                                object(described, "requestBody", "content", "application/json", "schema")));
                    }
                    Map<String, Object> content = object(described, "responses", "200", "content");
                    if (content.containsKey("application/json")
                            && object(content, "application/json").containsKey("schema")) {
                        missing.addAll(missing(path + " 200", object(content, "application/json", "schema")));
                    }
                }));
        missing.addAll(missing("/call 422", object(document, "components", "schemas", "Error")));
        assertThat(missing).containsExactly("/presence 200 members info");
    }
}
