package io.heliograph.cli.client;

import io.heliograph.Endpoint;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.Payload;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcMessage;
import io.heliograph.ipc.SendFailure;
import io.heliograph.server.CallException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Client over IPC. Topics that begin with {@code #} carry the operations of a hub: {@code #call} and {@code #reply}, {@code
 * #subscribe} and {@code #subscribed}.
 */
final class IpcHubClient implements HubClient {

    private final IpcClient client;
    private final Listener listener;
    private final Duration timeout;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<Payload>> calls = new ConcurrentHashMap<>();

    // Messages that the client may reject, in their order.
    private final Queue<Sending> sending = new ConcurrentLinkedQueue<>();

    private final Set<String> channels = ConcurrentHashMap.newKeySet();
    private final Map<String, CompletableFuture<Void>> subscribing = new ConcurrentHashMap<>();

    /**
     * @param timeout time-out for a response
     */
    IpcHubClient(IpcClient client, Duration timeout, Listener listener) {
        this.client = client;
        this.timeout = timeout;
        this.listener = listener;
        client.onConnect(connection -> {
            listener.connected("");
            // After a reconnect; the set is empty before the first connection.
            channels.forEach(channel -> client.send("#subscribe", channel));
            opened.complete(null);
        });
        client.onDisconnect(reason -> {
            failPending(new CommandFailure("the server has closed the connection."));
            listener.disconnected(Event.of("disconnect").reason(reason));
        });
        client.onConnectError(this::failed);
        client.onError(this::failed);
        client.onMessage(this::received);
    }

    private void failed(Throwable failure) {
        Sending rejected = failure instanceof SendFailure ? sending.poll() : null;
        if (rejected != null) {
            rejected.result.completeExceptionally(failure);
        } else if (!opened.completeExceptionally(failure)) {
            listener.failed(failure);
        }
    }

    private void failPending(CommandFailure failure) {
        calls.values().forEach(call -> call.completeExceptionally(failure));
        calls.clear();
        subscribing.values().forEach(pending -> pending.completeExceptionally(failure));
        subscribing.clear();
    }

    private void received(IpcMessage message) {
        switch (message.topic()) {
            case "#reply" -> replied(members(message));
            case "#subscribed" -> subscribed(members(message));
            case "#error" -> failed(message);
            case "#presence" -> listener.notice(Presence.event(message.payload()));
            case "#gap", "#kickOut" -> {
                Event notice = Event.of(message.topic().substring(1));
                members(message).forEach(notice::json);
                listener.notice(notice);
            }
            default -> {
                if (channels.contains(message.topic())) {
                    listener.message(message.topic(), message.payload());
                }
            }
        }
    }

    private static Map<String, String> members(IpcMessage message) {
        String json = message.payload().text();
        return message.payload().value() instanceof Map<?, ?> ? Json.members(json) : Map.of();
    }

    private void replied(Map<String, String> reply) {
        CompletableFuture<Payload> call =
                Json.read(reply.getOrDefault("id", "null")) instanceof Long id ? calls.remove(id) : null;
        if (call == null) {
            return;
        }
        String error = reply.get("error");
        if (error != null) {
            call.completeExceptionally(error(error));
        } else {
            String data = reply.get("data");
            call.complete(data == null ? Json.absent() : Json.payload(data));
        }
    }

    private void subscribed(Map<String, String> answer) {
        if (!(Json.read(answer.getOrDefault("channel", "null")) instanceof String channel)) {
            return;
        }
        CompletableFuture<Void> pending = subscribing.remove(channel);
        Event event = Event.of("subscribe").text("channel", channel);
        for (String member : new String[] {"recovered", "reason"}) {
            String value = answer.get(member);
            if (value != null) {
                event.json(member, value);
            }
        }
        listener.subscribed(event);
        if (pending != null) {
            pending.complete(null);
        }
    }

    /** Handles an error, of a subscription if it names a channel. */
    private void failed(IpcMessage message) {
        CallException error = error(message.payload().text());
        if (!(message.payload().value() instanceof Map<?, ?> members
                && members.get("channel") instanceof String channel)) {
            listener.failed(error);
            return;
        }
        channels.remove(channel);
        listener.refused(error);
        CompletableFuture<Void> pending = subscribing.remove(channel);
        if (pending != null) {
            pending.completeExceptionally(error);
        }
    }

    /** Returns an error of the hub: an object with name and message. */
    private static CallException error(String json) {
        if (Json.read(json) instanceof Map<?, ?> error && error.get("message") instanceof String message) {
            return CallException.of(error.get("name") instanceof String name ? name : "Error", message);
        }
        return CallException.of("Error", json);
    }

    @Override
    public CompletableFuture<Void> connect() {
        client.connect().whenComplete((connected, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
            }
        });
        return opened.copy();
    }

    @Override
    public boolean isConnected() {
        return client.isConnected();
    }

    @Override
    public CompletableFuture<Void> authenticate(String token) {
        return call("helio.authenticate", Json.payload("{\"token\":" + Json.quote(token) + "}"))
                .thenAccept(answer -> {});
    }

    @Override
    public CompletableFuture<Void> login(Payload credentials) {
        return call("login", credentials).thenAccept(answer -> {});
    }

    @Override
    public CompletableFuture<Void> subscribe(String channel, @Nullable Payload data) {
        CompletableFuture<Void> pending = subscribing.computeIfAbsent(channel, missing -> new CompletableFuture<>());
        channels.add(channel);
        send("#subscribe", channel, pending);
        return pending.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String channel) {
        channels.remove(channel);
        client.send("#unsubscribe", channel);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> publish(String channel, Payload data) {
        return call("helio.publish", HubCalls.publish(channel, data)).thenAccept(answer -> {});
    }

    @Override
    public CompletableFuture<Payload> call(String procedure, @Nullable Payload data) {
        long id = ids.incrementAndGet();
        CompletableFuture<Payload> call = new CompletableFuture<>();
        calls.put(id, call);
        send("#call", request("{\"id\":" + id + ",", procedure, data), call);
        call.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).whenComplete((answer, failure) -> calls.remove(id));
        return call;
    }

    @Override
    public CompletableFuture<Void> transmit(String procedure, @Nullable Payload data) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        if (send("#call", request("{", procedure, data), sent)) {
            sent.complete(null);
        }
        return sent;
    }

    /** Message that the client has not accepted yet. */
    private static final class Sending {

        private final CompletableFuture<?> result;

        Sending(CompletableFuture<?> result) {
            this.result = result;
        }
    }

    /** Sends a message. If it is rejected, the error of the client fails {@code result}. */
    private boolean send(String topic, Object content, CompletableFuture<?> result) {
        Sending message = new Sending(result);
        sending.add(message);
        boolean accepted = client.send(topic, content);
        if (accepted) {
            sending.remove(message);
        }
        return accepted;
    }

    private static Payload request(String start, String procedure, @Nullable Payload data) {
        String end = data == null ? "}" : ",\"data\":" + data.text() + "}";
        return Json.payload(start + "\"procedure\":" + Json.quote(procedure) + end);
    }

    @Override
    public Endpoint endpoint() {
        return client;
    }
}
