package io.heliograph.exchange;

import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Broker that answers when the test completes its futures, and records its calls. */
final class StubBroker implements Broker {

    final List<String> calls = new CopyOnWriteArrayList<>();
    final Deque<CompletableFuture<Position>> publishes = new ArrayDeque<>();
    final Deque<CompletableFuture<Position>> subscribes = new ArrayDeque<>();
    final Deque<CompletableFuture<Void>> unsubscribes = new ArrayDeque<>();
    final BlockingQueue<CompletableFuture<Log>> reads = new LinkedBlockingQueue<>();
    final List<Map<String, Position>> checks = new CopyOnWriteArrayList<>();

    /** Times of the checks, as {@link System#nanoTime()}. */
    final List<Long> checkTimes = new CopyOnWriteArrayList<>();

    /** Channels that a check reports as different. */
    final Set<String> differing = ConcurrentHashMap.newKeySet();

    volatile BrokerState state = BrokerState.CONNECTED;

    @Nullable
    Receiver receiver;

    /** Thrown by each operation, if set. */
    volatile @Nullable RuntimeException thrown;

    static Position at(long offset) {
        return new Position("e", offset);
    }

    static Message message(long offset) {
        return Message.of(at(offset), at(offset - 1), Frame.utf8(Long.toString(offset)));
    }

    static Message first(String epoch, Position previous) {
        return Message.of(new Position(epoch, previous.offset() + 1), previous, null);
    }

    /** Returns the log of the messages with the offsets from one to another. */
    static Log log(long from, long to) {
        return new Log(
                Continuity.COMPLETE,
                LongStream.rangeClosed(from, to).mapToObj(StubBroker::message).toList(),
                at(to));
    }

    static Log lost(Continuity continuity, long head) {
        return new Log(continuity, List.of(), at(head));
    }

    /** Waits for the next read, and completes it. */
    void answerRead(Log log) {
        nextRead().complete(log);
    }

    CompletableFuture<Log> nextRead() {
        try {
            return Objects.requireNonNull(reads.poll(30, TimeUnit.SECONDS), "no read");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void deliver(String channel, long offset) {
        Objects.requireNonNull(receiver).delivered(channel, message(offset));
    }

    @Override
    public void start(Receiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public CompletableFuture<Position> publish(String channel, Draft draft) {
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
    public CompletableFuture<Log> read(String channel, @Nullable Position after, int limit) {
        calls.add("read " + channel + " " + (after == null ? "all" : after));
        RuntimeException failure = thrown;
        if (failure != null) {
            throw failure;
        }
        CompletableFuture<Log> answer = new CompletableFuture<>();
        reads.add(answer);
        return answer;
    }

    @Override
    public CompletableFuture<Set<String>> check(Map<String, Position> heads) {
        checkTimes.add(System.nanoTime());
        checks.add(heads);
        RuntimeException failure = thrown;
        if (failure != null) {
            throw failure;
        }
        return CompletableFuture.completedFuture(Set.copyOf(differing));
    }

    @Override
    public BrokerState state() {
        return state;
    }

    @Override
    public CompletableFuture<Void> drain() {
        calls.add("drain");
        return CompletableFuture.completedFuture(null);
    }

    private <T> CompletableFuture<T> record(String call, Deque<CompletableFuture<T>> answers) {
        calls.add(call);
        RuntimeException failure = thrown;
        if (failure != null) {
            throw failure;
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
