package io.heliograph.server.binding;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Recovery;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.spi.IpcBackend;
import io.heliograph.scan.ValueFormat;
import io.heliograph.server.CallException;
import io.heliograph.server.hub.HubConnection;
import io.heliograph.server.hub.HubErrors;
import io.heliograph.server.hub.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Topics of an IPC client that begin with {@code #}: requests to the hub. Event loop only. */
final class IpcCommands {

    static final String ERROR = "#error";

    private static final String SUBSCRIBE = "#subscribe";
    private static final ValueFormat JSON = ValueFormat.json();

    private final IpcConnection connection;
    private final Codec codec;

    IpcCommands(IpcConnection connection, IpcBinding binding) {
        this.connection = connection;
        this.codec = binding.hub().codec();
    }

    CompletionStage<Void> handle(String topic, Payload message, int bytes) {
        try {
            return switch (topic) {
                case "#call" -> call(message, bytes);
                case SUBSCRIBE -> subscribe(message);
                case "#unsubscribe" -> unsubscribe(message);
                case "#authenticate" -> authenticate(message);
                default -> {
                    connection.error(
                            HubErrors.invalidArguments(
                                    "topic: '" + topic
                                            + "' (expected: #call, #subscribe, #unsubscribe, #authenticate, or a topic without #)"),
                            topic);
                    yield IpcBackend.ACCEPTED;
                }
            };
        } catch (CodecException | IllegalArgumentException invalid) {
            connection.error(HubErrors.of(invalid), topic);
            return IpcBackend.ACCEPTED;
        }
    }

    private static Frame bytes(Payload message, String expected) {
        if (!message.isPresent()) {
            throw new CodecException("message: none (expected: " + expected + ")", null);
        }
        return message.frame();
    }

    private String text(Frame value, String name) {
        if (!JSON.isString(value)) {
            throw new CodecException(name + ": not a string (expected: a string)", null);
        }
        return String.valueOf(codec.decode(value, String.class));
    }

    // ---- calls

    private CompletionStage<Void> call(Payload message, int bytes) {
        @Nullable Frame[] members = JSON.members(bytes(message, "{id, procedure, data}"), "id", "procedure", "data");
        Frame id = members[0] == null || JSON.isNull(members[0]) ? null : members[0];
        Outcome<Object> outcome = id == null ? this::oneWayEnded : (result, failure) -> reply(id, result, failure);
        if (members[1] == null) {
            throw new CodecException("procedure: none (expected: a string)", null);
        }
        String name = text(members[1], "procedure");
        String procedure = connection.connection().procedureOf(name);
        if (procedure == null) {
            outcome.complete(null, HubErrors.procedureNotFound(name));
            return HubConnection.PROCEED;
        }
        Payload data = members[2] == null ? Payload.absent(codec) : Payload.ofWellFormed(codec, members[2]);
        return connection.startCall(procedure, data, bytes, id == null, outcome);
    }

    private void oneWayEnded(@Nullable Object result, @Nullable CallException failure) {
        if (failure != null) {
            connection.onLoop(() -> connection.error(failure, "#call"));
        }
    }

    private void reply(Frame id, @Nullable Object result, @Nullable CallException failure) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("id", Payload.ofWellFormed(codec, id));
        if (failure == null) {
            message.put("data", result);
        } else {
            message.put("error", HubErrors.describe(failure));
        }
        connection.send(connection.frame("#reply", message));
    }

    // ---- subscriptions

    private CompletionStage<Void> subscribe(Payload message) {
        Frame request = bytes(message, "a channel, channels, or {channel, since}");
        if (JSON.isObject(request)) {
            @Nullable Frame[] members = JSON.members(request, "channel", "since");
            if (members[0] == null) {
                throw new CodecException("channel: none (expected: a string)", null);
            }
            String since = members[1] == null ? null : text(members[1], "since");
            return connection.subscribe(text(members[0], "channel"), since);
        }
        return subscribe(names(request), 0);
    }

    private CompletionStage<Void> subscribe(List<String> names, int from) {
        for (int i = from; i < names.size(); i++) {
            CompletionStage<Void> subscribed = connection.subscribe(names.get(i), null);
            if (!subscribed.toCompletableFuture().isDone()) {
                int next = i + 1;
                return subscribed.thenCompose(done -> subscribe(names, next));
            }
        }
        return IpcBackend.ACCEPTED;
    }

    private List<String> names(Frame request) {
        return JSON.isArray(request)
                ? JSON.elements(request, IpcConnection.MAX_SUBSCRIPTIONS).stream()
                        .map(name -> text(name, "channel"))
                        .toList()
                : List.of(text(request, "channel"));
    }

    /** Answers a subscription. */
    void subscribed(
            String name,
            @Nullable ChannelSubscription subscription,
            @Nullable CallException failure,
            boolean withRecovery) {
        if (subscription == null || failure != null) {
            Map<String, Object> error =
                    HubErrors.describe(failure == null ? HubErrors.invalidArguments(name) : failure);
            error.put("topic", SUBSCRIBE);
            error.put("channel", name);
            connection.send(connection.frame(ERROR, error));
            return;
        }
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("channel", name);
        message.put("position", subscription.position().toString());
        if (withRecovery && subscription.recovery() instanceof Recovery.Recovered) {
            message.put("recovered", true);
        }
        if (subscription.recovery() instanceof Recovery.Lost lost) {
            message.put("recovered", false);
            message.put("reason", lost.reason().key());
        }
        connection.send(connection.frame("#subscribed", message));
    }

    private CompletionStage<Void> unsubscribe(Payload message) {
        names(bytes(message, "a channel or channels")).forEach(connection::unsubscribe);
        return IpcBackend.ACCEPTED;
    }

    // ---- identity

    private CompletionStage<Void> authenticate(Payload message) {
        String token = text(bytes(message, "a token"), "token");
        return connection.connection().authenticate(token, (principal, failure) -> {
            if (failure == null && principal != null) {
                connection.send(connection.frame("#authenticated", Map.of("name", principal.name())));
            } else {
                connection.error(failure == null ? HubErrors.invalidArguments("token") : failure, "#authenticate");
            }
        });
    }
}
