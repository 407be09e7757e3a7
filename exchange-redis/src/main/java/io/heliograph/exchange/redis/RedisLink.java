package io.heliograph.exchange.redis;

import io.heliograph.Backoff;
import io.heliograph.NotConnectedException;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.internal.Failures;
import io.heliograph.internal.Printable;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Connections to one master: one for commands, one for subscriptions. If either is lost, both are opened again, with a backoff, at the first of
 * the addresses that is a master. Each second its role is read, and a ping shows whether the other
 * connection answers too. Thread-safe.
 */
final class RedisLink {

    /** Listener of a link. Called on threads of the client library; must not block. */
    interface Listener {

        /** Both connections are open, and the functions are loaded. Nothing is subscribed. */
        void opened(RedisLink link);

        /** The connections are lost. */
        void lost(RedisLink link);

        /** A message of a pub/sub channel. */
        void received(String topic, byte[] message);

        /** The server has ended a subscription that was not cancelled. */
        void ended(String topic);
    }

    private static final FailureLog failures = new FailureLog(LoggerFactory.getLogger(RedisEngine.class));
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2), 0.5);
    /** Time of an attempt at one address. The client library does not complete every command of a lost connection. */
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(10);

    private static final String COMMANDS_CLOSED = "the connection for commands was closed";
    private static final String SUBSCRIPTIONS_CLOSED =
            "the connection for subscriptions was closed (repeatedly: client-output-buffer-limit pubsub is too low)";
    private static final String MASTER = "master";
    private static final Duration PING = Duration.ofSeconds(1);

    private final RedisClient client;
    private final RedisOptions options;
    private final ScheduledExecutorService timer;
    private final Listener listener;
    private final List<RedisAddress> addresses;
    private final CompletableFuture<Void> firstOpened = new CompletableFuture<>();

    // Guarded by this.
    private int attempt;
    private boolean closed;

    private volatile @Nullable Connections current;

    /** Both connections, and when they last delivered. */
    static final class Connections {
        final StatefulRedisConnection<byte[], byte[]> commands;
        final StatefulRedisPubSubConnection<byte[], byte[]> subscriptions;
        final RedisAddress address;
        volatile long commandsAt = System.nanoTime();
        volatile long subscriptionsAt = commandsAt;
        volatile boolean ended;

        Connections(
                StatefulRedisConnection<byte[], byte[]> commands,
                StatefulRedisPubSubConnection<byte[], byte[]> subscriptions,
                RedisAddress address) {
            this.commands = commands;
            this.subscriptions = subscriptions;
            this.address = address;
        }

        void close() {
            ended = true;
            commands.closeAsync();
            subscriptions.closeAsync();
        }
    }

    RedisLink(
            RedisClient client,
            RedisOptions options,
            List<RedisAddress> addresses,
            ScheduledExecutorService timer,
            Listener listener) {
        this.client = client;
        this.options = options;
        this.timer = timer;
        this.addresses = addresses;
        this.listener = listener;
    }

    /**
     * Begins to connect.
     *
     * @return complete when the link is open for the first time; fails with the first failure, after which the link continues
     */
    CompletableFuture<Void> open() {
        connect();
        return firstOpened;
    }

    private void connect() {
        connect(0, null).whenComplete((opened, failure) -> {
            if (failure != null) {
                failed(Failures.unwrap(failure));
            } else {
                opened(opened);
            }
        });
    }

    private void failed(Throwable failure) {
        String message = "Redis at " + addresses + " is not available: " + reason(failure);
        failures.expected("connect", message);
        firstOpened.completeExceptionally(new NotConnectedException(message, failure));
        retry();
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof IllegalStateException)) {
            cause = cause.getCause();
        }
        return Printable.of(String.valueOf(cause.getMessage() == null ? cause : cause.getMessage()));
    }

    private void retry() {
        Duration delay;
        synchronized (this) {
            if (closed) {
                return;
            }
            delay = BACKOFF.delay(Math.min(++attempt, 30), ThreadLocalRandom.current());
        }
        schedule(delay, this::connect);
    }

    private void schedule(Duration delay, Runnable task) {
        try {
            timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            // The engine is closed.
        }
    }

    /** Connects to the first address, from an index on, that is a master. */
    private CompletableFuture<Connections> connect(int index, @Nullable Throwable before) {
        if (index == addresses.size()) {
            return CompletableFuture.failedFuture(before == null ? new IllegalStateException("no address") : before);
        }
        RedisAddress address = addresses.get(index);
        Attempt begun = new Attempt(address);
        return begun.connect()
                .orTimeout(ATTEMPT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .handle((opened, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(opened);
                    }
                    begun.abandon();
                    Throwable cause = Failures.unwrap(failure);
                    return connect(
                            index + 1,
                            cause instanceof TimeoutException
                                    ? new IllegalStateException(
                                            "no answer of " + address + " within " + ATTEMPT_TIMEOUT, cause)
                                    : cause);
                })
                .thenCompose(next -> next);
    }

    /** Attempt to connect to one address. Whatever it has opened, or opens later, is closed if it fails. Thread-safe. */
    private final class Attempt {

        private final RedisAddress address;

        // Guarded by this.
        private final List<StatefulConnection<?, ?>> opened = new ArrayList<>();
        private boolean abandoned;

        Attempt(RedisAddress address) {
            this.address = address;
        }

        CompletableFuture<Connections> connect() {
            RedisURI uri = RedisEngine.uri(options, address);
            return client.connectAsync(ByteArrayCodec.INSTANCE, uri)
                    .toCompletableFuture()
                    .thenApply(this::add)
                    .thenCompose(commands -> prepare(commands, address)
                            .thenCompose(ready -> client.connectPubSubAsync(ByteArrayCodec.INSTANCE, uri))
                            .thenApply(this::add)
                            .thenApply(subscriptions -> new Connections(commands, subscriptions, address)));
        }

        private synchronized <C extends StatefulConnection<?, ?>> C add(C connection) {
            opened.add(connection);
            if (abandoned) {
                connection.closeAsync();
            }
            return connection;
        }

        synchronized void abandon() {
            abandoned = true;
            opened.forEach(StatefulConnection::closeAsync);
        }
    }

    /** Checks that a server is a master whose functions keep their variables, and loads the functions. */
    private CompletableFuture<Void> prepare(StatefulRedisConnection<byte[], byte[]> connection, RedisAddress address) {
        Commands commands = new Commands(connection.async());
        return role(connection)
                .thenAccept(role -> {
                    if (!role.equals(MASTER)) {
                        throw new IllegalStateException(address + " is a " + role + " (expected: a master)");
                    }
                })
                .thenCompose(master -> new Deployment(options, address).check(commands))
                .thenCompose(checked -> probeOrLoad(commands))
                .thenCompose(first -> probe(commands).thenAccept(second -> {
                    if (second <= first) {
                        throw new IllegalStateException(address
                                + " does not keep variables of functions between calls (expected: Redis 7.0 or newer)");
                    }
                }));
    }

    private static CompletableFuture<String> role(StatefulRedisConnection<byte[], byte[]> connection) {
        return connection
                .async()
                .role()
                .toCompletableFuture()
                .thenApply(role -> role.isEmpty() ? "" : String.valueOf(text(role.get(0))));
    }

    private static Object text(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value;
    }

    private static CompletionStage<Long> probe(Commands commands) {
        return commands.call(ScriptOutputType.INTEGER, "probe", List.of(), List.of());
    }

    /** Probes before it loads: a full server, which has the functions, refuses to load them. */
    private static CompletableFuture<Long> probeOrLoad(Commands commands) {
        return probe(commands).toCompletableFuture().exceptionallyCompose(failure -> {
            Throwable cause = Failures.unwrap(failure);
            return Commands.isFunctionMissing(cause)
                    ? load(commands).thenCompose(loaded -> probe(commands))
                    : CompletableFuture.failedFuture(cause);
        });
    }

    /** Loads the functions, which may be present. */
    static CompletableFuture<Void> load(Commands commands) {
        return commands.async()
                .functionLoad(FunctionLibrary.current().text())
                .toCompletableFuture()
                .handle((loaded, failure) -> {
                    Throwable cause = failure == null ? null : Failures.unwrap(failure);
                    if (cause != null && !String.valueOf(cause.getMessage()).contains("already exists")) {
                        throw new CompletionException(cause);
                    }
                    return null;
                });
    }

    private void opened(Connections opened) {
        synchronized (this) {
            if (closed) {
                opened.close();
                return;
            }
            attempt = 0;
            current = opened;
        }
        opened.commands.addListener(whenClosed(opened, COMMANDS_CLOSED));
        opened.subscriptions.addListener(whenClosed(opened, SUBSCRIPTIONS_CLOSED));
        opened.subscriptions.addListener(new Receiver(opened));
        if (!opened.commands.isOpen() || !opened.subscriptions.isOpen()) {
            lost(opened, opened.commands.isOpen() ? SUBSCRIPTIONS_CLOSED : COMMANDS_CLOSED);
            return;
        }
        ping(opened);
        listener.opened(this);
        firstOpened.complete(null);
    }

    private RedisConnectionStateListener whenClosed(Connections of, String why) {
        return new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                lost(of, why);
            }
        };
    }

    private final class Receiver extends RedisPubSubAdapter<byte[], byte[]> {

        private final Connections connections;

        Receiver(Connections connections) {
            this.connections = connections;
        }

        @Override
        public void smessage(byte[] topic, byte[] message) {
            connections.subscriptionsAt = System.nanoTime();
            listener.received(new String(topic, StandardCharsets.UTF_8), message);
        }

        @Override
        public void sunsubscribed(byte[] topic, long count) {
            listener.ended(new String(topic, StandardCharsets.UTF_8));
        }
    }

    private void ping(Connections of) {
        if (of.ended) {
            return;
        }
        long oldest = System.nanoTime() - options.healthTimeout().toNanos();
        if (of.commandsAt - oldest < 0 || of.subscriptionsAt - oldest < 0) {
            lost(of, "no answer for " + options.healthTimeout().toMillis() + " ms");
            return;
        }
        role(of.commands).thenAccept(role -> {
            of.commandsAt = System.nanoTime();
            if (!role.equals(MASTER)) {
                lost(of, "it is a " + role + " (expected: a master)");
            }
        });
        of.subscriptions.async().ping().thenRun(() -> of.subscriptionsAt = System.nanoTime());
        schedule(PING, () -> ping(of));
    }

    private void lost(Connections of, String why) {
        synchronized (this) {
            if (of.ended || current != of) {
                return;
            }
            of.ended = true;
            current = null;
        }
        failures.expected("link", "Redis at " + of.address + ": " + why);
        of.close();
        listener.lost(this);
        retry();
    }

    /** Drops the connections, because the server is not a master any more or does not answer. They are opened again. */
    void drop(String why) {
        Connections of = current;
        if (of != null) {
            lost(of, why);
        }
    }

    boolean isOpen() {
        return current != null;
    }

    /** Returns the commands of the open connection; null while the link is lost. */
    @Nullable
    Commands commands() {
        Connections of = current;
        return of == null ? null : new Commands(of.commands.async());
    }

    /** Subscribes to pub/sub channels of one partition. */
    CompletableFuture<Void> subscribe(List<byte[]> topics) {
        Connections of = current;
        return of == null
                ? CompletableFuture.failedFuture(notConnected())
                : of.subscriptions
                        .async()
                        .ssubscribe(topics.toArray(new byte[0][]))
                        .toCompletableFuture();
    }

    void unsubscribe(byte[] topic) {
        Connections of = current;
        if (of != null) {
            of.subscriptions.async().sunsubscribe(topic);
        }
    }

    NotConnectedException notConnected() {
        return new NotConnectedException("Redis at " + addresses + " is not available");
    }

    /** Ends the link and closes its connections. */
    void close() {
        Connections of = end();
        if (of != null) {
            of.close();
        }
    }

    /** Ends the link. Its connections are left to the client, which closes them. */
    @Nullable
    Connections end() {
        Connections of;
        synchronized (this) {
            closed = true;
            of = current;
            current = null;
        }
        if (of != null) {
            of.ended = true;
        }
        firstOpened.completeExceptionally(notConnected());
        return of;
    }
}
