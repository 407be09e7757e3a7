package io.heliograph.server.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.exchange.control.Command;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.internal.Printable;
import io.heliograph.server.HubAction;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Operations of the HTTP API that have one response. Event loop only. */
final class ApiOperations {

    /** Time for which a revocation is kept unless the request has {@code until}: the default life of a token. */
    private static final Duration REVOCATION = Duration.ofDays(1);

    /** Receiver of the response, called once, on any thread. */
    @FunctionalInterface
    interface Responder {
        void succeed(HttpResponse response);
    }

    private final HubCore hub;
    private final ApiResponses responses;

    ApiOperations(HubCore hub, ApiResponses responses) {
        this.hub = hub;
        this.responses = responses;
    }

    /** @throws IllegalArgumentException if the request is invalid; also {@link io.heliograph.codec.CodecException} */
    void perform(String route, HubConnection connection, HttpRequest request, Responder responder) {
        CompletionStage<Void> unused = switch (route) {
            case "/publish" -> publish(connection, request, responder);
            case "/call" -> call(connection, request, responder);
            case "/presence" -> presence(connection, request, responder);
            case "/history" -> history(connection, request, responder);
            case "/disconnect" -> disconnect(connection, request, responder);
            case "/revoke" -> revoke(connection, request, responder);
            default -> throw new IllegalStateException(route);
        };
    }

    private <T> Outcome<T> outcome(@Nullable String member, Responder responder) {
        return (result, failure) -> responder.succeed(failure == null ? ok(member, result) : responses.error(failure));
    }

    private HttpResponse ok(@Nullable String member, @Nullable Object result) {
        try {
            return responses.ok(member, result);
        } catch (RuntimeException notEncoded) {
            hub.report(notEncoded);
            return responses.error(500, "Error", "the result cannot be sent");
        }
    }

    private CompletionStage<Void> publish(HubConnection connection, HttpRequest request, Responder responder) {
        Body body = new Body(hub.codec(), request.body(), "channel", "data", "id");
        PublishOptions options = body.has("id")
                ? PublishOptions.none().withId(publicationId(body.payload("id")))
                : PublishOptions.none();
        Outcome<String> outcome = outcome("position", responder);
        String name = body.text("channel");
        String channel = connection.hubListener().names().channel(name);
        checkArgument(channel != null, "channel: '%s' (expected: a channel of this listener)", Printable.of(name, 100));
        return connection.publish(
                String.valueOf(channel),
                body.payload("data"),
                options,
                (position, failure) -> outcome.complete(String.valueOf(position), failure));
    }

    private static PublicationId publicationId(Payload id) {
        Object value = id.value();
        if (value instanceof List<?> pair
                && pair.size() == 2
                && pair.get(0) instanceof String publisher
                && pair.get(1) instanceof Long sequence) {
            return new PublicationId(publisher, sequence);
        }
        throw new IllegalArgumentException("id: (expected: an array of a publisher and a sequence)");
    }

    private CompletionStage<Void> call(HubConnection connection, HttpRequest request, Responder responder) {
        Body body = new Body(hub.codec(), request.body(), "procedure", "data");
        Outcome<Object> outcome = outcome("result", responder);
        String name = body.text("procedure");
        String procedure = connection.procedureOf(name);
        if (procedure == null) {
            outcome.complete(null, HubErrors.procedureNotFound(name));
            return HubConnection.PROCEED;
        }
        return connection.call(procedure, body.payload("data"), outcome);
    }

    private CompletionStage<Void> presence(HubConnection connection, HttpRequest request, Responder responder) {
        Query query = new Query(request);
        return builtIn(connection, "helio.presence", Map.of("channel", query.required("channel")), responder);
    }

    private CompletionStage<Void> history(HubConnection connection, HttpRequest request, Responder responder) {
        Query query = new Query(request);
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("channel", query.required("channel"));
        String since = query.optional("since");
        if (since != null) {
            arguments.put("since", position("since", since).toString());
        }
        Integer limit = query.number("limit");
        if (limit != null) {
            arguments.put("limit", limit);
        }
        return builtIn(connection, "helio.history", arguments, responder);
    }

    static Position position(String name, String value) {
        try {
            return Position.parse(value);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(name + ": " + malformed.getMessage(), malformed);
        }
    }

    private CompletionStage<Void> builtIn(
            HubConnection connection, String procedure, Map<String, Object> arguments, Responder responder) {
        return connection.call(procedure, Payload.ofValue(hub.codec(), arguments), outcome(null, responder));
    }

    // ---- management

    private CompletionStage<Void> disconnect(HubConnection connection, HttpRequest request, Responder responder) {
        Body body = new Body(hub.codec(), request.body(), "user", "connection", "token", "reason");
        String reason = body.optionalText("reason");
        return send(
                connection,
                "disconnect",
                new Command.Disconnect(target(body), 0, reason == null ? "" : reason),
                responder);
    }

    private CompletionStage<Void> revoke(HubConnection connection, HttpRequest request, Responder responder) {
        Body body = new Body(hub.codec(), request.body(), "user", "connection", "token", "until");
        Command.Target target = target(body);
        checkArgument(
                !(target instanceof Command.Target.Connection),
                "connection: a connection cannot be revoked (expected: user or token; disconnect ends a connection)");
        return send(connection, "revoke", new Command.Revoke(target, hub.now(), until(body)), responder);
    }

    private static Command.Target target(Body body) {
        String user = body.optionalText("user");
        String connection = body.optionalText("connection");
        String token = body.optionalText("token");
        int given = (user == null ? 0 : 1) + (connection == null ? 0 : 1) + (token == null ? 0 : 1);
        checkArgument(given == 1, "target: %s given (expected: one of user, connection and token)", given);
        if (user != null) {
            return new Command.Target.User(user);
        }
        return connection != null
                ? new Command.Target.Connection(connection)
                : new Command.Target.Token(String.valueOf(token));
    }

    private Instant until(Body body) {
        String until = body.optionalText("until");
        if (until == null) {
            return hub.now().plus(REVOCATION);
        }
        try {
            return Instant.parse(until);
        } catch (DateTimeParseException malformed) {
            throw new IllegalArgumentException(
                    "until: '" + until + "' (expected: a time such as 2026-12-01T04:00:00Z)");
        }
    }

    private CompletionStage<Void> send(HubConnection connection, String name, Command command, Responder responder) {
        Outcome<Integer> outcome = outcome("nodes", responder);
        return connection.whenAllowed(
                HubAction.MANAGE,
                name,
                outcome,
                () -> hub.engine()
                        .control()
                        .send(command)
                        .whenComplete((nodes, failure) ->
                                outcome.complete(nodes, failure == null ? null : HubErrors.of(failure))));
    }
}
