package io.heliograph.ipc;

import static org.awaitility.Awaitility.await;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Endpoint whose events are recorded as strings; records {@code CONCURRENT} if two events overlap.
 *
 * @param <E> the type of endpoint
 */
final class Recorded<E extends AutoCloseable> implements AutoCloseable {

    final E endpoint;
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    final List<IpcConnection> clients = new CopyOnWriteArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();

    private Recorded(E endpoint) {
        this.endpoint = endpoint;
    }

    static Recorded<IpcServer> server(IpcServer server) {
        Recorded<IpcServer> recorded = new Recorded<>(server);
        server.onListening(() -> recorded.add("listening"));
        server.onConnection(client -> {
            recorded.clients.add(client);
            recorded.add("connection");
        });
        server.onMessage((message, client) -> recorded.add("message " + message.topic() + " " + message.payload()));
        server.onDisconnection((client, reason) -> recorded.add("disconnect " + name(reason)));
        server.onError(recorded::error);
        server.onClose(() -> recorded.add("close"));
        return recorded;
    }

    static Recorded<IpcClient> client(IpcClient client) {
        Recorded<IpcClient> recorded = new Recorded<>(client);
        client.onConnect(server -> recorded.add("connect"));
        client.onReconnect(server -> recorded.add("reconnect"));
        client.onConnectError(error -> recorded.add("connectError"));
        client.onDisconnect(reason -> recorded.add("disconnect"));
        client.onMessage(message -> recorded.add("message " + message.topic() + " " + message.payload()));
        client.onError(recorded::error);
        client.onClose(() -> recorded.add("close"));
        return recorded;
    }

    private static String name(CloseReason reason) {
        return reason.getClass().getSimpleName();
    }

    void error(Throwable error) {
        errors.add(error);
        add("error "
                + (error instanceof HeliographException ours
                        ? ours.errorName()
                        : error.getClass().getSimpleName()));
    }

    private void add(String event) {
        if (inside.getAndIncrement() != 0) {
            events.add("CONCURRENT " + event);
        }
        events.add(event);
        inside.decrementAndGet();
    }

    /** Returns the events whose names begin with {@code kind}, in order. */
    List<String> of(String kind) {
        return events.stream().filter(event -> event.startsWith(kind)).toList();
    }

    /** Waits for {@code count} events of a kind. */
    Recorded<E> until(String kind, int count) {
        await(count + " times " + kind)
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> of(kind).size() >= count);
        return this;
    }

    @Override
    public void close() throws Exception {
        endpoint.close();
    }
}
