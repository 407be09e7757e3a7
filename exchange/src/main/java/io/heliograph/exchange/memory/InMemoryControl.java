package io.heliograph.exchange.memory;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Subscription;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Listeners;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.control.Node;
import io.heliograph.exchange.control.NodeChange;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Control of a single process. Thread-safe. */
public final class InMemoryControl implements Control {

    private static final int ID_CHARACTERS = 8;

    private final FailureLog failures = new FailureLog(LoggerFactory.getLogger(Control.class));
    private final InstantSource clock;
    private final Node self;
    private final Listeners<Consumer<? super NodeChange>> changes = new Listeners<>(this::failed);
    private final TaskQueue tasks = new TaskQueue();

    /** Number of listeners that failed with the current command. Used by one thread at a time. */
    private int failed;

    private final Listeners<Consumer<? super Command>> commands = new Listeners<>(failure -> {
        failed++;
        failed(failure);
    });

    // Guarded by this.
    private final Set<Command.Revoke> revocations = new LinkedHashSet<>();
    private final PriorityQueue<Command.Revoke> byEnd =
            new PriorityQueue<>(Comparator.comparing(Command.Revoke::until));
    private boolean closed;

    public InMemoryControl(InstantSource clock) {
        this.clock = clock;
        String version = Control.class.getPackage().getImplementationVersion();
        this.self = new Node("local-" + randomId(), version == null ? "" : version, "", clock.instant(), Map.of());
    }

    private static String randomId() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_CHARACTERS; i++) {
            id.append(
                    Character.forDigit(ThreadLocalRandom.current().nextInt(Character.MAX_RADIX), Character.MAX_RADIX));
        }
        return id.toString();
    }

    private void failed(Throwable failure) {
        failures.userCode("control listener", null, failure);
    }

    @Override
    public Node self() {
        return self;
    }

    @Override
    public List<Node> nodes() {
        return List.of(self);
    }

    @Override
    public Subscription onChange(Consumer<? super NodeChange> listener) {
        return changes.on(listener);
    }

    @Override
    public Subscription onCommand(Consumer<? super Command> listener) {
        return commands.on(listener);
    }

    @Override
    public CompletableFuture<Integer> send(Command command) {
        CompletableFuture<Integer> executed = new CompletableFuture<>();
        synchronized (this) {
            if (closed) {
                return closed();
            }
            if (command instanceof Command.Revoke revoke) {
                expire();
                if (revocations.size() >= MAX_REVOCATIONS && !revocations.contains(revoke)) {
                    return CompletableFuture.failedFuture(new IllegalStateException(
                            "control: " + MAX_REVOCATIONS + " revocations are kept (expected: fewer)"));
                }
                if (revocations.add(revoke)) {
                    byEnd.add(revoke);
                }
            }
            // Under the lock, so that commands are executed in the order of the revocations.
            tasks.add(() -> {
                failed = 0;
                boolean heard = !commands.isEmpty();
                commands.emit((listener, c, unused) -> listener.accept(c), command, null);
                int nodes = heard && failed == 0 ? 1 : 0;
                // A dependent of the future may block.
                Thread.ofVirtual().name("heliograph-exchange").start(() -> executed.complete(nodes));
            });
        }
        return executed;
    }

    @Override
    public synchronized CompletableFuture<List<Command.Revoke>> revocations() {
        if (closed) {
            return closed();
        }
        expire();
        return CompletableFuture.completedFuture(List.copyOf(revocations));
    }

    private void expire() {
        Instant now = clock.instant();
        for (Command.Revoke next = byEnd.peek(); next != null && !next.until().isAfter(now); next = byEnd.peek()) {
            revocations.remove(byEnd.remove());
        }
    }

    private static <T> CompletableFuture<T> closed() {
        return CompletableFuture.failedFuture(
                new ClosedException("the engine is closed", new CloseReason.Local(), true));
    }

    synchronized void close() {
        closed = true;
        revocations.clear();
        byEnd.clear();
        commands.clear();
    }
}
