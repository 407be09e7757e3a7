package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.EventLog;
import java.time.Duration;
import java.util.List;

/** Client whose events are recorded. */
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

    /** Starts to connect without waiting. */
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

    /** Returns the next event called {@code name}, skipping others. */
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

    /** Returns the names of all events so far. */
    List<String> names() {
        return events.all().stream().map(Event::name).toList();
    }

    /** Closes the client and waits for the end. */
    void closeAndWait() {
        client.close();
        assertThat(client.closed()).succeedsWithin(EventLog.DEADLINE);
    }

    @Override
    public void close() {
        Await.value(client.closeGracefully(Duration.ZERO));
    }
}
