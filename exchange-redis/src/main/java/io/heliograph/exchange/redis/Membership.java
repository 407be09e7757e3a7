package io.heliograph.exchange.redis;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Subscription;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Listeners;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.control.Node;
import io.heliograph.exchange.control.NodeChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Nodes that share a Redis. Each node beats every {@link #BEAT}; a node that was silent for the node TTL by the time of Redis is declared dead.
 *
 * <p>Thread-safe. No method blocks. Listeners run on virtual threads, one call at a time.
 */
final class Membership {

    /** Interval of the beats. */
    static final Duration BEAT = Duration.ofSeconds(3);

    /** Time after which another node deletes the members of a dead node, if the first one has not done so. */
    static final Duration REAP_TIME = Duration.ofSeconds(30);

    static final int MAX_NODES = 1_000;

    /** Number of beats after which the descriptions of all nodes are read again. */
    private static final int REFRESH = 5;

    private static final int ID_CHARACTERS = 8;

    /**
     * Description of this node.
     *
     * @param id first id: a name, a hyphen and 8 random characters
     * @param address address under which operators reach the node; may be empty
     */
    record Settings(String id, String address, Duration nodeTtl, Duration beat) {}

    /**
     * State of the command log in the reply to a beat.
     *
     * @param term term of the log
     * @param offset last offset of the log
     * @param lastNumber number of the last command of this node in the log
     */
    record LogState(String term, long offset, long lastNumber) {}

    private final FailureLog failures = new FailureLog(LoggerFactory.getLogger(Control.class));
    private final ControlLink link;
    private final ControlKeys keys;
    private final Settings settings;
    private final String sender;
    private final String version;
    private final Instant started = Instant.now();
    private final Consumer<LogState> onBeat;
    private final Listeners<Consumer<? super NodeChange>> changes = new Listeners<>(this::failed);
    private final Listeners<Runnable> identities = new Listeners<>(this::failed);
    private final TaskQueue tasks = new TaskQueue();
    private final CompletableFuture<Void> joined = new CompletableFuture<>();

    private volatile Node self;
    private volatile Map<String, Node> nodes;
    private volatile Function<String, CompletableFuture<Void>> reaper = node -> CompletableFuture.completedFuture(null);

    // Guarded by this.
    private String membershipVersion = "";
    private int beats;
    private boolean known; // the present id has beaten
    private boolean beating;
    private boolean again;
    private boolean closed;
    private long timer;

    /**
     * @param onBeat receives the state of the command log with each beat. Must not block
     */
    Membership(ControlLink link, ControlKeys keys, Settings settings, Consumer<LogState> onBeat) {
        this.link = link;
        this.keys = keys;
        this.settings = settings;
        this.onBeat = onBeat;
        String implementation = Control.class.getPackage().getImplementationVersion();
        this.version = implementation == null ? "" : implementation;
        this.self = describe(settings.id());
        this.sender = self.id();
        this.nodes = Map.of(self.id(), self);
    }

    /** Returns the name of this node with other random characters. */
    private String newId() {
        String id = settings.id();
        StringBuilder next = new StringBuilder(id.substring(0, id.length() - ID_CHARACTERS));
        for (int i = 0; i < ID_CHARACTERS; i++) {
            next.append(
                    Character.forDigit(ThreadLocalRandom.current().nextInt(Character.MAX_RADIX), Character.MAX_RADIX));
        }
        return next.toString();
    }

    private Node describe(String id) {
        return new Node(id, version, settings.address(), started, Map.of());
    }

    private void failed(Throwable failure) {
        failures.userCode("control listener", null, failure);
    }

    /** Returns the id of this node. It changes when the node was declared dead. */
    String id() {
        return self.id();
    }

    /** Returns the first id of this node, under which it sends commands. */
    String sender() {
        return sender;
    }

    Node self() {
        return self;
    }

    /** Returns all nodes that are alive, as of the last beat, this one last. */
    List<Node> nodes() {
        Node own = self;
        List<Node> all = new ArrayList<>();
        for (Node node : nodes.values()) {
            if (!node.id().equals(own.id())) {
                all.add(node);
            }
        }
        all.add(own);
        return List.copyOf(all);
    }

    /** Returns the ids of the nodes that are alive, as of the last beat. */
    Set<String> alive() {
        return nodes.keySet();
    }

    /** Completes after the first beat. */
    CompletableFuture<Void> joined() {
        return joined;
    }

    /** Calls {@code listener} with each change of the nodes. */
    Subscription onChange(Consumer<? super NodeChange> listener) {
        return changes.on(listener);
    }

    /** Calls {@code listener} when Redis may lack the members of this node, which must enter them again under {@link #id()}. */
    Subscription onIdentity(Runnable listener) {
        return identities.on(listener);
    }

    /** Selects the function that deletes the members of a dead node. It is called again if its future fails, by this or another node. */
    void reaper(Function<String, CompletableFuture<Void>> reaper) {
        this.reaper = reaper;
    }

    /** Beats now, or after the beat in progress. */
    void beat() {
        List<String> arguments;
        synchronized (this) {
            if (closed) {
                return;
            }
            if (beating) {
                again = true;
                return;
            }
            beating = true;
            timer++;
            String membership = beats++ % REFRESH == 0 ? "" : membershipVersion;
            Node current = describe(self.id());
            arguments = List.of(
                    Terms.next(),
                    current.id(),
                    NodeText.format(current),
                    known ? "1" : "0",
                    String.valueOf(settings.nodeTtl().toMillis()),
                    String.valueOf(REAP_TIME.toMillis()),
                    membership,
                    String.valueOf(MAX_NODES));
            self = current;
        }
        link.call(
                        "beat",
                        List.of(
                                keys.nodes(),
                                keys.descriptions(),
                                keys.dead(),
                                keys.deaths(),
                                keys.logState(),
                                keys.lastNumber(sender),
                                keys.notifications()),
                        arguments)
                .whenComplete((reply, failure) -> {
                    try {
                        if (failure == null) {
                            answered((List<?>) Objects.requireNonNull(reply));
                        } else {
                            failures.expected("beat", "Node cannot beat: cause=" + failure.getMessage());
                        }
                    } catch (RuntimeException defect) {
                        failures.unreported(defect);
                    } finally {
                        ended();
                    }
                });
    }

    private void ended() {
        boolean next;
        long current;
        synchronized (this) {
            beating = false;
            next = again && !closed;
            again = false;
            current = ++timer;
        }
        if (next) {
            beat();
        } else {
            CompletableFuture.delayedExecutor(settings.beat().toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> beatAt(current));
        }
    }

    private void beatAt(long scheduled) {
        synchronized (this) {
            if (timer != scheduled) {
                return;
            }
        }
        beat();
    }

    private void answered(List<?> reply) {
        String state = String.valueOf(reply.get(0));
        if (state.equals("full")) {
            failures.expected(
                    "nodes", "Node cannot join: nodes=" + MAX_NODES + " (expected: fewer nodes on one Redis)");
            return;
        }
        if (state.equals("dead")) {
            rename();
            return;
        }
        List<String> reap = strings(reply.get(4));
        LogState log = new LogState(
                String.valueOf(reply.get(1)),
                Long.parseLong(String.valueOf(reply.get(2))),
                Long.parseLong(String.valueOf(reply.get(3))));
        boolean again;
        synchronized (this) {
            membershipVersion = String.valueOf(reply.get(5));
            again = state.equals("rejoined") || (!known && joined.isDone());
            known = true;
        }
        if (reply.size() > 7) {
            take(strings(reply.get(6)), Set.copyOf(strings(reply.get(7))));
        }
        onBeat.accept(log);
        joined.complete(null);
        if (again) {
            tasks.add(() -> identities.emit((listener, a, b) -> listener.run(), null, null));
        }
        reap.forEach(this::reap);
    }

    private static List<String> strings(@Nullable Object list) {
        List<String> strings = new ArrayList<>();
        for (Object each : (List<?>) Objects.requireNonNull(list)) {
            strings.add(String.valueOf(each));
        }
        return strings;
    }

    /** Takes a new id after this node was declared dead: its old members are being deleted. */
    private void rename() {
        String old;
        synchronized (this) {
            old = self.id();
            self = describe(newId());
            known = false;
            again = true;
            membershipVersion = "";
        }
        failures.expected("declared dead", "Node was declared dead: id=" + old + " newId=" + self.id());
    }

    private void take(List<String> described, Set<String> deaths) {
        Map<String, Node> before = nodes;
        Map<String, Node> after = new LinkedHashMap<>();
        for (int i = 0; i + 1 < described.size(); i += 2) {
            String id = described.get(i);
            after.put(id, id.equals(self.id()) ? self : NodeText.parse(id, described.get(i + 1)));
        }
        nodes = Collections.unmodifiableMap(after);
        List<NodeChange> changed = new ArrayList<>();
        for (Node node : before.values()) {
            if (!after.containsKey(node.id())) {
                changed.add(deaths.contains(node.id()) ? new NodeChange.Dead(node) : new NodeChange.Left(node));
            }
        }
        for (Node node : after.values()) {
            if (!before.containsKey(node.id())) {
                changed.add(new NodeChange.Joined(node));
            }
        }
        for (NodeChange change : changed) {
            tasks.add(() -> changes.emit((listener, c, unused) -> listener.accept(c), change, null));
        }
    }

    private void reap(String node) {
        CompletableFuture<Void> reaped;
        try {
            reaped = reaper.apply(node);
        } catch (RuntimeException failure) {
            reaped = CompletableFuture.failedFuture(failure);
        }
        reaped.thenCompose(done -> link.call("reaped", List.of(keys.dead()), List.of(node)))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        failures.expected(
                                "reap",
                                "Members of a dead node not deleted yet: node=" + node + " cause="
                                        + failure.getMessage());
                    }
                });
    }

    /** Leaves. The members of this node must have left before. */
    CompletableFuture<Void> close() {
        synchronized (this) {
            if (closed) {
                return CompletableFuture.completedFuture(null);
            }
            closed = true;
            timer++;
        }
        joined.completeExceptionally(new ClosedException("the engine is closed", new CloseReason.Local(), true));
        changes.clear();
        identities.clear();
        return link.call(
                        "depart",
                        List.of(keys.nodes(), keys.descriptions(), keys.notifications()),
                        List.of(Terms.next(), self.id()))
                .handle((reply, failure) -> null);
    }
}
