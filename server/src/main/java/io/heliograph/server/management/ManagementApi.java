package io.heliograph.server.management;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.ChannelOrder;
import io.heliograph.exchange.ChannelStats;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.ManagementCommand;
import io.heliograph.server.stats.ConnectionEnd;
import io.heliograph.server.stats.HubStats;
import io.heliograph.web.Pages;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Requests of operators: documents of statistics, metrics, health, commands, and the dashboard. Thread-safe. */
final class ManagementApi implements HttpHandler {

    static final String API = "/_helio/api/";

    private static final String JSON = "application/json";
    private static final String LOGIN = API + "login";
    private static final String DASHBOARD = "/_helio/";
    private static final int DEFAULT_ROWS = 100;

    /** Channels that a search covers: the largest in the selected order. */
    private static final int MAX_CHANNELS = 200_000;

    /** Longest time of a command. */
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(1);

    private final HubCore hub;
    private final ManagementOptions options;
    private final Sampler sampler;
    private final ConnectionTable connections;
    private final Sessions sessions;
    private final Pages pages =
            Pages.resources(ManagementApi.class, "dashboard").under(DASHBOARD);

    ManagementApi(HubCore hub, ManagementOptions options, Sampler sampler) {
        this.hub = hub;
        this.options = options;
        this.sampler = sampler;
        this.connections = new ConnectionTable(hub.statistics()::connections, System::nanoTime);
        this.sessions = new Sessions(options.token(), System::nanoTime);
    }

    @Override
    public @Nullable HttpResponse refusal(HttpRequest head) {
        if (head.method().equals("POST") && !head.path().equals(LOGIN) && !sessions.isAllowed(head)) {
            return unauthorized();
        }
        return null;
    }

    @Override
    public HttpResponse handle(HttpRequest request) throws Exception {
        return secured(respond(request));
    }

