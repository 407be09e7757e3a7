package io.heliograph.exchange.redis;

import io.heliograph.Subscription;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Listeners;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Control;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Reads the command log from a cursor on, and executes each command once.
 *
 * <p>The cursor is the term and offset of the last command read. If the log does not have it any more, commands may have been lost: the node then
 * executes the revocations again, reports the gap, and executes what the log has and it has not executed. Thread-safe. No method blocks.
 */
final class CommandReceiver {

    /** Limits the senders whose last number is remembered, and the results that are remembered for commands that are sent again. */
    private static final int MAX_REMEMBERED = 4_096;

    /** Entry of the log: {@code <term> <offset> <sender> <number> <command>}. */
    private record Entry(String term, long offset, String sender, long number, String text) {

        static Entry parse(String line) {
            String[] parts = line.split(" ", 5);
            return new Entry(parts[0], Long.parseLong(parts[1]), parts[2], Long.parseLong(parts[3]), parts[4]);
        }

        String key() {
            return number + " " + sender;
        }
    }

    private final FailureLog failures = new FailureLog(LoggerFactory.getLogger(Control.class));
    private final ControlLink link;
    private final ControlKeys keys;
    private final Supplier<String> node;
    private final Supplier<CompletableFuture<List<Command.Revoke>>> revocations;
    private final TaskQueue tasks = new TaskQueue();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final AtomicLong gaps = new AtomicLong();

    /** Number of listeners that failed with the current command. Used by one thread at a time. */
    private int failed;

    private final Listeners<Consumer<? super Command>> commands = new Listeners<>(failure -> {
        failed++;
        failures.userCode("control listener", null, failure);
    });

    // Guarded by this.
    private final Map<String, Long> highest = remembered();
    private final Map<String, String> results = remembered();
    private String term = "";
    private long offset;
    private String writer = "";
    private boolean reading;
    private boolean again;

    /** Whether the log is read from its beginning, after a gap. */
    private boolean replaying;

    private boolean closed;

    /**
     * @param node present id of this node
     * @param revocations reads the revocations
     */
    CommandReceiver(
            ControlLink link,
            ControlKeys keys,
            Supplier<String> node,
            Supplier<CompletableFuture<List<Command.Revoke>>> revocations) {
        this.link = link;
        this.keys = keys;
        this.node = node;
        this.revocations = revocations;
    }

