package io.heliograph.server.management;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.RpcClient;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.ManagementProtocol;
import io.heliograph.server.Protocols;
import io.heliograph.server.stats.HubStats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of operators to the management listener of a hub with clients. */
class ManagementTest {

    private static final String TOKEN = "0123456789abcdef-token";

    private final HttpClient http = HttpClient.newHttpClient();
    private Hub hub = Hub.builder().daemon(true).build();

    @AfterEach
    void close() {
        http.shutdownNow();
        hub.close();
        hub.closed().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private void start(ManagementProtocol management) {
        hub = Hub.builder()
                .daemon(true)
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .listen("http://127.0.0.1:0", management)
                .build();
        hub.procedure("sum", Object.class, (data, call) -> 3);
        hub.procedure("fails", Object.class, (data, call) -> {
            throw CallException.of("E", "no");
        });
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private String url() {
        return hub.listeners().getLast().url();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    @SuppressWarnings("unchecked") // JSON objects
    private Map<String, Object> json(String path) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return (Map<String, Object>) requireNonNull(
                Payload.of(Codec.named("json"), Frame.utf8(response.body())).value());
    }

    @SuppressWarnings("unchecked") // JSON arrays of objects
    private List<Map<String, Object>> rows(String path) throws Exception {
        return (List<Map<String, Object>>) requireNonNull(json(path).get("rows"));
    }

    private RpcClient client() {
        RpcClient client =
                RpcClient.builder(URI.create(hub.listeners().getFirst().url())).build();
        client.connect().orTimeout(10, TimeUnit.SECONDS).join();
        return client;
    }

    private static void call(RpcClient client, String method) {
        client.call(method, List.of(), Object.class)
                .handle((value, failure) -> null)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    // ---- documents

    @Test
    @SuppressWarnings("unchecked") // JSON objects
    void documentsShowWhatClientsDid() throws Exception {
        start(Protocols.management());
        try (RpcClient client = client()) {
            call(client, "sum");
            call(client, "sum");
            call(client, "fails");
            call(client, "nosuch");
            hub.channel("news").publish("x").orTimeout(10, TimeUnit.SECONDS).join();

            Map<String, Object> stats = json("/_helio/api/stats?fresh=true");
            assertThat((Map<String, Object>) stats.get("total")).containsEntry("connections", 1L);
            assertThat((Map<String, Object>) stats.get("exchange")).containsEntry("published", 1L);
            assertThat((Map<String, Object>) stats.get("calls"))
                    .containsEntry("ended", 3L)
                    .containsEntry("unknown", 1L)
                    .containsEntry("active", 0L);
            assertThat((List<Object>) stats.get("listeners")).hasSize(1);
            assertThat(rows("/_helio/api/connections"))
                    .singleElement()
                    .satisfies(row -> assertThat(row)
                            .containsEntry("protocol", "rpc")
                            .containsEntry("principal", "")
                            .containsEntry("framesReceived", 4L)
                            .containsEntry("framesSent", 4L));
        }
        await().until(() -> !hub.recentEnds().isEmpty());
        assertThat(rows("/_helio/api/closed"))
                .singleElement()
                .satisfies(
                        row -> assertThat(row).containsEntry("cause", "client").containsEntry("number", 1L));
        assertThat(rows("/_helio/api/closed?cause=slow-consumer")).isEmpty();
        await().untilAsserted(() -> assertThat(rows("/_helio/api/procedures"))
                .extracting(row -> row.get("procedure"), row -> row.get("calls"), row -> row.get("failures"))
                .containsExactly(tuple("fails", 1L, 1L), tuple("sum", 2L, 0L)));
        await().untilAsserted(() -> assertThat(
                        (List<Object>) json("/_helio/api/history").get("time"))
                .isNotEmpty());
    }

    @Test
    void channelsAreSortedAndSearched() throws Exception {
        start(Protocols.management());
        hub.channel("jobs/1").on(each -> {});
        hub.channel("jobs/2").on(each -> {});
        hub.channel("news").on(each -> {});
        hub.channel("jobs/2").publish(1).orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(rows("/_helio/api/channels?search=jobs"))
                .extracting(row -> row.get("channel"))
                .containsExactlyInAnyOrder("jobs/1", "jobs/2");
        assertThat(rows("/_helio/api/channels?limit=1"))
                .extracting(row -> row.get("channel"), row -> row.get("publications"))
                .containsExactly(tuple("jobs/2", 1L));
    }

    @Test
    void invalidParametersAreNamed() throws Exception {
        start(Protocols.management());
        assertThat(get("/_helio/api/connections?sort=size"))
                .returns(400, HttpResponse::statusCode)
                .satisfies(response -> assertThat(response.body())
                        .isEqualTo("{\"error\":\"sort: 'size' (expected: one of age, channels, id, in, out, principal,"
                                + " protocol, queued)\"}"));
        assertThat(get("/_helio/api/closed?limit=x").body()).contains("limit: 'x' (expected: a number)");
        assertThat(get("/_helio/api/nosuch").statusCode()).isEqualTo(404);
        assertThat(get("/other").statusCode()).isEqualTo(404);
    }

    // ---- metrics

    /** Reads a page of metrics: the value of each series. */
    private static Map<String, Double> series(String page) {
        Map<String, Double> series = new HashMap<>();
        page.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            assertThat(series.put(line.substring(0, space), Double.valueOf(line.substring(space + 1))))
                    .as("a series is listed once: %s", line)
                    .isNull();
        });
        return series;
    }

    @Test
    void metersEqualTheOracle() throws Exception {
        start(Protocols.management());
        String listener =
                "{protocol=\"rpc\",listener=\"" + hub.listeners().getFirst().url() + "\"}";
        RpcClient gone = client();
        gone.closeGracefully(Duration.ofSeconds(5)).join();
        await().until(() -> !hub.recentEnds().isEmpty());
        try (RpcClient client = client()) {
            for (int i = 0; i < 7; i++) {
                call(client, "sum");
            }
            call(client, "fails");
            call(client, "nosuch");
            hub.channel("news").on(each -> {});
            for (int i = 0; i < 5; i++) {
                hub.channel("news").publish(i).orTimeout(10, TimeUnit.SECONDS).join();
            }
            HubStats stats = hub.snapshot();
            HttpResponse<String> page = get("/metrics");
            assertThat(page.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
            Map<String, Double> series = series(page.body());
            String sum = "{procedure=\"sum\",protocol=\"rpc\"";
            assertThat(series)
                    .containsEntry("heliograph_connections" + listener, 1.0)
                    .containsEntry("heliograph_connections_opened_total" + listener, 2.0)
                    .containsEntry(
                            "heliograph_connections_closed_total" + listener.replace("}", ",reason=\"client\"}"), 1.0)
                    .containsEntry("heliograph_messages_received_total" + listener, 9.0)
                    .containsEntry("heliograph_messages_sent_total" + listener, 9.0)
                    .containsEntry("heliograph_bytes_received_total" + listener, (double)
                            stats.total().bytesReceived())
                    .containsEntry("heliograph_publications_total", 5.0)
                    .containsEntry("heliograph_channels", 1.0)
                    .containsEntry("heliograph_subscriptions", 1.0)
                    .containsEntry("heliograph_engine_connected", 1.0)
                    .containsEntry("heliograph_ready", 1.0)
                    .containsEntry("heliograph_calls_active", 0.0)
                    .containsEntry("heliograph_calls_unknown_total", 1.0)
                    .containsEntry("heliograph_calls_total" + sum + ",outcome=\"ok\"}", 7.0)
                    .containsEntry("heliograph_call_seconds_count" + sum + "}", 7.0)
                    .containsEntry("heliograph_call_seconds_bucket" + sum + ",le=\"+Inf\"}", 7.0)
                    .containsEntry(
                            "heliograph_calls_total{procedure=\"fails\",protocol=\"rpc\",outcome=\"error\"}", 1.0)
                    .containsEntry("heliograph_authority_decisions_total{action=\"call\",result=\"allowed\"}", 8.0)
                    .containsEntry("heliograph_authority_decisions_total{action=\"connect\",result=\"allowed\"}", 2.0);
            assertThat(series.get("heliograph_jvm_threads")).isPositive();
        }
    }

    /** On an intended change: copy the names of the failure into the file, and the change into CHANGELOG.md. */
    @Test
    void namesOfMetersAreThoseOfTheList() throws Exception {
        start(Protocols.management());
        List<String> names = get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.substring(7))
                .sorted()
                .toList();
        assertThat(names).isEqualTo(Files.readAllLines(Path.of("src/test/resources/meters.txt")));
    }

    // ---- access

    @Test
    void withoutTokenNothingIsShown() throws Exception {
        start(Protocols.management().token(TOKEN));
        for (String path : List.of("/metrics", "/_helio/api/stats", "/_helio/api/connections", "/_helio/api/closed")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(401);
            assertThat(get(path, "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
            assertThat(get(path, "Authorization", "Bearer " + TOKEN).statusCode())
                    .isEqualTo(200);
        }
        assertThat(post("/_helio/api/drain", "{}").statusCode()).isEqualTo(401);
        assertThat(get("/readyz").body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(get("/readyz", "Authorization", "Bearer " + TOKEN).body()).contains("\"engine\":\"connected\"");
    }

    @Test
    void loginSetsCookieOfBrowser() throws Exception {
        start(Protocols.management().token(TOKEN));
        HttpResponse<String> login = post("/_helio/api/login", "{\"token\":\"" + TOKEN + "\"}");
        String cookie = login.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).matches("helio_session=[\\w-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
        assertThat(get("/_helio/api/stats", "Cookie", cookie.substring(0, cookie.indexOf(';')))
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/_helio/api/stats", "Cookie", "helio_session=invented").statusCode())
                .isEqualTo(401);
    }

    @Test
    void fiveAttemptsPerMinuteAreAllowed() throws Exception {
        start(Protocols.management().token(TOKEN));
        for (int i = 0; i < 5; i++) {
            assertThat(post("/_helio/api/login", "{\"token\":\"wrong\"}").statusCode())
                    .isEqualTo(401);
        }
        assertThat(post("/_helio/api/login", "{\"token\":\"" + TOKEN + "\"}").statusCode())
                .isEqualTo(429);
        assertThat(get("/metrics", "Authorization", "Bearer " + TOKEN).statusCode())
                .isEqualTo(200);
    }

    @Test
    void nameOfAnotherHostIsRefused() throws IOException {
        start(Protocols.management());
        URI url = URI.create(url());
        try (java.net.Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), url.getPort())) {
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 403");
        }
    }

    @Test
    void otherMachinesNeedHttpsAndToken() {
        assertThatThrownBy(() -> Hub.builder()
                        .listen("http://0.0.0.0:8100", Protocols.management().token(TOKEN)))
                .hasMessage(
                        "url: 'http://0.0.0.0:8100' is reachable from other machines (expected: https and a token, or"
                                + " a loopback address)");
        assertThatThrownBy(() -> Hub.builder().listen("https://0.0.0.0:8100", Protocols.management()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Protocols.management().token("short"))
                .hasMessage("token: 5 characters (expected: at least 16)");
    }

    @Test
    void unknownCommandIsNotFound() throws Exception {
        start(Protocols.management());
        assertThat(post("/_helio/api/nosuch", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void publicPortShowsNothing() throws Exception {
        start(Protocols.management());
        String open = hub.listeners().getFirst().url().replaceFirst("ws", "http");
        for (String path : List.of("/metrics", "/_helio/", "/_helio/api/stats")) {
            HttpResponse<String> response =
                    send(HttpRequest.newBuilder(URI.create(open).resolve(path)));
            assertThat(response.statusCode()).as(path).isEqualTo(404);
        }
    }
}
