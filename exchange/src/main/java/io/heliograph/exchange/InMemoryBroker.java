package io.heliograph.exchange;

import io.heliograph.frame.Frame;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Broker of a single exchange: numbers the messages of each channel and retains the history.
 *
 * <p>Delivers a message before {@link #publish} returns, under the lock of the channel. Thread-safe.
 */
final class InMemoryBroker implements Broker {

    /** Incarnation of a channel, which exists while the channel is subscribed or has history. Its lock guards its fields. */
    private static final class Incarnation {
        final String name;
        final String epoch;
        final RetainedHistory.@Nullable Entries<Incarnation> entries;
        long offset;
        boolean subscribed;
        boolean discarded;

        Incarnation(String name, String epoch, boolean retained) {
            this.name = name;
            this.epoch = epoch;
            this.entries = retained ? new RetainedHistory.Entries<>(this) : null;
        }

        Position head() {
            return new Position(epoch, offset);
        }
    }

    private final Map<String, Incarnation> incarnations = new ConcurrentHashMap<>();
    private final RetainedHistory<Incarnation> history;
    private final String instance = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), Character.MAX_RADIX);
    private final AtomicLong epochs = new AtomicLong();
    private volatile @Nullable Receiver receiver;
    private volatile boolean closed;

    InMemoryBroker(HistoryLimits limits) {
        this(limits, System::nanoTime);
    }

    InMemoryBroker(HistoryLimits limits, LongSupplier nanoTime) {
        this.history = new RetainedHistory<>(limits, nanoTime, this::discardIfUnused);
    }

    @Override
    public void start(Receiver receiver) {
        if (this.receiver != null) {
            throw new IllegalStateException(
                    "the broker belongs to another exchange (expected: one broker per exchange)");
        }
        this.receiver = receiver;
    }

    @Override
    public CompletableFuture<Position> publish(String channel, @Nullable Frame data) {
        Receiver target = Objects.requireNonNull(receiver);
        while (!closed) {
            Incarnation current = history.isOn() ? incarnation(channel) : incarnations.get(channel);
            if (current == null) {
                // No subscriber and no history.
                return CompletableFuture.completedFuture(new Position(newEpoch(), 1));
            }
            Message message;
            List<Incarnation> empty = List.of();
            synchronized (current) {
                if (current.discarded) {
                    continue;
                }
                current.offset++;
                message = new Message(current.head(), data);
                if (current.entries != null) {
                    empty = history.add(current.entries, message);
                }
                if (current.subscribed) {
                    target.delivered(channel, message);
                }
            }
            empty.forEach(this::discardIfUnused);
            return CompletableFuture.completedFuture(message.position());
        }
        return closed();
    }

    @Override
    public CompletableFuture<Position> subscribe(String channel) {
        while (!closed) {
            Incarnation current = incarnation(channel);
            synchronized (current) {
                if (!current.discarded) {
                    current.subscribed = true;
                    return CompletableFuture.completedFuture(current.head());
                }
            }
        }
        return closed();
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String channel) {
        Incarnation current = incarnations.get(channel);
        if (current != null) {
            synchronized (current) {
                current.subscribed = false;
            }
            discardIfUnused(current);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Log> history(String channel, @Nullable Position after) {
        while (!closed) {
            Incarnation current = incarnations.get(channel);
            if (current == null) {
                return CompletableFuture.completedFuture(
                        new Log(List.of(), new Position(newEpoch(), 0), after == null));
            }
            synchronized (current) {
                if (!current.discarded) {
                    return CompletableFuture.completedFuture(read(current, after));
                }
            }
        }
        return closed();
    }

    private Log read(Incarnation current, @Nullable Position after) {
        Position head = current.head();
        boolean known = after == null || head.reaches(after);
        long from = after == null || !known ? 0 : after.offset();
        List<Message> messages = current.entries == null ? List.of() : history.after(current.entries, from);
        return new Log(messages, head, known && messages.size() == current.offset - from);
    }

    private Incarnation incarnation(String channel) {
        return incarnations.computeIfAbsent(channel, name -> new Incarnation(name, newEpoch(), history.isOn()));
    }

    private String newEpoch() {
        return instance + "-" + epochs.incrementAndGet();
    }

    /** Discards a channel that has neither a subscription nor history. */
    private void discardIfUnused(Incarnation current) {
        synchronized (current) {
            if (!current.subscribed && (current.entries == null || history.isEmpty(current.entries))) {
                current.discarded = true;
                incarnations.remove(current.name, current);
            }
        }
    }

    private static <T> CompletableFuture<T> closed() {
        return CompletableFuture.failedFuture(Events.closed());
    }

    /** Evicts expired messages at once. */
    void expire() {
        history.expire();
    }

    int size() {
        return incarnations.size();
    }

    @Override
    public void close() {
        closed = true;
        history.close();
        incarnations.clear();
    }
}
