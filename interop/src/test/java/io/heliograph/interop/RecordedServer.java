package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.IpcConnection;
import io.heliograph.ipc.IpcServer;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.EventLog;
import java.time.Duration;
import java.util.List;

/** Server whose events are recorded, except the pings of a {@link Witness}. */
final class RecordedServer implements AutoCloseable {

    final IpcServer server;
    private final EventLog<Event> events = new EventLog<>();

    RecordedServer(IpcServer server) {
        this.server = server;
        server.onListening(() -> events.add(Event.of("listening")));
        server.onConnection(client -> events.add(Event.of("connection", client)));
        server.onMessage((message, client) -> {
            if (!message.topic().equals("ping")) {
                events.add(new Event("message", client, message, null));
            }
        });
        server.onDisconnection((client, reason) -> events.add(new Event("disconnect", client, null, reason)));
        server.onError(error -> events.add(Event.of("error", error)));
        server.onClose(() -> events.add(Event.of("close")));
    }

    /** Starts to listen and asserts success. */
    void listen() {
        assertThat(server.listen()).succeedsWithin(EventLog.DEADLINE);
        next("listening");
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

    IpcConnection awaitClient() {
        return await("connection").from();
    }

    List<Event> all(String name) {
        return events.all(event -> event.name().equals(name));
    }

    /** Returns the names of all events of {@code client} so far. */
    List<String> namesOf(IpcConnection client) {
        return events.all(event -> client.equals(event.client())).stream()
                .map(Event::name)
                .toList();
    }

    /** Closes the server and waits for the end. */
    void closeAndWait() {
        server.close();
        assertThat(server.closed()).succeedsWithin(EventLog.DEADLINE);
    }

    @Override
    public void close() {
        Await.value(server.closeGracefully(Duration.ZERO));
    }
}
