package io.heliograph.exchange.redis;

import io.heliograph.NotConnectedException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.internal.Failures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Links to the masters: one for a single Redis, one for each master of a cluster. The slots of a cluster are read every 30 s, and after each sign
 * that they have moved. Thread-safe.
 */
final class Masters implements RedisLink.Listener {

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(RedisEngine.class));
    private static final Duration REFRESH = Duration.ofSeconds(30);
    private static final Duration MIN_REFRESH = Duration.ofMillis(200);

    /** Interval while a master is away, which another one may replace, or the cluster is. */
    private static final Duration UNSETTLED_REFRESH = Duration.ofSeconds(1);

    private final RedisClient client;
    private final RedisOptions options;
    private final ScheduledExecutorService timer;
    private final Runnable onChange;
    private final CompletableFuture<Void> firstOpened = new CompletableFuture<>();

    /** Clients by hash tag. Complete before the links are opened. */
    private final Map<String, List<PartitionClient>> clients = new ConcurrentHashMap<>();

    // Guarded by this.
    private final Map<List<RedisAddress>, RedisLink> links = new HashMap<>();
    private final Map<String, RedisLink> byTag = new HashMap<>();
    private final Set<RedisLink> everAttached = new HashSet<>();
    private final Set<RedisAddress> known = new LinkedHashSet<>();
    private boolean refreshing;
    private boolean refreshAgain;
    private @Nullable ScheduledFuture<?> nextRefresh;
    private boolean closed;

    /** @param onChange called after each change of a link; must not block */
    Masters(RedisClient client, RedisOptions options, ScheduledExecutorService timer, Runnable onChange) {
        this.client = client;
        this.options = options;
        this.timer = timer;
        this.onChange = onChange;
    }

    /** Adds a client. Called before {@link #open}. */
    void add(PartitionClient added) {
        clients.computeIfAbsent(added.keys().tag(), tag -> new ArrayList<>()).add(added);
    }

    /** Begins to connect. Completes when all links are open for the first time; fails with the first failure, and continues. */
    CompletableFuture<Void> open() {
        synchronized (this) {
            known.addAll(options.addresses());
        }
        if (options.cluster()) {
            refresh();
            return firstOpened;
        }
        Map<String, List<RedisAddress>> assigned = new HashMap<>();
        clients.keySet().forEach(tag -> assigned.put(tag, options.addresses()));
        assign(assigned);
        return firstOpened;
    }

    /** Opens links to the masters of the tags, and closes those that are not used any more. */
    private void assign(Map<String, List<RedisAddress>> masters) {
        List<RedisLink> begun = new ArrayList<>();
        List<RedisLink> unused = new ArrayList<>();
        List<Runnable> effects = new ArrayList<>();
        synchronized (this) {
            if (closed) {
                return;
            }
            masters.forEach((tag, addresses) -> {
                RedisLink link = links.get(addresses);
                if (link == null) {
                    link = new RedisLink(client, options, addresses, timer, this);
                    links.put(addresses, link);
                    begun.add(link);
                }
                RedisLink target = link;
                RedisLink before = byTag.put(tag, target);
                if (before != target) {
                    for (PartitionClient each : clients.getOrDefault(tag, List.of())) {
                        if (before != null) {
                            effects.add(() -> each.detach(before));
                        }
                        effects.add(() -> attachIfOpen(each, target));
                    }
                }
            });
            Set<RedisLink> used = new HashSet<>(byTag.values());
            links.values().removeIf(link -> !used.contains(link) && unused.add(link));
            everAttached.retainAll(used);
        }
        effects.forEach(Runnable::run);
        unused.forEach(RedisLink::close);
        begun.forEach(link -> link.open().whenComplete((opened, failure) -> {
            if (failure != null) {
                firstOpened.completeExceptionally(Failures.unwrap(failure));
            }
        }));
        if (!unused.isEmpty()) {
            onChange.run();
        }
    }

    private static void attachIfOpen(PartitionClient each, RedisLink link) {
        if (link.isOpen()) {
            each.attach(link);
        }
    }

    // ---- events of the links

    @Override
    public void opened(RedisLink link) {
        boolean all;
        List<PartitionClient> attached = new ArrayList<>();
        synchronized (this) {
            byTag.forEach((tag, of) -> {
                if (of == link) {
                    attached.addAll(clients.getOrDefault(tag, List.of()));
                }
            });
        }
        attached.forEach(each -> each.attach(link));
        synchronized (this) {
            everAttached.add(link);
            all = everAttached.containsAll(links.values());
        }
        onChange.run();
        if (all) {
            firstOpened.complete(null);
        }
    }

    @Override
    public void lost(RedisLink link) {
        clients.values().forEach(each -> each.forEach(one -> one.detach(link)));
        onChange.run();
        if (options.cluster()) {
            refreshAfter(MIN_REFRESH);
        }
    }

    @Override
    public void received(String topic, byte[] message) {
        clients(topic).forEach(each -> each.received(topic, message));
    }

    @Override
    public void ended(String topic) {
        clients(topic).forEach(each -> each.ended(topic));
    }

    private List<PartitionClient> clients(String topic) {
        int start = topic.indexOf('{');
        int end = topic.indexOf('}', start);
        return start < 0 || end < 0 ? List.of() : clients.getOrDefault(topic.substring(start + 1, end), List.of());
    }

    /** A server has answered that it is not the master, or that it has lost the functions. */
    void doubt(RedisLink link, Throwable failure) {
        Commands commands = link.commands();
        if (Commands.isFunctionMissing(failure)) {
            if (commands != null) {
                RedisLink.load(commands);
            }
        } else if (Commands.isMoved(failure)) {
            if (options.cluster()) {
                refreshAfter(MIN_REFRESH);
            } else {
                link.drop(String.valueOf(failure.getMessage()));
            }
        }
    }

    // ---- cluster

    /** Reads the slots of the cluster. One read at a time; a request meanwhile is a further read afterwards. */
    private void refresh() {
        List<RedisAddress> asked;
        synchronized (this) {
            nextRefresh = null;
            if (closed) {
                return;
            }
            if (refreshing) {
                refreshAgain = true;
                return;
            }
            refreshing = true;
            asked = List.copyOf(known);
        }
        slots(asked, 0, null).thenAccept(this::assigned).whenComplete((done, failure) -> {
            if (failure != null) {
                Throwable cause = Failures.unwrap(failure);
                String message = "the cluster at " + options.addresses() + " is not available: " + cause.getMessage();
                failures.expected("cluster", message);
                firstOpened.completeExceptionally(new NotConnectedException(message, cause));
            }
            Duration delay;
            synchronized (this) {
                refreshing = false;
                boolean settled = failure == null && links.values().stream().allMatch(RedisLink::isOpen);
                delay = refreshAgain ? MIN_REFRESH : settled ? REFRESH : UNSETTLED_REFRESH;
                refreshAgain = false;
            }
            refreshAfter(delay);
        });
    }

    /** Reads the slots after a delay, unless they are read earlier. */
    private void refreshAfter(Duration delay) {
        synchronized (this) {
            ScheduledFuture<?> pending = nextRefresh;
            if (pending != null && !pending.isDone()) {
                if (pending.getDelay(TimeUnit.NANOSECONDS) <= delay.toNanos()) {
                    return;
                }
                pending.cancel(false);
            }
            try {
                nextRefresh = timer.schedule(this::refresh, delay.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException ended) {
                // The engine is closed.
            }
        }
    }

    private void assigned(NavigableMap<Integer, RedisAddress> slots) {
        Map<String, List<RedisAddress>> assigned = new HashMap<>();
        for (String tag : clients.keySet()) {
            Map.Entry<Integer, RedisAddress> range = slots.floorEntry(PartitionKeys.slot(tag));
            if (range != null) {
                assigned.put(tag, List.of(range.getValue()));
            }
        }
        synchronized (this) {
            known.clear();
            known.addAll(slots.values());
            known.addAll(options.addresses());
        }
        assign(assigned);
    }

    /** Asks the first of the addresses, from an index on, that answers. Returns the masters by the first slot of their ranges. */
    private CompletableFuture<NavigableMap<Integer, RedisAddress>> slots(
            List<RedisAddress> asked, int index, @Nullable Throwable before) {
        if (index == asked.size()) {
            return CompletableFuture.failedFuture(before == null ? new IllegalStateException("no address") : before);
        }
        return slots(asked.get(index))
                .handle((slots, failure) -> failure == null
                        ? CompletableFuture.completedFuture(slots)
                        : slots(asked, index + 1, Failures.unwrap(failure)))
                .thenCompose(next -> next);
    }

    private CompletableFuture<NavigableMap<Integer, RedisAddress>> slots(RedisAddress address) {
        return client.connectAsync(ByteArrayCodec.INSTANCE, RedisEngine.uri(options, address))
                .toCompletableFuture()
                .thenCompose(connection -> slots(connection, address));
    }

    private static CompletableFuture<NavigableMap<Integer, RedisAddress>> slots(
            StatefulRedisConnection<byte[], byte[]> connection, RedisAddress asked) {
        return connection
                .async()
                .clusterSlots()
                .toCompletableFuture()
                .orTimeout(5, TimeUnit.SECONDS)
                .thenApply(ranges -> {
                    NavigableMap<Integer, RedisAddress> slots = new TreeMap<>();
                    for (Object range : ranges) {
                        List<?> parts = (List<?>) range;
                        List<?> master = (List<?>) parts.get(2);
                        String host = Commands.text(master.get(0));
                        slots.put(
                                ((Number) parts.get(0)).intValue(),
                                new RedisAddress(
                                        host == null || host.isEmpty() ? asked.host() : host,
                                        ((Number) master.get(1)).intValue()));
                    }
                    if (slots.isEmpty()) {
                        throw new IllegalStateException(asked + " knows no slots (expected: a node of a cluster)");
                    }
                    return slots;
                })
                .whenComplete((slots, failure) -> connection.closeAsync());
    }

    NotConnectedException notConnected() {
        return new NotConnectedException("Redis at " + options.addresses() + " is not available");
    }

    /** Ends all links, whose connections are left to the client. */
    void close() {
        List<RedisLink> ended;
        synchronized (this) {
            closed = true;
            ended = List.copyOf(links.values());
            links.clear();
        }
        ended.forEach(RedisLink::end);
        firstOpened.completeExceptionally(notConnected());
    }
}
