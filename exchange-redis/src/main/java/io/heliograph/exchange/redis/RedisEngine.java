package io.heliograph.exchange.redis;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.exchange.Broker;
import io.heliograph.exchange.Engine;
import io.heliograph.exchange.HistoryLimits;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.memory.InMemoryPresence;
import io.heliograph.exchange.presence.Presence;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Engine on Redis 7.0 or newer: servers with the same Redis and the same key prefix share their channels, presence and commands.
 *
 * <p>Belongs to one exchange. Connects at the start of the exchange, or by {@link #connect}. While Redis is not reachable, nothing is delivered;
 * on return, what was missed is delivered, or a gap is reported. Thread-safe.
 */
public final class RedisEngine implements Engine {

    private static final int DEFAULT_PORT = 6379;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(1);

    private final RedisClient client;
    private final ClientResources resources;
    private final ScheduledExecutorService timer;
    private final Masters masters;
    private final RedisBroker broker;
    private final RedisControl control;
    private @Nullable CompletableFuture<Void> opened;
    private final RedisPresence presence;

    private RedisEngine(RedisOptions options) {
        resources = ClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false) // the client library would repeat commands
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP3)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
        timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("heliograph-redis").factory());
        masters = new Masters(client, options, timer, this::changed);
        broker = new RedisBroker(options, masters, timer);
        broker.onStart(this::connect);
        LettuceControlLink link =
                new LettuceControlLink(new PartitionKeys(options.keyPrefix(), ControlKeys.TAG), masters);
        masters.add(link);
        Duration beat = options.nodeTtl().dividedBy(5);
        control = new RedisControl(
                link,
                new ControlKeys(options.keyPrefix()),
                new Membership.Settings(
                        options.node(),
                        options.address(),
                        options.nodeTtl(),
                        beat.compareTo(Membership.BEAT) < 0 ? beat : Membership.BEAT),
                options.publishTimeout());
        presence = new RedisPresence(
                options,
                masters,
                control.membership(),
                new InMemoryPresence(options.presenceLinger(), System::nanoTime));
        control.start();
        repeat(RedisPresence.REFRESH, presence::refresh);
        repeat(RedisPresence.RENEWAL, presence::renew);
    }

    /**
     * Returns a builder.
     *
     * @param uri {@code redis://host:port}, or {@code rediss://} for TLS; with a list {@code host:port,host:port}, the first one that is a master
     *     is used. {@code user:password@} is permitted; see {@link Builder#password(Supplier)}
     * @throws IllegalArgumentException if {@code uri} has another form
     */
    public static Builder builder(URI uri) {
        return new Builder(uri);
    }

    /**
     * Connects. The engine retries also after a failure, until it is closed.
     *
     * @return complete when Redis is connected; fails with a {@link io.heliograph.NotConnectedException} after the first attempt
     */
    public synchronized CompletableFuture<Void> connect() {
        if (opened == null) {
            opened = masters.open();
            broker.open();
        }
        return opened.copy();
    }

    private void repeat(Duration interval, Runnable task) {
        timer.scheduleWithFixedDelay(task, interval.toSeconds(), interval.toSeconds(), TimeUnit.SECONDS);
    }

    private void changed() {
        broker.reportState();
    }

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public Presence presence() {
        return presence;
    }

    @Override
    public Control control() {
        return control;
    }

    @Override
    public CompletableFuture<Void> drain() {
        return broker.drain()
                .thenCompose(flushed -> presence.close())
                .handle((left, failure) -> control.close())
                .thenCompose(left -> left);
    }

    @Override
    public void close() {
        broker.close();
        timer.shutdownNow();
        presence.close()
                .handle((left, failure) -> control.close())
                .thenCompose(left -> left)
                .completeOnTimeout(null, LEAVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((left, failure) -> masters.close())
                .handle((left, failure) -> client.shutdownAsync(0, 1, TimeUnit.SECONDS))
                .thenCompose(shut -> shut)
                .whenComplete((shut, failure) -> resources.shutdown());
    }

    /** Ends like a process that is killed: other nodes are not notified. For tests. */
    void kill() {
        timer.shutdownNow();
        masters.close();
        client.shutdownAsync(0, 1, TimeUnit.SECONDS).thenRun(resources::shutdown);
    }

    static RedisURI uri(RedisOptions options, RedisAddress address) {
        RedisURI uri = RedisURI.builder()
                .withHost(address.host())
                .withPort(address.port())
                .withSsl(options.tls())
                .withVerifyPeer(SslVerifyMode.FULL)
                .withTimeout(CONNECT_TIMEOUT)
                .build();
        CharSequence password = options.password().get();
        if (password != null) {
            char[] secret = new char[password.length()];
            for (int i = 0; i < secret.length; i++) {
                secret[i] = password.charAt(i);
            }
            uri.setCredentialsProvider(
                    RedisCredentialsProvider.from(() -> RedisCredentials.just(options.user(), secret)));
        }
        return uri;
    }

    /** Builder of an engine. Not thread-safe. */
    public static final class Builder {

        private final List<RedisAddress> addresses;
        private final boolean tls;
        private @Nullable String user;
        private Supplier<? extends @Nullable CharSequence> password = () -> null;
        private boolean cluster;
        private String keyPrefix = "helio";
        private String node = "node";
        private String address = "";
        private Duration nodeTtl = Duration.ofSeconds(15);
        private Duration presenceLinger = Duration.ofSeconds(5);
        private Function<? super String, HistoryLimits> history =
                channel -> HistoryLimits.of(100, Duration.ofMinutes(5));
        private int maxPendingBytes = 16 << 20;
        private int maxMessageBytes = 1 << 20;
        private WhileDisconnected whileDisconnected = WhileDisconnected.QUEUE;
        private Duration publishTimeout = Duration.ofSeconds(10);
        private Duration confirmFor = Duration.ofSeconds(5);
        private Duration healthTimeout = Duration.ofSeconds(3);
        private Duration idWindow = Duration.ofMinutes(2);

        private Builder(URI uri) {
            String scheme = String.valueOf(uri.getScheme());
            checkArgument(
                    scheme.equals("redis") || scheme.equals("rediss"),
                    "uri: scheme '%s' (expected: redis or rediss)",
                    scheme);
            tls = scheme.equals("rediss");
            String authority = String.valueOf(uri.getRawAuthority());
            String userInfo = authority.contains("@") ? authority.substring(0, authority.lastIndexOf('@')) : null;
            String hosts = authority.substring(authority.lastIndexOf('@') + 1);
            String path = uri.getRawPath();
            checkArgument(
                    path == null || path.isEmpty() || path.equals("/") || path.equals("/0"),
                    "uri: path '%s' (expected: none; the database is 0)",
                    path);
            addresses = addresses(hosts);
            if (userInfo != null) {
                int colon = userInfo.indexOf(':');
                String secret = decoded(userInfo.substring(colon + 1));
                user = colon > 0 ? decoded(userInfo.substring(0, colon)) : null;
                password = () -> secret;
            }
        }

        private static String decoded(String text) {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        }

        private static List<RedisAddress> addresses(String hosts) {
            List<RedisAddress> addresses = new ArrayList<>();
            for (String each : hosts.split(",", -1)) {
                URI one = null;
                try {
                    one = new URI("redis://" + each);
                } catch (URISyntaxException invalid) {
                    // reported below
                }
                if (one == null || one.getHost() == null) {
                    throw new IllegalArgumentException(
                            "uri: '" + each + "' (expected: host:port, or several with commas)");
                }
                String host = one.getHost();
                addresses.add(new RedisAddress(
                        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                        one.getPort() < 0 ? DEFAULT_PORT : one.getPort()));
            }
            return List.copyOf(addresses);
        }

        /**
         * Sets whether the addresses are nodes of a Redis cluster, whose other nodes are found. Default: false. The channels are divided among 64
         * partitions there.
         */
        public Builder cluster(boolean cluster) {
            this.cluster = cluster;
            return this;
        }

        /** Sets the user of the access control list. Default: that of the address, or the default user of Redis. */
        public Builder user(String user) {
            this.user = user;
            return this;
        }

        /**
         * Sets the source of the password, which is asked at each connection, so that a changed one is used. Default: that of the address.
         * Must not block for long. A null means no password.
         */
        public Builder password(Supplier<? extends @Nullable CharSequence> password) {
            this.password = password;
            return this;
        }

        /**
         * Sets the prefix of all keys and pub/sub channels, which divides deployments that share a Redis. Default: {@code helio}.
         *
         * @param keyPrefix 1 to 64 characters of {@code A-Z a-z 0-9 _ . -}
         */
        public Builder keyPrefix(String keyPrefix) {
            checkArgument(
                    keyPrefix.matches("[A-Za-z0-9_.-]{1,64}"),
                    "keyPrefix: '%s' (expected: 1 to 64 characters A-Z a-z 0-9 _ . -)",
                    keyPrefix);
            this.keyPrefix = keyPrefix;
            return this;
        }

        /**
         * Sets the name of this node, to which eight random characters are added. Default: {@code node}.
         *
         * @param node 1 to 64 characters of {@code A-Z a-z 0-9 _ . -}
         */
        public Builder node(String node) {
            checkArgument(
                    node.matches("[A-Za-z0-9_.-]{1,64}"),
                    "node: '%s' (expected: 1 to 64 characters A-Z a-z 0-9 _ . -)",
                    node);
            this.node = node;
            return this;
        }

        /** Sets the address under which operators reach this node, for {@link Control#nodes()}. Default: none. */
        public Builder address(String address) {
            this.address = address;
            return this;
        }

        /**
         * Sets the time of silence, by the time of Redis, after which a node is declared dead and its members leave. Nodes beat every 3 s, or
         * every fifth of this time if that is shorter. Default: 15 s. At least 1 s.
         */
        public Builder nodeTtl(Duration nodeTtl) {
            checkArgument(
                    nodeTtl.compareTo(Duration.ofSeconds(1)) >= 0, "nodeTtl: %s (expected: at least PT1S)", nodeTtl);
            this.nodeTtl = nodeTtl;
            return this;
        }

        /** Sets the time between the leave of a member and its report to listeners. Default: 5 s. Must be positive. */
        public Builder presenceLinger(Duration presenceLinger) {
            this.presenceLinger = positive("presenceLinger", presenceLinger);
            return this;
        }

        /**
         * Sets the rule of the history. Default: 100 publications for 5 minutes. The bytes of the limits do not apply: Redis has its own limit of
         * memory, and forgets the history of a channel by age as a whole. All nodes must have the same rule. Must not block.
         */
        public Builder history(Function<? super String, HistoryLimits> history) {
            this.history = history;
            return this;
        }

        /** Sets the limit of the publications that wait, in bytes for each partition. Default: 16 MiB. Must be positive. */
        public Builder maxPendingBytes(int maxPendingBytes) {
            this.maxPendingBytes = positive("maxPendingBytes", maxPendingBytes);
            return this;
        }

        /** Sets the limit of one message in bytes. Default: 1 MiB. Must be positive. */
        public Builder maxMessageBytes(int maxMessageBytes) {
            this.maxMessageBytes = positive("maxMessageBytes", maxMessageBytes);
            return this;
        }

        /** Sets what happens to publications while Redis is not reachable. Default: {@link WhileDisconnected#QUEUE}. */
        public Builder whileDisconnected(WhileDisconnected whileDisconnected) {
            this.whileDisconnected = whileDisconnected;
            return this;
        }

        /** Sets the time after which a publication fails that was not sent, or not answered. Default: 10 s. Must be positive. */
        public Builder publishTimeout(Duration publishTimeout) {
            this.publishTimeout = positive("publishTimeout", publishTimeout);
            return this;
        }

        /**
         * Sets the time for which this node keeps a confirmed publication, at most 32 MiB for each partition, to publish it again if a promoted
         * replica lacks it. Default: 5 s; not less than a promotion takes. Must be positive.
         */
        public Builder confirmFor(Duration confirmFor) {
            this.confirmFor = positive("confirmFor", confirmFor);
            return this;
        }

        /** Sets the time without a sign of life after which a connection is opened again. Default: 3 s. At least 2 s. */
        public Builder healthTimeout(Duration healthTimeout) {
            checkArgument(
                    healthTimeout.compareTo(Duration.ofSeconds(2)) >= 0,
                    "healthTimeout: %s (expected: at least PT2S)",
                    healthTimeout);
            this.healthTimeout = healthTimeout;
            return this;
        }

        /** Sets the time for which the ids of a publisher are remembered after the latest. Default: 2 min. Must be positive. */
        public Builder idWindow(Duration idWindow) {
            this.idWindow = positive("idWindow", idWindow);
            return this;
        }

        /** Builds the engine, which does no I/O yet. */
        public RedisEngine build() {
            String id = node + "-" + random();
            return new RedisEngine(new RedisOptions(
                    addresses,
                    cluster,
                    tls,
                    user,
                    password,
                    keyPrefix,
                    id,
                    address,
                    nodeTtl,
                    presenceLinger,
                    history,
                    maxPendingBytes,
                    maxMessageBytes,
                    whileDisconnected,
                    publishTimeout,
                    confirmFor,
                    healthTimeout,
                    idWindow));
        }

        private static String random() {
            return "%08x".formatted(ThreadLocalRandom.current().nextInt());
        }
    }
}
