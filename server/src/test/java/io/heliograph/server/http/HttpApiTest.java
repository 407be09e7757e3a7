package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.exchange.Position;
import io.heliograph.server.ApiKey;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.HubBuilder;
import io.heliograph.server.Permission;
import io.heliograph.server.Protocols;
import io.heliograph.server.Rule;
import io.heliograph.server.http.HttpPeer.Response;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Operations of the HTTP API, their permissions and their errors. */
class HttpApiTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String MANAGER = "fedcba9876543210fedcba9876543210";
    private static final String KEY = "Authorization: Bearer " + SECRET;
    private static final String MANAGER_KEY = "Authorization: Bearer " + MANAGER;

    record Sum(int a, int b) {}

    private Hub hub = Hub.builder().daemon(true).build();

    @AfterEach
    void close() {
        hub.close();
        hub.closed().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private void start() {
        start(Hub.builder());
    }

    private void start(HubBuilder builder) {
        hub = builder.daemon(true)
                .presence("room/**")
                .listen(
                        "http://127.0.0.1:0/api",
                        Protocols.http()
                                .keys(
                                        ApiKey.of("billing", ApiKey.hash(SECRET), "accounts"),
                                        ApiKey.of("admin", ApiKey.hash(MANAGER), ApiKey.MANAGE)))
                .build();
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private Response post(String path, String body, String... fields) throws IOException {
        return HttpPeer.post(hub, "/api" + path, body, fields);
    }

    private Response get(String path, String... fields) throws IOException {
        return HttpPeer.send(hub, "GET /api" + path, fields);
    }

    private static String error(String name, String message, int code) {
        return "{\"error\":{\"name\":\"" + name + "\",\"message\":\"" + message + "\",\"code\":" + code + "}}";
    }

    // ---- operations

    @Test
    void publicationReachesSubscribersUnchanged() throws Exception {
        start();
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        hub.channel("jobs/7").on(publication -> received.add(publication.data().text()));
        Response response =
                post("/publish", "{\"channel\":\"jobs/7\",\"data\":{\"n\":9007199254740993,\"x\":1.10}}", KEY);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.head())
                .contains("Content-Type: application/json\r\n", "Cache-Control: no-store\r\n")
                .doesNotContain("Access-Control");
        assertThat(response.body()).matches("\\{\"position\":\"[0-9a-z]+:1\"}");
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("{\"n\":9007199254740993,\"x\":1.10}");
    }

    @Test
    void retriedPublicationIsPublishedOnce() throws Exception {
        start();
        String body = "{\"channel\":\"c\",\"data\":1,\"id\":[\"abcdefghijklmnopqrstuv\",1]}";
        String first = post("/publish", body, KEY).body();
        assertThat(post("/publish", body, KEY).body()).isEqualTo(first);
        assertThat(post("/publish", "{\"channel\":\"c\"}", KEY).body()).endsWith(":2\"}");
    }

    @Test
    void callReturnsTheResult() throws Exception {
        start();
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.procedure(
                "who",
                Object.class,
                (none, call) -> Map.of(
                        "name",
                        call.principal().name(),
                        "protocol",
                        call.connection().protocol()));
        hub.procedure("nothing", Object.class, (none, call) -> null);
        assertThat(post("/call", "{\"procedure\":\"sum\",\"data\":{\"a\":2,\"b\":3}}", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(200, "{\"result\":5}");
        assertThat(post("/call", "{\"procedure\":\"who\"}", KEY).body())
                .contains("\"name\":\"billing\"", "\"protocol\":\"http\"");
        assertThat(post("/call", "{\"procedure\":\"nothing\"}", KEY).body()).isEqualTo("{\"result\":null}");
        assertThat(hub.connections()).isEmpty();
    }

    @Test
    void rulesHideAndRenameNames() throws Exception {
        hub = Hub.builder()
                .daemon(true)
                .listen(
                        "http://127.0.0.1:0/api",
                        Protocols.http()
                                .keys(ApiKey.of("billing", ApiKey.hash(SECRET)))
                                .map(
                                        Rule.topic("secret/**").none(),
                                        Rule.topic("feed").channel("news/all"),
                                        Rule.method("add").procedure("sum")))
                .build();
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        hub.procedure("secret/sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        hub.channel("news/all")
                .on(publication -> received.add(publication.data().text()));
        assertThat(post("/publish", "{\"channel\":\"feed\",\"data\":1}", KEY).status())
                .isEqualTo(200);
        assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("1");
        assertThat(post("/call", "{\"procedure\":\"add\",\"data\":[2,3]}", KEY).body())
                .isEqualTo("{\"result\":5}");
        assertThat(post("/publish", "{\"channel\":\"secret/a\",\"data\":1}", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(
                        400,
                        error(
                                "InvalidArgumentsError",
                                "channel: 'secret/a' (expected: a channel of this listener)",
                                -32602));
        assertThat(post("/call", "{\"procedure\":\"secret/sum\",\"data\":[2,3]}", KEY)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void failedCallReturnsTheErrorOfTheProcedure() throws Exception {
        start();
        hub.onError(failure -> {});
        hub.procedure("pay", Object.class, (none, call) -> {
            throw CallException.of("InsufficientFundsError", "3 missing")
                    .code(-1)
                    .data(Map.of("missing", 3));
        });
        hub.procedure("boom", Object.class, (none, call) -> {
            throw new IllegalStateException("secret of the server");
        });
        hub.procedure("sum", Sum.class, (sum, call) -> sum.a() + sum.b());
        assertThat(post("/call", "{\"procedure\":\"pay\"}", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(
                        422,
                        "{\"error\":{\"name\":\"InsufficientFundsError\",\"message\":\"3 missing\",\"code\":-1,"
                                + "\"data\":{\"missing\":3}}}");
        assertThat(post("/call", "{\"procedure\":\"boom\"}", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(500, error("Error", "the procedure has failed", -32000));
        assertThat(post("/call", "{\"procedure\":\"nosuch\"}", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(
                        404,
                        error(
                                "ProcedureNotFoundError",
                                "procedure: 'nosuch' (expected: a registered procedure)",
                                -32601));
        assertThat(post("/call", "{\"procedure\":\"sum\",\"data\":\"three\"}", KEY)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void historyBeginsAfterAPosition() throws Exception {
        start();
        Position first =
                hub.channel("c").publish("a").orTimeout(10, TimeUnit.SECONDS).join();
        Position second =
                hub.channel("c").publish("b").orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(get("/history?channel=c&limit=1", KEY).body())
                .contains("{\"position\":\"" + first + "\",\"data\":\"a\"}", "\"complete\":true")
                .doesNotContain("\"b\"");
        assertThat(get("/history?channel=c&since=" + first, KEY).body())
                .isEqualTo("{\"publications\":[{\"position\":\"" + second + "\",\"data\":\"b\"}],\"position\":\""
                        + second + "\",\"complete\":true}");
        assertThat(get("/history?channel=c&since=x", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(
                        400,
                        error(
                                "InvalidArgumentsError",
                                "since: not a position (expected: epoch:offset, as the server sent it)",
                                -32602));
    }

    @Test
    void presenceListsSubscribers() throws Exception {
        start();
        try (HttpPeer subscriber = new HttpPeer(hub)) {
            subscriber.send("GET /api/subscribe?channel=room%2F1", "", KEY).head();
            assertThat(get("/presence?channel=room/1", KEY).body())
                    .matches("\\{\"members\":\\[\\{\"id\":\"http-[0-9a-z]+\",\"user\":\"billing\"}],\"count\":1}");
        }
    }

    @Test
    void disconnectEndsTheConnectionsOfAUser() throws Exception {
        start();
        try (HttpPeer subscriber = new HttpPeer(hub)) {
            subscriber.send("GET /api/subscribe?channel=c", "", KEY).head();
            assertThat(post("/disconnect", "{\"user\":\"billing\"}", KEY))
                    .extracting(Response::status, Response::body)
                    .containsExactly(403, error("NotAllowedError", "manage: 'disconnect' is not allowed", -32605));
            assertThat(post("/disconnect", "{\"user\":\"billing\",\"reason\":\"maintenance\"}", MANAGER_KEY)
                            .body())
                    .isEqualTo("{\"nodes\":1}");
            String event = subscriber.event();
            while (!event.equals("end")) {
                event = subscriber.event();
            }
        }
    }

    @Test
    void revocationNeedsAUserOrToken() throws Exception {
        start();
        assertThat(post("/revoke", "{\"user\":\"ada\",\"until\":\"2100-01-01T00:00:00Z\"}", MANAGER_KEY)
                        .body())
                .isEqualTo("{\"nodes\":1}");
        assertThat(post("/revoke", "{\"token\":\"t1\"}", MANAGER_KEY).body()).isEqualTo("{\"nodes\":1}");
        assertThat(post("/revoke", "{\"user\":\"ada\",\"token\":\"t1\"}", MANAGER_KEY)
                        .body())
                .contains("target: 2 given (expected: one of user, connection and token)");
        assertThat(post("/revoke", "{\"connection\":\"sc-1\"}", MANAGER_KEY).body())
                .contains("a connection cannot be revoked");
        assertThat(post("/revoke", "{\"user\":\"ada\",\"until\":\"tomorrow\"}", MANAGER_KEY)
                        .body())
                .contains("until: 'tomorrow' (expected: a time such as 2026-12-01T04:00:00Z)");
        assertThat(post("/revoke", "{\"user\":\"ada\"}", KEY).status()).isEqualTo(403);
    }

    // ---- requests that are refused

    @Test
    void keyIsNeededOnLoopbackToo() throws Exception {
        start();
        String publish = "{\"channel\":\"c\",\"data\":1}";
        assertThat(post("/publish", publish))
                .satisfies(response -> assertThat(response.head()).contains("WWW-Authenticate: Bearer\r\n"))
                .extracting(Response::status, Response::body)
                .containsExactly(
                        401, error("AuthTokenError", "Authorization: missing (expected: Bearer and a key)", -32000));
        assertThat(get("/presence?channel=c").status()).isEqualTo(401);
        assertThat(get("/history?channel=c").status()).isEqualTo(401);
        assertThat(post("/publish", publish, "Authorization: Bearer " + SECRET.replace('0', '1')))
                .extracting(Response::status, Response::body)
                .containsExactly(401, error("AuthTokenError", "Authorization: the key is not known", -32605));
        assertThat(post("/publish", publish, "Authorization: Basic " + SECRET).status())
                .isEqualTo(401);
        assertThat(post("/publish", publish, "Authorization: Bearer a.b.c").status())
                .isEqualTo(401);
        assertThat(hub.exchange().stats().published()).isZero();
    }

    @Test
    void authorityDecidesAboutKeys() throws Exception {
        start(Hub.builder().authority((who, action, name) -> {
            boolean own = who.roles().contains("accounts") && name.startsWith("accounts/");
            return own || action == HubAction.CONNECT ? Permission.allow() : Permission.deny("not yours");
        }));
        assertThat(post("/publish", "{\"channel\":\"accounts/1\"}", KEY).status())
                .isEqualTo(200);
        assertThat(post("/publish", "{\"channel\":\"other\"}", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(403, error("NotAllowedError", "publish: 'other' is not allowed: not yours", -32605));
        assertThat(post("/publish", "{\"channel\":\"accounts/1\"}", MANAGER_KEY).status())
                .isEqualTo(403);
        assertThat(get("/subscribe?channel=other", KEY).status()).isEqualTo(403);
        assertThat(get("/subscribe?channel=accounts/1").status()).isEqualTo(403);
    }

    @Test
    void connectDenialRefusesEachRequest() throws Exception {
        start(Hub.builder()
                .authority((who, action, name) ->
                        action == HubAction.CONNECT ? Permission.deny("closed today") : Permission.allow()));
        assertThat(post("/publish", "{\"channel\":\"c\"}", KEY).body()).contains("closed today");
        Response denied = get("/subscribe?channel=c", KEY);
        assertThat(denied.status()).isEqualTo(403);
        assertThat(denied.body()).contains("closed today");
        assertThat(hub.connections()).isEmpty();
    }

    @Test
    void foreignOriginIsRefusedWithoutCorsFields() throws Exception {
        start();
        Response refused = post("/publish", "{\"channel\":\"c\"}", KEY, "Origin: https://evil.example");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.head()).doesNotContain("Access-Control");
        assertThat(get("/subscribe?channel=c", "Origin: null").status()).isEqualTo(403);
        Response preflight = HttpPeer.send(
                hub, "OPTIONS /api/publish", "Origin: https://evil.example", "Access-Control-Request-Method: POST");
        assertThat(preflight.status()).isEqualTo(403);
        assertThat(preflight.head()).doesNotContain("Access-Control");
    }

    @Test
    void onlyJsonObjectsAreAccepted() throws Exception {
        start();
        try (HttpPeer peer = new HttpPeer(hub)) {
            Response refused = peer.send("POST /api/publish", "channel=c", KEY, "Content-Type: text/plain")
                    .response();
            assertThat(refused.status()).isEqualTo(415);
            assertThat(refused.body())
                    .isEqualTo(error("MediaTypeError", "Content-Type: expected application/json", -32000));
        }
        assertThat(post("/publish", "[1]", KEY).status()).isEqualTo(400);
        assertThat(post("/publish", "{\"channel\":\"c\",\"data\":{1}}", KEY).status())
                .isEqualTo(400);
        assertThat(post("/publish", "{\"data\":1}", KEY))
                .extracting(Response::status, Response::body)
                .containsExactly(400, error("InvalidArgumentsError", "channel: missing (expected: a string)", -32602));
        assertThat(post("/publish", "{\"channel\":7}", KEY).body()).contains("channel: NUMBER (expected: a string)");
        assertThat(post("/publish", "{\"channel\":\"#x\"}", KEY).status()).isEqualTo(400);
        assertThat(post("/publish", "{\"channel\":\"c\",\"id\":[1]}", KEY).body())
                .contains("id: (expected: an array of a publisher and a sequence)");
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        start();
        assertThat(get("/nosuch", KEY).status()).isEqualTo(404);
        Response wrong = get("/publish", KEY);
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.head()).contains("Allow: POST\r\n");
        assertThat(HttpPeer.send(hub, "HEAD /api/subscribe?channel=c", KEY).status())
                .isEqualTo(405);
        assertThat(get("/presence", KEY).body()).contains("channel: missing (expected: a parameter of the query)");
        assertThat(get("/presence?channel=a&channel=b", KEY).status()).isEqualTo(400);
        assertThat(get("/history?channel=c&limit=x", KEY).body()).contains("limit: 'x' (expected: a number)");
    }

    @Test
    void resultOverTheLimitIsReportedAndNotSent() throws Exception {
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        start(Hub.builder().maxMessageBytes(1000));
        hub.onError(failures::add);
        hub.procedure("long", Object.class, (none, call) -> "x".repeat(1000));
        assertThat(post("/call", "{\"procedure\":\"long\"}", KEY).status()).isEqualTo(500);
        assertThat(failures.poll(10, TimeUnit.SECONDS))
                .hasMessage("result: more than 1000 bytes (expected: at most maxMessageBytes)");
    }

    @Test
    void requestsAreCounted() throws Exception {
        start();
        post("/publish", "{\"channel\":\"c\"}", KEY);
        get("/presence?channel=c");
        assertThat(hub.stats().messagesReceived()).isEqualTo(2);
        assertThat(hub.stats().messagesSent()).isEqualTo(2);
        assertThat(hub.stats().drops()).containsEntry(io.heliograph.DropReason.TOKEN_REFUSED, 1L);
    }
}
