package io.heliograph.exchange.redis;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.NotConnectedException;
import io.heliograph.QueueFullException;
import io.heliograph.exchange.control.Control;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commands of this node on their way to the command log, and the replies of the nodes.
 *
 * <p>Commands are numbered. A command is kept for {@link #KEPT} after it was sent, so that a restarted or promoted Redis that lacks it gets it
 * again. Thread-safe. No method blocks.
 */
final class CommandSender {

    /** Time for which a sent command is kept. */
    static final Duration KEPT = Duration.ofSeconds(30);

    /** Limits the commands without a result. */
    static final int MAX_PENDING = 10_000;

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int REVOCATIONS_AT_ONCE = 500;

    private enum State {
        WAITING,
        IN_FLIGHT,
        SENT
    }

    private static final class Entry {
        final long number;
        final String text;
        final String until;
        final long created = System.nanoTime();
        final CompletableFuture<Integer> result = new CompletableFuture<>();
        final Map<String, Boolean> replies = new HashMap<>();
        State state = State.WAITING;
        boolean done;

        Entry(long number, String text, String until) {
            this.number = number;
            this.text = text;
            this.until = until;
        }

        boolean isOlderThan(Duration age) {
            return System.nanoTime() - created > age.toNanos();
        }
    }

    private final ControlLink link;
    private final ControlKeys keys;
    private final String sender;
    private final Duration timeout;
    private final Supplier<Set<String>> alive;
    private final Runnable beat;

    // Guarded by this. Entries in the order of their numbers.
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<String, String> revocations = new LinkedHashMap<>();
    private int pending;
    private long nextNumber = 1;
    private long base = 1;
    private boolean writable;
    private String term = "";
    private boolean reading;
    private boolean again;
    private boolean ticking;
    private boolean closed;

    /**
     * @param timeout limits the time until a command has its result
     * @param alive ids of the nodes that are alive
     * @param beat beats now; {@link #onBeat} is called with the reply
     */
    CommandSender(
            ControlLink link,
            ControlKeys keys,
            String sender,
            Duration timeout,
            Supplier<Set<String>> alive,
            Runnable beat) {
        this.link = link;
        this.keys = keys;
        this.sender = sender;
        this.timeout = timeout;
        this.alive = alive;
        this.beat = beat;
    }

    /**
     * Sends a command.
     *
     * @param until end of a revocation in milliseconds since the epoch; empty for another command
     */
    CompletableFuture<Integer> send(String text, String until) {
        Entry entry;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(closed());
            }
            if (pending >= MAX_PENDING) {
                return CompletableFuture.failedFuture(new QueueFullException(
                        "control: " + MAX_PENDING + " commands without a result (expected: fewer)", MAX_PENDING));
            }
            pending++;
            entry = new Entry(nextNumber++, text, until);
            entries.add(entry);
            if (writable) {
                write(entry);
            }
            startTicking();
        }
        return entry.result;
    }

    /** Guarded by this. */
    private void write(Entry entry) {
        entry.state = State.IN_FLIGHT;
        link.call(
                        "command",
                        List.of(
                                keys.logState(),
                                keys.log(),
                                keys.lastNumber(sender),
                                keys.replies(sender),
                                keys.revocations(),
                                keys.notifications()),
                        List.of(
                                Terms.next(),
                                sender,
                                String.valueOf(base),
                                String.valueOf(entry.number),
                                entry.text,
                                entry.until,
                                String.valueOf(Control.MAX_REVOCATIONS)))
                .whenComplete((reply, failure) -> answered(entry, reply, failure));
    }

    private void answered(Entry entry, @Nullable Object reply, @Nullable Throwable failure) {
        boolean sent = reply instanceof List<?> list && "sent".equals(list.getFirst());
        synchronized (this) {
            if (sent) {
                sent(entry);
                return;
            }
            entry.state = State.WAITING;
            writable = false;
        }
        if (failure == null) {
            // Commands before this one are missing: the reply to the beat says from where on to send.
            beat.run();
        }
    }

    /** Guarded by this. */
    private void sent(Entry entry) {
        entry.state = State.SENT;
        if (!entry.until.isEmpty()) {
            revocations.put(entry.text, entry.until);
        }
    }

    /** Sends, after a beat, all commands that the log lacks. */
    void onBeat(Membership.LogState log) {
        List<String> again = List.of();
        synchronized (this) {
            if (closed) {
                return;
            }
            if (!log.term().equals(term)) {
                again = term.isEmpty() ? List.of() : revocationArguments();
                term = log.term();
            }
            writable = true;
            boolean first = true;
            for (Entry entry : List.copyOf(entries)) {
                if (entry.number > log.lastNumber() && entry.state != State.IN_FLIGHT) {
                    if (first) {
                        base = entry.number;
                        first = false;
                    }
                    write(entry);
                } else if (entry.state == State.WAITING) {
                    // The log has the command; only the answer was lost.
                    sent(entry);
                }
            }
            forget();
        }
        for (int i = 0; i < again.size(); i += 2 * REVOCATIONS_AT_ONCE) {
            List<String> arguments = new ArrayList<>(List.of(String.valueOf(Control.MAX_REVOCATIONS)));
            arguments.addAll(again.subList(i, Math.min(again.size(), i + 2 * REVOCATIONS_AT_ONCE)));
            link.call("revoke", List.of(keys.revocations()), arguments);
        }
        readReplies();
    }

    /** Returns the own revocations that have not ended, each with its end. Guarded by this. */
    private List<String> revocationArguments() {
        long now = System.currentTimeMillis();
        revocations.values().removeIf(until -> Long.parseLong(until) <= now);
        List<String> arguments = new ArrayList<>();
        revocations.forEach((text, until) -> {
            arguments.add(text);
            arguments.add(until);
        });
        return arguments;
    }

    /** Forgets old entries and the revocations above the limit. Guarded by this. */
    private void forget() {
        while (!entries.isEmpty()
                && entries.getFirst().done
                && entries.getFirst().isOlderThan(KEPT)) {
            entries.removeFirst();
        }
        Iterator<String> oldest = revocations.keySet().iterator();
        while (revocations.size() > Control.MAX_REVOCATIONS && oldest.hasNext()) {
            oldest.next();
            oldest.remove();
        }
    }

    /** Reads the replies of the nodes. */
    void readReplies() {
        synchronized (this) {
            if (closed || pending == 0) {
                return;
            }
            if (reading) {
                again = true;
                return;
            }
            reading = true;
        }
        link.call("replies", List.of(keys.replies(sender)), List.of()).whenComplete((reply, failure) -> {
            if (failure == null) {
                replied((List<?>) Objects.requireNonNull(reply));
            }
            boolean next;
            synchronized (this) {
                reading = false;
                next = again;
                again = false;
            }
            if (next) {
                readReplies();
            }
        });
    }

    /** Takes replies: fields {@code <number> <node>}, each with its value. Deletes them in Redis. */
    private void replied(List<?> replies) {
        Map<Long, Map<String, String>> byNumber = new HashMap<>();
        List<String> fields = new ArrayList<>();
        for (int i = 0; i + 1 < replies.size(); i += 2) {
            String field = String.valueOf(replies.get(i));
            int space = field.indexOf(' ');
            fields.add(field);
            byNumber.computeIfAbsent(Long.valueOf(field.substring(0, space)), number -> new HashMap<>())
                    .put(field.substring(space + 1), String.valueOf(replies.get(i + 1)));
        }
        List<Runnable> completions = new ArrayList<>();
        synchronized (this) {
            for (Entry entry : entries) {
                Map<String, String> own = byNumber.get(entry.number);
                if (own == null || entry.done) {
                    continue;
                }
                if ("full".equals(own.get(""))) {
                    revocations.remove(entry.text);
                    completions.add(finish(
                            entry,
                            new IllegalStateException("control: " + Control.MAX_REVOCATIONS
                                    + " revocations are kept (expected: fewer)")));
                } else {
                    own.forEach((node, value) -> entry.replies.put(node, value.equals("1")));
                }
            }
        }
        completions.forEach(Runnable::run);
        if (!fields.isEmpty()) {
            link.call("replies", List.of(keys.replies(sender)), fields);
        }
        completeReplied();
    }

    /** Completes the commands to which all nodes that are alive have replied, and those whose time has passed. */
    void completeReplied() {
        Set<String> nodes = alive.get();
        List<Runnable> completions = new ArrayList<>();
        synchronized (this) {
            for (Entry entry : List.copyOf(entries)) {
                if (entry.done) {
                    continue;
                }
                boolean late = entry.isOlderThan(timeout);
                if (entry.state == State.SENT && (late || entry.replies.keySet().containsAll(nodes))) {
                    completions.add(finish(entry, null));
                } else if (late) {
                    boolean unsent = entry.state == State.WAITING;
                    entries.remove(entry);
                    completions.add(finish(
                            entry,
                            unsent
                                    ? new NotConnectedException("control: not connected to Redis for " + timeout)
                                    : new DeadlineExceededException(
                                            "control: no answer from Redis within " + timeout, false)));
                }
            }
        }
        completions.forEach(Runnable::run);
    }

    /** Guarded by this. */
    private Runnable finish(Entry entry, @Nullable Throwable failure) {
        entry.done = true;
        pending--;
        int executed =
                (int) entry.replies.values().stream().filter(each -> each).count();
        // A dependent of the future may block.
        return () -> Thread.ofVirtual().name("heliograph-redis").start(() -> {
            if (failure == null) {
                entry.result.complete(executed);
            } else {
                entry.result.completeExceptionally(failure);
            }
        });
    }

    /** Guarded by this. */
    private void startTicking() {
        if (!ticking && !closed) {
            ticking = true;
            CompletableFuture.delayedExecutor(TICK.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(this::tick);
        }
    }

    private void tick() {
        completeReplied();
        synchronized (this) {
            ticking = false;
            if (pending > 0) {
                startTicking();
            }
        }
        readReplies();
    }

    void close() {
        List<Runnable> completions = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Entry entry : entries) {
                if (!entry.done) {
                    completions.add(finish(entry, closed()));
                }
            }
            entries.clear();
            revocations.clear();
        }
        completions.forEach(Runnable::run);
    }

    private static ClosedException closed() {
        return new ClosedException("the engine is closed", new CloseReason.Local(), true);
    }
}
