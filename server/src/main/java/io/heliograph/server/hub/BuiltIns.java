package io.heliograph.server.hub;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.History;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.PublicationId;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.internal.Printable;
import io.heliograph.server.HubAction;
import io.heliograph.server.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Procedures of the hub itself, which every protocol has. Event loop only. */
final class BuiltIns {

    static final List<String> NAMES = List.of(
            "helio.authenticate",
            "helio.history",
            "helio.presence",
            "helio.presence.unwatch",
            "helio.presence.watch",
            "helio.procedures",
            "helio.publish",
            "helio.whoami");

    /** Limits the publications that {@code helio.history} returns. */
    private static final int MAX_HISTORY = 1000;

    private final HubCore core;

    BuiltIns(HubCore core) {
        this.core = core;
    }

    CompletionStage<Void> call(HubConnection connection, String procedure, Payload argument, ActiveCall call) {
        Outcome<Object> outcome = call::complete;
        try {
            return switch (procedure) {
                case "helio.publish" -> publish(connection, argument, outcome);
                case "helio.history" -> history(connection, argument, outcome);
                case "helio.whoami" -> whoami(connection, outcome);
                case "helio.authenticate" -> authenticate(connection, argument, outcome);
                case "helio.procedures" -> procedures(connection, outcome);
                case "helio.presence" -> presence(connection, argument, outcome);
                case "helio.presence.watch" -> watch(connection, argument, outcome);
                case "helio.presence.unwatch" -> unwatch(connection, argument, outcome);
                default -> {
                    outcome.complete(null, HubErrors.procedureNotFound(procedure));
                    yield HubConnection.PROCEED;
                }
            };
        } catch (CodecException | IllegalArgumentException invalid) {
            outcome.complete(null, HubErrors.of(invalid));
            return HubConnection.PROCEED;
        }
    }

    private static CompletionStage<Void> publish(HubConnection connection, Payload argument, Outcome<Object> outcome) {
        PublishArguments arguments = PublishArguments.of(argument);
        PublicationId id = arguments.id();
        PublishOptions options =
                id == null ? PublishOptions.none() : PublishOptions.none().withId(id);
        return connection.publishByCall(
                mapped(connection, arguments.channel()),
                arguments.data(),
                options,
                (position, failure) -> outcome.complete(id == null ? true : result(position), failure));
    }

    /**
     * Returns the channel of a name, which is one of the listener's.
     *
     * @throws IllegalArgumentException if the rules of the listener hide the name
     */
    private static String mapped(HubConnection connection, String name) {
        String channel = connection.hubListener().names().channel(name);
        checkArgument(channel != null, "channel: '%s' (expected: a channel of this listener)", Printable.of(name, 100));
        return Names.check("channel", String.valueOf(channel));
    }

    /**
     * Returns the channel of a name, which the clients of the listener may read.
     *
     * @throws IllegalArgumentException if the rules of the listener hide the name
     */
    private static String readable(HubConnection connection, String name) {
        checkArgument(
                connection.channelToRead(name) != null,
                "channel: '%s' (expected: a channel of this listener)",
                Printable.of(name, 100));
        return mapped(connection, name);
    }

    private static Map<String, Object> result(@Nullable Position position) {
        return Map.of("position", String.valueOf(position));
    }

    private CompletionStage<Void> history(HubConnection connection, Payload argument, Outcome<Object> outcome) {
        Arguments arguments = Arguments.of(argument, "channel", "since", "limit");
        String channel = readable(connection, arguments.text("channel"));
        String since = arguments.optionalText("since");
        Position after = since == null ? null : Position.parse(since);
        int limit = arguments.number("limit", 100, MAX_HISTORY);
        return connection.whenAllowed(
                HubAction.HISTORY,
                channel,
                outcome,
                () -> core.exchange()
                        .history(channel, after, limit)
                        .whenComplete((history, failure) ->
                                complete(outcome, failure == null ? describe(history) : null, failure)));
    }

    private static Map<String, Object> describe(History history) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(
                "publications",
                history.publications().stream().map(BuiltIns::describe).toList());
        members.put("position", history.head().toString());
        members.put("complete", history.complete());
        return members;
    }

    private static Map<String, Object> describe(Publication publication) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("position", publication.position().toString());
        if (publication.hasData()) {
            members.put("data", publication.data());
        }
        return members;
    }

    private static CompletionStage<Void> whoami(HubConnection connection, Outcome<Object> outcome) {
        Principal principal = connection.principal();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("connection", connection.id());
        members.put("name", principal.name());
        members.put("source", principal.source().name().toLowerCase(Locale.ROOT));
        members.put("roles", List.copyOf(principal.roles()));
        outcome.complete(members, null);
        return HubConnection.PROCEED;
    }

    private static CompletionStage<Void> authenticate(
            HubConnection connection, Payload argument, Outcome<Object> outcome) {
        String token = Arguments.of(argument, "token").text("token");
        return connection.authenticate(
                token,
                (principal, failure) ->
                        outcome.complete(principal == null ? null : Map.of("name", principal.name()), failure));
    }

    private CompletionStage<Void> procedures(HubConnection connection, Outcome<Object> outcome) {
        outcome.complete(connection.callable(), null);
        return HubConnection.PROCEED;
    }

    private CompletionStage<Void> presence(HubConnection connection, Payload argument, Outcome<Object> outcome) {
        String channel = readable(connection, Arguments.of(argument, "channel").text("channel"));
        return connection.whenAllowed(HubAction.PRESENCE, channel, outcome, () -> members(channel, outcome));
    }

    private void members(String channel, Outcome<Object> outcome) {
        core.engine()
                .presence()
                .members(channel)
                .whenComplete(
                        (members, failure) -> complete(outcome, failure == null ? describe(members) : null, failure));
    }

    private Map<String, Object> describe(List<Presence.Member> members) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put(
                "members",
                members.stream()
                        .map(member -> PresenceChange.describe(core.codec(), member))
                        .toList());
        described.put("count", members.size());
        return described;
    }

    private CompletionStage<Void> watch(HubConnection connection, Payload argument, Outcome<Object> outcome) {
        String channel = mapped(connection, Arguments.of(argument, "channel").text("channel"));
        return connection.whenAllowed(HubAction.PRESENCE, channel, outcome, () -> {
            if (connection.memberships().watch(channel)) {
                members(channel, outcome);
            } else {
                outcome.complete(
                        null,
                        HubErrors.invalidArguments(
                                "watches: " + Memberships.MAX_WATCHES + " (expected: no more channels to watch)"));
            }
        });
    }

    private static CompletionStage<Void> unwatch(HubConnection connection, Payload argument, Outcome<Object> outcome) {
        connection
                .memberships()
                .unwatch(mapped(connection, Arguments.of(argument, "channel").text("channel")));
        outcome.complete(true, null);
        return HubConnection.PROCEED;
    }

    private static void complete(Outcome<Object> outcome, @Nullable Object result, @Nullable Throwable failure) {
        outcome.complete(result, failure == null ? null : HubErrors.of(failure));
    }
}