    private HttpResponse respond(HttpRequest request) throws Exception {
        String path = request.path();
        if (path.equals("/healthz")) {
            return health(request, hub.isHealthy());
        }
        if (path.equals("/readyz")) {
            return health(request, hub.isReady());
        }
        if (path.equals("/") && options.dashboard()) {
            return HttpResponse.text(302, "").withHeader("Location", DASHBOARD);
        }
        if (path.equals(LOGIN)) {
            return login(request);
        }
        if (path.startsWith(DASHBOARD) && !path.startsWith(API)) {
            return options.dashboard() ? pages.handle(request) : notFound(); // static files have no secrets
        }
        if (!sessions.isAllowed(request)) {
            return unauthorized();
        }
        try {
            if (request.method().equals("POST")) {
                return command(request);
            }
            if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
                return error(405, "method: '" + request.method() + "' (expected: GET)")
                        .withHeader("Allow", "GET");
            }
            return path.equals("/metrics")
                    ? HttpResponse.of(
                            200,
                            Prometheus.CONTENT_TYPE,
                            Frame.utf8(Prometheus.of(hub.statistics().snapshot())))
                    : document(path, new Parameters(request));
        } catch (IllegalArgumentException invalid) {
            return error(400, String.valueOf(invalid.getMessage()));
        }
    }

    private HttpResponse document(String path, Parameters query) {
        if (!path.startsWith(API)) {
            return notFound();
        }
        return switch (path.substring(API.length())) {
            case "stats" ->
                json(200, StatsJson.of(query.flag("fresh") ? hub.statistics().snapshot() : sampler.latest()));
            case "history" -> json(200, sampler.history(query.number("after", 0)));
            case "connections" ->
                json(
                        200,
                        connections.page(
                                query.text("sort", "queued"),
                                query.flag("reverse"),
                                query.text("search", ""),
                                query.count("offset", 0),
                                query.count("limit", DEFAULT_ROWS)));
            case "closed" -> json(200, Map.of("rows", ends(query)));
            case "drops" ->
                json(
                        200,
                        Map.of(
                                "rows",
                                sampler.drops().stream()
                                        .limit(query.count("limit", DEFAULT_ROWS))
                                        .map(StatsJson::drop)
                                        .toList()));
            case "channels" -> json(200, channels(query));
            case "procedures" ->
                json(
                        200,
                        Map.of(
                                "rows",
                                hub.statistics().snapshot().procedures().stream()
                                        .map(StatsJson::procedure)
                                        .toList()));
            default -> notFound();
        };
    }

    private List<Map<String, Object>> ends(Parameters query) {
        String cause = query.text("cause", "");
        String search = query.text("search", "").toLowerCase(Locale.ROOT);
        return hub.statistics().ends().stream()
                .filter(end -> cause.isEmpty() || end.cause().key().equals(cause))
                .filter(end -> search.isEmpty() || matches(end, search))
                .limit(query.count("limit", DEFAULT_ROWS))
                .map(StatsJson::end)
                .toList();
    }

    private static boolean matches(ConnectionEnd end, String search) {
        return end.connection().id().contains(search)
                || end.connection().principal().toLowerCase(Locale.ROOT).contains(search)
                || end.reason().toLowerCase(Locale.ROOT).contains(search);
    }

    private Map<String, Object> channels(Parameters query) {
        String name = query.text("sort", "publications");
        ChannelOrder order = switch (name) {
            case "publications" -> ChannelOrder.PUBLICATIONS;
            case "subscriptions" -> ChannelOrder.SUBSCRIPTIONS;
            case "bytes" -> ChannelOrder.BYTES;
            default ->
                throw new IllegalArgumentException(
                        "sort: '" + name + "' (expected: publications, subscriptions or bytes)");
        };
        String search = query.text("search", "");
        int offset = query.count("offset", 0);
        int limit = query.count("limit", DEFAULT_ROWS);
        int wanted = search.isEmpty() ? Math.min(MAX_CHANNELS, offset + limit) : MAX_CHANNELS;
        List<ChannelStats> matching = hub.exchange().top(wanted, order).stream()
                .filter(each -> each.channel().contains(search))
                .toList();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("total", hub.exchange().stats().channels());
        page.put("rows", matching.stream().skip(offset).limit(limit).toList());
        return page;
    }

    // ---- health

    private HttpResponse health(HttpRequest request, boolean good) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status", good ? "ok" : "unavailable");
        if (sessions.isAllowed(request)) {
            HubStats stats = sampler.latest();
            json.put("ready", hub.isReady());
            json.put("engine", stats.engine().name().toLowerCase(Locale.ROOT));
            json.put("loopLagMillis", stats.loopLag().toMillis());
            json.put(
                    "listeners",
                    stats.listeners().stream()
                            .map(each -> Map.of("protocol", each.protocol(), "url", each.url()))
                            .toList());
        }
        return json(good ? 200 : 503, json);
    }

    // ---- commands

    private HttpResponse command(HttpRequest request) {
        String path = request.path();
        ManagementCommand command =
                path.startsWith(API) ? hub.managementCommands().find(path.substring(API.length())) : null;
        if (command == null) {
            return notFound();
        }
        if (!isJson(request)) {
            return error(415, "Content-Type: expected " + JSON);
        }
        CompletableFuture<?> result;
        try {
            result = command.run(request.body().length() == 0 ? Map.of() : body(request));
        } catch (CodecException malformed) {
            return error(400, "body: " + malformed.getMessage());
        }
        try {
            Object value = result.orTimeout(COMMAND_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .join();
            return json(200, value == null ? Map.of() : value);
        } catch (CompletionException failed) {
            return error(409, HubErrors.of(failed).getMessage());
        }
    }

    private static boolean isJson(HttpRequest request) {
        return request.headers()
                .first("Content-Type")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .startsWith(JSON);
    }

    @SuppressWarnings("unchecked") // a JSON object
    private Map<String, Object> body(HttpRequest request) {
        Object value = Payload.of(hub.codec(), request.body()).value();
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("body: not an object (expected: a JSON object)");
    }

    private HttpResponse login(HttpRequest request) {
        if (!request.method().equals("POST") || !isJson(request)) {
            return error(405, "expected: POST with " + JSON).withHeader("Allow", "POST");
        }
        if (!sessions.needsToken()) {
            return json(200, Map.of());
        }
        if (sessions.isLimited()) {
            return error(429, "too many attempts (expected: at most " + Sessions.MAX_ATTEMPTS + " in a minute)")
                    .withHeader("Retry-After", "60");
        }
        String token;
        try {
            token = String.valueOf(body(request).get("token"));
        } catch (CodecException | IllegalArgumentException malformed) {
            return error(400, "body: expected {\"token\":…}");
        }
        String session = sessions.login(token);
        if (session == null) {
            return error(401, "token: wrong (expected: the value of management.token)");
        }
        return json(200, Map.of())
                .withHeader(
                        "Set-Cookie",
                        Sessions.COOKIE + "=" + session + "; Path=/; Max-Age=" + Sessions.MAX_AGE
                                + "; HttpOnly; SameSite=Strict" + (request.secure() ? "; Secure" : ""));
    }

    // ---- responses

    private HttpResponse json(int status, Object value) {
        FrameBuilder body = new FrameBuilder(Integer.MAX_VALUE - 8);
        hub.codec().encode(value, body);
        return HttpResponse.of(status, JSON, body.build());
    }

    private HttpResponse error(int status, String message) {
        return json(status, Map.of("error", message));
    }

    private HttpResponse notFound() {
        return error(404, "path: not found");
    }

    private HttpResponse unauthorized() {
        return error(401, "Authorization: missing or wrong (expected: Bearer and management.token)")
                .withHeader("WWW-Authenticate", "Bearer");
    }

    /** Adds the fields that keep responses out of caches, of frames, and of other pages. */
    private static HttpResponse secured(HttpResponse response) {
        HttpResponse secured = response.withHeader("Cache-Control", "no-store")
                .withHeader("Cross-Origin-Resource-Policy", "same-origin")
                .withHeader("Referrer-Policy", "no-referrer")
                .withHeader("Content-Security-Policy", Dashboard.POLICY);
        return secured.headers().first("X-Content-Type-Options").isPresent()
                ? secured
                : secured.withHeader("X-Content-Type-Options", "nosniff");
    }
}
