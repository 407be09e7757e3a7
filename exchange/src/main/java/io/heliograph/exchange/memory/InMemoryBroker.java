package io.heliograph.exchange.memory;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.exchange.Broker;
import io.heliograph.exchange.BrokerState;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Broker of a single exchange: numbers the messages of each channel and retains the history.
 *
 * <p>Delivers a message before {@link #publish} returns, under the lock of the channel. Thread-safe.
 */
public final class InMemoryBroker implements Broker {

    /**
     * Incarnation of a channel, which exists while the channel is subscribed or has history, and for a while afterwards. Its lock guards
     * its fields.
     */
    private static final class Incarnation {
        final String name;
        final @Nullable RetainedHistory<Incarnation> history;
        final RetainedHistory.@Nullable Entries<Incarnation> entries;
        Position head = new Position(newEpoch(), 0);
        boolean subscribed;
        boolean kept; // in the unused channels
        boolean discarded;

        Incarnation(String name, @Nullable RetainedHistory<Incarnation> history) {
            this.name = name;
            this.history = history;
            this.entries = history == null ? null : new RetainedHistory.Entries<>(this);
        }

        boolean isUnused() {
            return !subscribed && (history == null || entries == null || history.isEmpty(entries));
        }
    }

    private final Map<String, Incarnation> incarnations = new ConcurrentHashMap<>();
    private final Histories<Incarnation> histories;
    private final UnusedChannels<Incarnation> unused;
    private final PublicationIds ids;
    private volatile @Nullable Receiver receiver;
    private volatile boolean closed;

    public InMemoryBroker(Function<? super String, HistoryLimits> history) {
        this(history, System::nanoTime);
    }

    public InMemoryBroker(Function<? super String, HistoryLimits> history, LongSupplier nanoTime) {
        this.histories = new Histories<>(history, nanoTime, this::keepIfUnused);
        this.unused = new UnusedChannels<>(nanoTime);
        this.ids = new PublicationIds(nanoTime);
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
    public CompletableFuture<Position> publish(String channel, Draft draft) {
        while (!closed) {
            Incarnation current = incarnations.get(channel);
            if (current == null) {
                RetainedHistory<Incarnation> history = histories.of(channel);
                if (history == null && draft.id() == null) {
                    // No subscriber and no history.
                    return CompletableFuture.completedFuture(new Position(newEpoch(), 1));
                }
                current = incarnations.computeIfAbsent(channel, name -> new Incarnation(name, history));
            }
            List<Incarnation> empty = current.history == null && draft.id() == null ? List.of() : new ArrayList<>(1);
            Position position;
            try {
                position = append(current, draft, empty);
            } catch (IllegalStateException unknown) {
                return CompletableFuture.failedFuture(unknown);
            }
            empty.forEach(this::keepIfUnused);
            if (position != null) {
                return CompletableFuture.completedFuture(position);
            }
        }
        return closed();
    }

    /**
     * Appends and delivers a message, unless its id was published before.
     *
     * @param empty receives the channels that may be unused now
     * @return null if the incarnation has been discarded
     */
    private @Nullable Position append(Incarnation current, Draft draft, List<Incarnation> empty) {
        PublicationId id = draft.id();
        synchronized (current) {
            if (current.discarded) {
                return null;
            }
            Position known = id == null ? null : ids.find(current.name, id);
            if (known != null) {
                return known;
            }
            Position previous = current.head;
            Position position = new Position(previous.epoch(), previous.offset() + 1);
            current.head = position;
            Message message =
                    new Message(position, previous, draft.data(), null, draft.traceContext(), draft.publisher());
            if (current.history != null && current.entries != null) {
                use(current);
                current.history.add(current.entries, message, empty);
            } else if (id != null && !current.subscribed) {
                empty.add(current);
            }
            if (current.subscribed) {
                Objects.requireNonNull(receiver).delivered(current.name, message);
            }
            if (id != null) {
                ids.add(current.name, id, position);
            }
            return position;
        }
    }

    @Override
    public CompletableFuture<Position> subscribe(String channel) {
        while (!closed) {
            Incarnation current = incarnation(channel);
            synchronized (current) {
                if (!current.discarded) {
                    use(current);
                    current.subscribed = true;
                    return CompletableFuture.completedFuture(current.head);
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
            keepIfUnused(current);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Log> read(String channel, @Nullable Position after, int limit) {
        while (!closed) {
            Incarnation current = incarnations.get(channel);
            if (current == null) {
                return CompletableFuture.completedFuture(new Log(
                        after == null ? Continuity.COMPLETE : Continuity.UNKNOWN,
                        List.of(),
                        new Position(newEpoch(), 0)));
            }
            synchronized (current) {
                if (!current.discarded) {
                    return CompletableFuture.completedFuture(read(current, after, limit));
                }
            }
        }
        return closed();
    }

    /** Guarded by {@code current}. */
    private static Log read(Incarnation current, @Nullable Position after, int limit) {
        Position head = current.head;
        if (after != null && !head.reaches(after)) {
            return new Log(Continuity.FORKED, List.of(), head);
        }
        if (after != null && after.offset() == head.offset()) {
            return new Log(Continuity.COMPLETE, List.of(), head);
        }
        long from = after == null ? 0 : after.offset();
        List<Message> messages = current.history == null || current.entries == null
                ? List.of()
                : current.history.after(current.entries, from, limit);
        if (after != null
                && (messages.isEmpty() || messages.getFirst().position().offset() > from + 1)) {
            return new Log(Continuity.TRIMMED, List.of(), head);
        }
        Position last = messages.isEmpty() ? head : messages.getLast().position();
        return new Log(last.equals(head) ? Continuity.COMPLETE : Continuity.PARTIAL, messages, last);
    }

    @Override
    public CompletableFuture<Set<String>> check(Map<String, Position> heads) {
        Set<String> differing = new HashSet<>();
        heads.forEach((channel, head) -> {
            Incarnation current = incarnations.get(channel);
            if (current == null) {
                differing.add(channel);
                return;
            }
            synchronized (current) {
                if (!current.head.equals(head)) {
                    differing.add(channel);
                }
            }
        });
        return CompletableFuture.completedFuture(differing);
    }

    @Override
    public BrokerState state() {
        return closed ? BrokerState.CLOSED : BrokerState.CONNECTED;
    }

    @Override
    public boolean isDistributed() {
        return false;
    }

    @Override
    public CompletableFuture<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    private Incarnation incarnation(String channel) {
        Incarnation known = incarnations.get(channel);
        if (known != null) {
            return known;
        }
        RetainedHistory<Incarnation> history = histories.of(channel);
        return incarnations.computeIfAbsent(channel, name -> new Incarnation(name, history));
    }

    /** Returns a random positive number of 63 bits in base 36. */
    private static String newEpoch() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE), Character.MAX_RADIX);
    }

    /** Removes a channel from the unused channels. Guarded by {@code current}. */
    private void use(Incarnation current) {
        if (current.kept) {
            current.kept = false;
            unused.remove(current);
        }
    }

    /** Keeps the head of a channel that has neither a subscription nor history, and discards channels that are not kept any more. */
    private void keepIfUnused(Incarnation current) {
        List<Incarnation> expired = List.of();
        synchronized (current) {
            if (current.isUnused() && !current.kept && !current.discarded) {
                current.kept = true;
                expired = unused.add(current);
            }
        }
        expired.forEach(this::discard);
    }

    /** Discards a channel unless it is used again. */
    private void discard(Incarnation current) {
        synchronized (current) {
            use(current);
            if (current.isUnused()) {
                current.discarded = true;
                incarnations.remove(current.name, current);
            }
        }
    }

    private static <T> CompletableFuture<T> closed() {
        return CompletableFuture.failedFuture(
                new ClosedException("the broker is closed", new CloseReason.Local(), true));
    }

    /** Evicts expired messages and unused channels at once. */
    public void expire() {
        histories.expire();
        unused.expire().forEach(this::discard);
    }

    /** Number of unused channels whose heads are kept. */
    public int unusedSize() {
        return unused.size();
    }

    /** Number of channels that are subscribed or have history. */
    public int size() {
        return incarnations.size() - unused.size();
    }

    @Override
    public void close() {
        closed = true;
        histories.close();
        incarnations.clear();
        unused.clear();
        ids.clear();
    }
}
