package io.heliograph.socket;

import io.heliograph.testkit.EventLog;
import java.util.List;
import java.util.function.Predicate;

/** Records the events of sockets as strings and waits for them. */
final class EventRecorder {

    private final EventLog<String> log = new EventLog<>();

    void add(String event) {
        log.add(event);
    }

    List<String> events() {
        return log.all();
    }

    /** Waits for {@code count} events and returns all. */
    List<String> await(int count) {
        return log.await(count);
    }

    /** Waits for an event and returns all. */
    List<String> await(String event) {
        return log.await(event);
    }

    List<String> await(Predicate<List<String>> condition) {
        return log.await("events", condition);
    }

    void record(Socket socket) {
        socket.onData(value -> add(ValueFormat.of(value)));
        socket.onError(error -> add("error " + error.getMessage()));
        socket.onDisconnect(reason -> add("disconnect"));
    }

    void record(SocketClient client) {
        client.onConnect(() -> add("connect"));
        client.onClose(() -> add("close"));
        record((Socket) client);
    }
}
