package io.heliograph.cli.client;

import io.heliograph.Endpoint;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.AuthState;
import io.heliograph.realtime.ChannelRecovery;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.SubscribeOptions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Client over SocketCluster. */
final class RealtimeHubClient implements HubClient {

    private final RealtimeClient client;
    private final Map<String, RealtimeChannel<Payload>> channels = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final Listener listener;

    RealtimeHubClient(RealtimeClient client, Listener listener) {
        this.client = client;
        this.listener = listener;
        client.on(ClientEvent.Connect.class, event -> {
            listener.connected(event.id());
            opened.complete(null);
        });
        client.on(
                ClientEvent.Disconnect.class,
                event -> listener.disconnected(Event.closed("disconnect", event.code(), event.reason())));
        client.on(ClientEvent.Subscribe.class, event -> listener.subscribed(subscribed(event)));
        client.on(ClientEvent.SubscribeFail.class, event -> listener.refused(event.error()));
        client.on(
                ClientEvent.KickOut.class,
                event -> listener.notice(
                        Event.of("kickOut").text("channel", event.channel()).payload("message", event.message())));
        client.on(
                ClientEvent.Gap.class,
                event -> listener.notice(
                        Event.of("gap").text("channel", event.channel()).text("reason", event.reason())));
        client.onReceiver("#presence", Payload.class, change -> listener.notice(Presence.event(change)));
        client.on(ClientEvent.Failure.class, failure -> {
            if (!opened.completeExceptionally(failure.error())) {
                listener.failed(failure.error());
            }
        });
    }

    private static Event subscribed(ClientEvent.Subscribe subscribed) {
        Event event = Event.of("subscribe").text("channel", subscribed.channel());
        return switch (subscribed.recovery()) {
            case ChannelRecovery.Recovered() -> event.json("recovered", "true");
            case ChannelRecovery.Lost(String reason) ->
                event.json("recovered", "false").text("reason", reason);
            default -> event;
        };
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
        return client.state() == SocketState.OPEN;
    }

    @Override
    public CompletableFuture<Void> authenticate(String token) {
        return client.authenticate(token).thenAccept(status -> {
            if (client.authState() != AuthState.AUTHENTICATED) {
                throw new CommandFailure("the server rejected the token.");
            }
        });
    }

    @Override
    public CompletableFuture<Void> login(Payload credentials) {
        return client.invoke("login", credentials).thenAccept(answer -> {});
    }

    @Override
    public CompletableFuture<Void> subscribe(String name, @Nullable Payload data) {
        SubscribeOptions defaults = SubscribeOptions.defaults();
        SubscribeOptions options = data == null ? defaults : defaults.withData(data);
        RealtimeChannel<Payload> channel = channels.computeIfAbsent(name, missing -> {
            RealtimeChannel<Payload> created = client.channel(missing);
            created.on(message -> listener.message(missing, message));
            return created;
        });
        return channel.subscribe(options).subscribed();
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String channel) {
        RealtimeChannel<Payload> subscribed = channels.get(channel);
        if (subscribed != null) {
            subscribed.unsubscribe();
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> publish(String channel, Payload data) {
        return client.channel(channel).publish(data);
    }

    @Override
    public CompletableFuture<Payload> call(String procedure, @Nullable Payload data) {
        return data == null ? client.invoke(procedure) : client.invoke(procedure, data);
    }

    @Override
    public CompletableFuture<Void> transmit(String procedure, @Nullable Payload data) {
        boolean sent = data == null ? client.transmit(procedure) : client.transmit(procedure, data);
        return sent
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new CommandFailure("the event was not sent."));
    }

    @Override
    public Endpoint endpoint() {
        return client;
    }
}
