package io.heliograph.cli.client;

import io.heliograph.Endpoint;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.Payload;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Client over RPC: channels are events, procedures are methods. */
final class RpcHubClient implements HubClient {

    private final RpcClient client;
    private final boolean msgpack;
    private final Listener listener;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final Set<String> channels = ConcurrentHashMap.newKeySet();

    RpcHubClient(RpcClient client, boolean msgpack, Listener listener) {
        this.client = client;
        this.msgpack = msgpack;
        this.listener = listener;
        client.onConnect(() -> {
            listener.connected("");
            // After a reconnect the client has restored them; the set is empty before the first connection.
            channels.forEach(this::subscribed);
            opened.complete(null);
        });
        client.onDisconnect(
                reason -> listener.disconnected(Event.of("disconnect").reason(reason)));
        client.onError(failure -> {
            if (!opened.completeExceptionally(failure)) {
                listener.failed(failure);
            }
        });
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
        return client.login(sent(credentials)).thenAccept(loggedIn -> {
            if (!Boolean.TRUE.equals(loggedIn)) {
                throw new CommandFailure("the server rejected the credentials.");
            }
        });
    }

    @Override
    public CompletableFuture<Void> subscribe(String channel, @Nullable Payload data) {
        if (channels.add(channel)) {
            client.events(channel).on(this::received);
        }
        return client.subscribe(channel).thenAccept(statuses -> {
            String status = statuses.getOrDefault(channel, "ok");
            if (!status.equals("ok")) {
                channels.remove(channel);
                CommandFailure refused = new CommandFailure("event '" + channel + "': " + status);
                listener.refused(refused);
                throw refused;
            }
            subscribed(channel);
        });
    }

    private void subscribed(String channel) {
        listener.subscribed(Event.of("subscribe").text("channel", channel));
    }

    private void received(RpcEvent event) {
        Payload params = event.params();
        String json = Json.of(params);
        List<String> values = params.value() instanceof List<?> ? Json.elements(json) : List.of(json);
        listener.message(
                event.name(),
                switch (values.size()) {
                    case 0 -> Payload.absent(params.codec());
                    case 1 -> Json.payload(values.getFirst());
                    default -> Json.payload(json);
                });
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String channel) {
        channels.remove(channel);
        client.events(channel).off();
        return client.unsubscribe(channel).thenAccept(statuses -> {});
    }

    @Override
    public CompletableFuture<Void> publish(String channel, Payload data) {
        return call("helio.publish", HubCalls.publish(channel, data)).thenAccept(answer -> {});
    }

    @Override
    public CompletableFuture<Payload> call(String procedure, @Nullable Payload data) {
        return client.call(procedure, data == null ? null : params(data));
    }

    @Override
    public CompletableFuture<Void> transmit(String procedure, @Nullable Payload data) {
        CompletableFuture<Void> sent = data == null ? client.notify(procedure) : client.notify(procedure, params(data));
        // The response to a later request proves that the server has read the notification.
        return sent.thenCompose(accepted -> client.listMethods().handle((methods, failure) -> null));
    }

    /** Returns parameters: an array or an object as it is, any other value as the only parameter. */
    private @Nullable Object params(Payload data) {
        Object value = data.value();
        boolean structured = value instanceof List<?> || value instanceof Map<?, ?>;
        return sent(structured ? data : Json.payload("[" + data.text() + "]"));
    }

    private @Nullable Object sent(Payload payload) {
        return msgpack ? payload.value() : payload;
    }

    @Override
    public Endpoint endpoint() {
        return client;
    }
}
