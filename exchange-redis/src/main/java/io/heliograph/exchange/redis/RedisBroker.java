package io.heliograph.exchange.redis;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.HeliographException;
import io.heliograph.NotConnectedException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.exchange.Broker;
import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.internal.Failures;
import io.heliograph.internal.Printable;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Broker on Redis. Thread-safe. */
final class RedisBroker implements Broker {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(RedisEngine.class));
    private static final Duration TICK = Duration.ofMillis(250);

    private final RedisOptions options;
    private final ScheduledExecutorService timer;
    private final List<Partition> partitions;
    private final Masters masters;

    private Runnable onStart = () -> {};
    private volatile @Nullable Receiver receiver;
    private volatile boolean closed;

    // Guarded by this.
    private boolean ticking;
    private BrokerState reported = BrokerState.DISCONNECTED;

    RedisBroker(RedisOptions options, Masters masters, ScheduledExecutorService timer) {
        this.options = options;
        this.masters = masters;
        this.timer = timer;
        List<Partition> all = new ArrayList<>();
        for (int i = 0; i < options.partitions(); i++) {
            PartitionKeys keys = new PartitionKeys(options.keyPrefix(), PartitionKeys.tag(i, options.partitions()));
            all.add(new Partition(keys, options, this, masters, options.node() + "." + i));
        }
        partitions = List.copyOf(all);
        partitions.forEach(masters::add);
    }

    /** Sets an action for the start of the exchange. */
    void onStart(Runnable action) {
        onStart = action;
    }

    /** Begins to count the time of publications. */
    synchronized void open() {
        if (!ticking) {
            ticking = true;
            schedule(TICK, this::tick);
        }
    }

    private void tick() {
        partitions.forEach(Partition::expire);
        schedule(TICK, this::tick);
    }

    void schedule(Duration delay, Runnable task) {
        try {
            timer.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (Throwable failure) {
                            failed(failure);
                        }
                    },
                    delay.toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            // The engine is closed.
        }
    }

    private Partition partition(String channel) {
        return partitions.get(PartitionKeys.partition(channel, partitions.size()));
    }

    // ---- connection

    /** A server has refused a subscription, which is repeated. */
    void refused(Throwable failure) {
        failures.expected("subscribe", "Redis refused a subscription: " + Printable.of(failure.getMessage()));
    }

    /** Reports the state to the exchange, if it has changed. */
    void reportState() {
        Receiver current = receiver;
        synchronized (this) {
            BrokerState state = state();
            if (current == null || state == reported) {
                return;
            }
            reported = state;
        }
        current.stateChanged(state());
    }

    @Override
    public BrokerState state() {
        if (closed) {
            return BrokerState.CLOSED;
        }
        long attached = partitions.stream().filter(Partition::isAttached).count();
        return attached == 0
                ? BrokerState.DISCONNECTED
                : attached == partitions.size() ? BrokerState.CONNECTED : BrokerState.DEGRADED;
    }

    // ---- receiver

    @Override
    public void start(Receiver receiver) {
        synchronized (this) {
            if (this.receiver != null) {
                throw new IllegalStateException("the broker has a receiver (expected: one exchange for each engine)");
            }
            this.receiver = receiver;
            reported = state();
        }
        onStart.run();
    }

    void deliver(String channel, Message message) {
        Receiver current = receiver;
        if (current != null && !closed) {
            current.delivered(channel, message);
        }
    }

    void possiblyLost(Collection<String> channels) {
        Receiver current = receiver;
        if (current != null && !closed) {
            current.possiblyLost(channels);
        }
    }

    void failed(Throwable failure) {
        Receiver current = receiver;
        if (closed) {
            return;
        }
        if (current == null) {
            failures.unreported(failure);
        } else {
            current.failed(failure);
        }
    }

    // ---- operations

    HistoryLimits history(String channel) {
        return options.history().apply(channel);
    }

    /** Returns the failure of a question to Redis, without exceptions of the client library. */
    Throwable named(Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        if (Commands.isFull(cause)) {
            return new RedisFullException("the memory of Redis at " + options.addresses() + " is full", cause);
        }
        if (cause instanceof TimeoutException) {
            return new DeadlineExceededException(
                    "no answer of Redis at " + options.addresses() + " within " + options.publishTimeout(), false);
        }
        if (cause instanceof HeliographException || !(cause instanceof RedisException)) {
            return cause;
        }
        String message = "Redis at " + options.addresses() + ": " + Printable.of(String.valueOf(cause.getMessage()));
        return Commands.isAnswer(cause)
                ? new IllegalStateException(message, cause)
                : new NotConnectedException(message, cause);
    }

    <T> CompletableFuture<T> failedByName(Throwable failure) {
        return CompletableFuture.failedFuture(named(failure));
    }

    @Override
    public CompletableFuture<Position> publish(String channel, Draft draft) {
        if (closed) {
            return CompletableFuture.failedFuture(closedFailure());
        }
        if (draft.data() != null && draft.data().length() > options.maxMessageBytes()) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("message of " + draft.data().length() + " bytes (expected: at most "
                            + options.maxMessageBytes() + ", the engine's maxMessageBytes)"));
        }
        return partition(channel).publish(channel, history(channel), draft);
    }

    @Override
    public CompletableFuture<Position> subscribe(String channel) {
        return closed
                ? CompletableFuture.failedFuture(closedFailure())
                : partition(channel).subscribe(channel);
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String channel) {
        partition(channel).unsubscribe(channel);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Log> read(String channel, @Nullable Position after, int limit) {
        return closed
                ? CompletableFuture.failedFuture(closedFailure())
                : partition(channel).read(channel, after, limit);
    }

    @Override
    public CompletableFuture<Set<String>> check(Map<String, Position> heads) {
        if (closed) {
            return CompletableFuture.failedFuture(closedFailure());
        }
        Map<Partition, Map<String, Position>> divided = new HashMap<>();
        heads.forEach((channel, head) -> divided.computeIfAbsent(partition(channel), each -> new HashMap<>())
                .put(channel, head));
        CompletableFuture<Set<String>> result = CompletableFuture.completedFuture(new HashSet<>());
        for (Map.Entry<Partition, Map<String, Position>> each : divided.entrySet()) {
            result = result.thenCombine(each.getKey().check(each.getValue()), (found, more) -> {
                found.addAll(more);
                return found;
            });
        }
        return result;
    }

    @Override
    public CompletableFuture<Void> drain() {
        return CompletableFuture.allOf(partitions.stream().map(Partition::drain).toArray(CompletableFuture[]::new));
    }

    NotConnectedException notConnected() {
        return masters.notConnected();
    }

    ClosedException closedFailure() {
        return new ClosedException("the engine is closed", new CloseReason.Local(), true);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        partitions.forEach(Partition::close);
    }
}
