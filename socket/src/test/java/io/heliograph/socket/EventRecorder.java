package io.heliograph.socket;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Records events as strings and waits for them. */
final class EventRecorder {

    private static final long TIMEOUT_SECONDS = 20;

    // Guarded by this.
    private final List<String> events = new ArrayList<>();

    synchronized void add(String event) {
        events.add(event);
        notifyAll();
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** Waits for {@code count} events and returns all. */
    List<String> await(int count) {
        return await(seen -> seen.size() >= count);
    }

    /** Waits for an event and returns all. */
    List<String> await(String event) {
        return await(seen -> seen.contains(event));
    }

    synchronized List<String> await(Predicate<List<String>> condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (!condition.test(events)) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("events: " + events + " (condition not met within " + TIMEOUT_SECONDS + " s)");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return List.copyOf(events);
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

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
