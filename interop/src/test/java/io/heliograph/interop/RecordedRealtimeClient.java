package io.heliograph.interop;

import io.heliograph.realtime.AutoReconnectOptions;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.testkit.EventLog;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Our realtime client with a log of its events and of the values of its channels. */
final class RecordedRealtimeClient implements AutoCloseable {

    /**
     * Logged event.
     *
     * @param name name of the event in the original, or {@code data}
     * @param event the event, or a value of a channel
     */
    record Told(String name, @Nullable Object event) {

        <T extends ClientEvent> T as(Class<T> kind) {
            return kind.cast(event);
        }
    }

    final RealtimeClient client;
    final EventLog<Told> log = new EventLog<>();

    RecordedRealtimeClient(int port, Consumer<RealtimeClient.Builder> options) {
        RealtimeClient.Builder builder = RealtimeClient.builder(URI.create("ws://127.0.0.1:" + port))
                .autoReconnectOptions(new AutoReconnectOptions(
                        Duration.ofMillis(50), Duration.ofMillis(50), 1.5, Duration.ofSeconds(1)));
        options.accept(builder);
        client = builder.build();
        for (Class<?> kind : ClientEvent.class.getPermittedSubclasses()) {
            if (kind != ClientEvent.Message.class) {
                client.on(kind.asSubclass(ClientEvent.class), event -> log.add(new Told(name(kind), event)));
            }
        }
    }

    private static String name(Class<?> kind) {
        String name = kind.getSimpleName();
        return name.equals("Failure") ? "error" : Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** Subscribes to a channel and logs its values. */
    RealtimeChannel<Object> subscribe(String channel) {
        RealtimeChannel<Object> subscribed = client.subscribe(channel, Object.class);
        subscribed.on(data -> log.add(new Told("data", data)));
        return subscribed;
    }

    /** Returns the next event of the given name, skipping others. */
    Told await(String name) {
        return log.next(name, told -> told.name().equals(name));
    }

    /** Returns the next value of a channel. */
    @Nullable
    Object data() {
        return await("data").event();
    }

    List<String> names() {
        return log.all().stream().map(Told::name).toList();
    }

    @Override
    public void close() {
        client.close();
    }
}
