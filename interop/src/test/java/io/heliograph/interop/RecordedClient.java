package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.EventLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Heliograph client and the events that it emitted. */
final class RecordedClient implements AutoCloseable {

    final IpcClient client;
    private final EventLog<Event> events = new EventLog<>();
    private volatile IpcConnection connection;

    @SuppressWarnings("NullAway.Init")
    RecordedClient(IpcClient client) {
        this.client = client;
        client.onConnect(opened -> {
            connection = opened;
            events.add(Event.of("connect", opened));
        });
        client.onReconnect(opened -> events.add(Event.of("reconnect", opened)));
        client.onMessage(message -> events.add(new Event("message", null, message, null)));
        client.onDisconnect(reason -> events.add(Event.of("disconnect", reason)));
        client.onConnectError(error -> events.add(Event.of("connectError", error)));
        client.onError(error -> events.add(Event.of("error", error)));
        client.onClose(() -> events.add(Event.of("close")));
    }

    /** Starts to connect, and does not wait. */
    void connect() {
        client.connect();
    }

    IpcConnection connection() {
        return connection;
    }

    Event next(String name) {
        Event event = events.next();
        assertThat(event.name()).as("next event: %s", event).isEqualTo(name);
        return event;
    }

    /** The next event called {@code name}, passing over others. */
    Event await(String name) {
        return events.next("event " + name, event -> event.name().equals(name));
    }

    Event awaitMessage(String topic) {
        return events.next(
                "message under " + topic,
                event -> event.name().equals("message") && event.topic().equals(topic));
    }

    List<Event> all(String name) {
        return events.all(event -> event.name().equals(name));
    }

    /** The names of all events so far. */
    List<String> names() {
        return events.all().stream().map(Event::name).toList();
    }

    /** Closes, and waits until all is over. */
    void closeAndWait() {
        client.close();
        assertThat(client.closed()).succeedsWithin(EventLog.DEADLINE);
    }

    @Override
    public void close() throws Exception {
        client.closeGracefully(Duration.ZERO).get(EventLog.DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }
}
