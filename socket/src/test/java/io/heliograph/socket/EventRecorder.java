package io.heliograph.socket;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Collects events as text, and waits for them. */
final class Recorder {

    private static final long PATIENCE = 20;

    // Guarded by this.
    private final List<String> events = new ArrayList<>();

    synchronized void add(String event) {
        events.add(event);
        notifyAll();
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** ManagedBlocking until there are so many events, and returns them. */
    List<String> await(int count) {
        return await(seen -> seen.size() >= count);
    }

    /** ManagedBlocking for an event, and returns all. */
    List<String> await(String event) {
        return await(seen -> seen.contains(event));
    }

    synchronized List<String> await(Predicate<List<String>> condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (!condition.test(events)) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("waited in vain; there is " + events);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return List.copyOf(events);
    }

    void follow(Socket socket) {
        socket.onData(value -> add(Shown.of(value)));
        socket.onError(error -> add("error " + error.getMessage()));
        socket.onClose(reason -> add("close"));
    }

    void follow(SocketClient client) {
        client.onOpen(() -> add("open"));
        follow((Socket) client);
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE, TimeUnit.SECONDS);
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