    private static <V> Map<String, V> remembered() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MAX_REMEMBERED;
            }
        };
    }

    Subscription onCommand(Consumer<? super Command> listener) {
        return commands.on(listener);
    }

    /** Completes when the node executes all commands that are sent from now on. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Returns how often commands may have been lost. */
    long gaps() {
        return gaps.get();
    }

    /** Compares the cursor with the log. */
    void onBeat(Membership.LogState log) {
        synchronized (this) {
            if (ready.isDone() && log.term().equals(writer) && log.offset() == offset) {
                return;
            }
        }
        read();
    }

    /** Reads the log from the cursor on. */
    void read() {
        long after;
        synchronized (this) {
            if (closed) {
                return;
            }
            if (reading) {
                again = true;
                return;
            }
            reading = true;
            after = offset;
        }
        link.call("commands", List.of(keys.logState(), keys.log()), List.of(Terms.next(), String.valueOf(after)))
                .whenComplete((reply, failure) -> {
                    boolean more = false;
                    try {
                        more = failure == null && answered((List<?>) Objects.requireNonNull(reply));
                    } catch (RuntimeException defect) {
                        failures.unreported(defect);
                    }
                    synchronized (this) {
                        reading = false;
                        more |= again;
                        again = false;
                    }
                    if (more) {
                        read();
                    }
                });
    }

    /** Takes a page of the log. Returns whether the log has more. */
    private boolean answered(List<?> reply) {
        List<Entry> page = new ArrayList<>();
        for (Object line : (List<?>) reply.get(2)) {
            page.add(Entry.parse(String.valueOf(line)));
        }
        long last = Long.parseLong(String.valueOf(reply.get(1)));
        List<Entry> fresh = new ArrayList<>();
        boolean gap;
        boolean more;
        synchronized (this) {
            writer = String.valueOf(reply.get(0));
            boolean first = !ready.isDone();
            gap = !first && !replaying && !continues(page, last);
            if (gap) {
                // Other commands may precede the cursor now: all are read again, and those that were executed are
                // skipped.
                replaying = true;
                offset = 0;
                page = List.of();
                last = 1;
            } else {
                replaying = false;
            }
            for (Entry entry : page) {
                if (first || entry.offset > offset) {
                    long known = highest.getOrDefault(entry.sender, 0L);
                    // Commands before the start of this node do not concern it.
                    if (entry.number > known) {
                        highest.put(entry.sender, entry.number);
                        if (!first) {
                            fresh.add(entry);
                        }
                    } else if (!first && results.containsKey(entry.key())) {
                        fresh.add(entry);
                    }
                }
            }
            if (page.isEmpty() && !gap) {
                term = writer;
                offset = last;
            } else if (!page.isEmpty()) {
                term = page.getLast().term;
                offset = page.getLast().offset;
            }
            more = offset < last;
        }
        if (gap) {
            gap();
        }
        if (!fresh.isEmpty()) {
            tasks.add(() -> execute(fresh));
        }
        if (!more) {
            ready.complete(null);
        }
        return more;
    }

    /** Whether the log still has what was read before. Guarded by this. */
    private boolean continues(List<Entry> page, long last) {
        if (page.isEmpty()) {
            return offset == last && (offset == 0 || term.equals(writer));
        }
        Entry first = page.getFirst();
        if (first.offset == offset) {
            return first.term.equals(term);
        }
        return first.offset == offset + 1 && (offset == 0 || first.term.equals(term));
    }

    private void gap() {
        gaps.incrementAndGet();
        failures.expected(
                "command gap", "Commands may have been lost: node=" + node.get() + " (revocations are executed again)");
        revocations.get().whenComplete((known, failure) -> {
            if (failure != null) {
                failures.expected("revocations", "Revocations not read after a gap: cause=" + failure.getMessage());
                // The next beat compares again.
                synchronized (this) {
                    term = "";
                }
            } else {
                known.forEach(revoke -> tasks.add(() -> emit(revoke)));
            }
        });
    }

    private boolean emit(Command command) {
        failed = 0;
        boolean heard = !commands.isEmpty();
        commands.emit((listener, c, unused) -> listener.accept(c), command, null);
        return heard && failed == 0;
    }

    /** Executes commands in order, and replies to their senders. */
    private void execute(List<Entry> entries) {
        Map<String, List<String>> replies = new LinkedHashMap<>();
        for (Entry entry : entries) {
            String result;
            synchronized (this) {
                if (closed) {
                    return;
                }
                result = results.get(entry.key());
            }
            if (result == null) {
                result = execute(entry) ? "1" : "0";
                synchronized (this) {
                    results.put(entry.key(), result);
                }
            }
            List<String> own =
                    replies.computeIfAbsent(entry.sender, sender -> new ArrayList<>(List.of(sender, node.get())));
            own.add(String.valueOf(entry.number));
            own.add(result);
        }
        replies.forEach(
                (sender, own) -> link.call("executed", List.of(keys.replies(sender), keys.notifications()), own));
    }

    private boolean execute(Entry entry) {
        Command command;
        try {
            command = CommandText.parse(entry.text);
        } catch (IllegalArgumentException unknown) {
            failures.expected(
                    "unknown command",
                    "Command not executed: sender=" + entry.sender + " cause=" + unknown.getMessage());
            return false;
        }
        return emit(command);
    }

    synchronized void close() {
        closed = true;
        commands.clear();
    }
}
