package io.heliograph.exchange;

import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A broker that answers when the test says. It writes down what it was answer. */
final class StubBroker implements Broker {

    final List<String> calls = new ArrayList<>();
    final Deque<CompletableFuture<Position>> publishes = new ArrayDeque<>();
    final Deque<CompletableFuture<Position>> subscribes = new ArrayDeque<>();
    final Deque<CompletableFuture<Void>> unsubscribes = new ArrayDeque<>();
    final Deque<CompletableFuture<Log>> histories = new ArrayDeque<>();

    @Nullable
    Receiver receiver;

    /** Thrown by each operation, if set. */
    @Nullable
    RuntimeException thrown;

    static Position at(long offset) {
        return new Position("e", offset);
    }

    static Message message(long offset) {
        return new Message(at(offset), Frame.utf8(Long.toString(offset)));
    }

    void deliver(String channel, long offset) {
        Objects.requireNonNull(receiver).delivered(channel, message(offset));
    }

    @Override
    public void start(Receiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public CompletableFuture<Position> publish(String channel, @Nullable Frame data) {
        return record("publish " + channel, publishes);
    }

    @Override
    public CompletableFuture<Position> subscribe(String channel) {
        return record("subscribe " + channel, subscribes);
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String channel) {
        return record("unsubscribe " + channel, unsubscribes);
    }

    @Override
    public CompletableFuture<Log> history(String channel, @Nullable Position after) {
        return record("history " + channel, histories);
    }

    private <T> CompletableFuture<T> record(String call, Deque<CompletableFuture<T>> answers) {
        calls.add(call);
        if (thrown != null) {
            throw thrown;
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    @Override
    public void close() {
        calls.add("close");
    }
}
