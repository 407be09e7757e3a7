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
 * The broker of an exchange that is alone: it numbers the messages of a channel, and remembers them if it is to.
 *
 * <p>It delivers a message before {@link #publish} returns, under the lock of the channel.
 */
final class InMemoryBroker implements Broker {

    /** One incarnation of a channel: there while it is subscribed or remembered. Its lock guards its fields. */
    private static final class Line {
        final String name;
        final String epoch;
        final RetainedHistory.@Nullable Shelf<Line> shelf;
        long offset;
        boolean subscribed;
        boolean gone;

        Line(String name, String epoch, boolean remembered) {
            this.name = name;
            this.epoch = epoch;
            this.shelf = remembered ? new RetainedHistory.Shelf<>(this) : null;
        }

        Position head() {
            return new Position(epoch, offset);
        }
    }

    private final Map<String, Line> lines = new ConcurrentHashMap<>();
    private final RetainedHistory<Line> history;
    private final String instance = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), Character.MAX_RADIX);
    private final AtomicLong incarnations = new AtomicLong();
    private volatile @Nullable Receiver receiver;
    private volatile boolean closed;

    InMemoryBroker(HistoryLimits limits) {
        this(limits, System::nanoTime);
    }

    InMemoryBroker(HistoryLimits limits, LongSupplier nanoTime) {
        this.history = new RetainedHistory<>(limits, nanoTime, this::forget);
    }

    @Override
    public void start(Receiver receiver) {
        if (this.receiver != null) {
            throw new IllegalStateException("the broker belongs to another exchange (expected: one of its own)");
        }
        this.receiver = receiver;
    }

    @Override
    public CompletableFuture<Position> publish(String channel, @Nullable Frame data) {
        Receiver target = Objects.requireNonNull(receiver);
        while (!closed) {
            Line line = history.isOn() ? line(channel) : lines.get(channel);
            if (line == null) {
                // Nobody sees it, and it leaves no trace.
                return CompletableFuture.completedFuture(new Position(newEpoch(), 1));
            }
            Message message;
            List<Line> forgotten = List.of();
            synchronized (line) {
                if (line.gone) {
                    continue;
                }
                line.offset++;
                message = new Message(line.head(), data);
                if (line.shelf != null) {
                    forgotten = history.add(line.shelf, message);
                }
                if (line.subscribed) {
                    target.delivered(channel, message);
                }
            }
            forgotten.forEach(this::forget);
            return CompletableFuture.completedFuture(message.position());
        }
        return ended();
    }

    @Override
    public CompletableFuture<Position> subscribe(String channel) {
        while (!closed) {
            Line line = line(channel);
            synchronized (line) {
                if (!line.gone) {
                    line.subscribed = true;
                    return CompletableFuture.completedFuture(line.head());
                }
            }
        }
        return ended();
    }

    @Override
    public CompletableFuture<Void> unsubscribe(String channel) {
        Line line = lines.get(channel);
        if (line != null) {
            synchronized (line) {
                line.subscribed = false;
            }
            forget(line);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Log> history(String channel, @Nullable Position after) {
        while (!closed) {
            Line line = lines.get(channel);
            if (line == null) {
                return CompletableFuture.completedFuture(
                        new Log(List.of(), new Position(newEpoch(), 0), after == null));
            }
            synchronized (line) {
                if (!line.gone) {
                    return CompletableFuture.completedFuture(read(line, after));
                }
            }
        }
        return ended();
    }

    private Log read(Line line, @Nullable Position after) {
        Position head = line.head();
        boolean known = after == null || head.reaches(after);
        long from = after == null || !known ? 0 : after.offset();
        List<Message> messages = line.shelf == null ? List.of() : history.after(line.shelf, from);
        return new Log(messages, head, known && messages.size() == line.offset - from);
    }

    private Line line(String channel) {
        return lines.computeIfAbsent(channel, name -> new Line(name, newEpoch(), history.isOn()));
    }

    private String newEpoch() {
        return instance + "-" + incarnations.incrementAndGet();
    }

    /** Gives up a channel that is neither subscribed nor remembered. */
    private void forget(Line line) {
        synchronized (line) {
            if (!line.subscribed && (line.shelf == null || history.isEmpty(line.shelf))) {
                line.gone = true;
                lines.remove(line.name, line);
            }
        }
    }

    private static <T> CompletableFuture<T> ended() {
        return CompletableFuture.failedFuture(Events.closed());
    }

    /** Drops what is too old now, instead of soon. */
    void expire() {
        history.expire();
    }

    int size() {
        return lines.size();
    }

    @Override
    public void close() {
        closed = true;
        history.close();
        lines.clear();
    }
}
