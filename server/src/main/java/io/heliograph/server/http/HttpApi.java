package io.heliograph.server.http;

import io.heliograph.DropReason;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.Counters;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.server.CallException;
import io.heliograph.server.HubAction;
import io.heliograph.server.Principal;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.HubListener;
import io.heliograph.server.stats.EndCause;
import io.heliograph.transport.HttpAcceptHandler.Exchange;
import io.heliograph.web.AsyncHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests of the HTTP API: finds the operation of a path, and the principal of the request. Thread-safe. */
final class HttpApi implements AsyncHandler {

    static final String DESCRIPTION = "/openapi.json";

    /** Paths below that of the listener, with their method. */
    static final Map<String, String> ROUTES = Map.of(
            "/publish",
            "POST",
            "/call",
            "POST",
            "/disconnect",
            "POST",
            "/revoke",
            "POST",
            "/presence",
            "GET",
            "/history",
            "GET",
            "/subscribe",
            "GET",
            DESCRIPTION,
            "GET");

    private final HubCore hub;
    private final HubListener listener;
    private final String path;
    private final Counters counters;
    private final ApiIdentity identity;
    private final ApiResponses responses;
    private final ApiOperations operations;
    private final Subscriptions subscriptions;
    private final HttpResponse description;

    HttpApi(
            HubCore hub,
            HubListener listener,
            ApiOptions options,
            String path,
            Counters counters,
            EventStreams streams) {
        this.hub = hub;
        this.listener = listener;
        this.path = path;
        this.counters = counters;
        this.identity = new ApiIdentity(hub, options);
        this.responses = new ApiResponses(hub.codec(), hub.options().maxMessageBytes());
        this.operations = new ApiOperations(hub, responses);
        this.subscriptions = new Subscriptions(hub, listener, options, counters, streams, responses);
        this.description = ApiResponses.json(200, Frame.of(description()));
    }

    /** The OpenAPI document. */
    static byte[] description() {
        try (InputStream in = HttpApi.class.getResourceAsStream("openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("openapi.json is missing from the resources of the module");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- requests that are refused for their head

    @Override
    public @Nullable HttpResponse refusal(HttpRequest head) {
        String route = route(head);
        String method = ROUTES.get(route);
        if (!hub.options().origins().allows(head)) {
            counters.drop(DropReason.ORIGIN_REFUSED, 1);
            return responses.error(403, "OriginNotAllowedError", "Origin: this page is not allowed");
        }
        if (method == null) {
            return responses.error(404, "NotFoundError", "path: no operation of the API has this path");
        }
        if (!head.method().equals(method)) {
            return responses
                    .error(405, "MethodNotAllowedError", "method: expected " + method)
                    .withHeader("Allow", method);
        }
        if (method.equals("POST") && !isJson(head)) {
            return responses.error(415, "MediaTypeError", "Content-Type: expected application/json");
        }
        if (needsKey(route) && !ApiIdentity.isPresented(head)) {
            counters.drop(DropReason.TOKEN_REFUSED, 1);
            return responses.error(401, "AuthTokenError", "Authorization: missing (expected: Bearer and a key)");
        }
        return null;
    }

    private String route(HttpRequest request) {
        return request.path().substring(path.length());
    }

    private static boolean isJson(HttpRequest head) {
        String type = head.headers().first("Content-Type").orElse("");
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT)
                .equals("application/json");
    }

    private static boolean needsKey(String route) {
        return !route.equals("/subscribe") && !route.equals(DESCRIPTION);
    }

    // ---- requests

    @Override
    public void handle(Exchange exchange) {
        HttpRequest request = exchange.request();
        counters.received(request.body().length());
        HttpResponse refusal = refusal(request);
        if (refusal != null) {
            answer(exchange, refusal);
        } else if (route(request).equals(DESCRIPTION)) {
            answer(exchange, description);
        } else {
            identity.of(request)
                    .whenComplete((principal, failure) -> exchange.loop().executeOrRun(() -> {
                        if (failure == null) {
                            perform(exchange, principal);
                        } else {
                            counters.drop(DropReason.TOKEN_REFUSED, 1);
                            answer(exchange, responses.unauthorized(HubErrors.of(failure)));
                        }
                    }));
        }
    }

    private void perform(Exchange exchange, Principal principal) {
        HttpRequest request = exchange.request();
        try {
            if (route(request).equals("/subscribe")) {
                subscriptions.open(exchange, principal);
                return;
            }
            HubConnection connection = hub.request(
                    listener, new RequestPeer(exchange.loop()), request.peer().toString(), principal);
            OneResponse response = new OneResponse(exchange, connection);
            connection.whenAllowed(
                    HubAction.CONNECT,
                    listener.url(),
                    (none, denied) -> response.fail(denied),
                    () -> perform(connection, request, response));
        } catch (CodecException | IllegalArgumentException invalid) {
            answer(exchange, responses.error(HubErrors.of(invalid)));
        }
    }

    private void perform(HubConnection connection, HttpRequest request, OneResponse response) {
        try {
            operations.perform(route(request), connection, request, response);
        } catch (CodecException | IllegalArgumentException invalid) {
            response.fail(HubErrors.of(invalid));
        }
    }

    private void answer(Exchange exchange, HttpResponse response) {
        counters.sent(response.body().length());
        exchange.answer(response);
    }

    /** Response of one request, which ends its connection. */
    private final class OneResponse implements ApiOperations.Responder {

        private final Exchange exchange;
        private final HubConnection connection;

        OneResponse(Exchange exchange, HubConnection connection) {
            this.exchange = exchange;
            this.connection = connection;
        }

        @Override
        public void succeed(HttpResponse response) {
            answer(exchange, response);
            exchange.loop().executeOrRun(() -> connection.closed(EndCause.SERVER, "answered"));
        }

        void fail(@Nullable CallException failure) {
            succeed(responses.error(failure == null ? HubErrors.invalidArguments("") : failure));
        }
    }
}
